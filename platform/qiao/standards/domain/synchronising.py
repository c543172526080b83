"""Bringing the map up to date with a body's file: asked for, done in the background, told row by row."""

from __future__ import annotations

import datetime
import gzip
import io
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line
from qiao.standards.domain.storing import Counted, Store
from qiao.standards.enums import SyncState
from qiao.standards.importing.reading import Bad, Unreadable, read_rows
from qiao.standards.importing.rows import CommitteeRow, DocumentRow
from qiao.standards.models import StandardsBody, SyncFile, SyncRun
from qiao.standards.rules import keeps_map
from qiao.standards.transitions import SYNC

BATCH = 2000
#: So many bad rows are told one by one; all are counted.
MOST_TOLD = 1000
LARGEST_FILE = 60 * 1024 * 1024
#: A run whose worker has said nothing for so long is taken up by another.
SILENCE = datetime.timedelta(minutes=2)


@transaction.atomic
def request_sync(
    body: StandardsBody, *, actor: Any, file_name: str, content: bytes, is_complete: bool = False
) -> SyncRun:
    """Have the map brought up to date with a file. Raises `InvalidInput`, and `NotAllowed`."""
    if not keeps_map(actor):
        raise NotAllowed
    run = _store_file(body, file_name, content, is_complete, actor)
    emit("sync.requested", run_id=run.pk)
    return run


def synchronise_at_once(body: StandardsBody, *, file_name: str, content: bytes, is_complete: bool = False) -> SyncRun:
    """Do it in this process, for whoever administers the server."""
    with transaction.atomic():
        run = _store_file(body, file_name, content, is_complete, None)
    work_on_sync(run.pk)
    run.refresh_from_db()
    return run


@transaction.atomic
def retry_sync(run: SyncRun, *, actor: Any) -> SyncRun:
    """Have a failed one done again. Raises `TransitionNotAllowed` once its file is gone."""
    if not keeps_map(actor):
        raise NotAllowed
    run = SyncRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not SyncFile.objects.filter(run=run).exists():
        raise TransitionNotAllowed
    move(run, SYNC, SyncState.QUEUED)
    record("retry_sync", run, actor=actor)
    emit("sync.requested", run_id=run.pk)
    return run


def work_on_sync(run_id: int, *, progress: Callable[[int], None] | None = None) -> bool:
    """Read the file and store what is new or has changed, in batches; returns whether it was done here.

    Rows are known by their reference: a run that is begun again doubles nothing.
    """
    run = _begin(run_id)
    if run is None:
        return False
    content = bytes(SyncFile.objects.get(run=run).content)
    # One at a time on a body: another waits until this one's connection lets go.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK, run.body_id])
    try:
        _read(run, gzip.decompress(content), progress)
    except Unreadable as refusal:
        _fail(run, refusal.code)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, run.body_id])
    return True


def stalled_syncs() -> list[int]:
    """Ids of runs that nobody works on though somebody should."""
    silent = timezone.now() - SILENCE
    running = SyncRun.objects.filter(state=SyncState.RUNNING, heartbeat_at__lt=silent)
    waiting = SyncRun.objects.filter(state=SyncState.QUEUED, updated_at__lt=silent)
    return [*running.values_list("pk", flat=True), *waiting.values_list("pk", flat=True)]


_LOCK = 0x51A0
_FIGURES = (
    "rows_total", "rows_done", "rows_new", "rows_changed", "rows_same", "rows_gone", "rows_bad", "rows_repeated",
    "committees_new", "committees_changed",
)  # fmt: skip


def _store_file(body: StandardsBody, file_name: str, content: bytes, is_complete: bool, actor: Any) -> SyncRun:
    if not content:
        raise InvalidInput(errors={"file": [_("The file is empty.")]})
    if len(content) > LARGEST_FILE:
        limit = LARGEST_FILE // 1024 // 1024
        raise InvalidInput(errors={"file": [_("The file is larger than %(n)d MB.") % {"n": limit}]})
    plain = _unpacked(content)
    run = SyncRun.objects.create(
        body=body, file_name=clean_line(file_name)[:200], is_complete=is_complete, asked_by=actor
    )
    SyncFile.objects.create(run=run, content=gzip.compress(plain, 6))
    record("request_sync", run, actor=actor, detail={"body": body.code, "file": run.file_name})
    return run


def _unpacked(content: bytes) -> bytes:
    """The file's text, which may have come compressed; never more than ten times the largest file."""
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            plain = packed.read(10 * LARGEST_FILE + 1)
    except (OSError, EOFError) as error:
        raise InvalidInput(errors={"file": [_("The compressed file is damaged.")]}) from error
    if len(plain) > 10 * LARGEST_FILE:
        raise InvalidInput(errors={"file": [_("The file is too large once it is unpacked.")]})
    return plain


@transaction.atomic
def _begin(run_id: int) -> SyncRun | None:
    run = SyncRun.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=run_id).first()
    if run is None or run.state not in (SyncState.QUEUED, SyncState.RUNNING):
        return None
    now = timezone.now()
    if run.state == SyncState.RUNNING and run.heartbeat_at is not None and run.heartbeat_at > now - SILENCE:
        return None
    if run.state == SyncState.QUEUED:
        move(run, SYNC, SyncState.RUNNING)
    for name in _FIGURES:
        setattr(run, name, 0)
    run.errors, run.error = [], ""
    run.started_at = run.heartbeat_at = now
    run.save()
    return run


def _read(run: SyncRun, plain: bytes, progress: Callable[[int], None] | None) -> None:
    run.rows_total = plain.count(b"\n") + (not plain.endswith(b"\n"))
    wanted = _furthest(plain)
    store = Store.of(run.body, f"sync:{run.body.code}"[:20])
    rows = read_rows(io.BytesIO(plain))
    while batch := list(islice(rows, BATCH)):
        good: list[DocumentRow | CommitteeRow] = []
        for number, row in batch:
            if isinstance(row, Bad):
                _tell(run, number, row.code, row.about)
            elif wanted[row.reference] == number:
                good.append(row)
            else:
                run.rows_repeated += 1
        _add(run, store.write(good))
        run.rows_done = batch[-1][0]
        run.heartbeat_at = timezone.now()
        run.save()
        if progress is not None:
            progress(run.rows_done)
    if run.is_complete and not run.rows_bad:
        # A bad row may be one that is there: nothing is taken for gone on its account.
        run.rows_gone = store.drop_unseen()
    store.count()
    with transaction.atomic():
        run.finished_at = timezone.now()
        run.save()
        move(run, SYNC, SyncState.DONE)
        SyncFile.objects.filter(run=run).delete()
        figures = {name: getattr(run, name) for name in ("rows_new", "rows_changed", "rows_same", "rows_bad")}
        record("finish_sync", run, actor=None, detail=figures)
        emit("committee.changed", body_id=run.body_id)


def _furthest(plain: bytes) -> dict[str, int]:
    """The number of the row that counts, by reference: bodies tell of one document in several rows as it goes on.

    The furthest stage counts, of equal ones the later row.
    """
    found: dict[str, tuple[str, int]] = {}
    for number, row in read_rows(io.BytesIO(plain)):
        if isinstance(row, Bad):
            continue
        key = (row.stage if isinstance(row, DocumentRow) else "", number)
        if row.reference not in found or found[row.reference] < key:
            found[row.reference] = key
    return {reference: number for reference, (_stage, number) in found.items()}


def _tell(run: SyncRun, number: int, code: str, about: str) -> None:
    run.rows_bad += 1
    if len(run.errors) < MOST_TOLD:
        run.errors.append({"row": number, "code": code, "about": about})


def _add(run: SyncRun, counted: Counted) -> None:
    run.rows_new += counted.new
    run.rows_changed += counted.changed
    run.rows_same += counted.same
    run.committees_new += counted.committees_new
    run.committees_changed += counted.committees_changed


@transaction.atomic
def _fail(run: SyncRun, code: str) -> None:
    run.error, run.finished_at = code, timezone.now()
    run.save()
    move(run, SYNC, SyncState.FAILED)
    record("fail_sync", run, actor=None, detail={"error": code})
