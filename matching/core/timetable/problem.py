"""What meetings are wished for, by whom and when they can be, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

#: What a meeting below somebody's minimum is worth, in scores: a minimum for everyone comes first, unless it would
#: displace more than so many of the best meetings.
MINIMUM_WORTH = 4.0
#: Nobody, no wish.
NONE = -1


@dataclass(frozen=True)
class Person:
    """Somebody with the slots in which they can meet, how many meetings they want at most, and how many at least.

    `longest_run` is how many meetings without a free slot between them they can bear; None for any number.
    """

    id: str
    slots: frozenset[int]
    limit: int | None = None
    minimum: int = 0
    longest_run: int | None = None


@dataclass(frozen=True)
class Wish:
    """Two or more people who should meet, and the worth of it above 0. `slots` narrows theirs; None does not.

    `needs` names what the meeting takes besides a table, such as an interpreter: see `TimetableProblem.resources`.
    """

    id: str
    members: tuple[str, ...]
    score: float
    slots: frozenset[int] | None = None
    needs: str | None = None


@dataclass(frozen=True)
class TimetableProblem:
    """Give wishes slots so that the sum of their scores, and of `MINIMUM_WORTH` below each minimum, is greatest.

    A person has one meeting a slot; a wish is met once; slot t has `tables[t]` tables. `resources` says how many of a
    thing there are in each slot. `locked` wishes keep their slot whatever it costs.
    """

    tables: tuple[int, ...]
    people: tuple[Person, ...]
    wishes: tuple[Wish, ...]
    resources: dict[str, tuple[int, ...]] = field(default_factory=dict)
    locked: dict[str, int] = field(default_factory=dict)

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self.tables)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that decides the outcome."""
        lines = [
            f"tables {self.tables}",
            f"resources {sorted(self.resources.items())}",
            f"locked {sorted(self.locked.items())}",
        ]
        lines += [
            f"{one.id} {sorted(one.slots)} {one.limit} {one.minimum} {one.longest_run}"
            for one in sorted(self.people, key=lambda one: one.id)
        ]
        lines += [
            f"{one.id} {one.members} {one.score:.9f} {None if one.slots is None else sorted(one.slots)} {one.needs}"
            for one in sorted(self.wishes, key=lambda one: one.id)
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def arrays(self) -> TimetableArrays:
        """The problem in numbers, for the methods."""
        return _arrays(self)


@dataclass(frozen=True)
class TimetableArrays:
    """A problem in numbers: n people by id, m wishes best first, s slots.

    `free` (n, s) says when each can meet; `can` (m, s) when all members of a wish can; `pairs` (m, 2) are the first two
    members, `joint` the wishes of more than two with all of theirs. `limit`, `minimum`, `longest_run` (n,): a limit is
    never above the slots one is free in. `need` (m,) is an index into `resources` (r, s), or -1. `locked` (m,) a slot,
    or -1.
    """

    people: tuple[str, ...]
    wishes: tuple[Wish, ...]
    free: NDArray[np.bool_]
    can: NDArray[np.bool_]
    pairs: NDArray[np.int64]
    joint: dict[int, NDArray[np.int64]]
    score: NDArray[np.float64]
    limit: NDArray[np.int64]
    minimum: NDArray[np.int64]
    longest_run: NDArray[np.int64]
    need: NDArray[np.int64]
    resources: NDArray[np.int64]
    locked: NDArray[np.int64]
    tables: NDArray[np.int64]

    def members(self, wish: int) -> NDArray[np.int64]:
        """Everybody a wish is of."""
        alone: NDArray[np.int64] = self.pairs[wish]
        return self.joint.get(wish, alone)

    def worth(self, slot_of: NDArray[np.int64]) -> float:
        """Sum of the scores of what has a slot, and of what the minimums met are worth."""
        met = np.minimum(self.counts(slot_of), self.minimum).sum()
        return float(self.score[slot_of != NONE].sum() + MINIMUM_WORTH * met)

    def counts(self, slot_of: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many meetings each person has; shape (n,)."""
        placed = np.flatnonzero(slot_of != NONE)
        two = placed[[wish not in self.joint for wish in placed.tolist()]] if self.joint else placed
        counted = np.bincount(self.pairs[two].ravel(), minlength=len(self.people))
        for wish in placed.tolist():
            if wish in self.joint:
                counted[self.joint[wish]] += 1
        result: NDArray[np.int64] = counted.astype(np.int64)
        return result

    def solution(self, slot_of: NDArray[np.int64], *, bound: float | None, method: str) -> Timetable:
        """The meetings by name."""
        placed = np.flatnonzero(slot_of != NONE).tolist()
        return Timetable(
            meetings={self.wishes[wish].id: int(slot_of[wish]) for wish in placed},
            total=float(self.score[placed].sum()),
            worth=self.worth(slot_of),
            bound=bound,
            method=method,
        )


@dataclass(frozen=True)
class Timetable:
    """The slot of each wish that has one. `total` sums their scores; no timetable is worth more than `bound`."""

    meetings: dict[str, int]
    total: float
    worth: float
    bound: float | None
    method: str

    @property
    def gap(self) -> float | None:
        """By which part of it the worth may fall short of the best there is; None where no bound is known."""
        if self.bound is None or self.bound <= 0:
            return None if self.bound is None else 0.0
        return max(0.0, (self.bound - self.worth) / self.bound)


def _arrays(problem: TimetableProblem) -> TimetableArrays:
    people = tuple(sorted(problem.people, key=lambda one: one.id))
    index = {one.id: number for number, one in enumerate(people)}
    wishes = tuple(sorted(problem.wishes, key=lambda one: (-one.score, one.id)))
    slots = problem.slots
    free = np.zeros((len(people), slots), dtype=np.bool_)
    for number, one in enumerate(people):
        free[number, [slot for slot in one.slots if 0 <= slot < slots]] = True
    pairs = np.array([[index[one.members[0]], index[one.members[1]]] for one in wishes], dtype=np.int64).reshape(-1, 2)
    joint = {
        number: np.array([index[member] for member in one.members], dtype=np.int64)
        for number, one in enumerate(wishes)
        if len(one.members) > 2
    }
    can = free[pairs[:, 0]] & free[pairs[:, 1]] if len(wishes) else np.zeros((0, slots), dtype=np.bool_)
    for number, members in joint.items():
        can[number] = free[members].all(axis=0)
    for number, wish in enumerate(wishes):
        if wish.slots is not None:
            wanted = np.zeros(slots, dtype=np.bool_)
            wanted[[slot for slot in wish.slots if 0 <= slot < slots]] = True
            can[number] &= wanted
    names = sorted(problem.resources)
    limit = np.array([slots if one.limit is None else one.limit for one in people], dtype=np.int64)
    limit = np.minimum(limit, free.sum(axis=1))
    # What is locked is promised: it holds whatever the limits say, and the rest goes by them.
    locked = np.array([problem.locked.get(one.id, NONE) for one in wishes], dtype=np.int64)
    promised = np.zeros(len(people), dtype=np.int64)
    tables = np.array(problem.tables, dtype=np.int64)
    for number in np.flatnonzero(locked != NONE).tolist():
        can[number, locked[number]] = True
        promised[joint.get(number, pairs[number])] += 1
    tables = np.maximum(tables, np.bincount(locked[locked != NONE], minlength=slots))
    limit = np.maximum(limit, promised)
    return TimetableArrays(
        people=tuple(one.id for one in people),
        wishes=wishes,
        free=free,
        can=can,
        pairs=pairs,
        joint=joint,
        score=np.array([one.score for one in wishes], dtype=np.float64),
        limit=limit,
        minimum=np.minimum(np.array([one.minimum for one in people], dtype=np.int64), limit),
        longest_run=np.array([slots if one.longest_run is None else one.longest_run for one in people], dtype=np.int64),
        need=np.array([NONE if one.needs is None else names.index(one.needs) for one in wishes], dtype=np.int64),
        resources=np.array([problem.resources[name] for name in names], dtype=np.int64).reshape(len(names), slots),
        locked=locked,
        tables=tables,
    )
