"""People who press at the same moment: two real connections, and what is left afterwards."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from matching.app.models import Response
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.common.errors import InvalidInput, QiaoError, TransitionNotAllowed
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.brokering import assign_adviser, close, introduce_by_hand, pause
from qiao.partnerships.domain.conversation import send_message
from qiao.partnerships.domain.follow_ups import send_due_follow_ups
from qiao.partnerships.domain.lapsing import fill_free_places, lapse_requests, remind_of_requests
from qiao.partnerships.domain.limits import allowance_of, change_cooperation_policy
from qiao.partnerships.domain.milestones import confirm_milestone, dispute_milestone, record_milestone
from qiao.partnerships.domain.responding import answer_proposal, answer_request, withdraw_request
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState, MilestoneState, Stage
from qiao.partnerships.models import FollowUp, Introduction, Message, Milestone, Party
from tests.factories import UserFactory, member_listing, propose, staff
from tests.partnerships.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
State = IntroductionState
#: Each race is run as often: once might miss it, but each time empties the database.
ROUNDS = int(os.environ.get("RACE_ROUNDS", "1"))


@pytest.fixture(params=range(ROUNDS))
def stage(request: Any) -> Cast:
    """A cast that other connections see."""
    return make_cast()


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do them at the same moment, each on a connection of its own; what each gives, or the refusal it meets."""
    start = threading.Barrier(len(acts))
    given: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            given[place] = act()
        except Exception as error:
            given[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    broken = [one for one in given if isinstance(one, Exception) and not isinstance(one, QiaoError)]
    assert not broken, broken
    return given


def refused(given: list[Any]) -> list[Any]:
    return [one for one in given if isinstance(one, QiaoError)]


def told(template: str) -> dict[str, int]:
    return dict(Counter(OutgoingMail.objects.filter(template=template).values_list("to", flat=True)))


def test_both_interested_at_once_are_introduced_once(stage: Cast) -> None:
    given = together(
        lambda: answer_proposal(
            stage.proposal, actor=stage.user("a.owner"), organisation=stage.a, answer=Answer.INTERESTED
        ),
        lambda: answer_proposal(
            stage.proposal, actor=stage.user("b.owner"), organisation=stage.b, answer=Answer.INTERESTED
        ),
        lambda: answer_proposal(
            stage.proposal, actor=stage.user("b.editor"), organisation=stage.b, answer=Answer.INTERESTED
        ),
    )
    found = Introduction.objects.get()
    assert found.state == State.OPEN
    assert len(refused(given)) <= 1  # the colleague who came third: introduced already
    assert AuditEntry.objects.filter(verb="open_introduction").count() == 1
    people = {f"{side}.{role}@cast.example": 1 for side in "ab" for role in ("owner", "editor")}
    assert told("introduction_opened") == people
    assert FollowUp.objects.count() == 8
    assert Response.objects.standing().count() == 4


def test_interest_against_withdrawal_leaves_one_of_the_two(stage: Cast) -> None:
    found = stage.ask()
    together(
        lambda: answer_request(found, actor=stage.user("b.owner"), organisation=stage.b, answer=Answer.INTERESTED),
        lambda: withdraw_request(found, actor=stage.user("a.owner"), organisation=stage.a),
    )
    found.refresh_from_db()
    if found.state == State.OPEN:  # the answer was first
        assert not told("request_withdrawn")
    else:  # the withdrawal was first: the answer is b's own request now
        assert (found.state, stage.party(found, "b").asks, stage.party(found, "a").asks) == (
            State.REQUESTED,
            True,
            False,
        )
        assert told("request_received")["a.owner@cast.example"] == 1
        assert not told("introduction_opened")


def test_interest_against_the_date_leaves_one_of_the_two(stage: Cast) -> None:
    found = stage.ask()
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=5)):
        _answer, lapsed, again = together(
            lambda: answer_request(found, actor=stage.user("b.owner"), organisation=stage.b, answer=Answer.INTERESTED),
            lapse_requests,
            lapse_requests,
        )
    found.refresh_from_db()
    assert lapsed + again == (0 if found.state == State.OPEN else 1)
    assert told("request_lapsed") == (
        {} if found.state == State.OPEN else {"a.owner@cast.example": 1, "a.editor@cast.example": 1}
    )
    if found.state != State.OPEN:
        assert (found.state, stage.party(found, "b").asks) == (State.REQUESTED, True)


def test_a_no_against_a_yes_of_the_same_side_leaves_one(stage: Cast) -> None:
    found = stage.ask()
    together(
        lambda: answer_request(found, actor=stage.user("b.owner"), organisation=stage.b, answer=Answer.NO),
        lambda: answer_request(found, actor=stage.user("b.editor"), organisation=stage.b, answer=Answer.INTERESTED),
    )
    found.refresh_from_db()
    # Whoever was first: interest follows a no, and a no cannot follow an introduction.
    assert (found.state, stage.party(found, "b").answer) == (State.OPEN, Answer.INTERESTED)
    assert not Response.objects.standing().filter(kind="declined").exists()


def test_yes_against_no_on_a_milestone_is_one_of_the_two(stage: Cast) -> None:
    milestone = record_milestone(
        stage.open(), actor=stage.user("organiser"), stage=Stage.MEMORANDUM, happened_on=timezone.localdate()
    )
    confirm_milestone(milestone, actor=stage.user("a.owner"), organisation=stage.a)
    given = together(
        lambda: confirm_milestone(milestone, actor=stage.user("b.owner"), organisation=stage.b),
        lambda: dispute_milestone(milestone, actor=stage.user("b.editor"), organisation=stage.b, comment="Not yet"),
    )
    milestone.refresh_from_db()
    found = Introduction.objects.get()
    # Disputed first, it was then confirmed by the colleague; confirmed first, it cannot be disputed any more.
    assert (milestone.state, found.stage) == (MilestoneState.CONFIRMED, Stage.MEMORANDUM)
    assert bool(refused(given)) != bool(told("milestone_disputed"))
    assert told("milestone_confirmed")["a.owner@cast.example"] == 1
    assert milestone.confirmations.count() == 2


def test_two_confirmations_at_once_confirm_once(stage: Cast) -> None:
    milestone = record_milestone(
        stage.open(), actor=stage.user("organiser"), stage=Stage.MEETING, happened_on=timezone.localdate()
    )
    together(
        lambda: confirm_milestone(milestone, actor=stage.user("a.owner"), organisation=stage.a),
        lambda: confirm_milestone(milestone, actor=stage.user("b.owner"), organisation=stage.b),
    )
    milestone.refresh_from_db()
    assert milestone.state == MilestoneState.CONFIRMED
    assert set(told("milestone_confirmed").values()) == {1}
    assert Response.objects.standing().filter(kind="meeting").count() == 2


def test_two_organisers_reassign_and_the_last_one_counts(stage: Cast) -> None:
    found = stage.ask()
    advisers = [UserFactory(), UserFactory()]
    for one in advisers:
        staff(stage.bridge, one, BridgeRole.ADVISER)
    organisers = [stage.user("organiser"), UserFactory()]
    staff(stage.bridge, organisers[1], BridgeRole.ORGANISER)
    together(
        *(
            lambda actor=actor, adviser=adviser: assign_adviser(
                found, actor=actor, organisation=stage.b, adviser=adviser
            )
            for actor, adviser in zip(organisers, advisers, strict=True)
        )
    )
    first, last = AuditEntry.objects.filter(verb="assign_adviser").order_by("pk")
    assert (first.before, last.before) == ("", first.after)
    assert str(stage.party(found, "b").adviser_id) == last.after
    assert told("case_assigned") == {one.email: 1 for one in advisers}


def test_two_advisers_take_a_free_side_and_one_gets_it(stage: Cast) -> None:
    found = stage.ask()
    advisers = [UserFactory(), UserFactory()]
    for one in advisers:
        staff(stage.bridge, one, BridgeRole.ADVISER)
    given = together(
        *(lambda one=one: assign_adviser(found, actor=one, organisation=stage.b, adviser=one) for one in advisers)
    )
    assert len(refused(given)) == 1
    assert AuditEntry.objects.filter(verb="assign_adviser").count() == 1


def test_ten_requests_at_once_stay_within_both_limits(stage: Cast) -> None:
    change_cooperation_policy(stage.bridge, actor=stage.user("organiser"), requests_out=3, requests_in=4)
    asked = [
        propose(stage.need, member_listing(stage.bridge, country="CN", owner=UserFactory())) for _number in range(5)
    ]
    asking = []
    for _number in range(5):
        owner = UserFactory()
        listing = member_listing(stage.bridge, country="GB", owner=owner)
        asking.append((propose(listing, stage.offer), owner, listing.organisation))
    given = together(
        *(
            lambda one=one: answer_proposal(
                one, actor=stage.user("a.owner"), organisation=stage.a, answer=Answer.INTERESTED
            )
            for one in asked
        ),
        *(
            lambda one=one, owner=owner, organisation=organisation: answer_proposal(
                one, actor=owner, organisation=organisation, answer=Answer.INTERESTED
            )
            for one, owner, organisation in asking
        ),
    )
    assert [type(one) for one in refused(given)] == [InvalidInput, InvalidInput]
    assert allowance_of(stage.a, stage.bridge).out_used == 3
    assert allowance_of(stage.b, stage.bridge).in_used == 4
    assert Introduction.objects.filter(state=State.QUEUED).count() == 1


def test_places_are_filled_once_by_two_workers(stage: Cast) -> None:
    change_cooperation_policy(stage.bridge, actor=stage.user("organiser"), requests_in=1)
    first = stage.ask()
    waiting = stage.ask(by="c")
    stage.answer(first, Answer.INTERESTED)
    given = together(
        lambda: fill_free_places(stage.b.pk, stage.bridge.pk), lambda: fill_free_places(stage.b.pk, stage.bridge.pk)
    )
    assert not refused(given)
    waiting.refresh_from_db()
    assert waiting.state == State.REQUESTED
    assert AuditEntry.objects.filter(verb="send_queued_request").count() == 1
    assert Notification.objects.filter(user=stage.user("b.owner"), kind="request_received").count() == 2


def test_the_same_form_twice_at_once_writes_once(stage: Cast) -> None:
    found = stage.open()
    one, other = together(
        *[lambda: send_message(found, actor=stage.user("a.owner"), organisation=stage.a, text="Hello", once="the-form")]
        * 2
    )
    assert one == other
    assert Message.objects.count() == 1
    assert set(told("introduction_message").values()) == {1}
    recorded = together(
        *[
            lambda: record_milestone(
                found, actor=stage.user("a.owner"), organisation=stage.a, stage=Stage.NDA,
                happened_on=timezone.localdate(),
            )
        ]
        * 2
    )  # fmt: skip
    assert recorded[0] == recorded[1]
    assert Milestone.objects.count() == 1
    assert set(told("milestone_recorded").values()) == {1}


def test_both_close_at_once_and_one_is_told(stage: Cast) -> None:
    found = stage.open()
    given = together(
        lambda: close(found, actor=stage.user("a.owner"), organisation=stage.a, reason=CloseReason.TERMS),
        lambda: close(found, actor=stage.user("b.owner"), organisation=stage.b, reason=CloseReason.TIMING),
    )
    assert [type(one) for one in refused(given)] == [TransitionNotAllowed]
    found.refresh_from_db()
    assert found.close_reason == AuditEntry.objects.get(verb="close_introduction").detail["reason"]
    assert len(told("introduction_closed")) == 2  # the owner and the editor of the side that was slower


def test_two_organisers_introduce_the_same_pair(stage: Cast) -> None:
    given = together(
        lambda: introduce_by_hand(stage.bridge, stage.a, stage.c, actor=stage.user("organiser")),
        lambda: introduce_by_hand(stage.bridge, stage.c, stage.a, actor=stage.user("adviser")),
    )
    assert [type(one) for one in refused(given)] == [InvalidInput]
    assert (Introduction.objects.count(), Party.objects.count()) == (1, 2)
    assert set(told("request_received").values()) == {1}


def test_a_pause_against_an_answer_loses_neither(stage: Cast) -> None:
    found = stage.ask()
    given = together(
        lambda: pause(found, actor=stage.user("organiser")),
        lambda: answer_request(found, actor=stage.user("b.owner"), organisation=stage.b, answer=Answer.INTERESTED),
    )
    found.refresh_from_db()
    assert found.state == State.PAUSED
    # Paused first, the answer was refused; answered first, the introduction was paused.
    assert (found.paused_from == State.REQUESTED) == bool(refused(given))
    assert found.is_introduced != bool(refused(given))


def test_reminders_and_follow_ups_go_out_once_by_two_workers(stage: Cast) -> None:
    stage.ask()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert sum(together(remind_of_requests, remind_of_requests)) == 1
    stage.answer(Introduction.objects.get(), Answer.INTERESTED)
    with time_machine.travel(timezone.now() + timedelta(days=32)):
        assert sum(together(send_due_follow_ups, send_due_follow_ups)) == 2
    assert set(told("request_reminder").values()) == {1}
    assert set(told("follow_up").values()) == {1}
