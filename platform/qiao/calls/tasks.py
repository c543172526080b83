"""Background work of calls. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from qiao.calls.domain import inviting, reviewers, watching

# The database may be restarting: it passes.
_PASSING = {"autoretry_for": (OperationalError,), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 20}


@shared_task(name="calls.invite_members", **_PASSING)
def invite_members(call_id: int) -> int:
    """Invite the members whom a call may suit."""
    return inviting.invite_members(call_id)


@shared_task(name="calls.watch_calls", **_PASSING)
def watch_calls() -> None:
    """Close calls whose moment has gone by, remind of drafts, and have members invited to calls that have opened."""
    watching.close_past_calls()
    watching.remind_of_drafts()
    reviewers.forget_old_links()
    for call_id in watching.calls_to_invite_to():
        invite_members.apply_async(args=[call_id], expires=300)
