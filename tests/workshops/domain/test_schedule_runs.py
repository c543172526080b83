"""The scheduler: what a run finds, applying it whole, taking it back, and repairs."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
import time_machine
from django.utils import timezone

from matching.app.domain.workshop_scheduling import work_on_run
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification
from qiao.workshops.domain.answering import accept_meeting, cancel_meeting
from qiao.workshops.domain.applying import apply_run, roll_back_run
from qiao.workshops.domain.meeting_times import lock_meeting, set_time
from qiao.workshops.domain.schedule_runs import (
    begin_run,
    comment_on_schedule,
    discard_run,
    request_run,
    runs_to_work_on,
    show_provisionally,
)
from qiao.workshops.enums import MeetingOrigin, MeetingState, RunState
from qiao.workshops.models import Meeting, MeetingMember, Registration, ScheduleRun, Session
from tests.factories import ListingFactory, propose
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db
State = MeetingState


def match(cast: MeetingCast, one: Registration, other: Registration, score: float = 0.8) -> None:
    """Have the matcher pair the organisations of two."""
    propose(
        ListingFactory(organisation=one.organisation, bridge=cast.bridge),
        ListingFactory(organisation=other.organisation, bridge=cast.bridge),
        score=score,
    )


def run_of(cast: MeetingCast, scope: str = "all", **more: object) -> ScheduleRun:
    run = request_run(cast.workshop, actor=cast.organiser, scope=scope, seconds=2, **more)  # type: ignore[arg-type]
    assert work_on_run(run.pk)
    run.refresh_from_db()
    assert run.state in (RunState.READY, RunState.APPLIED), run.error
    return run


def agreed(cast: MeetingCast, one: Registration, other: Registration) -> Meeting:
    return accept_meeting(cast.ask(one, other), actor=other.user, registration=other)


def slots_of(cast: MeetingCast) -> dict[str, int | None]:
    return dict(Meeting.objects.of_workshop(cast.workshop).values_list("public_id", "slot_id"))


def check_rules(cast: MeetingCast) -> None:
    """Nobody twice at a time, no table twice."""
    held = MeetingMember.objects.filter(meeting__state=State.SCHEDULED, meeting__slot__isnull=False)
    who = Counter(held.exclude(answer="no").values_list("registration_id", "meeting__slot_id"))
    assert not [one for one, count in who.items() if count > 1]
    scheduled = Meeting.objects.scheduled().filter(table__isnull=False)
    assert not [one for one, n in Counter(scheduled.values_list("slot_id", "table_id")).items() if n > 1]
    for member in held.exclude(answer="no").select_related("meeting", "registration"):
        if member.registration.no_show_at is None:
            assert member.held_slot_id == member.meeting.slot_id


def test_a_run_places_what_is_agreed_and_changes_nothing_before_it_is_applied() -> None:
    cast = meeting_cast()
    pairs = [(a, b) for a in cast.british for b in cast.chinese]
    for a, b in pairs:
        agreed(cast, a, b)
    run = run_of(cast)
    assert run.figures["meetings"] == 4
    assert (run.figures["wishes"], run.figures["wishes_met"], run.figures["least"]) == (4, 4, 2)
    assert run.figures["gap"] is not None
    assert set(slots_of(cast).values()) == {None}
    Notification.objects.all().delete()
    run = apply_run(run, actor=cast.organiser)
    assert run.state == RunState.APPLIED
    assert Meeting.objects.scheduled().count() == 4
    check_rules(cast)
    assert Counter(Notification.objects.values_list("kind", flat=True)) == {"schedule_changed": 4}


def test_the_matcher_adds_meetings_nobody_has_asked_for_and_taking_back_ends_them() -> None:
    cast = meeting_cast()
    match(cast, cast.british[0], cast.chinese[0])
    match(cast, cast.british[1], cast.chinese[1])
    run = apply_run(run_of(cast), actor=cast.organiser)
    made = Meeting.objects.filter(origin=MeetingOrigin.SCHEDULER)
    assert [one.state for one in made] == [State.SCHEDULED] * 2
    assert run.figures["unasked"] == 2
    run = roll_back_run(run, actor=cast.organiser)
    assert {one.state for one in made.all()} == {State.CANCELLED}
    assert not MeetingMember.objects.filter(held_slot__isnull=False).exists()
    apply_run(run, actor=cast.organiser)
    assert made.count() == 2
    assert {one.state for one in made.all()} == {State.SCHEDULED}


def test_requests_are_placed_and_wait_again_after_a_rollback() -> None:
    cast = meeting_cast()
    meeting = cast.ask(cast.british[0], cast.chinese[0])
    run = apply_run(run_of(cast), actor=cast.organiser)
    meeting.refresh_from_db()
    assert meeting.state == State.SCHEDULED
    roll_back_run(run, actor=cast.organiser)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot, meeting.table) == (State.REQUESTED, None, None)


def test_requests_can_be_left_alone() -> None:
    cast = meeting_cast()
    cast.ask(cast.british[0], cast.chinese[0])
    assert run_of(cast, with_requests=False).placed == []


def test_rolling_back_keeps_and_names_what_was_changed_by_hand_since() -> None:
    cast = meeting_cast()
    kept, gone, back = (
        agreed(cast, *pair)
        for pair in zip([*cast.british, cast.british[0]], [*cast.chinese, cast.chinese[1]], strict=True)
    )
    run = apply_run(run_of(cast), actor=cast.organiser)
    kept.refresh_from_db()
    other = next(slot for slot in cast.slots if not MeetingMember.objects.filter(held_slot=slot).exists())
    set_time(kept, actor=cast.organiser, slot=other)
    cancel_meeting(gone, actor=cast.british[1].user, registration=cast.british[1])
    run = roll_back_run(run, actor=cast.organiser)
    assert {one["meeting"] for one in run.figures["kept"]} == {kept.public_id, gone.public_id}
    for meeting in (kept, gone, back):
        meeting.refresh_from_db()
    assert (kept.state, kept.slot) == (State.SCHEDULED, other)
    assert gone.state == State.CANCELLED
    assert (back.state, back.slot) == (State.AGREED, None)
    check_rules(cast)


def test_what_has_changed_since_the_run_is_left_as_it_is_and_named() -> None:
    cast = meeting_cast()
    a, b = cast.british[0], cast.chinese[0]
    cancelled, busy = agreed(cast, a, b), agreed(cast, cast.british[1], cast.chinese[1])
    run = run_of(cast)
    cancel_meeting(cancelled, actor=a.user, registration=a)
    [place] = [one for one in run.placed if one["meeting"] == busy.public_id]
    other = accept_meeting(
        cast.ask(cast.british[1], b, slot=next(one for one in cast.slots if one.pk == place["slot"])),
        actor=b.user, registration=b,
    )  # fmt: skip
    run = apply_run(run, actor=cast.organiser)
    assert {one["meeting"]: one["why"] for one in run.figures["skipped"]} == {
        cancelled.public_id: "ended", busy.public_id: "busy",
    }  # fmt: skip
    busy.refresh_from_db()
    other.refresh_from_db()
    assert (busy.state, other.state) == (State.AGREED, State.SCHEDULED)
    check_rules(cast)


def test_only_what_has_no_time_leaves_the_rest_where_it_is() -> None:
    cast = meeting_cast(slots=2)
    a, b = cast.british[0], cast.chinese[0]
    stays = accept_meeting(cast.ask(a, b, slot=cast.slots[1]), actor=b.user, registration=b)
    new = agreed(cast, a, cast.chinese[1])
    apply_run(run_of(cast, "unbooked"), actor=cast.organiser)
    stays.refresh_from_db()
    new.refresh_from_db()
    assert (stays.slot, stays.sequence) == (cast.slots[1], 1)
    assert new.slot == cast.slots[0]


def test_locked_meetings_keep_time_and_table() -> None:
    cast = meeting_cast(slots=2)
    a, b = cast.british[0], cast.chinese[0]
    meeting = accept_meeting(cast.ask(a, b, slot=cast.slots[1]), actor=b.user, registration=b)
    set_time(meeting, actor=cast.organiser, slot=cast.slots[1], table=cast.tables[1])
    lock_meeting(meeting, actor=cast.organiser, locked=True)
    agreed(cast, a, cast.chinese[1])
    apply_run(run_of(cast), actor=cast.organiser)
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.table) == (cast.slots[1], cast.tables[1])


class TestRules:
    """What a schedule honours."""

    def test_limits_and_a_minimum_for_everyone_first(self) -> None:
        cast = meeting_cast(each=3, slots=6, tables=9, meetings_per_person=2, least_meetings=1)
        for a in cast.british:
            for b in cast.chinese:
                match(cast, a, b, 0.9 if a == cast.british[0] else 0.2)
        run = run_of(cast)
        counts = Counter(member for one in run.placed for member in one["members"])
        assert max(counts.values()) <= 2
        assert run.figures["least"] >= 1
        assert run.figures["below"] == 0

    def test_sessions_plenaries_and_the_way_between(self) -> None:
        cast = meeting_cast(slots=4, minutes_between=10)
        begins = cast.slots[1].ends_at
        Session.objects.create(
            workshop=cast.workshop, kind="plenary", title="Opening", starts_at=begins, minutes=20, is_for_all=True
        )
        agreed(cast, cast.british[0], cast.chinese[0])
        run = run_of(cast)
        assert [one["slot"] for one in run.placed] == [cast.slots[0].pk]

    def test_presence(self) -> None:
        cast = meeting_cast(slots=3)
        a = cast.british[0]
        a.presences.create(starts_at=cast.slots[2].starts_at, ends_at=cast.slots[2].ends_at)
        agreed(cast, a, cast.chinese[0])
        assert [one["slot"] for one in run_of(cast).placed] == [cast.slots[2].pk]

    def test_nobody_online_meets_in_their_own_night(self) -> None:
        # 9:00 in Shanghai is one or two in the morning in London.
        cast = meeting_cast(format="hybrid")
        a = cast.british[0]
        Registration.objects.filter(pk=a.pk).update(mode="remote", time_zone="Europe/London")
        a.refresh_from_db()
        agreed(cast, a, cast.chinese[0])
        assert run_of(cast).placed == []
        Registration.objects.filter(pk=a.pk).update(at_any_hour=True)
        assert len(run_of(cast).placed) == 1

    def test_interpreters_are_shared_out(self) -> None:
        cast = meeting_cast(each=2, slots=2, interpreters=1)
        Registration.objects.filter(pk__in=[one.pk for one in cast.chinese]).update(languages=["zh"])
        meetings = [agreed(cast, a, b) for a, b in zip(cast.british, cast.chinese, strict=True)]
        run = apply_run(run_of(cast), actor=cast.organiser)
        assert len({one["slot"] for one in run.placed}) == 2
        for meeting in meetings:
            meeting.refresh_from_db()
            assert meeting.needs_interpreter

    def test_breaks_between_many_meetings(self) -> None:
        cast = meeting_cast(each=4, slots=4, tables=9, longest_run=2, least_meetings=0)
        for b in cast.chinese:
            agreed(cast, cast.british[0], b)
        run = run_of(cast)
        numbers = sorted([slot.pk for slot in cast.slots].index(one["slot"]) for one in run.placed)
        assert len(numbers) == 3
        assert numbers not in ([0, 1, 2], [1, 2, 3])

    def test_meetings_online_take_no_table(self) -> None:
        cast = meeting_cast(slots=1, tables=1, format="hybrid")
        for one in (cast.british[0], cast.chinese[0]):
            Registration.objects.filter(pk=one.pk).update(mode="remote")
            one.refresh_from_db()
        online = agreed(cast, cast.british[0], cast.chinese[0])
        seated = agreed(cast, cast.british[1], cast.chinese[1])
        apply_run(run_of(cast), actor=cast.organiser)
        online.refresh_from_db()
        seated.refresh_from_db()
        assert (online.state, online.table) == (State.SCHEDULED, None)
        assert (seated.state, seated.table) == (State.SCHEDULED, cast.tables[0])

    def test_an_organisation_keeps_its_table(self) -> None:
        cast = meeting_cast(each=3, slots=3, tables=3)
        for a in cast.british:
            for b in cast.chinese:
                agreed(cast, a, b)
        apply_run(run_of(cast), actor=cast.organiser)
        tables = {a.pk: set(Meeting.objects.with_person(a).values_list("table_id", flat=True)) for a in cast.british}
        others = {b.pk: set(Meeting.objects.with_person(b).values_list("table_id", flat=True)) for b in cast.chinese}
        assert sum(len(one) == 1 for one in [*tables.values(), *others.values()]) >= 3

    def test_a_joint_meeting(self) -> None:
        cast = meeting_cast()
        a, (b, c) = cast.british[0], cast.chinese
        meeting = cast.ask(a, b, c)
        for one in (b, c):
            accept_meeting(meeting, actor=one.user, registration=one)
        apply_run(run_of(cast), actor=cast.organiser)
        meeting.refresh_from_db()
        assert meeting.members.filter(held_slot=meeting.slot).count() == 3


class TestRepair:
    """What stays where it is when people stay away."""

    def test_changes_only_what_it_must_and_tells_each_once(self) -> None:
        cast = meeting_cast(each=4, slots=6, tables=8)
        for a in cast.british:
            for b in cast.chinese[:3]:
                agreed(cast, a, b)
        apply_run(run_of(cast), actor=cast.organiser)
        before = slots_of(cast)
        away = cast.chinese[0]
        Registration.objects.filter(pk=away.pk).update(no_show_at=timezone.now())
        Notification.objects.all().delete()
        run = run_of(cast, "repair", apply=True)
        assert run.state == RunState.APPLIED
        lost = set(Meeting.objects.with_person(away).values_list("public_id", flat=True))
        assert len(lost) == 4
        after = slots_of(cast)
        assert {key for key in before if before[key] != after[key]} <= lost
        assert {one.state for one in Meeting.objects.with_person(away)} == {State.CANCELLED}
        told = Counter(Notification.objects.filter(kind="schedule_changed").values_list("user_id", flat=True))
        assert set(told.values()) == {1}
        assert {one.user_id for one in cast.british} <= told.keys()
        assert cast.chinese[1].user_id not in told
        check_rules(cast)

    def test_a_joint_meeting_goes_on_with_those_who_are_there(self) -> None:
        cast = meeting_cast()
        a, (b, c) = cast.british[0], cast.chinese
        meeting = cast.ask(a, b, c, slot=cast.slots[0])
        for one in (b, c):
            accept_meeting(meeting, actor=one.user, registration=one)
        Registration.objects.filter(pk=c.pk).update(no_show_at=timezone.now())
        run_of(cast, "repair", apply=True)
        meeting.refresh_from_db()
        assert (meeting.state, meeting.slot) == (State.SCHEDULED, cast.slots[0])

    def test_late_people_are_met_later_and_the_past_is_left_alone(self) -> None:
        cast = meeting_cast(slots=4)
        a, b = cast.british[0], cast.chinese[0]
        first = accept_meeting(cast.ask(a, b, slot=cast.slots[0]), actor=b.user, registration=b)
        second = accept_meeting(cast.ask(a, cast.chinese[1], slot=cast.slots[1]), actor=cast.chinese[1].user,
                                registration=cast.chinese[1])  # fmt: skip
        a.presences.create(starts_at=cast.slots[2].starts_at, ends_at=cast.slots[3].ends_at)
        with time_machine.travel(cast.slots[0].starts_at + datetime.timedelta(minutes=1), tick=False):
            run_of(cast, "repair", apply=True)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.slot == cast.slots[0]
        assert second.slot in cast.slots[2:]


class TestProvisional:
    """A schedule that participants see before it is applied."""

    def test_each_with_meetings_is_told_once_and_may_comment_until_the_date(self) -> None:
        cast = meeting_cast()
        a, b = cast.british[0], cast.chinese[0]
        agreed(cast, a, b)
        run = run_of(cast)
        Notification.objects.all().delete()
        until = timezone.now() + datetime.timedelta(days=2)
        for _ in range(2):
            show_provisionally(run, actor=cast.organiser, until=until)
        assert Counter(Notification.objects.values_list("user_id", flat=True)) == {a.user_id: 1, b.user_id: 1}
        comment_on_schedule(run, actor=a.user, registration=a, text="Not before ten, please.")
        with pytest.raises(InvalidInput):
            comment_on_schedule(run, actor=a.user, registration=a, text=" ")
        with (
            time_machine.travel(until + datetime.timedelta(seconds=1), tick=False),
            pytest.raises(TransitionNotAllowed),
        ):
            comment_on_schedule(run, actor=a.user, registration=a, text="Too late")

    def test_what_is_not_shown_cannot_be_commented(self) -> None:
        cast = meeting_cast()
        agreed(cast, cast.british[0], cast.chinese[0])
        with pytest.raises(TransitionNotAllowed):
            comment_on_schedule(
                run_of(cast), actor=cast.british[0].user, registration=cast.british[0], text="Where is it?"
            )


def test_a_worker_that_dies_leaves_nothing_and_the_run_is_done_again() -> None:
    cast = meeting_cast()
    agreed(cast, cast.british[0], cast.chinese[0])
    run = request_run(cast.workshop, actor=cast.organiser, scope="all", seconds=2)
    begin_run(run.pk)  # and here the worker is killed
    run.refresh_from_db()
    assert (run.state, run.placed) == (RunState.RUNNING, [])
    assert runs_to_work_on() == []
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2), tick=False):
        assert runs_to_work_on() == [run.pk]
        assert work_on_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.READY
    assert not work_on_run(run.pk)


def test_one_run_at_a_time_by_those_who_plan() -> None:
    cast = meeting_cast()
    run = request_run(cast.workshop, actor=cast.organiser, scope="all")
    assert request_run(cast.workshop, actor=cast.organiser, scope="unbooked") == run
    with pytest.raises(NotAllowed):
        request_run(cast.workshop, actor=cast.british[0].user, scope="all")
    discard_run(run, actor=cast.organiser)
    assert not work_on_run(run.pk)
    with pytest.raises(InvalidInput):
        request_run(cast.workshop, actor=cast.organiser, scope="everything")
