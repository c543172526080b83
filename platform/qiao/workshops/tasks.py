"""Background work of workshops. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task

from qiao.workshops.domain import announcing, feedback, lapsing, leaving


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


@shared_task(name="workshops.end_past_workshops")
def end_past_workshops() -> int:
    """End workshops whose last day has gone by, by their own clock."""
    return announcing.end_past_workshops()
