"""Background work of partnerships. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from qiao.partnerships.domain import after_meeting, blocking, brokering, follow_ups, lapsing
from qiao.partnerships.domain.queries.troubles import keep_held_up

# The database may be restarting: it passes.
_PASSING = {"autoretry_for": (OperationalError,), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 20}


@shared_task(name="partnerships.watch_requests", **_PASSING)
def watch_requests() -> None:
    """End requests whose date has gone by, remind of those that wait, let queued ones through, end pauses."""
    brokering.resume_due_introductions()
    lapsing.lapse_requests()
    lapsing.fill_all_free_places()
    lapsing.remind_of_requests()
    keep_held_up()


@shared_task(name="partnerships.fill_free_places", **_PASSING)
def fill_free_places(organisation_id: int, bridge_id: int) -> int:
    """Let queued requests to one organisation through."""
    return lapsing.fill_free_places(organisation_id, bridge_id)


@shared_task(name="partnerships.end_requests_to_blocked", **_PASSING)
def end_requests_to_blocked(organisation_id: int) -> int:
    """Take back what an organisation has asked of those it has blocked since."""
    return blocking.end_requests_to_blocked(organisation_id)


@shared_task(name="partnerships.send_follow_ups", **_PASSING)
def send_follow_ups() -> int:
    """Ask how it goes, where the day has come."""
    return follow_ups.send_due_follow_ups()


@shared_task(name="partnerships.carry_on_from_meeting", **_PASSING)
def carry_on_from_meeting(meeting_id: int) -> int:
    """Take a meeting held at a workshop up into the collaboration of those who met."""
    return len(after_meeting.carry_on_from_meeting(meeting_id))
