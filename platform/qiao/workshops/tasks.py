"""Background work of workshops. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task

from qiao.workshops.domain import feedback


@shared_task(name="workshops.ask_for_feedback")
def ask_for_feedback() -> int:
    """Ask those who took part in workshops that have just ended."""
    return feedback.ask_for_feedback()
