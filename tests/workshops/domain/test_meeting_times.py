"""Other times, tables, walk-ins, outcomes, and people who leave."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from qiao.accounts.models import User
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.leaving import free_meetings_of_those_who_left, leave_meetings, seat_again
from qiao.workshops.domain.meeting_times import arrange_meeting, keep_time, propose_time, set_join_url, set_time
from qiao.workshops.domain.outcomes import mark_outcome, settle_outcome, write_notes
from qiao.workshops.domain.queries.free_times import Against, FreeTimes, is_at_night
from qiao.workshops.domain.queries.my_meetings import my_meetings
from qiao.workshops.domain.repairing import note_late_arrival, note_no_show
from qiao.workshops.domain.walk_ins import record_walk_in
from qiao.workshops.enums import MeetingOrigin, MeetingOutcome, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Slot
from qiao.workshops.tasks import watch_meetings
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory
from tests.workshops.meeting_cast import MeetingCast, colleague_of, meeting_cast

pytestmark = pytest.mark.django_db
State = MeetingState


@pytest.fixture
def cast() -> MeetingCast:
    return meeting_cast()


def by(one: Registration) -> dict[str, Any]:
    return {"actor": one.user, "registration": one}


def scheduled(cast: MeetingCast, a: Registration, *others: Registration, slot: int = 0) -> Meeting:
    meeting = cast.ask(a, *others, slot=cast.slots[slot])
    for one in others:
        accept_meeting(meeting, **by(one))
    meeting.refresh_from_db()
    assert meeting.state == State.SCHEDULED
    return meeting


def told(kind: str) -> list[str]:
    return sorted(Notification.objects.filter(kind=kind).values_list("user__email", flat=True))


class TestAnotherTime:
    """Proposed by a member."""

    def test_of_a_request_turns_the_question_round(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = cast.ask(a, b, slot=cast.slots[0])
        propose_time(meeting, **by(b), slot=cast.slots[2])
        assert told("meeting_time_proposed") == [a.email]
        accept_meeting(meeting, **by(a))
        meeting.refresh_from_db()
        assert (meeting.state, meeting.slot) == (State.SCHEDULED, cast.slots[2])

    def test_of_a_scheduled_meeting_changes_nothing_before_all_agree(self, cast: MeetingCast) -> None:
        a, (b, c) = cast.british[0], cast.chinese
        meeting = scheduled(cast, a, b, c)
        propose_time(meeting, **by(b), slot=cast.slots[2])
        accept_meeting(meeting, **by(a))
        meeting.refresh_from_db()
        assert meeting.slot == cast.slots[0]
        accept_meeting(meeting, **by(c))
        meeting.refresh_from_db()
        assert (meeting.slot, meeting.wished_slot) == (cast.slots[2], None)
        assert set(meeting.members.values_list("held_slot", flat=True)) == {cast.slots[2].pk}
        assert told("meeting_moved") == sorted(one.email for one in (a, b, c))

    def test_that_is_taken_when_all_agree_leaves_it_where_it_is(self, cast: MeetingCast) -> None:
        a, (b, c) = cast.british[0], cast.chinese
        meeting = scheduled(cast, a, b)
        propose_time(meeting, **by(b), slot=cast.slots[1])
        scheduled(cast, a, c, slot=1)
        accept_meeting(meeting, **by(a))
        meeting.refresh_from_db()
        assert (meeting.state, meeting.slot, meeting.wished_slot) == (State.SCHEDULED, cast.slots[0], None)

    def test_can_be_refused(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b)
        propose_time(meeting, **by(b), slot=cast.slots[1])
        keep_time(meeting, **by(a))
        assert told("meeting_time_kept") == [b.email]
        with pytest.raises(TransitionNotAllowed):
            keep_time(meeting, **by(a))

    def test_is_refused_when_it_has_gone_by_or_is_the_same(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b, slot=1)
        with pytest.raises(InvalidInput):
            propose_time(meeting, **by(a), slot=cast.slots[1])
        with time_machine.travel(cast.slots[0].starts_at, tick=False), pytest.raises(InvalidInput):
            propose_time(meeting, **by(a), slot=cast.slots[0])


def test_an_organiser_sets_a_meeting_and_its_table(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = arrange_meeting(cast.workshop, actor=cast.organiser, people=[a, b], slot=cast.slots[0])
    meeting.refresh_from_db()
    assert (meeting.state, meeting.origin) == (State.SCHEDULED, MeetingOrigin.ORGANISER)
    set_time(meeting, actor=cast.organiser, slot=cast.slots[0], table=cast.tables[1])
    other = scheduled(cast, cast.british[1], cast.chinese[1])
    with pytest.raises(InvalidInput):
        set_time(other, actor=cast.organiser, slot=cast.slots[0], table=cast.tables[1])
    with pytest.raises(NotAllowed):
        set_time(meeting, actor=a.user, slot=None)
    with pytest.raises(InvalidInput):
        arrange_meeting(cast.workshop, actor=cast.organiser, people=[a, colleague_of(a)])


def test_a_refused_arrangement_leaves_no_meeting(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    scheduled(cast, a, b)
    with pytest.raises(InvalidInput):
        arrange_meeting(cast.workshop, actor=cast.organiser, people=[a, cast.chinese[1]], slot=cast.slots[0])
    assert Meeting.objects.count() == 1


def test_an_online_meeting_carries_any_link(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = scheduled(cast, a, b)
    set_join_url(meeting, actor=a.user, registration=a, url="https://meet.example/room/1?pwd=2")
    assert told("meeting_link") == [b.email]
    for wrong in ("javascript:alert(1)", "ftp://x.example", "nonsense"):
        with pytest.raises(InvalidInput):
            set_join_url(meeting, actor=a.user, registration=a, url=wrong)
    with pytest.raises(NotAllowed):
        set_join_url(meeting, actor=UserFactory(), url="https://evil.example")


class TestFreeTimes:
    """What stands against a time."""

    def test_is_said_one_by_one(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        scheduled(cast, a, b)
        a.presences.create(starts_at=cast.slots[0].starts_at, ends_at=cast.slots[1].ends_at)
        times = FreeTimes(cast.workshop, [a, b])
        assert times.against(a.pk, cast.slots[0]) == {Against.MEETING}
        assert times.against(a.pk, cast.slots[0], meetings=False) == frozenset()
        assert times.against(a.pk, cast.slots[2]) == {Against.ABSENT}
        assert times.common() == [cast.slots[1]]

    def test_presences_that_touch_are_one(self, cast: MeetingCast) -> None:
        a, slot = cast.british[0], cast.slots[0]
        middle = slot.starts_at + datetime.timedelta(minutes=10)
        a.presences.create(starts_at=slot.starts_at, ends_at=middle)
        a.presences.create(starts_at=middle, ends_at=slot.ends_at)
        assert FreeTimes(cast.workshop, [a]).free(a.pk) == [slot]

    def test_a_walk_in_takes_its_time(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        with time_machine.travel(cast.slots[1].starts_at + datetime.timedelta(minutes=1), tick=False):
            record_walk_in(cast.workshop, **by(a), other=b, minutes=30)
            assert FreeTimes(cast.workshop, [a]).free(a.pk) == [cast.slots[3]]

    @pytest.mark.parametrize(("hour", "night"), [(6, True), (7, False), (21, False), (22, True), (23, True), (0, True)])
    def test_the_night_of_ones_own_clock_also_when_clocks_change(self, hour: int, night: bool) -> None:
        # In London clocks go back in the night to 25 October 2026.
        workshop = WorkshopFactory(first_day=datetime.date(2026, 10, 25), time_zone="Asia/Shanghai")
        one = RegistrationFactory(workshop=workshop, mode="remote", time_zone="Europe/London")
        from zoneinfo import ZoneInfo

        begins = datetime.datetime(2026, 10, 25, hour, 0, tzinfo=ZoneInfo("Europe/London"))
        assert is_at_night(one, begins, begins + datetime.timedelta(minutes=30)) is night
        one.at_any_hour = True
        assert not is_at_night(one, begins, begins + datetime.timedelta(minutes=30))

    def test_who_names_no_zone_is_where_their_account_says(self, cast: MeetingCast) -> None:
        one = cast.british[0]
        User.objects.filter(email=one.email).update(time_zone="Europe/London")
        Registration.objects.filter(pk=one.pk).update(mode="remote")
        one.refresh_from_db()
        assert Against.NIGHT in FreeTimes(cast.workshop, [one]).against(one.pk, cast.slots[0])

    def test_on_site_there_is_no_night(self, cast: MeetingCast) -> None:
        one = cast.british[0]
        one.time_zone = "America/New_York"
        assert not is_at_night(one, cast.slots[0].starts_at, cast.slots[0].ends_at)


class TestOutcome:
    """What became of it."""

    @pytest.mark.parametrize(
        ("first", "second", "all_say"),
        [("held", "held", "held"), ("held", "did_not_happen", "disputed"), ("held", "", "held"),
         ("did_not_happen", "did_not_happen", "did_not_happen")],
    )  # fmt: skip
    def test_is_what_members_say(self, cast: MeetingCast, first: str, second: str, all_say: str) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b)
        with time_machine.travel(cast.slots[0].ends_at, tick=False):
            for one, outcome in ((a, first), (b, second)):
                mark_outcome(meeting, **by(one), outcome=outcome)
        meeting.refresh_from_db()
        assert meeting.outcome == all_say

    def test_is_not_said_before_it_begins_nor_by_strangers(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b)
        with pytest.raises(TransitionNotAllowed):
            mark_outcome(meeting, **by(a), outcome="held")
        with time_machine.travel(cast.slots[0].ends_at, tick=False):
            with pytest.raises(NotAllowed):
                mark_outcome(meeting, **by(cast.chinese[1]), outcome="held")
            with pytest.raises(NotAllowed):
                settle_outcome(meeting, actor=a.user, outcome="held")
            with pytest.raises(InvalidInput):
                mark_outcome(meeting, **by(a), outcome="disputed")

    def test_notes_are_kept(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b)
        assert write_notes(meeting, **by(a), notes=" They ask for a sample. ").notes == "They ask for a sample."
        with pytest.raises(InvalidInput):
            write_notes(meeting, **by(a), notes="x" * 4001)


def test_a_walk_in_is_held_and_the_other_is_asked(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    with pytest.raises(InvalidInput):
        record_walk_in(cast.workshop, **by(a), other=b)
    with time_machine.travel(cast.slots[3].ends_at, tick=False):
        meeting = record_walk_in(cast.workshop, **by(a), other=b)
        assert record_walk_in(cast.workshop, **by(b), other=a) == meeting
        with pytest.raises(InvalidInput):
            record_walk_in(cast.workshop, **by(a), other=colleague_of(a))
    assert meeting.outcome == MeetingOutcome.HELD
    assert told("meeting_walk_in") == [b.email]
    assert my_meetings(cast.workshop, b).days[0].lines[0].meeting == meeting


class TestLeaving:
    """People who no longer take part."""

    def test_frees_all_that_has_not_begun(self, cast: MeetingCast) -> None:
        (a, c), (b, d) = cast.british, cast.chinese
        pair, joint = scheduled(cast, a, b), scheduled(cast, c, b, d, slot=1)
        asked, asks = cast.ask(a, d), cast.ask(b, c)
        assert leave_meetings(b, actor=b.user) == 3
        states = {one.pk: one.state for one in Meeting.objects.all()}
        assert states[pair.pk] == State.CANCELLED
        assert states[joint.pk] == State.SCHEDULED
        assert states[asked.pk] == State.REQUESTED
        assert states[asks.pk] == State.WITHDRAWN
        assert told("meeting_cancelled") == [a.email]
        assert not MeetingMember.objects.filter(registration=b, held_slot__isnull=False).exists()

    def test_is_noticed_whoever_has_taken_the_place_away(self, cast: MeetingCast) -> None:
        a, b = cast.british[0], cast.chinese[0]
        meeting = scheduled(cast, a, b)
        Registration.objects.filter(pk=b.pk).update(state="withdrawn")
        watch_meetings()
        meeting.refresh_from_db()
        assert meeting.state == State.CANCELLED
        assert free_meetings_of_those_who_left() == 0


def test_meetings_whose_table_was_taken_away_are_seated_again(cast: MeetingCast) -> None:
    meeting = scheduled(cast, cast.british[0], cast.chinese[0])
    table = meeting.table
    assert table is not None
    table.removed_at = timezone.now()
    table.save()
    Meeting.objects.update(table=None)
    assert seat_again() == 1
    assert seat_again() == 0
    meeting.refresh_from_db()
    assert meeting.table == cast.tables[1]
    assert len(told("meeting_moved")) == 2


def test_who_comes_after_all_is_in_the_meetings_again(cast: MeetingCast) -> None:
    a, (b, c) = cast.british[0], cast.chinese
    meeting = scheduled(cast, a, b, c)
    note_no_show(c, actor=cast.organiser)
    set_time(meeting, actor=cast.organiser, slot=cast.slots[2])
    place = meeting.members.get(registration=c)
    assert place.held_slot is None
    note_no_show(c, actor=cast.organiser, stays_away=False)
    place.refresh_from_db()
    assert place.held_slot == cast.slots[2]
    with pytest.raises(NotAllowed):
        note_no_show(c, actor=a.user)


def test_a_late_arrival_shortens_what_was_said(cast: MeetingCast) -> None:
    a = cast.british[0]
    first, second = cast.slots[0], cast.slots[2]
    a.presences.create(starts_at=first.starts_at, ends_at=first.ends_at)
    a.presences.create(starts_at=cast.slots[1].starts_at, ends_at=cast.slots[3].ends_at)
    note_late_arrival(a, actor=cast.organiser, until=second.starts_at)
    assert [(one.starts_at, one.ends_at) for one in a.presences.all()] == [(second.starts_at, cast.slots[3].ends_at)]
    assert FreeTimes(cast.workshop, [a]).free(a.pk) == list(Slot.objects.filter(starts_at__gte=second.starts_at))


@pytest.mark.parametrize(
    ("first", "second", "asks", "needed"),
    [
        (["en"], ["zh"], False, True),
        (["en", "zh"], ["zh"], True, False),
        ([], ["zh"], True, True),
        (["en"], ["en"], False, False),
    ],
)
def test_a_meeting_between_people_says_whether_it_needs_an_interpreter(
    cast: MeetingCast, first: list[str], second: list[str], asks: bool, needed: bool
) -> None:
    one, two = cast.british[0], cast.chinese[0]
    Registration.objects.filter(pk=one.pk).update(languages=first, needs_interpreter=asks)
    Registration.objects.filter(pk=two.pk).update(languages=second)
    meeting = accept_meeting(cast.ask(one, two, slot=cast.slots[0]), actor=two.user, registration=two)
    assert Meeting.objects.get(pk=meeting.pk).needs_interpreter == needed
