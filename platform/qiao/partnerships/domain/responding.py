"""What a side says: interested, later or no. Privately, until both are interested."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.app.domain.proposals import keep_proposal
from matching.app.enums import ResponseKind
from matching.app.models import Proposal
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line
from qiao.directory.models import Organisation
from qiao.partnerships.domain.asking import put_request, record_question
from qiao.partnerships.domain.case import (
    Case,
    blocks,
    forget_answer,
    in_days,
    lock_organisations,
    locked_case,
    log,
    step,
    tell_side,
)
from qiao.partnerships.domain.limits import allowance_of, policy_of
from qiao.partnerships.domain.marks import dismiss_proposal, put_off_proposal, restore_proposal
from qiao.partnerships.domain.opening import open_introduction
from qiao.partnerships.domain.remembering import party_as_known, remember
from qiao.partnerships.domain.teaching import teach, unteach
from qiao.partnerships.enums import Answer, DismissalReason, IntroductionState, Origin
from qiao.partnerships.models import Introduction, Party, ProposalMark
from qiao.partnerships.rules import acts_for, responds_for

State = IntroductionState
_UNDER_WAY = (State.QUEUED, State.WITH_ADVISERS, State.REQUESTED)


@transaction.atomic
def answer_proposal(
    proposal: Proposal,
    *,
    actor: Any,
    organisation: Organisation,
    answer: str,
    reason: str = "",
    note: str = "",
    question: str = "",
    until: datetime.date | None = None,
) -> Introduction | None:
    """Say interested, later or no to a proposal, for one's organisation.

    Interest asks the other side once, or opens the introduction when they have said the same. Later and no stay with
    one's own side. Returns the introduction or request there is now, if any.

    Raises `InvalidInput` for an unknown answer or reason, a date gone by, or no request left.
    """
    if not responds_for(actor, proposal, organisation):
        raise NotAllowed
    lock_organisations(proposal.first_id, proposal.second_id)
    existing = Introduction.objects.filter(
        bridge=proposal.bridge_id, first=proposal.first_id, second=proposal.second_id
    ).first()
    if existing is not None:
        case = locked_case(existing)
        if case.party_of(organisation).knows and existing.is_live:
            return _answer(case, case.party_of(organisation), actor, answer, reason, note, question, until)
    if answer == Answer.NO:
        dismiss_proposal(proposal, actor=actor, organisation=organisation, reason=reason, note=note)
        return existing
    if answer == Answer.LATER:
        put_off_proposal(proposal, actor=actor, organisation=organisation, until=_checked_date(until))
        return existing
    if answer != Answer.INTERESTED:
        raise InvalidInput(errors={"answer": [_("Say interested, later or no.")]})
    if existing is None:
        existing = _new_introduction(proposal)
    _forget_mark(proposal, actor, organisation)
    case = locked_case(existing)
    return _answer(case, case.party_of(organisation), actor, answer, reason, note, question, until)


@transaction.atomic
def answer_request(
    introduction: Introduction,
    *,
    actor: Any,
    organisation: Organisation,
    answer: str,
    reason: str = "",
    note: str = "",
    until: datetime.date | None = None,
) -> Introduction:
    """Answer a request that was put to one's organisation. The other side learns of interest only.

    A no can become interest while the request waits, and after it has lapsed: then the other side is asked, once.
    """
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    party = case.party_of(organisation)
    if not (party.knows or party.remembers):
        raise NotAllowed
    return _answer(case, party, actor, answer, reason, note, "", until)


@transaction.atomic
def take_back_answer(introduction: Introduction, *, actor: Any, organisation: Organisation) -> Introduction:
    """Undo a no or a later to a request that still waits: it is unanswered again."""
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    party = case.party_of(organisation)
    if (
        case.introduction.state != State.REQUESTED
        or not party.asked_at
        or party.answer not in (Answer.NO, Answer.LATER)
    ):
        raise TransitionNotAllowed
    before = party.answer
    _set_answer(party, Answer.NONE, actor)
    unteach(case, party, kind=ResponseKind.DECLINED)
    log(case, "take_back_answer", actor=actor, party=party, private=True, before=before)
    return case.introduction


@transaction.atomic
def withdraw_request(introduction: Introduction, *, actor: Any, organisation: Organisation) -> Introduction:
    """Take back one's own request. Who was asked is told, unless they have said no already."""
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    party = case.party_of(organisation)
    if not party.asks or case.introduction.state not in _UNDER_WAY:
        raise TransitionNotAllowed
    return _withdraw(case, party, actor)


def end_own_interest(case: Case, party: Party) -> bool:
    """Take back what a side has asked or agreed to, since it has blocked the other. Part of the caller's act."""
    if case.introduction.state not in _UNDER_WAY or party.answer != Answer.INTERESTED:
        return False
    if party.asks:
        _withdraw(case, party, None)
        return True
    # It was asked, by hand, and had agreed: to the other side it has not answered.
    before = party.answer
    _set_answer(party, Answer.NONE, None)
    unteach(case, party, kind=ResponseKind.INTERESTED)
    log(case, "take_back_answer", actor=None, party=party, private=True, before=before)
    return True


def _withdraw(case: Case, party: Party, actor: Any) -> Introduction:
    other = case.other(party)
    _set_answer(party, Answer.NONE, actor)
    unteach(case, party, kind=ResponseKind.INTERESTED)
    if other.asks:
        # Both have asked, each without knowing of the other: theirs goes on; this side reads that its own has ended.
        now = timezone.now()
        remember(case.introduction, party, state=State.WITHDRAWN, stirred_at=now, updated_at=now)
        party.asks = False
        party.save(update_fields=["asks", "ended", "ended_at_message", "updated_at"])
        before, after = case.introduction.state, State.WITHDRAWN
        log(case, "withdraw_request", actor=actor, party=party, private=True, before=before, after=after)
        return case.introduction
    step(case, State.WITHDRAWN, "withdraw_request", actor=actor, party=party)
    if other.asked_at and other.answer != Answer.NO:
        tell_side(case, other, "request_withdrawn", mail="request_withdrawn", key=str(case.introduction.requested_at))
    _free(case)
    return case.introduction


def _answer(
    case: Case,
    party: Party,
    actor: Any,
    answer: str,
    reason: str,
    note: str,
    question: str,
    until: datetime.date | None,
) -> Introduction:
    if case.introduction.is_introduced:
        raise TransitionNotAllowed(_("You have been introduced already."))
    if case.introduction.state == State.PAUSED:
        raise TransitionNotAllowed(_("The organisers have paused this for now."))
    if party.remembers:
        _must_be_open_to(party, answer)
    if answer == Answer.INTERESTED:
        if blocks(party, case.other(party)):
            raise TransitionNotAllowed(_("You have blocked them. Allow proposals with them again first."))
        return _interested(case, party, actor, question)
    if answer not in (Answer.NO, Answer.LATER):
        raise InvalidInput(errors={"answer": [_("Say interested, later or no.")]})
    if party.asks:
        raise TransitionNotAllowed(_("This is your own request: withdraw it instead."))
    if case.introduction.state not in _UNDER_WAY:
        raise TransitionNotAllowed(_("This request has ended."))
    if reason and reason not in DismissalReason.values:
        raise InvalidInput(errors={"reason": [_("Choose one of the reasons.")]})
    before = party.answer
    party.reason, party.comment = (reason, clean_line(note)[:500]) if answer == Answer.NO else ("", "")
    party.later_until = _checked_date(until) if answer == Answer.LATER else None
    _set_answer(party, answer, actor)
    # Not `step`: nothing that the other side could see has changed.
    log(
        case, "answer_request", actor=actor, party=party, private=True, before=before, after=answer, reason=party.reason
    )
    unteach(case, party, kind=ResponseKind.INTERESTED)  # asked by hand, one may have been interested first
    if answer == Answer.NO:
        teach(case, party, actor=actor, kind=ResponseKind.DECLINED, reason=reason)
    else:
        unteach(case, party, kind=ResponseKind.DECLINED)
    # Its place stays taken until the request's date: a queue that moved now would tell of the refusal.
    return case.introduction


def _must_be_open_to(party: Party, answer: str) -> None:
    """Refuse what would be refused if its ended request were all there is."""
    known = party_as_known(party)
    lapses_at = party.ended["lapses_at"]
    if answer in (Answer.NO, Answer.LATER) and known.asks:
        raise TransitionNotAllowed(_("This is your own request: withdraw it instead."))
    if answer == Answer.INTERESTED and known.asks:
        again = party.ended["state"] == State.WITHDRAWN and lapses_at and lapses_at > timezone.now().isoformat()
        if not again:
            raise TransitionNotAllowed(_("They have been asked once, and not again. They can still come to you."))


def _interested(case: Case, party: Party, actor: Any, question: str) -> Introduction:
    introduction, other = case.introduction, case.other(party)
    if party.answer == Answer.INTERESTED and introduction.state in _UNDER_WAY:
        return introduction  # the button was pressed twice, or by two colleagues
    under_way = introduction.state in _UNDER_WAY
    before = party.answer
    if under_way and party.asked_at and not party.asks and other.answer != Answer.INTERESTED:
        # By hand: both were asked, and this one answers first.
        _say_interested(case, party, actor, before)
        _ask_along(case, party, actor, question)
        return introduction
    if under_way and other.answer == Answer.INTERESTED:
        party.contact = party.contact or actor
        if not party.knows:
            if introduction.state == State.WITH_ADVISERS:
                # It takes a place, as if the other side had not asked: otherwise one could tell that it has.
                _check_allowance(case, party)
            party.asks = party.has_asked = True  # of its own accord, at the same time
        _say_interested(case, party, actor, before)
        _ask_along(case, party, actor, question)
        if introduction.state != State.WITH_ADVISERS:
            open_introduction(case, actor=actor)
            _free(case)
        return introduction
    _ask(case, party, actor, before)
    _ask_along(case, party, actor, question)
    return introduction


def _ask_along(case: Case, party: Party, actor: Any, question: str) -> None:
    """The question that interest carries, whatever the interest leads to."""
    if question:
        record_question(case, party, actor=actor, text=question)


def _check_allowance(case: Case, party: Party) -> None:
    allowance = allowance_of(party.organisation, case.bridge)
    if not allowance.out_left:
        raise InvalidInput(
            _("You have %(limit)s open requests, which is the limit. Withdraw one, or wait for an answer.")
            % {"limit": allowance.out_limit}
        )


def _ask(case: Case, party: Party, actor: Any, before: str) -> None:
    """Put one's interest to the other side: the one time, within the limit."""
    introduction, other = case.introduction, case.other(party)
    withdrew = party.asks and introduction.state == State.WITHDRAWN
    again = withdrew and introduction.lapses_at and introduction.lapses_at > timezone.now()
    # By what this side has done, and not by whether the other was reached: it may have refused before.
    if party.has_asked and not again:
        raise TransitionNotAllowed(_("They have been asked once, and not again. They can still come to you."))
    _check_allowance(case, party)
    if not again:
        _begin_anew(introduction, other)
    party.asks, party.has_asked, party.contact = True, True, party.contact or actor
    party.save(update_fields=["asks", "has_asked", "contact", "updated_at"])
    if not again:
        now = timezone.now()
        introduction.requested_at, introduction.lapses_at = now, in_days(policy_of(case.bridge).days_to_answer)
        introduction.closed_at, introduction.close_reason, introduction.close_note = None, "", ""
        introduction.save(
            update_fields=["requested_at", "lapses_at", "closed_at", "close_reason", "close_note", "updated_at"]
        )
    _say_interested(case, party, actor, before)
    put_request(case, party, actor=actor, again=bool(again))


def _begin_anew(introduction: Introduction, asked: Party) -> None:
    """What the side did about an earlier request ends, but for a no: it knows of this one when it is asked."""
    remember(introduction, asked)
    asked.asks, asked.asked_at, asked.reminded_at = False, None, None
    if asked.answer != Answer.NO:
        forget_answer(asked)
    asked.save()


def _say_interested(case: Case, party: Party, actor: Any, before: str) -> None:
    party.reason, party.comment, party.later_until = "", "", None
    _set_answer(party, Answer.INTERESTED, actor)
    unteach(case, party, kind=ResponseKind.DECLINED)
    teach(case, party, actor=actor, kind=ResponseKind.INTERESTED)
    log(case, "answer_request", actor=actor, party=party, private=True, before=before, after=Answer.INTERESTED)


def _set_answer(party: Party, answer: str, actor: Any) -> None:
    party.answer = answer
    party.answered_at, party.answered_by = (timezone.now(), actor) if answer else (None, None)
    if not answer:
        forget_answer(party)
    party.save()
    # What has been answered takes no place in the side's list of proposals.
    emit("list.changed", bridge_id=party.introduction.bridge_id, organisation_id=party.organisation_id)


def _new_introduction(proposal: Proposal) -> Introduction:
    introduction = Introduction.objects.create(
        bridge_id=proposal.bridge_id,
        first_id=proposal.first_id,
        second_id=proposal.second_id,
        proposal=proposal,
        first_listing_id=proposal.first_listing_id,
        second_listing_id=proposal.second_listing_id,
        origin=Origin.PROPOSAL,
        state=State.NEW,
        stirred_at=timezone.now(),
    )
    Party.objects.bulk_create(
        Party(introduction=introduction, organisation_id=pk) for pk in (proposal.first_id, proposal.second_id)
    )
    return introduction


def _forget_mark(proposal: Proposal, actor: Any, organisation: Organisation) -> None:
    """Interest takes back an earlier dismissal or putting off, and the proposal stays where one finds it."""
    mark = ProposalMark.objects.filter(proposal=proposal, organisation=organisation).first()
    if mark is not None and (mark.dismissed_at or mark.later_until):
        restore_proposal(proposal, actor=actor, organisation=organisation)
    keep_proposal(proposal, organisation=organisation, kept=True)


def _checked_date(until: datetime.date | None) -> datetime.date:
    until = until or timezone.localdate() + datetime.timedelta(days=30)
    if not timezone.localdate() < until <= timezone.localdate() + datetime.timedelta(days=366):
        raise InvalidInput(errors={"until": [_("Choose a day within the next twelve months.")]})
    return until


def _free(case: Case) -> None:
    """Places may be free now: a worker lets the next requests through."""
    for party in case:
        emit("request.place_free", organisation_id=party.organisation_id, bridge_id=case.bridge.pk)
