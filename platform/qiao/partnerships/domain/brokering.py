"""What organisers and advisers do with a case, and what both sides may: pause, close, open again."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.app.enums import ResponseKind
from matching.app.models import Proposal
from qiao.activity.domain.outbox import emit
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.bridges.rules import RUNS, role_on
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line, clean_text
from qiao.directory.enums import MembershipState
from qiao.directory.models import Block, Membership, Organisation
from qiao.notifications.domain.telling import tell
from qiao.partnerships.domain.asking import ask, has_place
from qiao.partnerships.domain.case import (
    Case,
    desk_path_of,
    forget_answer,
    in_days,
    lock_organisations,
    locked_case,
    log,
    step,
    stir,
    tell_side,
)
from qiao.partnerships.domain.letters import reasons_to_meet
from qiao.partnerships.domain.limits import policy_of
from qiao.partnerships.domain.opening import open_introduction
from qiao.partnerships.domain.teaching import unteach
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState, Origin
from qiao.partnerships.models import Introduction, Party
from qiao.partnerships.rules import acts_for, brokers, brokers_on

State = IntroductionState
#: A side that was nudged is left alone for so long.
NUDGE_AGAIN_AFTER = datetime.timedelta(days=3)


@transaction.atomic
def introduce_by_hand(
    bridge: Bridge,
    first: Organisation,
    second: Organisation,
    *,
    actor: Any,
    origin: str = Origin.ORGANISER,
    note: str = "",
    ask_first: bool = True,
    proposal: Proposal | None = None,
) -> Introduction:
    """Bring two members together: ask both first, or introduce them at once.

    A pair that was introduced before is opened again. `actor` runs or advises the bridge; for another origin the
    caller has made sure that both sides have agreed. Raises `InvalidInput` for a pair that cannot be introduced.
    """
    if origin == Origin.ORGANISER and not brokers_on(actor, bridge):
        raise NotAllowed
    if first.pk == second.pk:
        raise InvalidInput(errors={"second": [_("Choose two organisations.")]})
    members = set(
        Membership.objects.filter(
            bridge=bridge, organisation__in=(first, second), state=MembershipState.APPROVED
        ).values_list("organisation_id", flat=True)
    )
    for name, organisation in (("first", first), ("second", second)):
        if organisation.pk not in members:
            raise InvalidInput(errors={name: [_("This organisation is not a member of the bridge.")]})
    if Block.objects.filter(organisation__in=(first, second), blocked__in=(first, second)).exists():
        raise InvalidInput(_("One of the two has asked not to meet the other."))
    note = clean_text(note)
    if len(note) > 2000:
        raise InvalidInput(errors={"note": [_("Keep it under 2,000 characters.")]})
    low, high = sorted((first, second), key=lambda one: one.pk)
    lock_organisations(low.pk, high.pk)
    proposal = proposal or Proposal.objects.filter(bridge=bridge, first=low, second=high).first()
    introduction, is_new = Introduction.objects.get_or_create(
        bridge=bridge,
        first=low,
        second=high,
        defaults={
            "proposal": proposal,
            "first_listing_id": proposal.first_listing_id if proposal else None,
            "second_listing_id": proposal.second_listing_id if proposal else None,
            "origin": origin,
            "state": State.NEW,
            "stirred_at": timezone.now(),
        },
    )
    if is_new:
        Party.objects.bulk_create(Party(introduction=introduction, organisation=one) for one in (low, high))
    case = locked_case(introduction)
    introduction = case.introduction
    if introduction.state == State.OPEN:
        raise InvalidInput(_("They have been introduced already."))
    if introduction.state == State.PAUSED:
        raise InvalidInput(_("There is a paused case of the two: resume it instead."))
    introduction.note = note
    introduction.save(update_fields=["note", "updated_at"])
    # Who has asked of its own accord goes on being interested; the other side is asked.
    interested = {
        party.organisation_id
        for party in case
        if party.asks and introduction.state in (State.QUEUED, State.WITH_ADVISERS)
    }
    was_introduced = introduction.state == State.CLOSED and introduction.is_introduced
    if was_introduced or not ask_first or len(interested) == len(case.parties):
        open_introduction(case, actor=actor, verb="introduce_by_hand")
        return introduction
    if introduction.state == State.REQUESTED:
        raise InvalidInput(_("One of them has asked the other, who has not answered yet. Nudge them instead."))
    introduction.requested_at = timezone.now()
    introduction.lapses_at = in_days(policy_of(bridge).days_to_answer)
    introduction.closed_at, introduction.close_reason, introduction.close_note = None, "", ""
    introduction.save(
        update_fields=["requested_at", "lapses_at", "closed_at", "close_reason", "close_note", "updated_at"]
    )
    for party in case:
        if party.organisation_id not in interested:
            party.asks = False
            forget_answer(party)
            unteach(case, party, kind=ResponseKind.DECLINED)
        party.asked_at, party.reminded_at = timezone.now(), None
        party.save()
    step(case, State.REQUESTED, "introduce_by_hand", actor=actor)
    for party in case:
        if party.answer != Answer.INTERESTED:
            tell_side(
                case,
                party,
                "request_received",
                mail="request_received",
                key=str(introduction.requested_at),
                words=reasons_to_meet,
                by_hand=True,
            )
    return introduction


@transaction.atomic
def pass_on(introduction: Introduction, *, actor: Any) -> Introduction:
    """Put a request that came to the advisers before the other side, or in its queue; if both asked, introduce them."""
    case = _brokered(introduction, actor)
    if case.introduction.state != State.WITH_ADVISERS:
        raise TransitionNotAllowed
    if all(party.answer == Answer.INTERESTED for party in case):
        open_introduction(case, actor=actor, verb="pass_on_request")
        return case.introduction
    asker = next(party for party in case if party.answer == Answer.INTERESTED)
    case.introduction.lapses_at = in_days(policy_of(case.bridge).days_to_answer)
    case.introduction.save(update_fields=["lapses_at", "updated_at"])
    if has_place(case, case.other(asker)):
        ask(case, case.other(asker), actor=actor, verb="pass_on_request", by=None)
    else:
        step(case, State.QUEUED, "pass_on_request", actor=actor)
    return case.introduction


@transaction.atomic
def do_not_pass_on(introduction: Introduction, *, actor: Any, note: str) -> Introduction:
    """Tell who has asked that the advisers do not pass it on, and why. The other side never learns of it."""
    case = _brokered(introduction, actor)
    note = clean_line(note)[:500]
    if not note:
        raise InvalidInput(errors={"note": [_("Say why: the organisation reads it.")]})
    if case.introduction.state != State.WITH_ADVISERS:
        raise TransitionNotAllowed
    _end(case, State.CLOSED, "do_not_pass_on_request", actor, CloseReason.NOT_PASSED_ON, note)
    for party in case:
        if party.asks:
            tell_side(case, party, "request_not_passed_on", mail="request_not_passed_on", key="", note=note)
    return case.introduction


@transaction.atomic
def nudge(introduction: Introduction, *, actor: Any, organisation: Organisation) -> Introduction:
    """Remind one side: to answer, or of the next step. Not more often than every three days, and never after a no."""
    case = _brokered(introduction, actor)
    party = case.party_of(organisation)
    state = case.introduction.state
    if state not in (State.REQUESTED, State.OPEN) or not party.knows:
        raise TransitionNotAllowed
    if state == State.REQUESTED and party.answer in (Answer.NO, Answer.INTERESTED):
        raise TransitionNotAllowed(_("They have answered."))
    if party.reminded_at is not None and timezone.now() - party.reminded_at < NUDGE_AGAIN_AFTER:
        raise TransitionNotAllowed(_("They were reminded less than three days ago."))
    party.reminded_at = timezone.now()
    party.save(update_fields=["reminded_at", "updated_at"])
    log(case, "nudge", actor=actor, party=party, private=True)
    kind = "request_reminder" if state == State.REQUESTED else "introduction_nudge"
    tell_side(case, party, kind, mail=kind, key=f"{party.reminded_at}")
    return case.introduction


@transaction.atomic
def assign_adviser(
    introduction: Introduction, *, actor: Any, organisation: Organisation, adviser: Any | None
) -> Introduction:
    """Have somebody of the bridge look after one side; None for nobody. The adviser is told.

    Who runs the bridge assigns anybody; an adviser takes a free side, or gives up an own one.
    """
    case = _brokered(introduction, actor)
    party = case.party_of(organisation)
    runs = actor.is_superuser or role_on(actor, case.bridge) in RUNS
    if not runs and not (
        (adviser == actor and party.adviser_id is None) or (adviser is None and party.adviser == actor)
    ):
        raise NotAllowed
    if adviser is not None and role_on(adviser, case.bridge) not in (*RUNS, BridgeRole.ADVISER):
        raise InvalidInput(errors={"adviser": [_("Choose somebody who works for the bridge.")]})
    before, party.adviser = party.adviser_id, adviser
    if before == party.adviser_id:
        return case.introduction
    party.save(update_fields=["adviser", "updated_at"])
    stir(case.introduction)
    log(case, "assign_adviser", actor=actor, party=party, before=str(before or ""), after=str(party.adviser_id or ""))
    if adviser is not None and adviser != actor:
        tell(
            adviser,
            "case_assigned",
            topic="introductions",
            url=desk_path_of(case.introduction),
            bridge=case.bridge,
            mail="case_assigned",
            mail_context={
                "introduction": case.introduction,
                "first": case.introduction.first,
                "second": case.introduction.second,
                "organisation": party.organisation,
            },
            subject=f"{case.introduction.first} – {case.introduction.second}",
        )
    return case.introduction


@transaction.atomic
def pause(introduction: Introduction, *, actor: Any, until: datetime.date | None = None) -> Introduction:
    """Let a case rest: nothing lapses and nobody is reminded. With a date it goes on by itself."""
    case = _brokered(introduction, actor)
    if until is not None and until <= timezone.localdate():
        raise InvalidInput(errors={"until": [_("Choose a day to come.")]})
    before = case.introduction.state
    step(case, State.PAUSED, "pause_introduction", actor=actor)
    case.introduction.paused_from, case.introduction.paused_until = before, until
    case.introduction.save(update_fields=["paused_from", "paused_until", "updated_at"])
    return case.introduction


@transaction.atomic
def resume(introduction: Introduction, *, actor: Any) -> Introduction:
    """Go on where a case was paused. A request has at least three days left to be answered."""
    case = _brokered(introduction, actor) if actor is not None else locked_case(introduction)
    found = case.introduction
    if found.state != State.PAUSED:
        raise TransitionNotAllowed
    step(case, found.paused_from or State.OPEN, "resume_introduction", actor=actor)
    if found.state != State.OPEN and found.lapses_at is not None:
        found.lapses_at = max(found.lapses_at, in_days(3))
    found.paused_from, found.paused_until = "", None
    found.save(update_fields=["paused_from", "paused_until", "lapses_at", "updated_at"])
    for party in case:
        emit("request.place_free", organisation_id=party.organisation_id, bridge_id=case.bridge.pk)
    return found


def resume_due_introductions() -> int:
    """Go on with cases whose pause has a date that has come; returns how many."""
    due = Introduction.objects.filter(state=State.PAUSED, paused_until__lte=timezone.localdate())
    resumed = 0
    for introduction in list(due[:1000]):
        try:
            resume(introduction, actor=None)
        except TransitionNotAllowed:  # somebody was quicker
            continue
        resumed += 1
    return resumed


@transaction.atomic
def close(
    introduction: Introduction, *, actor: Any, reason: str, note: str = "", organisation: Organisation | None = None
) -> Introduction:
    """End an introduction with a reason that both sides see. By a side, or (no `organisation`) by a broker."""
    case = _acted_on(introduction, actor, organisation)
    if reason not in CloseReason.values or reason == CloseReason.NOT_PASSED_ON:
        raise InvalidInput(errors={"reason": [_("Choose one of the reasons.")]})
    if not case.introduction.is_introduced:
        raise TransitionNotAllowed(_("Nobody has been introduced yet."))
    party = case.party_of(organisation) if organisation is not None else None
    _end(case, State.CLOSED, "close_introduction", actor, reason, clean_line(note)[:500], party)
    for one in case:
        if one is not party:
            tell_side(
                case, one, "introduction_closed", mail="introduction_closed", key=str(case.introduction.closed_at)
            )
    return case.introduction


@transaction.atomic
def reopen(introduction: Introduction, *, actor: Any, organisation: Organisation | None = None) -> Introduction:
    """Take up a closed introduction again."""
    case = _acted_on(introduction, actor, organisation)
    found = case.introduction
    if found.state != State.CLOSED or not found.is_introduced:
        raise TransitionNotAllowed
    party = case.party_of(organisation) if organisation is not None else None
    step(case, State.OPEN, "reopen_introduction", actor=actor, party=party)
    found.closed_at, found.close_reason, found.close_note = None, "", ""
    found.save(update_fields=["closed_at", "close_reason", "close_note", "updated_at"])
    for one in case:
        if one is not party:
            tell_side(case, one, "introduction_reopened", mail="introduction_reopened", key="")
    return found


def _end(case: Case, to: str, verb: str, actor: Any, reason: str, note: str, party: Party | None = None) -> None:
    step(case, to, verb, actor=actor, party=party, reason=reason)
    found = case.introduction
    found.closed_at, found.close_reason, found.close_note = timezone.now(), reason, note
    found.paused_from, found.paused_until = "", None
    found.save(update_fields=["closed_at", "close_reason", "close_note", "paused_from", "paused_until", "updated_at"])


def _brokered(introduction: Introduction, actor: Any) -> Case:
    if not brokers(actor, introduction):
        raise NotAllowed
    return locked_case(introduction)


def _acted_on(introduction: Introduction, actor: Any, organisation: Organisation | None) -> Case:
    """The case, for a side that takes part in it or, without an organisation, for a broker."""
    if organisation is None:
        return _brokered(introduction, actor)
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    if not (case.party_of(organisation).knows or case.party_of(organisation).remembers):
        raise NotAllowed
    return case
