"""A block ends what passes between two sides, and the blocked side cannot tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from qiao.activity.domain.outbox import _subscribers
from qiao.common.errors import TransitionNotAllowed
from qiao.directory.domain.saved import block_organisation, unblock_organisation
from qiao.notifications.models import Notification
from qiao.partnerships import tasks
from qiao.partnerships.domain.blocking import end_requests_to_blocked
from qiao.partnerships.domain.brokering import close, introduce_by_hand
from qiao.partnerships.domain.conversation import send_message
from qiao.partnerships.domain.follow_ups import send_due_follow_ups
from qiao.partnerships.domain.lapsing import lapse_requests, remind_of_requests
from qiao.partnerships.domain.queries.attention import waiting_for
from qiao.partnerships.domain.queries.introduction_view import (
    Tab,
    introduction_rows,
    introduction_view,
    introductions_to_answer,
)
from qiao.partnerships.domain.responding import take_back_answer
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState
from qiao.partnerships.models import Introduction
from tests.partnerships.cast import Cast

State = IntroductionState
pytestmark = pytest.mark.django_db


def block(cast: Cast, by: str, other: str) -> None:
    block_organisation(cast.organisation(by), actor=cast.user(f"{by}.owner"), blocked=cast.organisation(other))
    tasks.end_requests_to_blocked(cast.organisation(by).pk)


def told(cast: Cast, who: str) -> list[str]:
    return list(Notification.objects.filter(user=cast.user(who)).order_by("pk").values_list("kind", flat=True))


def row_of(cast: Cast, name: str) -> tuple[str, Tab, bool]:
    (row,) = introduction_rows(cast.user(f"{name}.owner"), cast.organisation(name), cast.bridge)
    return row.state, row.tab, row.blocked


def test_a_block_is_followed_by_a_worker() -> None:
    assert tasks.end_requests_to_blocked.name in _subscribers["block.changed"]


def test_a_request_of_the_blocked_waits_in_their_eyes_and_wants_nothing_of_who_blocks(cast: Cast) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        found = cast.ask()
        before = told(cast, "b.owner")
        block(cast, "b", "a")
        found.refresh_from_db()
        assert found.state == State.REQUESTED
        assert row_of(cast, "a") == ("requested", Tab.WAITING, False)
        assert row_of(cast, "b") == ("requested", Tab.ENDED, True)
        assert waiting_for(cast.user("b.owner"), cast.bridge) == 0
        assert introductions_to_answer(cast.user("b.owner"), cast.b, cast.bridge) == 0
        view = introduction_view(cast.user("b.owner"), Introduction.objects.in_full().get())
        assert view is not None
        assert (view.may_answer, view.may_question, view.may_take_back) == (False, False, False)
        with pytest.raises(TransitionNotAllowed):
            cast.answer(found, Answer.INTERESTED)
        clock.shift(timedelta(days=8))
        remind_of_requests()
        clock.shift(timedelta(days=7))
        assert lapse_requests() == 1
        assert told(cast, "b.owner") == before, "neither a reminder nor its end"
        assert told(cast, "a.owner") == ["request_lapsed"]


def test_who_allows_them_again_finds_the_request_that_still_waits(cast: Cast) -> None:
    found = cast.ask()
    block(cast, "b", "a")
    unblock_organisation(cast.b, actor=cast.user("b.owner"), blocked=cast.a)
    assert row_of(cast, "b") == ("requested", Tab.TO_ANSWER, False)
    assert cast.answer(found, Answer.INTERESTED).state == State.OPEN


def test_who_blocks_those_it_has_asked_has_withdrawn(cast: Cast) -> None:
    found = cast.ask()
    block(cast, "a", "b")
    found.refresh_from_db()
    assert found.state == State.WITHDRAWN
    assert told(cast, "b.owner") == ["request_received", "request_withdrawn"], "as of any other"
    assert end_requests_to_blocked(cast.a.pk) == 0
    with pytest.raises(TransitionNotAllowed):
        cast.ask()


def test_who_has_agreed_to_a_request_by_hand_and_blocks_is_not_introduced(cast: Cast) -> None:
    found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    cast.answer(found, Answer.INTERESTED)
    block(cast, "b", "a")
    assert cast.party(found, "b").answer == Answer.NONE
    assert cast.answer(found, Answer.INTERESTED, by="a").state == State.REQUESTED
    with pytest.raises(TransitionNotAllowed):
        take_back_answer(found, actor=cast.user("b.owner"), organisation=cast.b)


def test_requests_of_others_go_on(cast: Cast) -> None:
    cast.ask(by="c")
    found = cast.ask()
    block(cast, "b", "c")
    assert end_requests_to_blocked(cast.b.pk) == 0
    assert waiting_for(cast.user("b.owner"), cast.bridge) == 1
    assert cast.answer(found, Answer.INTERESTED).state == State.OPEN


def test_an_open_introduction_rests_in_silence(cast: Cast) -> None:
    found = cast.open()
    block(cast, "b", "a")
    before = told(cast, "b.owner")
    send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Are you there?")
    assert row_of(cast, "a") == ("open", Tab.INTRODUCED, False)
    assert row_of(cast, "b") == ("open", Tab.ENDED, True)
    assert waiting_for(cast.user("b.owner"), cast.bridge) == 0
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        assert send_due_follow_ups() == 2
    assert told(cast, "b.owner") == before
    assert told(cast, "a.owner")[-1] == "follow_up"
    send_message(found, actor=cast.user("organiser"), text="How is it going?")
    assert told(cast, "b.owner") == [*before, "introduction_message_of_organiser"], "the desk is not blocked"
    closed = close(found, actor=cast.user("b.owner"), organisation=cast.b, reason=CloseReason.OTHER)
    assert closed.state == State.CLOSED
    assert told(cast, "a.owner")[-1] == "introduction_closed"
