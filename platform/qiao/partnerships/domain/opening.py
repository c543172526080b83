"""The moment two sides are introduced."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from matching.app.enums import ResponseKind
from qiao.partnerships.domain.agenda import first_agenda
from qiao.partnerships.domain.case import Case, people_of, step, tell_side
from qiao.partnerships.domain.letters import agenda_for
from qiao.partnerships.domain.teaching import teach
from qiao.partnerships.enums import IntroductionState, Stage
from qiao.partnerships.models import FollowUp, Party

#: Months after an introduction when each side is asked how it goes.
FOLLOW_UP_MONTHS = (1, 3, 6, 12)


def open_introduction(case: Case, *, actor: Any, verb: str = "open_introduction") -> None:
    """Introduce both sides: people, evidence, a first agenda, and the dates of the follow-ups.

    The caller holds the case's lock. Once a pair: a reopened introduction keeps its first date and follow-ups.
    """
    introduction = case.introduction
    now = timezone.now()
    for party in case:
        if party.asked_at is None and not party.asks:
            party.asked_at = now  # both know from here on
        if party.contact is None:
            party.contact = next(iter(people_of(party.organisation_id)), None)
        party.save()
    introduction.opened_at = introduction.opened_at or now
    introduction.stage = introduction.stage or Stage.INTRODUCED
    introduction.agenda = introduction.agenda or first_agenda(case)
    introduction.closed_at, introduction.close_reason, introduction.close_note = None, "", ""
    introduction.save(
        update_fields=["opened_at", "stage", "agenda", "closed_at", "close_reason", "close_note", "updated_at"]
    )
    step(case, IntroductionState.OPEN, verb, actor=actor)
    _plan_follow_ups(case)
    for party in case:
        teach(case, party, actor=actor, kind=ResponseKind.INTRODUCED)
        other = case.other(party)
        tell_side(
            case,
            party,
            "introduction_opened",
            mail="introduction_opened",
            key=str(introduction.opened_at),
            words=agenda_for,
            their_contact=other.contact,
            their_organisation=other.organisation,
        )


def _plan_follow_ups(case: Case) -> None:
    opened = timezone.localtime(case.introduction.opened_at).date()
    FollowUp.objects.bulk_create(
        [
            FollowUp(
                introduction=case.introduction,
                organisation_id=party.organisation_id,
                months=months,
                due_on=months_later(opened, months),
            )
            for party in _parties(case)
            for months in FOLLOW_UP_MONTHS
        ],
        ignore_conflicts=True,
    )


def _parties(case: Case) -> list[Party]:
    return list(case)


def months_later(day: date, months: int) -> date:
    """The same day that many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # every month has a 28th
