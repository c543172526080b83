"""From a proposal to a confirmed memorandum, and the ways it can end before."""

from __future__ import annotations

import datetime
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from qiao.bridges.enums import BridgeRole
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.enums import Direction
from qiao.directory.models import Block
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.brokering import do_not_pass_on, introduce_by_hand, pass_on, pause, resume
from qiao.partnerships.domain.conversation import ask_question, send_message, set_next_step
from qiao.partnerships.domain.follow_ups import answer_follow_up, follow_up_of, send_due_follow_ups
from qiao.partnerships.domain.lapsing import fill_free_places, lapse_requests, remind_of_requests
from qiao.partnerships.domain.limits import allowance_of, change_cooperation_policy
from qiao.partnerships.domain.milestones import confirm_milestone, dispute_milestone, record_milestone
from qiao.partnerships.domain.queries.introduction_view import Tab, introduction_rows, introduction_view
from qiao.partnerships.domain.responding import answer_proposal, answer_request, take_back_answer, withdraw_request
from qiao.partnerships.enums import Answer, IntroductionState, Stage
from qiao.partnerships.models import FollowUp, Introduction, Party
from tests.factories import BridgeFactory, UserFactory, member_listing, propose, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Any:
    """Two members with a proposal that both receive, their owners, and an organiser."""
    bridge = BridgeFactory()
    ann, bo, olga = UserFactory(language="en"), UserFactory(language="zh-hans"), UserFactory()
    need = member_listing(bridge, country="GB", owner=ann, direction=Direction.NEED)
    offer = member_listing(bridge, country="CN", owner=bo, direction=Direction.OFFER)
    proposal = propose(need, offer, rank_for_first=1, rank_for_second=1)
    staff(bridge, olga, BridgeRole.ORGANISER)
    return SimpleNamespace(
        bridge=bridge, ann=ann, bo=bo, olga=olga, a=need.organisation, b=offer.organisation, proposal=proposal,
        need=need, offer=offer,
    )  # fmt: skip


def _ask(pair: Any) -> Introduction:
    found = answer_proposal(pair.proposal, actor=pair.ann, organisation=pair.a, answer=Answer.INTERESTED)
    assert found is not None
    return Introduction.objects.get(pk=found.pk)


def _open(pair: Any) -> Introduction:
    found = _ask(pair)
    return answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)


def _row(user: Any, organisation: Any, bridge: Any) -> Any:
    return next(iter(introduction_rows(user, organisation, bridge)), None)


def test_interest_asks_the_other_side_once_in_its_language(pair: Any) -> None:
    found = _ask(pair)
    assert found.state == IntroductionState.REQUESTED
    assert _row(pair.ann, pair.a, pair.bridge).tab == Tab.WAITING
    assert _row(pair.bo, pair.b, pair.bridge).tab == Tab.TO_ANSWER
    mail = OutgoingMail.objects.get(to=pair.bo.email)
    assert mail.language == "zh-hans"
    assert f"/introductions/{found.public_id}/" in mail.text
    _ask(pair)  # the button pressed again
    assert OutgoingMail.objects.filter(to=pair.bo.email).count() == 1


def test_two_interests_open_an_introduction_with_people_agenda_and_follow_ups(pair: Any) -> None:
    found = _open(pair)
    assert (found.state, found.stage) == (IntroductionState.OPEN, Stage.INTRODUCED)
    view = introduction_view(pair.ann, Introduction.objects.visible_to(pair.ann).in_full().get())
    assert view is not None
    assert view.their_contact is not None
    assert view.their_contact.email == pair.bo.email
    assert view.agenda
    assert FollowUp.objects.filter(introduction=found).count() == 8
    assert set(OutgoingMail.objects.filter(template="introduction_opened").values_list("to", flat=True)) == {
        pair.ann.email,
        pair.bo.email,
    }


def test_interest_of_both_at_once_needs_no_request(pair: Any) -> None:
    change_cooperation_policy(pair.bridge, actor=pair.olga, advisers_for_all=True)
    _ask(pair)
    found = answer_proposal(pair.proposal, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
    assert found is not None
    assert found.state == IntroductionState.WITH_ADVISERS
    assert pass_on(found, actor=pair.olga).state == IntroductionState.OPEN


def test_a_no_is_seen_by_its_own_side_only(pair: Any) -> None:
    found = _ask(pair)
    before = _row(pair.ann, pair.a, pair.bridge)
    allowance = allowance_of(pair.a, pair.bridge)
    told = Notification.objects.filter(user=pair.ann).count()
    answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.NO, reason="capacity")
    assert _row(pair.ann, pair.a, pair.bridge) == before
    assert allowance_of(pair.a, pair.bridge) == allowance
    assert Notification.objects.filter(user=pair.ann).count() == told
    assert _row(pair.bo, pair.b, pair.bridge).tab == Tab.ENDED
    take_back_answer(found, actor=pair.bo, organisation=pair.b)
    assert _row(pair.bo, pair.b, pair.bridge).tab == Tab.TO_ANSWER


@pytest.mark.parametrize("answer", [Answer.NONE, Answer.NO, Answer.LATER])
def test_a_request_lapses_alike_whatever_was_said(pair: Any, answer: str) -> None:
    found = _ask(pair)
    if answer:
        answer_request(found, actor=pair.bo, organisation=pair.b, answer=answer)
    assert lapse_requests() == 0
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert lapse_requests() == 1
        assert lapse_requests() == 0
    found.refresh_from_db()
    assert found.state == IntroductionState.LAPSED
    assert OutgoingMail.objects.filter(to=pair.ann.email, template="request_lapsed").count() == 1
    assert not OutgoingMail.objects.filter(to=pair.bo.email, template="request_lapsed").exists()
    with pytest.raises(TransitionNotAllowed):
        _ask(pair)


def test_after_it_lapsed_the_other_side_may_ask_in_turn(pair: Any) -> None:
    found = _ask(pair)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        lapse_requests()
        answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
        found.refresh_from_db()
        assert found.state == IntroductionState.REQUESTED
        assert _row(pair.ann, pair.a, pair.bridge).tab == Tab.TO_ANSWER
        answer_request(found, actor=pair.ann, organisation=pair.a, answer=Answer.INTERESTED)
    found.refresh_from_db()
    assert found.state == IntroductionState.OPEN


def test_who_dismissed_or_blocked_is_not_asked_and_the_asker_cannot_tell(pair: Any) -> None:
    Block.objects.create(organisation=pair.b, blocked=pair.a)
    found = _ask(pair)
    assert found.state == IntroductionState.REQUESTED
    assert not OutgoingMail.objects.filter(to=pair.bo.email).exists()
    assert _row(pair.bo, pair.b, pair.bridge) is None
    assert introduction_view(pair.bo, found) is None


def test_requests_beyond_the_limit_are_refused_or_wait(pair: Any) -> None:
    change_cooperation_policy(pair.bridge, actor=pair.olga, requests_out=1, requests_in=1)
    _ask(pair)
    other = member_listing(pair.bridge, country="CN", owner=UserFactory())
    second = propose(pair.need, other, rank_for_first=1, rank_for_second=1)
    with pytest.raises(InvalidInput, match="limit"):
        answer_proposal(second, actor=pair.ann, organisation=pair.a, answer=Answer.INTERESTED)
    carl = UserFactory()
    third = propose(
        member_listing(pair.bridge, country="GB", owner=carl), pair.offer, rank_for_first=1, rank_for_second=1
    )
    asking = third.first if third.first_id != pair.b.pk else third.second
    queued = answer_proposal(third, actor=carl, organisation=asking, answer=Answer.INTERESTED)
    assert queued is not None
    assert queued.state == IntroductionState.QUEUED
    assert fill_free_places(pair.b.pk, pair.bridge.pk) == 0
    waiting = Introduction.objects.get(proposal=pair.proposal)
    answer_request(waiting, actor=pair.bo, organisation=pair.b, answer=Answer.NO)
    assert fill_free_places(pair.b.pk, pair.bridge.pk) == 0, "it would tell of the refusal"
    answer_request(waiting, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
    assert fill_free_places(pair.b.pk, pair.bridge.pk) == 1
    queued.refresh_from_db()
    assert queued.state == IntroductionState.REQUESTED


def test_anonymous_listings_go_through_the_advisers(pair: Any) -> None:
    type(pair.offer).objects.filter(pk=pair.offer.pk).update(anonymous=True)
    found = _ask(pair)
    assert found.state == IntroductionState.WITH_ADVISERS
    assert _row(pair.bo, pair.b, pair.bridge) is None
    assert OutgoingMail.objects.filter(to=pair.olga.email, template="request_with_advisers").exists()
    row = _row(pair.ann, pair.a, pair.bridge)
    assert row.their_organisation is None
    assert pair.b.name not in row.their_name
    pass_on(found, actor=pair.olga)
    assert _row(pair.bo, pair.b, pair.bridge).tab == Tab.TO_ANSWER
    answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
    assert _row(pair.ann, pair.a, pair.bridge).their_organisation == pair.b


def test_advisers_may_keep_a_request_back_with_a_reason(pair: Any) -> None:
    change_cooperation_policy(pair.bridge, actor=pair.olga, advisers_for_all=True)
    found = _ask(pair)
    with pytest.raises(NotAllowed):
        do_not_pass_on(found, actor=pair.bo, note="no")
    do_not_pass_on(found, actor=pair.olga, note="Their fund has closed.")
    assert "Their fund has closed." in OutgoingMail.objects.get(template="request_not_passed_on").text
    assert _row(pair.bo, pair.b, pair.bridge) is None


def test_by_hand_both_are_asked_first(pair: Any) -> None:
    found = introduce_by_hand(pair.bridge, pair.a, pair.b, actor=pair.olga, note="You both work on valves.")
    assert found.state == IntroductionState.REQUESTED
    answer_request(found, actor=pair.ann, organisation=pair.a, answer=Answer.INTERESTED)
    found.refresh_from_db()
    assert found.state == IntroductionState.REQUESTED
    answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
    found.refresh_from_db()
    assert found.state == IntroductionState.OPEN
    assert "You both work on valves." in OutgoingMail.objects.filter(template="request_received").first().text  # type: ignore[union-attr]


def test_a_reminder_goes_once_to_who_has_not_answered(pair: Any) -> None:
    _ask(pair)
    assert remind_of_requests() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert remind_of_requests() == 1
        assert remind_of_requests() == 0
    assert OutgoingMail.objects.filter(template="request_reminder", to=pair.bo.email).count() == 1


def test_withdrawing_frees_the_place_and_tells_who_was_asked(pair: Any) -> None:
    found = _ask(pair)
    withdraw_request(found, actor=pair.ann, organisation=pair.a)
    assert allowance_of(pair.a, pair.bridge).out_used == 0
    assert OutgoingMail.objects.filter(to=pair.bo.email, template="request_withdrawn").count() == 1
    _ask(pair)  # a change of mind before its date: no second message
    assert OutgoingMail.objects.filter(to=pair.bo.email, template="request_received").count() == 1


def test_questions_and_messages_have_their_time(pair: Any) -> None:
    found = _ask(pair)
    ask_question(found, actor=pair.bo, organisation=pair.b, text="Which TRL?")
    with pytest.raises(TransitionNotAllowed):
        send_message(found, actor=pair.ann, organisation=pair.a, text="Hello")
    answer_request(found, actor=pair.bo, organisation=pair.b, answer=Answer.INTERESTED)
    one = send_message(found, actor=pair.ann, organisation=pair.a, text="Hello", once="x")
    assert send_message(found, actor=pair.ann, organisation=pair.a, text="Hello", once="x") == one
    set_next_step(
        found, actor=pair.ann, organisation=pair.a, text="Call", on=timezone.localdate() + timedelta(days=3), by=pair.a
    )
    assert _row(pair.bo, pair.b, pair.bridge).unread == 1


def test_a_memorandum_counts_once_both_sides_confirm_it(pair: Any) -> None:
    found = _open(pair)
    milestone = record_milestone(
        found, actor=pair.ann, organisation=pair.a, stage=Stage.MEMORANDUM, happened_on=timezone.localdate()
    )
    found.refresh_from_db()
    assert found.stage == Stage.INTRODUCED
    dispute_milestone(milestone, actor=pair.bo, organisation=pair.b, comment="Not signed yet")
    confirm_milestone(milestone, actor=pair.bo, organisation=pair.b)
    found.refresh_from_db()
    assert found.stage == Stage.MEMORANDUM
    assert OutgoingMail.objects.filter(template="milestone_confirmed").count() == 2


def test_a_bad_milestone_says_what_is_wrong_and_keeps_nothing(pair: Any) -> None:
    found = _open(pair)
    with pytest.raises(InvalidInput) as refusal:
        record_milestone(
            found,
            actor=pair.ann,
            organisation=pair.a,
            stage=Stage.AGREEMENT,
            happened_on=timezone.localdate() + timedelta(days=9),
            value_least=5,
            value_most=2,
        )
    assert set(refusal.value.errors) == {"kind", "happened_on", "value_most", "currency"}
    assert not found.milestones.exists()


def test_follow_ups_go_out_on_their_day_and_are_answered_by_the_link(pair: Any) -> None:
    found = _open(pair)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=32), tick=False):
        assert send_due_follow_ups() == 2
        assert send_due_follow_ups() == 0
        mail = OutgoingMail.objects.get(template="follow_up", to=pair.bo.email)
        token = mail.text.split("/follow-up/")[1].split("/")[0]
        answer_follow_up(follow_up_of(token), actor=None, answer="help")
    assert FollowUp.objects.get(introduction=found, organisation=pair.b, months=1).answer == "help"
    assert OutgoingMail.objects.filter(template="case_help", to=pair.olga.email).count() == 1


def test_a_pause_stops_the_clock(pair: Any) -> None:
    found = _ask(pair)
    pause(found, actor=pair.olga)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        assert lapse_requests() == 0
        resumed = resume(found, actor=pair.olga)
        assert resumed.lapses_at is not None
        assert resumed.lapses_at > timezone.now()


def test_strangers_and_viewers_cannot_act(pair: Any) -> None:
    found = _ask(pair)
    with pytest.raises(NotAllowed):
        answer_request(found, actor=UserFactory(), organisation=pair.b, answer=Answer.NO)
    with pytest.raises(NotAllowed):
        answer_request(found, actor=pair.olga, organisation=pair.b, answer=Answer.NO)
    assert Party.objects.get(introduction=found, organisation=pair.b).answer == Answer.NONE
