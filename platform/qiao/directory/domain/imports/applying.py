"""Applying a checked import: every row in one transaction, or none."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable

from django.db import DatabaseError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.common.states import move
from qiao.directory.domain.imports.checking import batches, keep_judgement
from qiao.directory.domain.imports.jobs import fail_import, show_progress
from qiao.directory.domain.imports.mapping import Mapping
from qiao.directory.domain.imports.planning import Plan, Planner
from qiao.directory.domain.imports.writing import store_judgements, write_batch
from qiao.directory.enums import ImportState, RowOutcome
from qiao.directory.models import ImportJob
from qiao.directory.transitions import IMPORT

logger = logging.getLogger(__name__)

#: Up to so many listings are matched one by one, at once; more are left to one run over the bridge.
FEW = 20

Progress = Callable[[int, int], None]


def apply_import(job_id: int, *, progress: Progress | None = None) -> bool:
    """Import the good rows of a confirmed job; returns whether it was done here.

    The job's row is locked for as long as it takes: a second worker finds it taken and leaves, and a worker that dies
    lets go of it with nothing written, so that the next begins anew.
    """
    try:
        with transaction.atomic():
            job = (
                ImportJob.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("bridge", "side", "started_by")
                .filter(pk=job_id, state=ImportState.IMPORTING)
                .first()
            )
            if job is None:
                return False
            with translation.override(job.started_by.language if job.started_by else None):
                _apply(job, progress)
    except InvalidInput as refusal:
        fail_import(job_id, error=str(refusal))
        return False
    except OperationalError:
        raise  # the database went away: the job is taken up again when it is back
    except DatabaseError:
        logger.exception("import %s failed", job_id)
        fail_import(job_id, error=_("The directory has changed meanwhile. Nothing was imported: check the file again."))
        return False
    return True


def _apply(job: ImportJob, progress: Progress | None) -> None:
    planner = Planner(job, Mapping.from_json(job.mapping, job.columns))
    outcomes: Counter[str] = Counter({RowOutcome.BAD: job.rows_bad})
    touched: list[Plan] = []
    touched_count = done = 0
    for batch in batches(job, bad_too=False):
        plans = planner.plan(batch)
        if any(plan.record.errors for plan in plans):
            raise InvalidInput(_("The directory has changed meanwhile. Nothing was imported: check the file again."))
        write_batch(plans, actor=job.started_by)
        for plan in plans:
            keep_judgement(plan)
            outcomes[plan.row.outcome] += 1
            plan.row.object_id = plan.listing.instance.pk if plan.listing else (plan.known.pk if plan.known else None)
            if plan.row.outcome != RowOutcome.SAME:
                touched_count += 1
                if touched_count <= FEW:
                    touched.append(plan)
        store_judgements(batch)
        done += len(batch)
        show_progress(job.pk, done)
        if progress:
            progress(done, job.rows_total)
    job.rows.filter(outcome=RowOutcome.BAD).update(outcome=RowOutcome.LEFT_OUT)
    job.rows_done = job.rows_total
    job.rows_new, job.rows_changed = outcomes[RowOutcome.NEW], outcomes[RowOutcome.CHANGED]
    job.rows_same = outcomes[RowOutcome.SAME]
    job.save(update_fields=["rows_done", "rows_new", "rows_changed", "rows_same"])
    before = move(job, IMPORT, ImportState.DONE)
    figures = {name: getattr(job, f"rows_{name}") for name in ("total", "new", "changed", "same", "bad")}
    record(
        "apply_import",
        job,
        actor=job.started_by,
        bridge_id=job.bridge_id,
        before=before,
        after=job.state,
        detail=figures,
    )
    _tell(job, touched, touched_count)


def _tell(job: ImportJob, touched: list[Plan], count: int) -> None:
    """Have what changed matched: a few at once, many by one run over the bridge."""
    if count > FEW:
        emit("run.requested", bridge_id=job.bridge_id)
        return
    for plan in touched:
        if plan.listing is not None and plan.listing.outcome != RowOutcome.SAME:
            emit("listing.changed", listing_id=plan.listing.instance.pk)
        if plan.organisation is not None and plan.organisation.outcome == RowOutcome.CHANGED:
            emit("organisation.changed", organisation_id=plan.organisation.instance.pk)
