"""The dry run: every row is read, planned and judged; nothing but the import's own rows is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.common.states import move
from qiao.directory.domain.imports.jobs import fail_import, file_of
from qiao.directory.domain.imports.mapping import Mapping
from qiao.directory.domain.imports.planning import Plan, Planner
from qiao.directory.domain.imports.reading import read_table
from qiao.directory.domain.imports.writing import store_judgements
from qiao.directory.enums import ImportState, RowOutcome
from qiao.directory.models import ImportFile, ImportJob, ImportRow
from qiao.directory.transitions import IMPORT

BATCH = 500
#: A worker that has not been heard of for so long is taken for dead, and another takes the check up.
SILENCE = timedelta(seconds=30)

Progress = Callable[[int, int], None]


class TakenOver(Exception):
    """The check was cancelled, or another worker has it."""


def check_import(job_id: int, *, stream: BinaryIO | None = None, progress: Progress | None = None) -> bool:
    """Read the file if that is still to be done, and judge every row; returns whether it was done here.

    Safe to repeat after a crash: it begins again and finds the same. `stream` is the file when it was not kept.
    """
    job = _claim(job_id)
    if job is None:
        return False
    with translation.override(job.started_by.language if job.started_by else None):
        try:
            _read_rows(job, stream, progress)
            _judge_rows(job, progress)
        except InvalidInput as refusal:
            fail_import(job_id, error=str(refusal))
            return False
        except TakenOver:
            return False
    return True


def batches(job: ImportJob, *, bad_too: bool = True) -> Iterator[list[ImportRow]]:
    """Rows of a job in the order of the file, a batch at a time."""
    rows = job.rows.order_by("number")
    if not bad_too:
        rows = rows.exclude(outcome=RowOutcome.BAD)
    last = 0
    while batch := list(rows.filter(number__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].number


def _claim(job_id: int) -> ImportJob | None:
    now = timezone.now()
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - SILENCE)
    if not ImportJob.objects.filter(silent, pk=job_id, state=ImportState.CHECKING).update(heartbeat_at=now):
        return None
    return ImportJob.objects.select_related("bridge", "side", "started_by").get(pk=job_id)


def _beat(job: ImportJob, **figures: int) -> None:
    """Say that we are alive and how far we are. Raises `TakenOver` when the job is no longer ours to check."""
    mine = ImportJob.objects.filter(pk=job.pk, state=ImportState.CHECKING, heartbeat_at=job.heartbeat_at)
    job.heartbeat_at = timezone.now()
    if not mine.update(heartbeat_at=job.heartbeat_at, **figures):
        raise TakenOver


def _read_rows(job: ImportJob, stream: BinaryIO | None, progress: Progress | None) -> None:
    """Keep the rows of the file. `rows_total` is set when all are there: until then reading begins anew."""
    if job.rows_total:
        return
    stream = stream or file_of(job)
    if stream is None:
        raise InvalidInput(_("The file is no longer here. Upload it again."))
    job.rows.all().delete()
    table = read_table(stream)
    waiting: list[ImportRow] = []
    count = 0
    for count, values in enumerate(table.rows, start=1):
        waiting.append(ImportRow(job=job, number=count, values=values))
        if len(waiting) == BATCH:
            ImportRow.objects.bulk_create(waiting)
            waiting = []
            _beat(job)
            if progress:
                progress(count, 0)
    ImportRow.objects.bulk_create(waiting)
    if not count:
        raise InvalidInput(_("The file has a header and no rows."))
    with transaction.atomic():
        _beat(job, rows_total=count, rows_done=0)
        job.rows_total = count
        ImportFile.objects.filter(job=job).delete()


def _judge_rows(job: ImportJob, progress: Progress | None) -> None:
    planner = Planner(job, Mapping.from_json(job.mapping, job.columns))
    outcomes: Counter[str] = Counter()
    done = 0
    for batch in batches(job):
        plans = planner.plan(batch)
        for plan in plans:
            keep_judgement(plan)
            outcomes[plan.row.outcome] += 1
            if plan.known is not None:
                plan.known.instance = None
        done += len(batch)
        with transaction.atomic():
            store_judgements(batch)
            _beat(job, rows_done=done)
        if progress:
            progress(done, job.rows_total)
    with transaction.atomic():
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        if locked.state != ImportState.CHECKING:
            raise TakenOver
        locked.rows_done = done
        locked.rows_new = outcomes[RowOutcome.NEW]
        locked.rows_changed = outcomes[RowOutcome.CHANGED]
        locked.rows_same = outcomes[RowOutcome.SAME]
        locked.rows_bad = outcomes[RowOutcome.BAD]
        locked.save(update_fields=["rows_done", "rows_new", "rows_changed", "rows_same", "rows_bad"])
        move(locked, IMPORT, ImportState.CHECKED)


def keep_judgement(plan: Plan) -> None:
    """Write the plan's outcome on its row, which the caller saves."""
    plan.row.outcome = plan.outcome
    plan.row.errors = plan.record.errors
    plan.row.notes = plan.record.notes
