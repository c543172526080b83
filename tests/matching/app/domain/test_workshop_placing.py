"""Placement of a workshop's programme: what the engine is asked is what the desk shows."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.app.domain.workshop_placing import find_places, make_plan, work_on_placement
from qiao.workshops.domain.applying_places import apply_placement
from qiao.workshops.domain.placing import discard_placement, stop_placement
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.enums import RunState
from qiao.workshops.models import Session, Workshop
from tests.workshops.placing_cast import PlacingCast, add, placing_cast

pytestmark = pytest.mark.django_db


def soft(workshop: Workshop) -> int:
    return sum(one.weight for one in conflicts_of(workshop) if not one.is_hard)


def hard(workshop: Workshop) -> list[str]:
    return [one.code for one in conflicts_of(workshop) if one.is_hard]


def where(session: Session) -> tuple[Any, Any]:
    session.refresh_from_db()
    return session.starts_at, session.room


def test_everything_gets_a_room_and_a_time_within_the_hours() -> None:
    cast = placing_cast()
    for number in range(9):
        cast.session(f"S{number}", minutes=90)
    run = cast.run(begins=datetime.time(10), ends=datetime.time(13))
    assert (run.figures["placed"], run.figures["sessions"], run.unplaced) == (8, 9, run.unplaced)
    apply_placement(run, actor=cast.planner)
    placed = Session.objects.filter(starts_at__isnull=False)
    assert placed.count() == 8
    assert hard(cast.workshop) == []
    for one in placed:
        assert one.starts_at is not None
        begins = one.starts_at.astimezone(cast.workshop.zone)
        assert datetime.time(10) <= begins.time() <= datetime.time(11, 30)
        assert one.room in cast.rooms


def test_what_the_engine_weighs_is_what_the_desk_shows() -> None:
    cast = placing_cast(rooms=0)
    small = cast.room("Small", capacity=5, site="North")
    cast.room("Booth", capacity=40, site="South", has_interpreting=True)
    people = [cast.person() for _ in range(8)]
    for number in range(7):
        one = cast.session(
            f"S{number}", minutes=60, expected=(3, 30, None)[number % 3], needs_interpreting=number % 2 == 0,
            track=("heart", "")[number % 2], kind=("roundtable", "training")[number % 2],
        )  # fmt: skip
        add(one, people[number % 3], "speaker")
        for person in people[number % 4 : number % 4 + 4]:
            if person != people[number % 3]:
                add(one, person)
    add(Session.objects.all()[0], people[7], "moderator", answer="declined")
    locked = cast.session("Locked", minutes=60, expected=50, is_locked=True)
    cast.put(locked, cast.at(9), small)
    before = soft(cast.workshop)
    run = cast.run(scope="all", begins=datetime.time(9), ends=datetime.time(11))
    assert run.figures["weight_before"] == before
    apply_placement(run, actor=cast.planner)
    assert hard(cast.workshop) == []
    assert soft(cast.workshop) == run.figures["weight_after"] < before + 200
    # What the engine has not in its hands: the locked one's room, and who moderates.
    constant = sum(
        one.weight
        for one in conflicts_of(cast.workshop)
        if one.code in ("moderator_missing", "no_place") or one.sessions == (locked,)
    )
    assert run.figures["weight"] == run.figures["weight_after"] - constant
    assert run.figures["bound"] <= run.figures["weight"]


def test_a_session_is_where_its_people_are_and_a_large_one_in_the_large_room() -> None:
    cast = placing_cast(rooms=0)
    cast.room("Small", capacity=10)
    large = cast.room("Large", capacity=100)
    ada = cast.person()
    cast.there(ada, cast.at(14, day=1), cast.at(16, day=1))
    one = cast.session("Keynote", minutes=60, expected=80)
    add(one, ada, "speaker")
    apply_placement(cast.run(), actor=cast.planner)
    begins, room = where(one)
    assert room == large
    assert cast.at(14, day=1) <= begins <= cast.at(15, day=1)


def test_what_could_not_be_placed_says_why_with_the_people() -> None:
    cast = placing_cast(rooms=0)
    cast.room("Small", capacity=10)
    large = cast.room("Large", capacity=100)
    ada = cast.person(name="Ada Byron")
    cast.there(ada, cast.at(10), cast.at(11))
    cast.put(cast.session("Locked", minutes=60, is_locked=True), cast.at(10), large)
    late = cast.session("Talk", minutes=60, expected=80)
    add(late, ada, "speaker")
    huge = cast.session("Huge", minutes=60, expected=500)
    never = cast.session("Away", minutes=45)
    other = cast.person()
    cast.there(other, cast.at(3), cast.at(4))
    add(never, other, "moderator")
    run = cast.run(never_small=True)
    told = {one["session"]: one for one in run.unplaced}
    assert set(told) == {late.public_id, huge.public_id, never.public_id}
    assert (told[late.public_id]["code"], told[late.public_id]["seats"]) == ("rooms_taken", 80)
    assert told[late.public_id]["people"] == [ada.public_id]
    assert told[huge.public_id]["code"] == "no_room"
    assert (told[never.public_id]["code"], told[never.public_id]["people"]) == ("absent", [other.public_id])
    # With a small room allowed it is placed, and weighs what the desk says.
    run = cast.run()
    assert {one["session"] for one in run.unplaced} == {never.public_id}


def test_only_what_is_missing_leaves_the_rest_and_a_lost_room_keeps_its_time() -> None:
    cast = placing_cast()
    stays = cast.put(cast.session("Stays"), cast.at(9), cast.rooms[0])
    roomless = cast.put(cast.session("Roomless"), cast.at(9, 7), None)
    new = cast.session("New")
    run = cast.run()
    apply_placement(run, actor=cast.planner)
    assert where(stays) == (cast.at(9), cast.rooms[0])
    assert where(roomless) == (cast.at(9, 7), cast.rooms[1])
    assert where(new)[0] is not None
    assert stays.public_id not in run.placed


def test_breaks_what_has_begun_and_what_is_locked_stay() -> None:
    cast = placing_cast(rooms=1)
    lunch = cast.put(cast.session("Lunch", kind="break", is_for_all=True), cast.at(12), None)
    begun = cast.put(cast.session("Begun"), cast.at(9), cast.rooms[0])
    locked = cast.put(cast.session("Locked", is_locked=True), cast.at(11), cast.rooms[0], is_locked=True)
    free = [cast.session(f"Free {number}") for number in range(6)]
    with time_machine.travel(cast.at(9, 10)):
        run = cast.run(scope="all", ends=datetime.time(15))
        apply_placement(run, actor=cast.planner)
    assert [where(one)[0] for one in (lunch, begun, locked)] == [cast.at(12), cast.at(9), cast.at(11)]
    assert hard(cast.workshop) == []
    for one in free:
        begins, _room = where(one)
        assert begins is not None
        assert begins >= cast.at(10)
        assert not cast.at(11) <= begins < cast.at(13)


def test_nothing_is_beside_a_plenary() -> None:
    cast = placing_cast()
    plenary = cast.session("Opening", is_for_all=True, minutes=60)
    others = [cast.session(f"S{number}", minutes=60) for number in range(4)]
    apply_placement(cast.run(ends=datetime.time(12)), actor=cast.planner)
    begins, _room = where(plenary)
    assert begins is not None
    for one in others:
        start, _room = where(one)
        assert start is not None
        assert abs(start - begins) >= datetime.timedelta(hours=1)


def test_visits_and_online_workshops_need_no_room() -> None:
    cast = placing_cast(rooms=0, format="online")
    ada = cast.person()
    webinars = [cast.session(f"W{number}", kind="panel") for number in range(2)]
    for one in webinars:
        add(one, ada, "speaker")
    apply_placement(cast.run(), actor=cast.planner)
    starts = [where(one)[0] for one in webinars]
    assert None not in starts
    assert abs(starts[0] - starts[1]) >= datetime.timedelta(hours=1)
    other = placing_cast(rooms=1)
    visits = [other.session(f"V{number}", kind="visit", minutes=480) for number in range(3)]
    apply_placement(other.run(), actor=other.planner)
    assert {where(one)[1] for one in visits} == {None}
    assert None not in {where(one)[0] for one in visits}


def test_hours_are_those_of_the_clock_on_a_day_with_a_change() -> None:
    day = datetime.date(2027, 10, 31)
    cast = placing_cast(rooms=1, time_zone="Europe/London", first_day=day - datetime.timedelta(days=1), last_day=day)
    one = cast.session("Second day", minutes=60)
    ada = cast.person()
    begins = datetime.datetime.combine(day, datetime.time(9), cast.workshop.zone)
    cast.there(ada, begins, begins + datetime.timedelta(hours=1))
    add(one, ada, "speaker")
    with time_machine.travel(datetime.datetime(2027, 10, 1, tzinfo=datetime.UTC)):
        apply_placement(cast.run(step=60), actor=cast.planner)
    assert where(one)[0] == begins


def test_the_same_draft_is_the_same_problem() -> None:
    cast = placing_cast()
    for number in range(5):
        cast.session(f"S{number}", track="t")
    run = cast.ask()
    first, again = make_plan(run).problem, make_plan(run).problem
    assert first.digest == again.digest
    assert find_places(run).places == find_places(run).places
    cast.session("One more")
    assert make_plan(run).problem.digest != first.digest


def test_a_constant_number_of_queries() -> None:
    counts = set()
    for sessions in (1, 3, 12):
        cast = placing_cast()
        ada = cast.person()
        for number in range(sessions):
            add(cast.session(f"S{number}", minutes=20), ada, "speaker")
        run = cast.ask()
        with CaptureQueriesContext(connection) as made:
            find_places(run)
        counts.add(len(made))
    assert len(counts) == 1


def test_a_run_that_is_told_to_stop_keeps_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = placing_cast()
    for number in range(4):
        cast.session(f"S{number}")
    run = cast.ask()
    monkeypatch.setattr("matching.app.domain.workshop_placing._SECONDS_BETWEEN", -1.0)
    real = make_plan

    def told_meanwhile(asked: Any) -> Any:
        stop_placement(asked, actor=cast.planner)
        return real(asked)

    monkeypatch.setattr("matching.app.domain.workshop_placing.make_plan", told_meanwhile)
    assert work_on_placement(run.pk)
    run.refresh_from_db()
    assert (run.state, run.figures["placed"], run.figures["complete"]) == (RunState.READY, 4, False)


def test_a_run_put_aside_meanwhile_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = placing_cast()
    cast.session("S")
    run = cast.ask()
    real = make_plan

    def discarded_meanwhile(asked: Any) -> Any:
        discard_placement(asked, actor=cast.planner)
        return real(asked)

    monkeypatch.setattr("matching.app.domain.workshop_placing.make_plan", discarded_meanwhile)
    work_on_placement(run.pk)
    run.refresh_from_db()
    assert (run.state, run.placed) == (RunState.DISCARDED, {})


def test_a_run_that_breaks_a_rule_fails_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = placing_cast()
    cast.session("S")
    run = cast.ask()
    monkeypatch.setattr("matching.core.programme.verify.check", lambda *_: ["room_twice is broken 1 times"])
    assert work_on_placement(run.pk)
    run.refresh_from_db()
    assert (run.state, run.placed) == (RunState.FAILED, {})
    assert "room_twice" in run.error
    assert not work_on_placement(run.pk)


def test_hours_come_from_slots_and_sessions() -> None:
    from qiao.workshops.domain.placing import hours_of

    cast: PlacingCast = placing_cast()
    assert hours_of(cast.workshop) == (datetime.time(9), datetime.time(18))
    cast.put(cast.session("Early", minutes=30), cast.at(8, 30), cast.rooms[0])
    cast.put(cast.session("Dinner", minutes=90), cast.at(19), None)
    assert hours_of(cast.workshop) == (datetime.time(8, 30), datetime.time(20, 30))
