"""Asking for a meeting, and what is said to it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.models import Block
from qiao.notifications.models import Notification, OutgoingMail
from qiao.workshops.domain.answering import (
    accept_meeting,
    add_colleague,
    cancel_meeting,
    decline_meeting,
    take_back_decline,
    withdraw_meeting,
)
from qiao.workshops.domain.lapsing import lapse_meetings
from qiao.workshops.domain.meeting_limits import allowance_of
from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, Registration
from tests.factories import RegistrationFactory
from tests.workshops.meeting_cast import MeetingCast, colleague_of, meeting_cast

pytestmark = pytest.mark.django_db
State = MeetingState


@pytest.fixture
def cast() -> MeetingCast:
    return meeting_cast()


def accept(meeting: Meeting, one: Registration) -> Meeting:
    return accept_meeting(meeting, actor=one.user, registration=one)


def told(kind: str) -> list[str]:
    return sorted(Notification.objects.filter(kind=kind).values_list("user__email", flat=True))


def test_a_request_waits_and_holds_no_time(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b, message=" We  could build it. ", slot=cast.slots[1])
    assert (meeting.state, meeting.slot, meeting.wished_slot) == (State.REQUESTED, None, cast.slots[1])
    assert meeting.lapses_at is not None
    assert meeting.lapses_at - timezone.now() > datetime.timedelta(hours=71)
    assert not MeetingMember.objects.filter(held_slot__isnull=False).exists()
    assert told("meeting_requested") == [b.email]
    mail = OutgoingMail.objects.get(template="meeting_requested")
    assert a.name in mail.subject
    assert "We could build it." in mail.text or "We  could build it." in mail.text


def test_accepting_takes_the_wished_time_and_a_table(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = accept(cast.ask(a, b, slot=cast.slots[1]), b)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot, meeting.table) == (State.SCHEDULED, cast.slots[1], cast.tables[0])
    assert set(meeting.members.values_list("held_slot", flat=True)) == {cast.slots[1].pk}
    assert told("meeting_scheduled") == sorted([a.email, b.email])
    assert AuditEntry.objects.filter(verb="schedule_meeting").count() == 1


def test_without_a_wish_it_is_agreed_and_waits_for_a_time(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    assert accept(cast.ask(a, b), b).state == State.AGREED


def test_a_time_that_was_taken_meanwhile_is_not_given_twice(cast: MeetingCast) -> None:
    (a, c), (b, d) = cast.british, cast.chinese
    first, second = cast.ask(a, b, slot=cast.slots[0]), cast.ask(c, b, slot=cast.slots[0])
    accept(first, b)
    assert accept(second, b).state == State.AGREED
    assert accept(cast.ask(c, d, slot=cast.slots[0]), d).state == State.SCHEDULED


def test_when_all_tables_are_taken_it_waits_for_a_time() -> None:
    cast = meeting_cast(tables=1)
    (a, c), (b, d) = cast.british, cast.chinese
    assert accept(cast.ask(a, b, slot=cast.slots[0]), b).state == State.SCHEDULED
    assert accept(cast.ask(c, d, slot=cast.slots[0]), d).state == State.AGREED


def test_who_has_been_asked_and_asks_the_same_accepts(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    asked = cast.ask(a, b)
    assert cast.ask(b, a) == asked
    assert Meeting.objects.get().state == State.AGREED


def test_pressing_twice_asks_once(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    assert cast.ask(a, b) == cast.ask(a, b)
    assert Notification.objects.filter(kind="meeting_requested").count() == 1


@pytest.mark.parametrize("wrong", ["own", "self", "withdrawn", "shy", "blocked", "stranger", "no account"])
def test_whom_one_cannot_ask(cast: MeetingCast, wrong: str) -> None:
    a, b = cast.british[0], cast.chinese[0]
    if wrong == "own":
        b = colleague_of(a)
    elif wrong == "self":
        b = a
    elif wrong == "withdrawn":
        Registration.objects.filter(pk=b.pk).update(state="withdrawn")
    elif wrong == "shy":
        Registration.objects.filter(pk=b.pk).update(wants_meetings=False)
    elif wrong == "blocked":
        Block.objects.create(organisation=b.organisation, blocked=a.organisation)
    elif wrong == "stranger":
        b = RegistrationFactory()
    else:
        Registration.objects.filter(pk=b.pk).update(user=None)
    with pytest.raises(InvalidInput):
        cast.ask(a, b)
    assert not Meeting.objects.exists()


def test_nobody_asks_in_anothers_name(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b)
    with pytest.raises(NotAllowed):
        accept_meeting(meeting, actor=a.user, registration=b)
    with pytest.raises(NotAllowed):
        accept(meeting, cast.chinese[1])


def test_open_requests_are_limited_and_free_again_when_answered() -> None:
    cast = meeting_cast(each=3, requests_per_person=2)
    a = cast.british[0]
    first = cast.ask(a, cast.chinese[0])
    cast.ask(a, cast.chinese[1])
    assert allowance_of(a, cast.workshop).requests_left == 0
    with pytest.raises(InvalidInput, match="2 open requests"):
        cast.ask(a, cast.chinese[2])
    withdraw_meeting(first, actor=a.user, registration=a)
    assert told("meeting_withdrawn") == [cast.chinese[0].email]
    cast.ask(a, cast.chinese[2])


def test_nobody_has_more_meetings_than_the_limit() -> None:
    cast = meeting_cast(each=3, meetings_per_person=1)
    a = cast.british[0]
    one, two = (cast.ask(a, other) for other in cast.chinese[:2])
    accept(one, cast.chinese[0])
    with pytest.raises(InvalidInput, match="no meeting left"):
        accept(two, cast.chinese[1])
    third = cast.ask(cast.british[1], cast.chinese[0])
    with pytest.raises(InvalidInput, match="Cancel one"):
        accept(third, cast.chinese[0])


def test_closed_requests_are_refused(cast: MeetingCast) -> None:
    cast.workshop.meeting_requests_close_at = timezone.now() - datetime.timedelta(minutes=1)
    with pytest.raises(TransitionNotAllowed):
        cast.ask(cast.british[0], cast.chinese[0])


def test_a_reason_stays_with_the_organisers(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b)
    decline_meeting(meeting, actor=b.user, registration=b, reason="We work with their rival")
    meeting.refresh_from_db()
    assert meeting.state == State.DECLINED
    assert meeting.members.get(registration=b).decline_reason == "We work with their rival"
    assert told("meeting_declined") == [a.email]
    for mail in OutgoingMail.objects.all():
        assert "rival" not in mail.text
    take_back_decline(meeting, actor=b.user, registration=b)
    meeting.refresh_from_db()
    assert meeting.state == State.REQUESTED
    assert accept(meeting, b).state == State.AGREED


def test_one_does_not_decline_ones_own_request(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    with pytest.raises(TransitionNotAllowed):
        decline_meeting(cast.ask(a, b), actor=a.user, registration=a)


def test_requests_lapse_on_their_date_and_once(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=80), tick=False):
        meeting = cast.ask(a, b)
    cast.ask(a, cast.chinese[1])
    assert lapse_meetings() == 1
    assert lapse_meetings() == 0
    meeting.refresh_from_db()
    assert meeting.state == State.LAPSED
    assert told("meeting_lapsed") == [a.email]
    with pytest.raises(TransitionNotAllowed):
        accept(meeting, b)


def test_a_request_for_a_time_lapses_before_it(cast: MeetingCast) -> None:
    slot = cast.slots[0]
    with time_machine.travel(slot.starts_at - datetime.timedelta(hours=5), tick=False):
        meeting = cast.ask(cast.british[0], cast.chinese[0], slot=slot)
    assert meeting.lapses_at == slot.starts_at


def test_cancelling_frees_time_and_table_and_says_why(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = accept(cast.ask(a, b, slot=cast.slots[0]), b)
    cancel_meeting(meeting, actor=b.user, registration=b, reason="My train is late")
    meeting.refresh_from_db()
    assert meeting.state == State.CANCELLED
    assert not MeetingMember.objects.filter(held_slot__isnull=False).exists()
    assert told("meeting_cancelled") == [a.email]
    assert "My train is late" in OutgoingMail.objects.get(template="meeting_cancelled").text
    again = cast.ask(a, cast.chinese[1], slot=cast.slots[0])
    assert accept(again, cast.chinese[1]).state == State.SCHEDULED


class TestOfThree:
    """A joint meeting."""

    def test_takes_place_when_all_want_it(self, cast: MeetingCast) -> None:
        a, b, c = cast.british[0], *cast.chinese
        meeting = cast.ask(a, b, c, slot=cast.slots[0])
        assert accept(meeting, b).state == State.REQUESTED
        assert accept(meeting, c).state == State.SCHEDULED
        assert meeting.members.filter(held_slot=cast.slots[0]).count() == 3

    def test_goes_on_without_who_declines(self, cast: MeetingCast) -> None:
        a, b, c = cast.british[0], *cast.chinese
        meeting = cast.ask(a, b, c)
        decline_meeting(meeting, actor=b.user, registration=b)
        assert accept(meeting, c).state == State.AGREED
        with pytest.raises(NotAllowed):
            accept(meeting, b)

    def test_goes_on_without_who_leaves(self, cast: MeetingCast) -> None:
        a, b, c = cast.british[0], *cast.chinese
        meeting = cast.ask(a, b, c, slot=cast.slots[0])
        accept(meeting, b)
        accept(meeting, c)
        cancel_meeting(meeting, actor=b.user, registration=b)
        meeting.refresh_from_db()
        assert meeting.state == State.SCHEDULED
        assert meeting.members.get(registration=b).answer == MeetingAnswer.NO
        assert not meeting.members.filter(registration=b, held_slot__isnull=False).exists()
        cancel_meeting(meeting, actor=c.user, registration=c)
        meeting.refresh_from_db()
        assert meeting.state == State.CANCELLED

    def test_more_people_than_seats_are_refused(self) -> None:
        cast = meeting_cast(each=5)
        with pytest.raises(InvalidInput):
            cast.ask(cast.british[0], *cast.chinese[:4])


def test_a_colleague_comes_along(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = accept(cast.ask(a, b, slot=cast.slots[0]), b)
    with_me = colleague_of(b)
    add_colleague(meeting, actor=b.user, registration=b, colleague=with_me)
    assert meeting.members.get(registration=with_me).held_slot == cast.slots[0]
    with pytest.raises(InvalidInput):
        add_colleague(meeting, actor=a.user, registration=a, colleague=cast.chinese[1])


def test_a_busy_colleague_cannot_come_along(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    busy = colleague_of(b)
    accept(cast.ask(cast.british[1], busy, slot=cast.slots[0]), busy)
    meeting = accept(cast.ask(a, b, slot=cast.slots[0]), b)
    with pytest.raises(InvalidInput) as refused:
        add_colleague(meeting, actor=b.user, registration=b, colleague=busy)
    assert "another meeting" in refused.value.errors["colleague"][0]


def test_tables_are_kept_by_who_sits_there(cast: MeetingCast) -> None:
    (a, c), (b, d) = cast.british, cast.chinese
    accept(cast.ask(a, b, slot=cast.slots[0]), b)
    one = accept(cast.ask(c, d, slot=cast.slots[0]), d)
    two = accept(cast.ask(c, b, slot=cast.slots[1]), b)
    three = accept(cast.ask(a, d, slot=cast.slots[1]), d)
    tables: list[Any] = [Meeting.objects.get(pk=meeting.pk).table for meeting in (one, two, three)]
    assert tables[0] == cast.tables[1]
    assert {tables[1], tables[2]} == set(cast.tables)
