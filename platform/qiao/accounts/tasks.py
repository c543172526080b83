"""Background work of accounts. Tasks may run twice without harm, and call one function each."""

from __future__ import annotations

from celery import shared_task

from qiao.accounts.domain import keys


@shared_task(name="accounts.forget_answers")
def forget_answers() -> int:
    """Remove answers to repeated calls that are older than a day."""
    return keys.forget_answers()
