"""Background work of standards. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task

from qiao.standards.domain import synchronising


@shared_task(name="standards.synchronise")
def synchronise(run_id: int) -> bool:
    """Bring the map up to date with a body's file."""
    return synchronising.work_on_sync(run_id)


@shared_task(name="standards.resume_syncs")
def resume_syncs() -> int:
    """Hand out again what a worker that died has left."""
    stalled = synchronising.stalled_syncs()
    for run_id in stalled:
        synchronise.delay(run_id)
    return len(stalled)
