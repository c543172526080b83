"""Workers that die, and two at once: an import is done once, whole."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from qiao.directory import tasks
from qiao.directory.domain.imports import applying, checking
from qiao.directory.domain.imports.applying import apply_import
from qiao.directory.domain.imports.checking import check_import
from qiao.directory.domain.imports.jobs import cancel_import, confirm_import, request_check, start_import
from qiao.directory.domain.imports.stalled import stalled_imports
from qiao.directory.enums import ImportState
from qiao.directory.models import ImportJob, ImportRow, Organisation
from tests.directory.importing import HEADER, checked, csv_file, figures
from tests.factories import BridgeFactory

ROWS = [[str(n), f"Firm {n}", "GB", "sme", "", ""] for n in range(12)]


class Killed(BaseException):
    """Stands for `kill -9`: nothing may catch it."""


def die_at(number: int) -> Any:
    def progress(done: int, total: int) -> None:
        if done >= number:
            raise Killed

    return progress


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BATCH", 4)


def upload() -> ImportJob:
    job = start_import(BridgeFactory.create(), actor=None, file_name="f", stream=csv_file(HEADER, *ROWS))
    return request_check(job, actor=None, mapping=job.mapping)


def make_silent(job: ImportJob) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    ImportJob.objects.filter(pk=job.pk).update(updated_at=long_ago)
    ImportJob.objects.filter(pk=job.pk, heartbeat_at__isnull=False).update(heartbeat_at=long_ago)


@pytest.mark.django_db
@pytest.mark.parametrize("when", [4, 8])
def test_check_whose_worker_died_is_taken_up_by_another(when: int) -> None:
    job = upload()
    with pytest.raises(Killed):
        check_import(job.pk, progress=die_at(when))
    assert not check_import(job.pk)  # its holder may be alive
    assert stalled_imports() == ([], [])
    make_silent(job)
    assert stalled_imports() == ([job.pk], [])
    assert check_import(job.pk)
    job.refresh_from_db()
    assert (job.state, figures(job), job.rows.count()) == (ImportState.CHECKED, (12, 0, 0, 0), 12)


@pytest.mark.django_db
def test_import_whose_worker_died_leaves_nothing_and_is_done_by_another() -> None:
    job = checked(BridgeFactory.create(), csv_file(HEADER, *ROWS))
    confirm_import(job, actor=None)
    with pytest.raises(Killed):
        apply_import(job.pk, progress=die_at(8))
    assert not Organisation.objects.exists()
    make_silent(job)
    assert stalled_imports() == ([], [job.pk])
    assert apply_import(job.pk)
    assert Organisation.objects.count() == 12


@pytest.mark.django_db
def test_check_stops_when_it_is_cancelled() -> None:
    job = upload()

    def cancel(done: int, total: int) -> None:
        if ImportJob.objects.get(pk=job.pk).state == ImportState.CHECKING:
            cancel_import(job, actor=None)

    assert not check_import(job.pk, progress=cancel)
    job.refresh_from_db()
    assert job.state == ImportState.CANCELLED
    assert ImportRow.objects.filter(job=job).count() <= 4


@pytest.mark.django_db
def test_file_that_turns_out_broken_fails_with_its_reason() -> None:
    job = start_import(BridgeFactory.create(), actor=None, file_name="f", stream=csv_file(HEADER))
    request_check(job, actor=None, mapping=job.mapping)
    assert not check_import(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (ImportState.FAILED, "The file has a header and no rows.")


@pytest.mark.django_db
def test_tasks_do_the_work_and_find_nothing_to_do_the_second_time() -> None:
    job = upload()
    assert tasks.check_import(job.pk)
    assert not tasks.check_import(job.pk)
    confirm_import(ImportJob.objects.get(pk=job.pk), actor=None)
    assert tasks.apply_import(job.pk)
    assert not tasks.apply_import(job.pk)
    assert Organisation.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_second_worker_leaves_an_import_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    job = checked(BridgeFactory.create(), csv_file(HEADER, *ROWS))
    confirm_import(job, actor=None)
    working, go_on = threading.Event(), threading.Event()
    outcomes: list[bool] = []

    def wait(done: int, total: int) -> None:
        working.set()
        go_on.wait(10)

    def first() -> None:
        try:
            outcomes.append(apply_import(job.pk, progress=wait))
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert working.wait(10)
    assert not apply_import(job.pk)
    go_on.set()
    thread.join(20)
    assert outcomes == [True]
    assert Organisation.objects.count() == 12
    connection.close()


@pytest.mark.django_db
def test_progress_of_an_import_is_told_while_it_is_under_way() -> None:
    from qiao.directory.domain.imports.jobs import progress_of

    job = checked(BridgeFactory.create(), csv_file(HEADER, *ROWS))
    job = confirm_import(job, actor=None)
    seen: list[int | None] = []
    applying.apply_import(job.pk, progress=lambda done, total: seen.append(progress_of(job)))
    assert seen == [4, 8, 12]
