"""What sessions there are, when and where they can be, what is against it, and what came of it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

#: Nowhere in particular: no room, such as for a visit or a webinar. Any number of sessions can be there at a time.
NOWHERE = ""
Stretch = tuple[int, int]


@dataclass(frozen=True)
class Room:
    """Where one session at a time takes place, within `openings` (minutes from the beginning, in order).

    Rooms of one `site` are near each other; an empty one is far from nothing.
    """

    id: str
    openings: tuple[Stretch, ...]
    site: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody without whom a session does not take place, and when they are there; None for always."""

    id: str
    there: tuple[Stretch, ...] | None = None


@dataclass(frozen=True)
class Session:
    """One session. `rooms` are those it may be in, each with what is against it there, 0 or more.

    `people` are needed. One `for_all` overlaps with nothing. `at` is when it must begin, whatever the openings say.
    `seats` is how many it needs, told in explanations alone.
    """

    id: str
    minutes: int
    rooms: tuple[tuple[str, int], ...]
    people: frozenset[str] = frozenset()
    track: str = ""
    for_all: bool = False
    at: int | None = None
    seats: int | None = None


@dataclass(frozen=True, order=True)
class Place:
    """A room, or `NOWHERE`, and the minute it begins."""

    room: str
    start: int


@dataclass(frozen=True)
class Weights:
    """What each thing that is better avoided counts.

    `same_people`: somebody who wants both of two sessions in parallel, each. `same_track`: two of a track in
    parallel. `too_far`: somebody needed in two with less than `way` minutes between, on two sites. `pause`: less than
    `pause` minutes between two in a room. `part`: each further part of a track, a part being what follows on one
    another in one room on one day without another track between.
    """

    same_people: int = 5
    same_track: int = 3
    too_far: int = 15
    pause: int = 0
    part: int = 0


@dataclass(frozen=True)
class ProgrammeProblem:
    """Give sessions rooms and times: as many as can be, then with the least weight, then with the fewest moved.

    Sessions begin on multiples of `step` from the beginning of an opening. `wanting` says how many people want both
    of two sessions, by ids in order. `fixed` stay where they are whatever it costs; `standing` is where others are now.
    `days` are the minutes at which days begin.
    """

    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    people: tuple[Person, ...] = ()
    wanting: dict[tuple[str, str], int] = field(default_factory=dict)
    fixed: dict[str, Place] = field(default_factory=dict)
    standing: dict[str, Place] = field(default_factory=dict)
    weights: Weights = Weights()
    days: tuple[int, ...] = (0,)
    step: int = 5
    way: int = 15
    pause: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 over everything that decides the outcome."""
        lines = [f"{self.weights} {self.days} {self.step} {self.way} {self.pause}"]
        lines += [str(one) for one in sorted(self.rooms, key=lambda one: one.id)]
        lines += [
            f"{one.id} {one.minutes} {sorted(one.rooms)} {sorted(one.people)} {one.track!r} {one.for_all} {one.at}"
            for one in sorted(self.sessions, key=lambda one: one.id)
        ]
        lines += [str(one) for one in sorted(self.people, key=lambda one: one.id)]
        lines += [str(sorted(one.items())) for one in (self.wanting, self.fixed, self.standing)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def terms(self) -> Terms:
        """The problem in numbers, for the methods."""
        return Terms(self)


@dataclass(frozen=True)
class Placement:
    """Where each session is that has a place, in weight beside `fixed` ones among themselves.

    No placement of as many sessions weighs less than `bound`, None where none is known. `complete` is False when time
    ran out before the work that was set for it was done: a second run may then end otherwise.
    """

    places: dict[str, Place]
    weight: int
    moved: int
    bound: int | None
    method: str
    complete: bool = True


@dataclass(frozen=True)
class Beside:
    """Another session: what being in parallel weighs (None: it cannot be), and how many are needed in both."""

    other: int
    parallel: int | None
    shared: int


class Terms:
    """A problem in numbers: sessions, rooms and what two sessions have to do with each other, by position."""

    def __init__(self, problem: ProgrammeProblem) -> None:
        self.problem = problem
        self.sessions = problem.sessions
        self.index = {one.id: number for number, one in enumerate(self.sessions)}
        self.minutes = [one.minutes for one in self.sessions]
        self.rooms = [*problem.rooms, Room(NOWHERE, ())]
        self.room_index = {one.id: number for number, one in enumerate(self.rooms)}
        self.nowhere = len(self.rooms) - 1
        self.sites = [one.site for one in self.rooms]
        self.room_cost = [
            {self.room_index[room]: cost for room, cost in sorted(one.rooms, key=lambda pair: self.room_index[pair[0]])}
            for one in self.sessions
        ]
        self.fixed = {self.index[key]: (self.room_index[at.room], at.start) for key, at in problem.fixed.items()}
        self.standing = {
            self.index[key]: (self.room_index.get(at.room, -1), at.start) for key, at in problem.standing.items()
        }
        self.free = [number for number in range(len(self.sessions)) if number not in self.fixed]
        self.there = {one.id: one.there for one in problem.people}
        self.beside = self._beside()
        self._starts: dict[tuple[object, ...], tuple[int, ...]] = {}
        #: One of the weight counts more than all that could be moved.
        self.scale = len(self.free) + 1

    def day(self, minute: int) -> int:
        """The day a minute lies in."""
        return bisect_right(self.problem.days, minute)

    def opening(self, room: int, minute: int) -> Stretch | None:
        """The opening of a room that a minute lies in."""
        return next((one for one in self.rooms[room].openings if one[0] <= minute < one[1]), None)

    def starts(self, session: int, room: int) -> tuple[int, ...]:
        """When a session can begin in a room, for the room's hours and for those needed in it."""
        one = self.sessions[session]
        limits = tuple(sorted({self.there[who] for who in one.people if self.there.get(who) is not None}, key=repr))
        key = (one.minutes, room, one.at, limits)
        if key not in self._starts:
            found = [begin for begin in self.opened(session, room) if self._all_there(limits, begin, one.minutes)]
            self._starts[key] = tuple(found)
        return self._starts[key]

    def opened(self, session: int, room: int) -> list[int]:
        """When a session can begin in a room for the room's hours."""
        one, step = self.sessions[session], self.problem.step
        if one.at is not None:
            return [one.at]
        openings = self.rooms[room].openings
        if room == self.nowhere:
            openings = tuple(sorted({stretch for other in self.rooms for stretch in other.openings}))
        found = {begin for a, b in openings for begin in range(a, b - one.minutes + 1, step)}
        return sorted(found)

    def is_there(self, person: str, begin: int, minutes: int) -> bool:
        """Whether somebody is there for all of a stretch."""
        there = self.there.get(person)
        return there is None or any(a <= begin and begin + minutes <= b for a, b in there)

    @staticmethod
    def _all_there(limits: tuple[tuple[Stretch, ...] | None, ...], begin: int, minutes: int) -> bool:
        return all(there is None or any(a <= begin and begin + minutes <= b for a, b in there) for there in limits)

    def _beside(self) -> list[list[Beside]]:
        problem, weights = self.problem, self.problem.weights
        count = len(self.sessions)
        shared: dict[tuple[int, int], int] = {}
        parallel: dict[tuple[int, int], int] = {}
        of_person: dict[str, list[int]] = {}
        of_track: dict[str, list[int]] = {}
        for number, one in enumerate(self.sessions):
            for who in one.people:
                of_person.setdefault(who, []).append(number)
            if one.track:
                of_track.setdefault(one.track, []).append(number)
        for several in of_person.values():
            for pair in _pairs(several):
                shared[pair] = shared.get(pair, 0) + 1
        for several in of_track.values():
            for pair in _pairs(several):
                parallel[pair] = parallel.get(pair, 0) + weights.same_track
        for (first, second), number in problem.wanting.items():
            a, b = sorted((self.index[first], self.index[second]))
            parallel[a, b] = parallel.get((a, b), 0) + weights.same_people * number
        never = set(shared)
        for number, one in enumerate(self.sessions):
            if one.for_all:
                never |= {(min(number, other), max(number, other)) for other in range(count) if other != number}
        found: list[list[Beside]] = [[] for _ in range(count)]
        for a, b in sorted(never | {pair for pair, weight in parallel.items() if weight}):
            weight = None if (a, b) in never else parallel[a, b]
            number = shared.get((a, b), 0)
            found[a].append(Beside(b, weight, number))
            found[b].append(Beside(a, weight, number))
        return found


def _pairs(several: list[int]) -> list[tuple[int, int]]:
    return [(a, b) for at, a in enumerate(several) for b in several[at + 1 :]]
