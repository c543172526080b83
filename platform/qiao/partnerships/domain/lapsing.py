"""What time does to requests: reminders, places that become free, and the date on which they lapse."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from qiao.activity.domain.outbox import emit
from qiao.directory.models import Organisation
from qiao.partnerships.domain.asking import ask, has_place
from qiao.partnerships.domain.case import Case, in_days, locked_case, log, step, tell_side
from qiao.partnerships.domain.limits import policy_of
from qiao.partnerships.enums import Answer, IntroductionState
from qiao.partnerships.models import Introduction, Party

State = IntroductionState


def lapse_requests(limit: int = 2000) -> int:
    """End requests whose date has gone by; returns how many. No answer and a no look alike."""
    ids = Introduction.objects.past_their_date().order_by("lapses_at").values_list("pk", flat=True)[:limit]
    return sum(_lapse(pk) for pk in list(ids))


@transaction.atomic
def _lapse(introduction_id: int) -> bool:
    case = _case_of(introduction_id)
    if case is None or not _is_past(case.introduction):
        return False  # answered, withdrawn or lapsed a moment ago
    step(case, State.LAPSED, "lapse_request", actor=None)
    for party in case:
        if party.answer == Answer.INTERESTED:
            tell_side(case, party, "request_lapsed", mail="request_lapsed", key=str(case.introduction.requested_at))
        emit("request.place_free", organisation_id=party.organisation_id, bridge_id=case.bridge.pk)
    return True


def _is_past(introduction: Introduction) -> bool:
    return (
        introduction.state in (State.REQUESTED, State.QUEUED, State.WITH_ADVISERS)
        and introduction.lapses_at is not None
        and introduction.lapses_at <= timezone.now()
    )


def fill_free_places(organisation_id: int, bridge_id: int) -> int:
    """Let queued requests to an organisation through, oldest first, as far as it has places; returns how many."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return 0
    queued = (
        Introduction.objects.filter(
            bridge=bridge_id,
            state=State.QUEUED,
            pk__in=Party.objects.filter(organisation=organisation, asks=False).values("introduction_id"),
        )
        .order_by("requested_at", "pk")
        .values_list("pk", flat=True)
    )
    let_through = 0
    for pk in list(queued[:100]):
        if not _let_through(pk, organisation):
            break
        let_through += 1
    return let_through


@transaction.atomic
def _let_through(introduction_id: int, organisation: Organisation) -> bool:
    case = _case_of(introduction_id)
    if case is None or case.introduction.state != State.QUEUED:
        return True
    policy = policy_of(case.bridge)
    if not has_place(case, case.parties[organisation.pk]):
        return False
    introduction = case.introduction
    introduction.lapses_at = in_days(policy.days_to_answer)
    introduction.save(update_fields=["lapses_at", "updated_at"])
    ask(case, case.parties[organisation.pk], actor=None, verb="send_queued_request", by=None)
    return True


def fill_all_free_places() -> int:
    """For who was missed, and limits that were raised: every organisation that somebody waits for."""
    waiting = (
        Introduction.objects.filter(state=State.QUEUED, parties__asks=False)
        .values_list("parties__organisation_id", "bridge_id")
        .distinct()
    )
    return sum(fill_free_places(organisation_id, bridge_id) for organisation_id, bridge_id in list(waiting[:2000]))


def remind_of_requests(limit: int = 2000) -> int:
    """Remind sides that have not answered at half the time, and those whose "later" has come; once each."""
    now, today = timezone.now(), timezone.localdate()
    waiting = Party.objects.filter(introduction__state=State.REQUESTED, asked_at__isnull=False, asks=False)
    half = waiting.filter(
        answer=Answer.NONE,
        reminded_at__isnull=True,
        introduction__lapses_at__gt=now,
        asked_at__lte=now - (F("introduction__lapses_at") - F("asked_at")) / 2 + datetime.timedelta(0),
    )
    later = waiting.filter(answer=Answer.LATER, later_until__lte=today, introduction__lapses_at__gt=now)
    ids = [*half.values_list("pk", flat=True)[:limit], *later.values_list("pk", flat=True)[:limit]]
    return sum(_remind(pk) for pk in ids)


@transaction.atomic
def _remind(party_id: int) -> bool:
    party = Party.objects.select_related("introduction").get(pk=party_id)
    case = locked_case(party.introduction)
    party = case.parties[party.organisation_id]
    due_later = (
        party.answer == Answer.LATER and party.later_until is not None and party.later_until <= timezone.localdate()
    )
    if case.introduction.state != State.REQUESTED or not (
        due_later or (party.answer == Answer.NONE and party.reminded_at is None)
    ):
        return False
    before: Any = party.answer
    if due_later:
        # The day has come: it is unanswered again, and asked for once more.
        party.answer, party.later_until, party.answered_at, party.answered_by = Answer.NONE, None, None, None
    party.reminded_at = timezone.now()
    party.save()
    log(case, "remind_of_request", actor=None, party=party, private=True, before=before, after=party.answer)
    tell_side(
        case,
        party,
        "request_reminder",
        mail="request_reminder",
        key=f"{case.introduction.requested_at}:{party.reminded_at:%Y-%m-%d}",
    )
    return True


def _case_of(introduction_id: int) -> Case | None:
    found = Introduction.objects.filter(pk=introduction_id).first()
    return locked_case(found) if found is not None else None
