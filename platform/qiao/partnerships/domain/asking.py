"""Putting one side's interest to the other: by which way, and in whose words."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.common.text import clean_text
from qiao.directory.models import Block
from qiao.partnerships.domain.case import Case, people_of, step, tell_brokers, tell_side
from qiao.partnerships.domain.letters import reasons_to_meet
from qiao.partnerships.domain.limits import policy_of
from qiao.partnerships.enums import Answer, IntroductionState, MessageKind
from qiao.partnerships.models import Introduction, Message, Party, ProposalMark

State = IntroductionState
QUESTION_LENGTH = 1000


def put_request(case: Case, asker: Party, *, actor: Any, again: bool = False) -> None:
    """Send a request on its way: to the advisers, into the queue, or to the other side.

    Whether the other side has refused or blocked the asker is looked at last and changes nothing that the asker sees.
    What one asks in turn goes straight to who has asked before: what they have of their own request would leave their
    list while this one lay with the advisers or in the queue, and tell of it.
    """
    introduction, other = case.introduction, case.other(asker)
    in_turn = other.has_asked and asker.asked_at is not None
    if needs_advisers(case, other, in_turn=in_turn):
        introduction.via_advisers = True
        introduction.save(update_fields=["via_advisers", "updated_at"])
        step(case, State.WITH_ADVISERS, "request_introduction", actor=actor, party=asker)
        tell_brokers(case, "request_with_advisers", mail="request_with_advisers", key=str(introduction.requested_at))
        return
    if not other.has_asked and not has_place(case, other):
        step(case, State.QUEUED, "request_introduction", actor=actor, party=asker)
        return
    ask(case, other, actor=actor, verb="request_introduction", by=asker, again=again)


def ask(case: Case, asked: Party, *, actor: Any, verb: str, by: Party | None, again: bool = False) -> None:
    """Put the request before the side that is asked, unless it has said no before or has blocked the asker."""
    step(case, State.REQUESTED, verb, actor=actor, party=by)
    if asked.asked_at is not None and again:
        return
    if not _is_refused(case, asked):
        asked.asked_at = timezone.now()
        asked.save(update_fields=["asked_at", "updated_at"])
        tell_side(
            case,
            asked,
            "request_received",
            mail="request_received",
            key=str(case.introduction.requested_at),
            words=reasons_to_meet,
        )


def needs_advisers(case: Case, asked: Party, *, in_turn: bool = False) -> bool:
    """Through the advisers: nobody there could answer, a name is withheld, or the bridge wants it.

    The last two are settled once a request between the two has reached the other side: one in turn needs no more.
    """
    introduction = case.introduction
    if not people_of(asked.organisation_id):
        return True
    return not in_turn and (
        policy_of(case.bridge).advisers_for_all
        or any(one is not None and one.anonymous for one in (introduction.first_listing, introduction.second_listing))
    )


def record_question(case: Case, party: Party, *, actor: Any, text: str) -> Message:
    """A question that goes with a request, or an answer to it. It changes no state.

    Raises `InvalidInput` when it is empty or too long.
    """
    text = clean_text(text)
    if not text:
        raise InvalidInput(errors={"question": [_("Write your question.")]})
    if len(text) > QUESTION_LENGTH:
        raise InvalidInput(errors={"question": [_("Keep it under 1,000 characters.")]})
    return Message.objects.create(
        introduction=case.introduction,
        author=actor,
        organisation_id=party.organisation_id,
        kind=MessageKind.QUESTION,
        text=text,
    )


def has_place(case: Case, asked: Party) -> bool:
    """Whether another request can be put before the side now."""
    taken = Introduction.objects.on_bridge(case.bridge).places_taken_at(asked.organisation).count()
    return taken < policy_of(case.bridge).requests_in


def _is_refused(case: Case, asked: Party) -> bool:
    asker = case.other(asked)
    blocked = Block.objects.filter(
        Q(organisation=asked.organisation_id, blocked=asker.organisation_id)
        | Q(organisation=asker.organisation_id, blocked=asked.organisation_id)
    ).exists()
    dismissed = (
        case.introduction.proposal_id is not None
        and ProposalMark.objects.filter(
            proposal=case.introduction.proposal_id, organisation=asked.organisation_id, dismissed_at__isnull=False
        ).exists()
    )
    return blocked or dismissed or asked.answer == Answer.NO
