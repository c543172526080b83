"""What organisers and advisers do with a case, who may, and what the sides can tell from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from matching.app.enums import ResponseKind
from matching.app.models import Response
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.models import Block, Membership
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.brokering import (
    assign_adviser,
    close,
    do_not_pass_on,
    introduce_by_hand,
    nudge,
    pass_on,
    pause,
    reopen,
    resume,
    resume_due_introductions,
)
from qiao.partnerships.domain.conversation import add_note
from qiao.partnerships.domain.lapsing import fill_free_places, lapse_requests
from qiao.partnerships.domain.limits import allowance_of, change_cooperation_policy, policy_of
from qiao.partnerships.domain.responding import answer_proposal
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState, Origin
from qiao.partnerships.models import FollowUp, Introduction
from tests.factories import OrganisationFactory, UserFactory, staff
from tests.partnerships.cast import Cast

State = IntroductionState
OUTSIDE = ("a.owner", "a.editor", "a.viewer", "b.owner", "c.owner", "reviewer", "stranger", "nobody")


def readable(cast: Cast, name: str) -> set[str]:
    """Verbs of the acts on introductions that the log gives to one organisation's people."""
    pk = cast.organisation(name).pk
    entries = AuditEntry.objects.filter(subject_type="partnerships.introduction")
    return set(entries.filter(Q(organisation_id=pk) | Q(also__contains=[pk])).values_list("verb", flat=True))


ACTS: dict[str, tuple[str, Callable[[Cast, Introduction, Any], Any]]] = {
    "pass_on": (State.WITH_ADVISERS, lambda cast, found, actor: pass_on(found, actor=actor)),
    "do_not_pass_on": (
        State.WITH_ADVISERS, lambda cast, found, actor: do_not_pass_on(found, actor=actor, note="Not now.")
    ),
    "nudge": (State.REQUESTED, lambda cast, found, actor: nudge(found, actor=actor, organisation=cast.b)),
    "pause": (State.REQUESTED, lambda cast, found, actor: pause(found, actor=actor)),
    "resume": (State.PAUSED, lambda cast, found, actor: resume(found, actor=actor)),
    "close": (State.OPEN, lambda cast, found, actor: close(found, actor=actor, reason=CloseReason.TERMS)),
    "reopen": (State.CLOSED, lambda cast, found, actor: reopen(found, actor=actor)),
}  # fmt: skip


def _bring_to(cast: Cast, state: str) -> Introduction:
    if state == State.WITH_ADVISERS:
        change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), advisers_for_all=True)
        return cast.ask()
    if state == State.REQUESTED:
        return cast.ask()
    if state == State.PAUSED:
        return pause(cast.ask(), actor=cast.user("organiser"))
    found = cast.open()
    if state == State.CLOSED:
        close(found, actor=cast.user("a.owner"), organisation=cast.a, reason=CloseReason.TIMING)
    return found


@pytest.mark.parametrize("who", [*OUTSIDE, "organiser", "adviser"])
@pytest.mark.parametrize("act", ACTS)
def test_who_runs_or_advises_the_bridge_brokers_and_nobody_else(cast: Cast, act: str, who: str) -> None:
    state, do = ACTS[act]
    found = _bring_to(cast, state)
    if who in ("organiser", "adviser"):
        do(cast, found, cast.user(who))
        return
    rows = list(Introduction.objects.values())
    with pytest.raises(NotAllowed):
        do(cast, found, cast.user(who))
    assert list(Introduction.objects.values()) == rows


@pytest.mark.parametrize("who", OUTSIDE)
def test_only_who_brokers_introduces_by_hand(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user(who))
    assert not Introduction.objects.exists()


def test_an_adviser_leaves_a_colleagues_case_alone(cast: Cast) -> None:
    found = cast.ask()
    colleague = UserFactory()
    staff(cast.bridge, colleague, BridgeRole.ADVISER)
    assign_adviser(found, actor=cast.user("organiser"), organisation=cast.b, adviser=colleague)
    with pytest.raises(NotAllowed):
        pause(Introduction.objects.get(pk=found.pk), actor=cast.user("adviser"))
    assert pause(Introduction.objects.get(pk=found.pk), actor=cast.user("organiser")).state == State.PAUSED


def test_by_hand_refuses_pairs_that_cannot_be_introduced(cast: Cast) -> None:
    actor = cast.user("organiser")
    with pytest.raises(InvalidInput) as refusal:
        introduce_by_hand(cast.bridge, cast.a, cast.a, actor=actor)
    assert set(refusal.value.errors) == {"second"}
    with pytest.raises(InvalidInput) as refusal:
        introduce_by_hand(cast.bridge, cast.a, OrganisationFactory(), actor=actor)
    assert set(refusal.value.errors) == {"second"}
    with pytest.raises(InvalidInput) as refusal:
        introduce_by_hand(cast.bridge, cast.a, cast.b, actor=actor, note="x" * 2001)
    assert set(refusal.value.errors) == {"note"}
    Membership.objects.filter(organisation=cast.a).update(state="suspended")
    with pytest.raises(InvalidInput) as refusal:
        introduce_by_hand(cast.bridge, cast.a, cast.b, actor=actor)
    assert set(refusal.value.errors) == {"first"}
    assert not Introduction.objects.exists()


@pytest.mark.parametrize("ask_first", [True, False])
def test_by_hand_does_not_bring_together_who_blocked_the_other(cast: Cast, ask_first: bool) -> None:
    Block.objects.create(organisation=cast.b, blocked=cast.a)
    with pytest.raises(InvalidInput):
        introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"), ask_first=ask_first)
    assert not Notification.objects.exists()


def test_by_hand_without_a_proposal_opens_and_is_learnt_for_both(cast: Cast) -> None:
    found = introduce_by_hand(
        cast.bridge, cast.c, cast.a, actor=cast.user("adviser"), ask_first=False, note="You share a problem."
    )
    assert (found.state, found.origin, found.first_id < found.second_id) == (State.OPEN, Origin.ORGANISER, True)
    assert Response.objects.standing().filter(kind=ResponseKind.INTRODUCED).count() == 2
    assert FollowUp.objects.count() == 8
    assert OutgoingMail.objects.filter(template="introduction_opened").count() == 4


def test_by_hand_with_a_request_that_waits_at_the_advisers_asks_the_other_side_only(cast: Cast) -> None:
    found = _bring_to(cast, State.WITH_ADVISERS)
    introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    assert not OutgoingMail.objects.filter(template="request_received", to__startswith="a.").exists()
    assert cast.answer(found, Answer.INTERESTED).state == State.OPEN


def test_by_hand_opens_at_once_when_both_have_asked_already(cast: Cast) -> None:
    _bring_to(cast, State.WITH_ADVISERS)
    cast.ask(by="b")
    assert introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser")).state == State.OPEN


def test_by_hand_asks_anew_and_forgets_what_was_said_before(cast: Cast) -> None:
    found = cast.answer(cast.ask(), Answer.NO, reason="capacity", note="full")
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        lapse_requests()
        found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    party = cast.party(found, "b")
    assert (found.state, party.answer, party.reason, party.comment) == (State.REQUESTED, Answer.NONE, "", "")
    assert not Response.objects.standing().filter(organisation=cast.b).exists()


def test_by_hand_asks_before_it_takes_up_what_advisers_had_kept_back(cast: Cast) -> None:
    found = do_not_pass_on(_bring_to(cast, State.WITH_ADVISERS), actor=cast.user("adviser"), note="Not now.")
    found = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    assert (found.state, found.opened_at, found.close_reason, found.close_note) == (State.REQUESTED, None, "", "")


def test_by_hand_opens_what_was_closed_again(cast: Cast) -> None:
    found = _bring_to(cast, State.CLOSED)
    opened = introduce_by_hand(cast.bridge, cast.a, cast.b, actor=cast.user("organiser"))
    assert (opened.state, opened.opened_at, opened.close_reason) == (State.OPEN, found.opened_at, "")
    assert FollowUp.objects.count() == 8


def test_a_request_passed_on_waits_for_a_place_like_any_other(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1, advisers_for_all=True)
    waiting = pass_on(cast.ask(by="c"), actor=cast.user("adviser"))
    found = pass_on(cast.ask(), actor=cast.user("adviser"))
    assert (waiting.state, found.state) == (State.REQUESTED, State.QUEUED)
    assert not Introduction.objects.visible_to(cast.user("b.owner")).filter(pk=found.pk).exists()
    cast.answer(waiting, Answer.NO)
    assert fill_free_places(cast.b.pk, cast.bridge.pk) == 0, "the queue does not tell of a refusal"
    cast.answer(waiting, Answer.INTERESTED)
    assert fill_free_places(cast.b.pk, cast.bridge.pk) == 1
    found.refresh_from_db()
    assert found.state == State.REQUESTED


def test_a_pause_keeps_the_places_of_both(cast: Cast) -> None:
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_in=1, requests_out=1)
    found = pause(cast.ask(), actor=cast.user("organiser"))
    assert (allowance_of(cast.a, cast.bridge).out_left, allowance_of(cast.b, cast.bridge).in_left) == (0, 0)
    assert cast.ask(by="c").state == State.QUEUED
    resume(found, actor=cast.user("organiser"))
    assert (allowance_of(cast.a, cast.bridge).out_used, allowance_of(cast.b, cast.bridge).in_used) == (1, 1)


def test_a_pause_with_a_day_ends_on_it_once(cast: Cast) -> None:
    found = cast.open()
    with pytest.raises(InvalidInput) as refusal:
        pause(found, actor=cast.user("organiser"), until=timezone.localdate())
    assert set(refusal.value.errors) == {"until"}
    pause(found, actor=cast.user("organiser"), until=timezone.localdate() + timedelta(days=3))
    assert resume_due_introductions() == 0
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        assert (resume_due_introductions(), resume_due_introductions()) == (1, 0)
    found.refresh_from_db()
    assert (found.state, found.paused_from, found.paused_until) == (State.OPEN, "", None)


def test_a_side_does_not_end_a_pause_by_opening_again(cast: Cast) -> None:
    found = pause(cast.open(), actor=cast.user("organiser"))
    with pytest.raises(TransitionNotAllowed):
        reopen(found, actor=cast.user("a.owner"), organisation=cast.a)
    found.refresh_from_db()
    assert found.state == State.PAUSED


def test_nudges_are_rare_and_never_after_an_answer(cast: Cast) -> None:
    found = cast.ask()
    actor = cast.user("adviser")
    nudge(found, actor=actor, organisation=cast.b)
    with pytest.raises(TransitionNotAllowed, match="three days"):
        nudge(found, actor=actor, organisation=cast.b)
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        nudge(found, actor=actor, organisation=cast.b)
        with pytest.raises(TransitionNotAllowed, match="answered"):
            nudge(found, actor=actor, organisation=cast.a)
    cast.answer(found, Answer.NO)
    nine_days_on = timezone.now() + timedelta(days=9)
    with time_machine.travel(nine_days_on, tick=False), pytest.raises(TransitionNotAllowed, match="answered"):
        nudge(found, actor=actor, organisation=cast.b)
    assert OutgoingMail.objects.filter(template="request_reminder", to="b.owner@cast.example").count() == 2
    assert not OutgoingMail.objects.filter(template="request_reminder", to__startswith="a.").exists()


def test_who_is_assigned_is_told_once_and_must_work_for_the_bridge(cast: Cast) -> None:
    found = cast.ask()
    organiser, adviser = cast.user("organiser"), cast.user("adviser")
    for nobody in (cast.user("reviewer"), cast.user("a.owner")):
        with pytest.raises(InvalidInput):
            assign_adviser(found, actor=organiser, organisation=cast.a, adviser=nobody)
    assign_adviser(found, actor=organiser, organisation=cast.a, adviser=adviser)
    assign_adviser(found, actor=organiser, organisation=cast.a, adviser=adviser)
    assert OutgoingMail.objects.filter(template="case_assigned", to=adviser.email).count() == 1
    assign_adviser(found, actor=cast.user("adviser"), organisation=cast.a, adviser=None)
    assert cast.party(found, "a").adviser is None


def test_a_side_that_was_not_asked_finds_nothing_of_it_in_its_log(cast: Cast) -> None:
    found = _bring_to(cast, State.WITH_ADVISERS)
    organiser = cast.user("organiser")
    assign_adviser(found, actor=organiser, organisation=cast.b, adviser=cast.user("adviser"))
    pause(found, actor=organiser)
    resume(found, actor=organiser)
    do_not_pass_on(found, actor=organiser, note="Not now.")
    assert readable(cast, "b") == set()
    assert {"request_introduction", "do_not_pass_on_request"} <= readable(cast, "a")


def test_notes_of_the_desk_leave_no_trace_with_the_sides(cast: Cast) -> None:
    found = cast.open()
    add_note(found, actor=cast.user("adviser"), text="Both hesitate.")
    assert "add_note" not in readable(cast, "a") | readable(cast, "b")
    assert AuditEntry.objects.on_bridge(cast.bridge.pk).filter(verb="add_note").count() == 1


def test_closing_needs_an_introduction_and_a_reason_from_the_list(cast: Cast) -> None:
    found = cast.ask()
    with pytest.raises(TransitionNotAllowed, match="introduced"):
        close(found, actor=cast.user("organiser"), reason=CloseReason.TERMS)
    cast.answer(found, Answer.INTERESTED)
    for reason in ("bored", CloseReason.NOT_PASSED_ON):
        with pytest.raises(InvalidInput) as refusal:
            close(found, actor=cast.user("a.owner"), organisation=cast.a, reason=reason)
        assert set(refusal.value.errors) == {"reason"}
    for who in ("a.viewer", "b.owner", "stranger", "nobody"):
        with pytest.raises(NotAllowed):
            close(found, actor=cast.user(who), organisation=cast.a, reason=CloseReason.TERMS)
    close(found, actor=cast.user("a.editor"), organisation=cast.a, reason=CloseReason.TERMS, note="too\ndear")
    found.refresh_from_db()
    assert (found.state, found.close_note) == (State.CLOSED, "too dear")
    assert set(OutgoingMail.objects.filter(template="introduction_closed").values_list("to", flat=True)) == {
        "b.owner@cast.example", "b.editor@cast.example",
    }  # fmt: skip
    with pytest.raises(TransitionNotAllowed):
        close(found, actor=cast.user("b.owner"), organisation=cast.b, reason=CloseReason.TERMS)
    reopen(found, actor=cast.user("b.owner"), organisation=cast.b)
    found.refresh_from_db()
    assert (found.state, found.close_reason, found.closed_at) == (State.OPEN, "", None)


def test_policies_are_set_by_who_runs_the_bridge_within_their_range(cast: Cast) -> None:
    for who in (*OUTSIDE, "adviser"):
        with pytest.raises(NotAllowed):
            change_cooperation_policy(cast.bridge, actor=cast.user(who), requests_out=3)
    with pytest.raises(InvalidInput) as refusal:
        change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_out=0, requests_in="many")
    assert set(refusal.value.errors) == {"requests_out", "requests_in"}
    with pytest.raises(TypeError):
        change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests=3)
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_out=3)
    assert (policy_of(cast.bridge).requests_out, policy_of(cast.bridge).requests_in) == (3, 8)
    entry = AuditEntry.objects.get(verb="change_cooperation_policy")
    assert entry.detail == {"changed": {"requests_out": [6, 3]}}


def test_a_lowered_limit_takes_nothing_back(cast: Cast) -> None:
    answer_proposal(cast.other_proposal, actor=cast.user("b.owner"), organisation=cast.b, answer=Answer.INTERESTED)
    cast.ask(by="b")
    change_cooperation_policy(cast.bridge, actor=cast.user("organiser"), requests_out=1)
    allowance = allowance_of(cast.b, cast.bridge)
    assert (allowance.out_used, allowance.out_limit, allowance.out_left) == (2, 1, 0)
