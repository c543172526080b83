"""Counts what stands against a programme, and checks a placement against its problem. Shares nothing with the methods.

It goes from session to session and from pair to pair, by what was asked and not by what the methods make of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from matching.core.programme.problem import Place, Placement, ProgrammeProblem, Session


@dataclass
class Count:
    """What stands against a programme: how often each hard rule is broken, and how often, and with which weight in
    all, each thing is that is better avoided."""

    hard: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    soft: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    weights: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def broken(self) -> int:
        """Hard rules broken."""
        return sum(self.hard.values())

    @property
    def weight(self) -> int:
        """All that is better avoided."""
        return sum(self.weights.values())

    def add(self, code: str, times: int, weight: int) -> None:
        """Note something that is better avoided."""
        if times and weight:
            self.soft[code] += times
            self.weights[code] += times * weight


def count(problem: ProgrammeProblem, places: Mapping[str, Place]) -> Count:
    """What stands against these places, whoever has made them."""
    found = Count()
    sessions = {one.id: one for one in problem.sessions}
    rooms = {one.id: one for one in problem.rooms}
    for name, place in places.items():
        one = sessions[name]
        end = place.start + one.minutes
        costs = dict(one.rooms)
        if place.room not in costs:
            found.hard["room"] += 1
        else:
            found.add("room", 1, costs[place.room])
        openings = rooms[place.room].openings if place.room in rooms else _any_opening(problem)
        if one.at is not None:
            found.hard["hours"] += place.start != one.at
        elif not any(a <= place.start and end <= b and (place.start - a) % problem.step == 0 for a, b in openings):
            found.hard["hours"] += 1
        for person in problem.people:
            if person.id not in one.people or person.there is None:
                continue
            found.hard["absent"] += not any(a <= place.start and end <= b for a, b in person.there)
    placed = [one for one in problem.sessions if one.id in places]
    for first, second in combinations(placed, 2):
        _pair(problem, found, first, places[first.id], second, places[second.id])
    _rows(problem, found, placed, places)
    return found


def check(problem: ProgrammeProblem, placement: Placement) -> list[str]:
    """What is wrong with a placement, in words; empty when nothing is.

    What fixed sessions break among themselves or by where they are is taken as it is.
    """
    wrong = []
    known = {one.id for one in problem.sessions}
    for name in placement.places:
        if name not in known:
            return [f"{name} is no session of the problem"]
    for name, place in problem.fixed.items():
        if placement.places.get(name) != place:
            wrong.append(f"{name} is fixed to {place}")
    all_of_it, given = count(problem, placement.places), count(problem, problem.fixed)
    for code, times in sorted(all_of_it.hard.items()):
        if times > given.hard[code]:
            wrong.append(f"{code} is broken {times - given.hard[code]} times")
    weight = all_of_it.weight - given.weight
    if weight != placement.weight:
        wrong.append(f"it weighs {weight} and is said to weigh {placement.weight}")
    moved = sum(
        1 for name, place in problem.standing.items()
        if name not in problem.fixed and name in placement.places and placement.places[name] != place
    )  # fmt: skip
    if moved != placement.moved:
        wrong.append(f"{moved} are moved and {placement.moved} are said to be")
    if placement.bound is not None and weight < placement.bound:
        wrong.append(f"it weighs {weight}, less than the bound {placement.bound}")
    return wrong


def _any_opening(problem: ProgrammeProblem) -> list[tuple[int, int]]:
    return [stretch for room in problem.rooms for stretch in room.openings]


def _pair(problem: ProgrammeProblem, found: Count, first: Session, here: Place, second: Session, there: Place) -> None:
    weights = problem.weights
    needed = len(first.people & second.people)
    gap = max(there.start - (here.start + first.minutes), here.start - (there.start + second.minutes))
    if gap < 0:
        if here.room == there.room and here.room:
            found.hard["room_twice"] += 1
        found.hard["person_twice"] += needed
        if first.for_all or second.for_all:
            found.hard["for_all"] += 1
        key = (first.id, second.id)
        wanting = problem.wanting.get(key, 0) + problem.wanting.get(key[::-1], 0)
        if not needed and not (first.for_all or second.for_all):
            found.add("same_people", wanting, weights.same_people)
            found.add("same_track", int(bool(first.track) and first.track == second.track), weights.same_track)
    elif gap < problem.way and needed:
        sites = {room.id: room.site for room in problem.rooms}
        ours, theirs = sites.get(here.room, ""), sites.get(there.room, "")
        if ours and theirs and ours != theirs:
            found.add("too_far", needed, weights.too_far)


def _rows(problem: ProgrammeProblem, found: Count, placed: list[Session], places: Mapping[str, Place]) -> None:
    """What sessions that follow on one another in a room have to do with each other."""
    parts: dict[str, int] = defaultdict(int)
    for room in problem.rooms:
        row = sorted((one for one in placed if places[one.id].room == room.id), key=lambda one: places[one.id].start)
        last, last_day = "", -1
        for number, one in enumerate(row):
            start = places[one.id].start
            if number:
                before = row[number - 1]
                gap = start - places[before.id].start - before.minutes
                found.add("pause", int(0 <= gap < problem.pause), problem.weights.pause)
            day = sum(1 for begins in problem.days if begins <= start)
            if one.track and (one.track != last or day != last_day):
                parts[one.track] += 1
            last, last_day = one.track, day
    found.add("part", sum(number - 1 for number in parts.values()), problem.weights.part)
