"""Background work of the matcher for workshops. Tasks take ids, may run twice without harm, and call one function."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from matching.app.domain import workshop_grouping, workshop_placing, workshop_scheduling
from qiao.workshops.domain.placing import placements_to_work_on
from qiao.workshops.domain.schedule_runs import runs_to_work_on
from qiao.workshops.domain.suggestion_runs import silent_runs

# The database may be restarting: that passes.
_PASSING = {"autoretry_for": (OperationalError,), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 20}


@shared_task(name="matching.propose_sessions", **_PASSING)
def propose_sessions(run_id: int) -> bool:
    """Propose sessions for a workshop, as a run asks."""
    return workshop_grouping.propose_sessions(run_id)


@shared_task(name="matching.describe_suggestion", **_PASSING)
def describe_suggestion(suggestion_id: int) -> bool:
    """Tell anew what a proposed session is about that was changed by hand."""
    return workshop_grouping.describe_again(suggestion_id)


@shared_task(name="matching.resume_workshop_runs")
def resume_workshop_runs() -> None:
    """Begin runs again whose worker has gone silent."""
    for run_id in silent_runs():
        propose_sessions.delay(run_id)


@shared_task(name="matching.schedule_meetings", **_PASSING)
def schedule_meetings(run_id: int) -> bool:
    """Find the schedule of meetings that a run asks for."""
    return workshop_scheduling.work_on_run(run_id)


@shared_task(name="matching.resume_schedules")
def resume_schedules() -> None:
    """Hand out again the runs that a worker that died has left, or whose hand-over was lost."""
    for run_id in runs_to_work_on():
        schedule_meetings.apply_async(args=[run_id], expires=60)


@shared_task(name="matching.place_programme", **_PASSING)
def place_programme(run_id: int) -> bool:
    """Find rooms and times for the sessions that a placement is about."""
    return workshop_placing.work_on_placement(run_id)


@shared_task(name="matching.resume_placements")
def resume_placements() -> None:
    """Hand out again the placements that a worker that died has left, or whose hand-over was lost."""
    for run_id in placements_to_work_on():
        place_programme.apply_async(args=[run_id], expires=60)
