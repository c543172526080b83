"""Every timetable keeps the rules and its bound; small ones are near the best there is; a repair moves what it must."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.timetable import best_first, scheduling, verify
from matching.core.timetable.problem import MINIMUM_WORTH, Person, TimetableProblem, Wish
from matching.core.timetable.repair import repair


@st.composite
def problems(draw: Any, *, people: int = 6, slots: int = 3, wishes: int = 6) -> TimetableProblem:
    """Small problems with everything in them: limits, minimums, breaks, joint wishes, an interpreter, one lock."""
    count = draw(st.integers(1, slots))
    names = [f"p{number}" for number in range(draw(st.integers(2, people)))]
    given_people = tuple(
        Person(
            name,
            frozenset(draw(st.sets(st.integers(0, count - 1)))),
            draw(st.none() | st.integers(0, count)),
            draw(st.integers(0, 2)),
            draw(st.none() | st.integers(1, 2)),
        )
        for name in names
    )
    groups = [pair for size in (2, 3) for pair in itertools.combinations(names, size)]
    chosen = draw(st.lists(st.sampled_from(groups), max_size=wishes, unique=True))
    given_wishes = tuple(
        Wish(
            f"w{number}",
            members,
            draw(st.integers(1, 10)) / 10,
            draw(st.none() | st.sets(st.integers(0, count - 1)).map(frozenset)),
            draw(st.sampled_from([None, None, "interpreter"])),
        )
        for number, members in enumerate(chosen)
    )
    tables = tuple(draw(st.integers(0, 3)) for _ in range(count))
    return TimetableProblem(tables, given_people, given_wishes, {"interpreter": (1,) * count})


def best_worth(problem: TimetableProblem) -> float:
    """By trying everything."""
    best = 0.0
    wishes = sorted(problem.wishes, key=lambda one: one.id)
    for slots in itertools.product([None, *range(problem.slots)], repeat=len(wishes)):
        meetings = {wish.id: slot for wish, slot in zip(wishes, slots, strict=True) if slot is not None}
        if _keeps_rules(problem, meetings):
            total = sum(wish.score for wish in wishes if wish.id in meetings)
            best = max(best, total + MINIMUM_WORTH * _minimums_met(problem, meetings))
    return best


def _keeps_rules(problem: TimetableProblem, meetings: dict[str, int]) -> bool:
    from matching.core.timetable.problem import Timetable

    total = sum(wish.score for wish in problem.wishes if wish.id in meetings)
    worth = total + MINIMUM_WORTH * _minimums_met(problem, meetings)
    return verify.check(problem, Timetable(meetings, total, worth, None, "")) == []


def _minimums_met(problem: TimetableProblem, meetings: dict[str, int]) -> int:
    held = {person.id: 0 for person in problem.people}
    for wish in problem.wishes:
        if wish.id in meetings:
            for member in wish.members:
                held[member] += 1
    return sum(
        min(held[one.id], one.minimum, len(one.slots), problem.slots if one.limit is None else one.limit)
        for one in problem.people
    )


@given(problems())
@settings(max_examples=150, deadline=None)
def test_every_timetable_keeps_the_rules_and_its_bound(problem: TimetableProblem) -> None:
    made = scheduling.solve(problem, time_limit=5)
    assert verify.check(problem, made) == []
    assert made.bound is not None
    assert made.worth <= made.bound + 1e-6
    simple = best_first.solve(problem)
    assert verify.check(problem, simple) == []


@given(problems(people=5, slots=2, wishes=5))
@settings(max_examples=60, deadline=None)
def test_the_bound_is_one(problem: TimetableProblem) -> None:
    made = scheduling.solve(problem, time_limit=5)
    best = best_worth(problem)
    assert made.bound is not None
    assert made.bound >= best - 1e-5
    assert made.worth <= best + 1e-6


@given(problems(), st.data())
@settings(max_examples=80, deadline=None)
def test_a_repair_keeps_what_can_be_kept(problem: TimetableProblem, data: Any) -> None:
    before = scheduling.solve(problem, time_limit=5)
    away = data.draw(st.sampled_from([person.id for person in problem.people]))
    people = tuple(
        Person(one.id, frozenset(), one.limit, one.minimum, one.longest_run) if one.id == away else one
        for one in problem.people
    )
    after = TimetableProblem(problem.tables, people, problem.wishes, problem.resources)
    mended = repair(after, before.meetings)
    assert verify.check(after, mended.timetable) == []
    members = {wish.id: wish.members for wish in problem.wishes}
    touched = {name for name in before.meetings if away in members[name]}
    assert set(mended.moved) <= touched
    assert set(mended.dropped) == touched
    assert all(mended.timetable.meetings[name] == slot for name, slot in before.meetings.items() if name not in touched)


def _fair(people: int, slots: int, tables: int) -> TimetableProblem:
    half = people // 2
    return TimetableProblem(
        (tables,) * slots,
        tuple(
            Person(f"{side}{number:02}", frozenset(slot for slot in range(slots) if (slot * 7 + number) % 4), None, 2)
            for side in "ab"
            for number in range(half)
        ),
        tuple(
            Wish(f"{one:02}-{other:02}", (f"a{one:02}", f"b{other:02}"), 0.2 + ((one * 31 + other * 17) % 80) / 100)
            for one in range(half)
            for other in range(half)
        ),
    )


def test_a_middling_fair_comes_within_a_hundredth_of_the_bound_and_beats_best_first() -> None:
    problem = _fair(60, 12, 18)
    made = scheduling.solve(problem, time_limit=30)
    assert verify.check(problem, made) == []
    assert made.gap is not None
    assert made.gap < 0.01
    assert made.worth > best_first.solve(problem).worth


def test_the_same_input_gives_the_same_timetable() -> None:
    problem = _fair(30, 8, 9)
    assert scheduling.solve(problem).meetings == scheduling.solve(problem).meetings


def test_locked_meetings_keep_their_slot() -> None:
    problem = _fair(20, 6, 5)
    locked = {"00-03": 5, "04-04": 0}
    given_problem = TimetableProblem(problem.tables, problem.people, problem.wishes, locked=locked)
    made = scheduling.solve(given_problem)
    assert made.meetings.items() >= locked.items()
    assert verify.check(given_problem, made) == []


def test_colleagues_of_one_side_can_meet_too() -> None:
    """An odd circle of wishes has no two sides: another method takes over."""
    people = tuple(Person(name, frozenset({0, 1, 2})) for name in "abc")
    wishes = tuple(Wish(one + other, (one, other), 0.5) for one, other in ("ab", "bc", "ca"))
    made = scheduling.solve(TimetableProblem((5, 5, 5), people, wishes))
    assert sorted(made.meetings.values()) == [0, 1, 2]
    assert made.total == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"00-00": 0, "00-01": 0}, "2 meetings in slot 0"),
        ({"00-00": 99}, "which there is not"),
        ({"no-such": 1}, "no wish"),
    ],
)
def test_the_check_sees_what_is_wrong(change: dict[str, int], word: str) -> None:
    from matching.core.timetable.problem import Timetable

    problem = _fair(8, 4, 4)
    found = verify.check(problem, Timetable(change, 0.0, 0.0, None, ""))
    assert any(word in line for line in found)
