"""Bringing the map up to date with a body's file."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.standards.domain import synchronising
from qiao.standards.domain.bodies import load_bodies
from qiao.standards.domain.synchronising import (
    request_sync,
    retry_sync,
    stalled_syncs,
    synchronise_at_once,
    work_on_sync,
)
from qiao.standards.enums import SyncState
from qiao.standards.models import Committee, Deliverable, StandardsBody, SyncFile, SyncRun
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def iso() -> StandardsBody:
    assert load_bodies() > 5
    assert load_bodies() == 0
    return StandardsBody.objects.get(code="ISO")


def _document(reference: str, **more: Any) -> dict[str, Any]:
    row = {"reference": reference, "title": {"en": f"Title of {reference}"}, "ownerCommittee": "ISO/TC 210/SC 1"}
    return row | {"committeeTitle": "Devices", "currentStage": ["40", "20"], "icsCode": ["11.040"]} | more


def _file(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) if not isinstance(row, str) else row for row in rows).encode()


def _load(body: StandardsBody, *rows: Any, **more: Any) -> SyncRun:
    return synchronise_at_once(body, file_name="file.jsonl", content=_file(*rows), **more)


def _figures(run: SyncRun) -> tuple[int, ...]:
    return (run.rows_new, run.rows_changed, run.rows_same, run.rows_gone, run.rows_bad, run.rows_repeated)


def test_documents_bring_their_committees_with_those_above(iso: StandardsBody) -> None:
    run = _load(iso, _document("ISO 1"), _document("ISO 2", currentStage=["60", "60"]))
    assert _figures(run) == (2, 0, 0, 0, 0, 0)
    assert (run.state, run.committees_new) == (SyncState.DONE, 2)
    below = Committee.objects.get(reference="ISO/TC 210/SC 1")
    assert below.parent is not None
    assert (below.parent.reference, below.title_en, below.parent.title_en) == ("ISO/TC 210", "Devices", "")
    assert (below.deliverables_count, below.open_count) == (2, 1)
    assert not SyncFile.objects.exists()
    assert AuditEntry.objects.filter(verb__in=("request_sync", "finish_sync")).count() == 2


def test_loading_again_changes_only_what_has_changed(iso: StandardsBody) -> None:
    _load(iso, _document("ISO 1"), _document("ISO 2"), _document("ISO 3"))
    before = dict(Deliverable.objects.values_list("reference", "updated_at"))
    run = _load(iso, _document("ISO 1"), _document("ISO 2", title={"en": "Other"}), _document("ISO 4"))
    assert _figures(run) == (1, 1, 1, 0, 0, 0)
    after = dict(Deliverable.objects.values_list("reference", "updated_at"))
    assert {key for key in before if before[key] != after[key]} == {"ISO 2"}
    assert Deliverable.objects.get(reference="ISO 2").title_en == "Other"


def test_bad_rows_are_told_and_the_rest_is_loaded(iso: StandardsBody) -> None:
    run = _load(iso, _document("ISO 1"), "{no", _document("ISO 2", currentStage=["99", "00"]), _document(""))
    assert _figures(run) == (1, 0, 0, 0, 3, 0)
    assert [(one["row"], one["code"]) for one in run.errors] == [(2, "bad_json"), (3, "bad_stage"), (4, "no_reference")]


def test_of_rows_of_one_document_the_furthest_counts_each_time(iso: StandardsBody) -> None:
    rows = [_document("ISO 1", currentStage=["60", "60"]), _document("ISO 1"), _document("ISO 2")]
    assert _figures(_load(iso, *rows)) == (2, 0, 0, 0, 0, 1)
    assert Deliverable.objects.get(reference="ISO 1").stage == "60.60"
    assert _figures(_load(iso, *rows)) == (0, 0, 2, 0, 0, 1)


def test_what_a_complete_file_lacks_is_gone_and_can_come_back(iso: StandardsBody) -> None:
    _load(iso, _document("ISO 1"), _document("ISO 2"))
    assert _load(iso, _document("ISO 1"), is_complete=True).rows_gone == 1
    gone = Deliverable.objects.get(reference="ISO 2")
    assert gone.removed_at is not None
    assert list(Deliverable.objects.visible_to(None).values_list("reference", flat=True)) == ["ISO 1"]
    assert _load(iso, _document("ISO 1"), is_complete=True).rows_gone == 0
    _load(iso, _document("ISO 2"))
    gone.refresh_from_db()
    assert gone.removed_at is None
    # A row that cannot be read may be the one that is missing.
    assert _load(iso, _document("ISO 1"), "{", is_complete=True).rows_gone == 0


def test_what_organisers_wrote_on_a_committee_stays(iso: StandardsBody) -> None:
    row = {"reference": "ISO/TC 210", "title": {"en": "Devices"}, "scope": {"en": "Scope"}, "secretariat": "ANSI"}
    assert _figures(_load(iso, row)) == (1, 0, 0, 0, 0, 0)
    Committee.objects.update(title_zh="医疗器械", title_en="Mine", kept=["title_en"])
    assert _figures(_load(iso, row | {"title": {"en": "New"}, "scope": {"en": "New scope"}})) == (0, 1, 0, 0, 0, 0)
    one = Committee.objects.get()
    assert (one.title_en, one.title_zh, one.scope_en) == ("Mine", "医疗器械", "New scope")


def test_a_committee_is_not_put_under_itself(iso: StandardsBody) -> None:
    first = {"reference": "A/TC 1", "title": {"en": "One"}}
    _load(iso, first, {"reference": "A/TC 2", "title": {"en": "Two"}, "parent": "A/TC 1"})
    _load(iso, first | {"parent": "A/TC 2"})
    assert Committee.objects.get(reference="A/TC 1").parent is None
    assert _load(iso, {"reference": "A/TC 3", "parent": "A/TC 3"}).errors[0]["code"] == "own_parent"


def test_a_run_that_was_begun_before_doubles_nothing(iso: StandardsBody) -> None:
    organiser = UserFactory()
    staff(BridgeFactory(), organiser, role="organiser")
    run = request_sync(iso, actor=organiser, file_name="f", content=_file(_document("ISO 1"), _document("ISO 2")))
    # A worker died after the first batch: it said so last three minutes ago.
    _load(iso, _document("ISO 1"))
    SyncRun.objects.filter(pk=run.pk).update(
        state=SyncState.RUNNING, heartbeat_at=timezone.now() - datetime.timedelta(minutes=3)
    )
    assert stalled_syncs() == [run.pk]
    assert work_on_sync(run.pk)
    run.refresh_from_db()
    assert (run.state, Deliverable.objects.count(), _figures(run)) == (SyncState.DONE, 2, (1, 0, 1, 0, 0, 0))
    assert not work_on_sync(run.pk)


def test_one_that_is_at_work_is_left_alone(iso: StandardsBody) -> None:
    organiser = UserFactory()
    staff(BridgeFactory(), organiser, role="organiser")
    run = request_sync(iso, actor=organiser, file_name="f", content=_file(_document("ISO 1")))
    SyncRun.objects.filter(pk=run.pk).update(state=SyncState.RUNNING, heartbeat_at=timezone.now())
    assert not work_on_sync(run.pk)
    assert not Deliverable.objects.exists()


def test_a_file_that_cannot_be_read_fails_and_can_be_tried_again(iso: StandardsBody) -> None:
    organiser = UserFactory()
    staff(BridgeFactory(), organiser, role="organiser")
    run = request_sync(iso, actor=organiser, file_name="f", content=b"name,place\n1,2\n")
    assert work_on_sync(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (SyncState.FAILED, "no_reference_column")
    assert retry_sync(run, actor=organiser).state == SyncState.QUEUED


def test_only_who_runs_a_bridge_loads_the_map(iso: StandardsBody, monkeypatch: pytest.MonkeyPatch) -> None:
    adviser = UserFactory()
    staff(BridgeFactory(), adviser, role="adviser")
    for nobody in (UserFactory(), adviser):
        with pytest.raises(NotAllowed):
            request_sync(iso, actor=nobody, file_name="f", content=b"{}")
    organiser = UserFactory()
    staff(BridgeFactory(), organiser, role="organiser")
    monkeypatch.setattr(synchronising, "LARGEST_FILE", 10)
    for content in (b"", b"x" * 11, b"\x1f\x8b broken"):
        with pytest.raises(InvalidInput):
            request_sync(iso, actor=organiser, file_name="f", content=content)
    assert not SyncRun.objects.exists()


def test_the_command_loads_a_file_and_names_the_bodies(
    tmp_path: Any, capsys: pytest.CaptureFixture[str], iso: StandardsBody
) -> None:
    file = tmp_path / "documents.jsonl"
    file.write_bytes(_file(_document("ISO 1"), "{"))
    call_command("import_standards", str(file), "--body", "iso")
    said = capsys.readouterr()
    assert "1 new, 0 changed, 0 the same, 0 gone, 1 bad" in said.out
    assert "row 2: bad_json" in said.err
    with pytest.raises(CommandError, match="Bodies: ISO"):
        call_command("import_standards", str(file), "--body", "NONE")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_standards", str(tmp_path / "none"), "--body", "ISO")
