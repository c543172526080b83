"""What a side may say, who may say it, and what the other side never learns."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from matching.app.enums import ResponseKind
from matching.app.models import Proposal, Response
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.directory.models import Block
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.brokering import do_not_pass_on, introduce_by_hand, pass_on
from qiao.partnerships.domain.lapsing import fill_free_places, lapse_requests, remind_of_requests
from qiao.partnerships.domain.limits import allowance_of, change_cooperation_policy
from qiao.partnerships.domain.queries.introduction_view import IntroductionRow, Tab, introduction_rows
from qiao.partnerships.domain.responding import answer_proposal, answer_request, take_back_answer, withdraw_request
from qiao.partnerships.enums import Answer, DismissalReason, IntroductionState
from qiao.partnerships.models import Introduction, Message, ProposalMark
from tests.factories import UserFactory, member_listing, propose
from tests.partnerships.cast import Cast

State = IntroductionState
EVERYBODY = (
    "a.owner", "a.editor", "a.viewer", "b.owner", "b.editor", "b.viewer", "c.owner", "c.editor", "c.viewer",
    "organiser", "adviser", "reviewer", "stranger", "nobody",
)  # fmt: skip


def standing(cast: Cast, side: str, other: str) -> set[str]:
    """What the matcher has learnt of one side about the other."""
    return set(
        Response.objects.standing()
        .filter(organisation=cast.organisation(side), other=cast.organisation(other))
        .values_list("kind", flat=True)
    )


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_owners_and_editors_of_a_side_answer_a_proposal_for_it(cast: Cast, who: str) -> None:
    if who in ("a.owner", "a.editor"):
        found = answer_proposal(cast.proposal, actor=cast.user(who), organisation=cast.a, answer=Answer.INTERESTED)
        assert found is not None
        assert found.state == State.REQUESTED
        return
    with pytest.raises(NotAllowed):
        answer_proposal(cast.proposal, actor=cast.user(who), organisation=cast.a, answer=Answer.INTERESTED)
    assert not Introduction.objects.exists()


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("answer", [Answer.INTERESTED, Answer.LATER, Answer.NO])
def test_only_owners_and_editors_of_a_side_answer_a_request_to_it(cast: Cast, who: str, answer: Answer) -> None:
    found = cast.ask()
    if who in ("b.owner", "b.editor"):
        answer_request(found, actor=cast.user(who), organisation=cast.b, answer=answer)
        assert cast.party(found, "b").answer == answer
        return
    with pytest.raises(NotAllowed):
        answer_request(found, actor=cast.user(who), organisation=cast.b, answer=answer)
    assert cast.party(found, "b").answer == Answer.NONE


def test_a_third_organisation_finds_no_request_to_answer(cast: Cast) -> None:
    found = cast.ask()
    with pytest.raises(NotFound):
        answer_request(found, actor=cast.user("c.owner"), organisation=cast.c, answer=Answer.NO)
    with pytest.raises(NotFound):
        withdraw_request(found, actor=cast.user("c.owner"), organisation=cast.c)


def test_an_unknown_answer_or_reason_or_day_is_refused_with_a_word_on_it(cast: Cast) -> None:
    found = cast.ask()
    with pytest.raises(InvalidInput) as refusal:
        cast.answer(found, "perhaps")
    assert set(refusal.value.errors) == {"answer"}
    with pytest.raises(InvalidInput) as refusal:
        cast.answer(found, Answer.NO, reason="dislike")
    assert set(refusal.value.errors) == {"reason"}
    for until in (timezone.localdate(), timezone.localdate() + timedelta(days=400)):
        with pytest.raises(InvalidInput) as refusal:
            cast.answer(found, Answer.LATER, until=until)
        assert set(refusal.value.errors) == {"until"}
    assert cast.party(found, "b").answer == Answer.NONE


@pytest.mark.parametrize("reason", ["", *DismissalReason.values])
def test_a_no_keeps_its_reason_and_teaches_the_matcher(cast: Cast, reason: str) -> None:
    found = cast.answer(cast.ask(), Answer.NO, reason=reason, note="We have\r\n no room")
    party = cast.party(found, "b")
    assert (party.answer, party.reason, party.comment) == (Answer.NO, reason, "We have no room")
    assert standing(cast, "b", "a") == {ResponseKind.DECLINED}
    assert Response.objects.get(organisation=cast.b, kind=ResponseKind.DECLINED).reason == reason
    assert found.state == State.REQUESTED


def test_what_the_matcher_learns_follows_a_change_of_mind(cast: Cast) -> None:
    found = cast.ask()
    assert standing(cast, "a", "b") == {ResponseKind.INTERESTED}
    cast.answer(found, Answer.NO)
    cast.answer(found, Answer.LATER)
    assert standing(cast, "b", "a") == set()
    cast.answer(found, Answer.NO)
    take_back_answer(found, actor=cast.user("b.editor"), organisation=cast.b)
    assert standing(cast, "b", "a") == set()
    cast.answer(found, Answer.INTERESTED)
    assert standing(cast, "b", "a") == {ResponseKind.INTERESTED, ResponseKind.INTRODUCED}


def test_interest_that_turns_into_a_no_teaches_the_no_only(cast: Cast) -> None:
    found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    cast.answer(found, Answer.INTERESTED, by="a")
    cast.answer(found, Answer.NO, by="a", reason=DismissalReason.CAPACITY)
    assert standing(cast, "a", "b") == {ResponseKind.DECLINED}
    cast.answer(found, Answer.INTERESTED, by="a")
    cast.answer(found, Answer.LATER, by="a")
    assert standing(cast, "a", "b") == set()


def test_a_question_goes_with_interest_though_both_are_interested_already(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1)
    cast.ask(by="c")
    assert cast.ask().state == State.QUEUED  # b does not know
    found = cast.ask(by="b", question="Which volume do you need?")
    assert found.state == State.OPEN
    assert Message.objects.get(introduction=found).text == "Which volume do you need?"


def test_a_question_too_long_sends_nothing(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refusal:
        cast.ask(question="x" * 1001)
    assert set(refusal.value.errors) == {"question"}
    assert not Introduction.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_one_is_told_to_withdraw_an_own_request_instead_of_refusing_it(cast: Cast) -> None:
    found = cast.ask()
    with pytest.raises(TransitionNotAllowed, match="withdraw"):
        cast.answer(found, Answer.NO, by="a")
    with pytest.raises(TransitionNotAllowed):
        withdraw_request(found, actor=cast.user("b.owner"), organisation=cast.b)


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_who_asked_withdraws(cast: Cast, who: str) -> None:
    found = cast.ask()
    if who in ("a.owner", "a.editor"):
        assert withdraw_request(found, actor=cast.user(who), organisation=cast.a).state == State.WITHDRAWN
        assert standing(cast, "a", "b") == set()
        return
    with pytest.raises(NotAllowed):
        withdraw_request(found, actor=cast.user(who), organisation=cast.a)
    found.refresh_from_db()
    assert found.state == State.REQUESTED


def test_withdrawing_and_asking_again_does_not_jump_the_queue(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1)
    cast.ask(by="c")
    found = cast.ask()
    assert found.state == State.QUEUED
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    assert cast.ask().state == State.QUEUED
    assert allowance_of(cast.b, cast.bridge).in_used == 1
    assert not OutgoingMail.objects.filter(to="b.owner@cast.example", subject__contains=cast.a.name).exists()


def test_asking_again_tells_the_other_side_nothing_new(cast: Cast) -> None:
    found = cast.ask()
    cast.answer(found, Answer.NO)
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    told = OutgoingMail.objects.filter(to="b.owner@cast.example").count()
    again = cast.ask()
    assert (again.state, again.requested_at, again.lapses_at) == (State.REQUESTED, found.requested_at, found.lapses_at)
    assert OutgoingMail.objects.filter(to="b.owner@cast.example").count() == told
    assert cast.party(again, "b").answer == Answer.NO


def test_after_the_date_nobody_asks_a_second_time(cast: Cast) -> None:
    found = cast.ask()
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False), pytest.raises(TransitionNotAllowed):
        cast.ask()


def test_asked_in_turn_one_is_reminded_anew_and_a_later_of_before_counts_no_longer(cast: Cast) -> None:
    found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    cast.answer(found, Answer.LATER)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        remind_of_requests()
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        lapse_requests()
        cast.answer(found, Answer.INTERESTED, by="a")
        party = cast.party(found, "b")
        assert (party.answer, party.later_until, party.reminded_at) == (Answer.NONE, None, None)
        assert allowance_of(cast.b, cast.bridge).in_used == 1
    with time_machine.travel(timezone.now() + timedelta(days=23), tick=False):
        assert remind_of_requests() == 1


def test_a_side_does_not_learn_of_a_new_request_that_lies_with_the_advisers(cast: Cast) -> None:
    found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        lapse_requests()
        change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), advisers_for_all=True)
        before = [(row.state, row.tab, row.my_answer) for row in _rows_of(cast, "b")]
        assert before == [(State.LAPSED, Tab.ENDED, "")]
        cast.answer(found, Answer.INTERESTED, by="a")
        found.refresh_from_db()
        assert found.state == State.WITH_ADVISERS
        assert [(row.state, row.tab, row.my_answer) for row in _rows_of(cast, "b")] == before
        do_not_pass_on(found, actor=cast.user("adviser"), note="Not now.")
        assert [(row.state, row.tab, row.my_answer) for row in _rows_of(cast, "b")] == before


def test_who_was_kept_from_a_request_can_still_ask_of_its_own_accord(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), advisers_for_all=True)
    found = cast.ask()
    do_not_pass_on(found, actor=cast.user("adviser"), note="Not now.")
    asked = cast.ask(by="b")
    assert (asked.state, asked.close_reason, asked.close_note) == (State.WITH_ADVISERS, "", "")
    pass_on(asked, actor=cast.user("adviser"))
    assert cast.answer(asked, Answer.INTERESTED, by="a").state == State.OPEN


def test_the_limit_says_no_more_than_that_it_is_reached(cast: Cast) -> None:
    """Whether the other side has asked already, by the advisers, makes no difference."""
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), advisers_for_all=True, requests_out=1)
    answer_proposal(cast.other_proposal, actor=cast.user("b.owner"), organisation=cast.b, answer=Answer.INTERESTED)
    cast.ask()
    with pytest.raises(InvalidInput, match="limit"):
        cast.ask(by="b")
    assert allowance_of(cast.b, cast.bridge).out_used == 1


def test_interest_undoes_an_earlier_dismissal_and_takes_a_place_like_any_other(cast: Cast) -> None:
    answer_proposal(
        cast.proposal, actor=cast.user("a.owner"), organisation=cast.a, answer=Answer.NO, reason="too_early"
    )
    assert standing(cast, "a", "b") == {ResponseKind.DISMISSED}
    cast.ask()
    assert standing(cast, "a", "b") == {ResponseKind.INTERESTED}
    assert ProposalMark.objects.get(organisation=cast.a).dismissed_at is None


def test_who_was_blocked_waits_in_the_queue_as_anybody(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1)
    cast.ask(by="c")
    Block.objects.create(organisation=cast.b, blocked=cast.a)
    found = cast.ask()
    assert found.state == State.QUEUED
    cast.answer(Introduction.objects.get(proposal=cast.other_proposal), Answer.INTERESTED)
    assert fill_free_places(cast.b.pk, cast.bridge.pk) == 1
    found.refresh_from_db()
    assert found.state == State.REQUESTED
    assert not cast.party(found, "b").knows


def test_take_back_needs_a_no_or_later_to_a_request_that_waits(cast: Cast) -> None:
    found = cast.ask()
    with pytest.raises(TransitionNotAllowed):
        take_back_answer(found, actor=cast.user("b.owner"), organisation=cast.b)
    cast.answer(found, Answer.NO)
    for who in ("b.viewer", "a.owner", "organiser", "adviser", "stranger", "nobody"):
        with pytest.raises(NotAllowed):
            take_back_answer(found, actor=cast.user(who), organisation=cast.b)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        lapse_requests()
        with pytest.raises(TransitionNotAllowed):
            take_back_answer(found, actor=cast.user("b.owner"), organisation=cast.b)


def test_who_was_asked_may_ask_once_the_other_has_withdrawn(cast: Cast) -> None:
    found = cast.ask()
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=False):
        turned = cast.answer(found, Answer.INTERESTED)
        assert (cast.party(turned, "a").asks, cast.party(turned, "b").asks) == (False, True)
        assert turned.lapses_at == timezone.now() + timedelta(days=14)
        assert OutgoingMail.objects.filter(to="a.owner@cast.example", template="request_received").count() == 1
        assert cast.answer(turned, Answer.INTERESTED, by="a").state == State.OPEN


@pytest.mark.parametrize("by_advisers", [True, False])
def test_what_one_asks_in_turn_stays_in_the_list_of_who_has_asked(cast: Cast, by_advisers: bool) -> None:
    """Neither the advisers nor the queue may hold it back: the other's row would vanish, and tell of it."""
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1, advisers_for_all=by_advisers)
    found = cast.ask()
    if by_advisers:
        found = pass_on(found, actor=cast.user("adviser"))
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        Introduction.objects.filter(pk=found.pk).update(lapses_at=timezone.now())
        lapse_requests()
        assert [row.tab for row in _rows_of(cast, "a")] == [Tab.ENDED]
        if not by_advisers:  # somebody else has taken the one place
            offer = member_listing(cast.bridge, country="CN", direction="offer", owner=(extra := UserFactory()))
            propose(cast.need, offer)
            answer_proposal(
                Proposal.objects.latest("pk"), actor=extra, organisation=offer.organisation, answer=Answer.INTERESTED
            )
            assert allowance_of(cast.a, cast.bridge).in_left == 0
        asked = cast.answer(found, Answer.INTERESTED)
        assert asked.state == State.REQUESTED
        assert [row.tab for row in _rows_of(cast, "a") if row.introduction == found] == [Tab.TO_ANSWER]
        assert cast.answer(asked, Answer.INTERESTED, by="a").state == State.OPEN


def test_who_was_not_reached_before_still_asks_through_the_advisers(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), advisers_for_all=True)
    found = cast.ask()
    withdraw_request(found, actor=cast.user("a.owner"), organisation=cast.a)
    assert cast.ask(by="b").state == State.WITH_ADVISERS


def _rows_of(cast: Cast, name: str) -> list[IntroductionRow]:
    return introduction_rows(cast.user(f"{name}.owner"), cast.organisation(name), cast.bridge)
