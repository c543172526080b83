"""Background work of workshops. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from qiao.workshops.domain import announcing, feedback, lapsing, leaving, telling_releases


@shared_task(name="workshops.ask_for_feedback")
def ask_for_feedback() -> int:
    """Ask those who took part in workshops that have just ended."""
    return feedback.ask_for_feedback()


@shared_task(name="workshops.watch_meetings")
def watch_meetings() -> None:
    """End requests whose date has gone by, free meetings of those who left, seat those whose table was taken away."""
    lapsing.lapse_meetings()
    leaving.free_meetings_of_those_who_left()
    leaving.seat_again()


@shared_task(name="workshops.watch_calendars")
def watch_calendars() -> int:
    """Take sessions out of the calendars of those who have left, and of workshops that are off."""
    return telling_releases.empty_calendars_of_who_left()


@shared_task(
    name="workshops.tell_release",
    autoretry_for=(OperationalError,),
    retry_backoff=1,
    retry_backoff_max=60,
    max_retries=20,
)
def tell_release(release_id: int, workshop_id: int = 0) -> int:
    """Tell those whose sessions a release concerns, with what goes into their calendars."""
    return telling_releases.tell_release(release_id)


@shared_task(name="workshops.end_past_workshops")
def end_past_workshops() -> int:
    """End workshops whose last day has gone by, by their own clock."""
    return announcing.end_past_workshops()
