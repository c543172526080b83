"""Placements keep every hard rule and weigh what they say, by a checker that shares nothing with what makes them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings

from matching.core.programme import exact, placing, verify
from matching.core.programme.problem import NOWHERE, Person, Place, Placement, ProgrammeProblem, Room, Session, Weights
from tests.matching.core.programme.problems import programmes

HALL = Room("hall", ((0, 120),))
EACH = (("hall", 0),)


@settings(max_examples=80, deadline=None)
@given(programmes())
def test_no_hard_rule_is_ever_broken_and_it_weighs_what_it_says(problem: ProgrammeProblem) -> None:
    for placement in (placing.greedy(problem), placing.solve(problem, seed=3, time_limit=0.4)):
        assert verify.check(problem, placement) == []


@settings(max_examples=40, deadline=None)
@given(programmes())
def test_locks_are_kept_wherever_they_are(problem: ProgrammeProblem) -> None:
    placement = placing.solve(problem, seed=1, time_limit=0.3)
    assert {name: placement.places[name] for name in problem.fixed} == problem.fixed
    for one in problem.sessions:
        if one.at is not None and one.id in placement.places and one.id not in problem.fixed:
            assert placement.places[one.id].start == one.at


@settings(max_examples=30, deadline=None)
@given(programmes())
def test_the_same_is_placed_alike_again(problem: ProgrammeProblem) -> None:
    first = placing.solve(problem, seed=5, time_limit=2.0)
    again = placing.solve(replace(problem), seed=5, time_limit=2.0)
    assert not (first.complete and again.complete) or first == again
    assert replace(problem).digest == problem.digest


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_what_has_no_place_can_be_nowhere_while_the_others_stay(problem: ProgrammeProblem) -> None:
    placement = placing.solve(problem, seed=2, time_limit=0.3)
    given_broken = verify.count(problem, placement.places).broken
    rooms = {one.id: one for one in problem.rooms}
    for one in problem.sessions:
        if one.id in placement.places:
            continue
        for room, _cost in one.rooms:
            openings = rooms[room].openings if room else tuple(s for other in problem.rooms for s in other.openings)
            starts = {begin for a, b in openings for begin in range(a, b, problem.step)} if one.at is None else {one.at}
            for start in starts:
                places = {**placement.places, one.id: Place(room, start)}
                assert verify.count(problem, places).broken > given_broken, (one, room, start)


@settings(max_examples=25, deadline=None)
@given(programmes(weights=Weights()))
def test_no_placement_is_better_than_one_solved_outright(problem: ProgrammeProblem) -> None:
    problem = replace(problem, sessions=problem.sessions[:4], standing={})
    kept = {one.id for one in problem.sessions}
    fixed = {name: at for name, at in problem.fixed.items() if name in kept}
    wanting = {pair: number for pair, number in problem.wanting.items() if kept >= set(pair)}
    problem = replace(problem, fixed=fixed, wanting=wanting)
    placement = placing.solve(problem, time_limit=20.0)
    best = _by_trying_all(problem)
    assert (-len(placement.places), placement.weight) == best
    if placement.bound is not None:
        assert placement.bound <= best[1]


def _by_trying_all(problem: ProgrammeProblem) -> tuple[int, int]:
    base = verify.count(problem, problem.fixed)
    free = [one for one in problem.sessions if one.id not in problem.fixed]
    ways: list[list[Place | None]] = []
    for one in free:
        here: list[Place | None] = [None]
        for room, _cost in one.rooms:
            openings = [s for other in problem.rooms for s in other.openings if room in (other.id, NOWHERE)]
            starts = {begin for a, b in openings for begin in range(a, b, problem.step)} if one.at is None else {one.at}
            for start in sorted(starts):
                alone = verify.count(problem, {**problem.fixed, one.id: Place(room, start)})
                if alone.broken == base.broken:
                    here.append(Place(room, start))
        ways.append(here)
    best = (-len(problem.fixed), 0)
    for chosen in product(*ways):
        places = problem.fixed | {one.id: at for one, at in zip(free, chosen, strict=True) if at is not None}
        if -len(places) > best[0]:
            continue
        found = verify.count(problem, places)
        if found.broken == base.broken:
            best = min(best, (-len(places), found.weight - base.weight))
    return best


def test_a_plenary_overlaps_with_nothing() -> None:
    rooms = (HALL, Room("other", ((0, 120),)))
    both = (("hall", 0), ("other", 0))
    sessions = (Session("plenary", 60, both, for_all=True), Session("a", 60, both), Session("b", 60, both))
    places = placing.solve(ProgrammeProblem(rooms, sessions, step=15), time_limit=2).places
    assert places["a"].start == places["b"].start != places["plenary"].start


def test_those_needed_have_time_to_go_from_one_site_to_the_other() -> None:
    rooms = (Room("hall", ((0, 60),), "north"), Room("barn", ((0, 120),), "south"))
    sessions = (
        Session("a", 30, (("hall", 0),), frozenset({"ada"})),
        Session("b", 30, (("barn", 0),), frozenset({"ada"})),
    )
    placement = placing.solve(ProgrammeProblem(rooms, sessions, (Person("ada"),), step=5), time_limit=2)
    assert placement.weight == 0
    assert abs(placement.places["a"].start - placement.places["b"].start) >= 45


def test_a_session_stays_where_it_is_among_equals() -> None:
    sessions = (Session("a", 30, EACH), Session("b", 30, EACH))
    standing = {"a": Place("hall", 90), "b": Place("hall", 30)}
    placement = placing.solve(ProgrammeProblem((HALL,), sessions, standing=standing, step=30), time_limit=2)
    assert placement.places == standing
    assert placement.moved == 0


def test_it_moves_what_is_in_the_way_so_that_all_have_a_place() -> None:
    sessions = (Session("a", 30, EACH), Session("long", 90, EACH))
    standing = {"a": Place("hall", 45)}
    placement = placing.solve(ProgrammeProblem((HALL,), sessions, standing=standing, step=15), time_limit=2)
    assert len(placement.places) == 2
    assert placement.moved == 1


def test_it_keeps_the_best_found_when_it_is_stopped() -> None:
    sessions = tuple(Session(f"s{number}", 15, EACH, track="t") for number in range(8))
    problem = ProgrammeProblem((HALL,), sessions, step=15)
    placement = placing.solve(problem, time_limit=60, stop=lambda: True)
    assert verify.check(problem, placement) == []
    assert len(placement.places) == 8
    assert not placement.complete


def test_tracks_stay_together_where_parts_of_them_count() -> None:
    rooms = tuple(Room(f"r{number}", ((0, 120),)) for number in range(3))
    everywhere = tuple((one.id, 0) for one in rooms)
    sessions = tuple(Session(f"{track}{number}", 30, everywhere, track=track) for track in "tuv" for number in range(4))
    problem = ProgrammeProblem(rooms, sessions, weights=Weights(part=10), step=5)
    placement = placing.solve(problem, time_limit=2)
    assert not exact.is_small(problem.terms)
    assert placement.weight == 0
    for track in "tuv":
        assert len({at.room for name, at in placement.places.items() if name[0] == track}) == 1


def test_the_checker_finds_each_rule_that_is_broken() -> None:
    rooms = (HALL, Room("barn", ((0, 120),)))
    both = (("hall", 0), ("barn", 7))
    sessions = (
        Session("a", 30, both, frozenset({"ada"})),
        Session("b", 30, both, frozenset({"ada"}), for_all=True),
        Session("c", 30, EACH, at=15),
    )
    problem = ProgrammeProblem(rooms, sessions, (Person("ada", ((0, 60),)),), step=15)
    broken = {
        "room_twice": {"a": Place("hall", 0), "c": Place("hall", 15)},
        "person_twice": {"a": Place("hall", 0), "b": Place("barn", 0)},
        "for_all": {"b": Place("barn", 0), "c": Place("hall", 15)},
        "absent": {"a": Place("hall", 45)},
        "hours": {"a": Place("hall", 5)},
        "room": {"c": Place("barn", 15)},
    }
    for code, places in broken.items():
        assert verify.count(problem, places).hard[code] == 1, code
        assert any(line.startswith(code) for line in verify.check(problem, Placement(places, 0, 0, None, "")))
    assert verify.count(problem, {"c": Place("hall", 30)}).hard["hours"] == 1
    good = {"a": Place("barn", 0)}
    assert verify.check(problem, Placement(good, 7, 0, 7, "")) == []
    assert verify.check(problem, Placement(good, 6, 0, None, "")) != []
    assert verify.check(problem, Placement(good, 7, 0, 8, "")) != []
    assert verify.check(problem, Placement(good, 7, 1, None, "")) != []
