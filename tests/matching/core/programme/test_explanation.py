"""What has no place has a reason, and the reason is so."""

from __future__ import annotations

from hypothesis import given, settings

from matching.core.programme import placing, verify
from matching.core.programme.explanation import Reason, explain
from matching.core.programme.problem import Person, Place, ProgrammeProblem, Room, Session
from tests.matching.core.programme.problems import programmes

HALL = Room("hall", ((0, 60),))
EACH = (("hall", 0),)


def _why(problem: ProgrammeProblem, places: dict[str, Place]) -> Reason:
    (reason,) = explain(problem, places)
    return reason


def test_no_room_at_all() -> None:
    assert _why(ProgrammeProblem((HALL,), (Session("a", 30, ()),)), {}).code == "no_room"


def test_longer_than_any_room_is_open() -> None:
    assert _why(ProgrammeProblem((HALL,), (Session("a", 90, EACH),)), {}).code == "too_long"


def test_somebody_who_is_never_there_is_named_alone() -> None:
    people = (Person("ada", ((100, 200),)), Person("bob", ((0, 40),)))
    session = Session("a", 30, EACH, frozenset({"ada", "bob"}))
    reason = _why(ProgrammeProblem((HALL,), (session,), people), {})
    assert (reason.code, reason.people) == ("absent", ("ada",))


def test_people_who_are_never_there_together_are_named() -> None:
    people = (Person("ada", ((0, 30),)), Person("bob", ((30, 60),)), Person("eve"))
    session = Session("a", 30, EACH, frozenset({"ada", "bob", "eve"}))
    reason = _why(ProgrammeProblem((HALL,), (session,), people), {})
    assert (reason.code, reason.people) == ("absent", ("ada", "bob"))


def test_who_is_needed_elsewhere_all_the_time_is_named_with_the_sessions() -> None:
    rooms = (HALL, Room("barn", ((0, 60),)))
    both = (("hall", 0), ("barn", 0))
    sessions = (Session("a", 60, both, frozenset({"ada"})), Session("b", 30, both, frozenset({"ada"})))
    reason = _why(ProgrammeProblem(rooms, sessions, (Person("ada"),)), {"a": Place("hall", 0)})
    assert (reason.code, reason.people, reason.sessions) == ("busy", ("ada",), ("a",))
    assert reason.of == ("a",)


def test_only_plenaries_are_left() -> None:
    rooms = (HALL, Room("barn", ((0, 60),)))
    sessions = (Session("p", 60, EACH, for_all=True), Session("b", 30, (("barn", 0),)))
    reason = _why(ProgrammeProblem(rooms, sessions), {"p": Place("hall", 0)})
    assert (reason.code, reason.sessions) == ("for_all", ("p",))


def test_rooms_are_taken_while_somebody_is_there() -> None:
    people = (Person("ada", ((0, 40),)),)
    sessions = (Session("a", 30, EACH), Session("b", 30, EACH, frozenset({"ada"})))
    reason = _why(ProgrammeProblem((HALL,), sessions, people), {"a": Place("hall", 15)})
    assert (reason.code, reason.people, reason.rooms) == ("rooms_taken", ("ada",), 1)
    assert reason.instead == Place("hall", 0)
    assert reason.of == ("a",)


def test_what_is_locked_is_not_asked_to_leave() -> None:
    sessions = (Session("a", 60, EACH), Session("b", 30, EACH))
    places = {"a": Place("hall", 0)}
    reason = _why(ProgrammeProblem((HALL,), sessions, fixed=places), places)
    assert (reason.code, reason.instead) == ("rooms_taken", None)


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_each_without_a_place_has_a_reason_and_would_have_one_if_those_named_left(problem: ProgrammeProblem) -> None:
    placement = placing.solve(problem, seed=4, time_limit=0.2)
    reasons = explain(problem, placement.places)
    assert {one.session for one in reasons} == {one.id for one in problem.sessions} - set(placement.places)
    for reason in reasons:
        if reason.instead is None:
            continue
        assert reason.of
        assert not set(reason.of) & set(problem.fixed)
        left = {name: at for name, at in placement.places.items() if name not in reason.of}
        before = verify.count(problem, left).broken
        assert verify.count(problem, {**left, reason.session: reason.instead}).broken == before
