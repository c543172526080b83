"""What is to be chosen, and what was."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

#: What a place of a floor is worth, in scores: it gives way only where it would displace more than four of the best.
FLOOR_WORTH = 4.0


@dataclass(frozen=True, slots=True)  # a large bridge has a million
class Pair:
    """Two organisations that may be proposed to each other, and the score of it from 0 to 1.

    `requests_to_first` is how likely the second asks the first once it reads the proposal, and the other way round.
    A side that has said no to it does not list it: it takes no place there, and that side asks nobody because of it.
    """

    first: str
    second: str
    score: float
    requests_to_first: float = 0.0
    requests_to_second: float = 0.0
    listed_by_first: bool = True
    listed_by_second: bool = True


@dataclass(frozen=True)
class ChoiceProblem:
    """Choose pairs so that the sum of their scores, and of `FLOOR_WORTH` for each place of a floor, is greatest.

    `capacity` is how many proposals each organisation may list at most (one that is not named has `default_capacity`);
    `requests` how many requests it may expect at most, as the sum of the probabilities (`default_requests`; None is no
    limit); `floor` how many it should list at least: a place that cannot be had is done without. Pairs in `fixed` are
    chosen whatever they cost; where they alone pass a limit, nothing is added. Pairs are unordered and named once.
    """

    pairs: tuple[Pair, ...]
    default_capacity: int
    capacity: dict[str, int] = field(default_factory=dict)
    floor: dict[str, int] = field(default_factory=dict)
    default_requests: float | None = None
    requests: dict[str, float] = field(default_factory=dict)
    fixed: frozenset[tuple[str, str]] = frozenset()

    def capacity_of(self, organisation: str) -> int:
        """How many proposals the organisation may list."""
        return self.capacity.get(organisation, self.default_capacity)

    def requests_of(self, organisation: str) -> float:
        """How many requests the organisation may expect; infinite without a limit."""
        limit = self.requests.get(organisation, self.default_requests)
        return math.inf if limit is None else limit

    @property
    def organisations(self) -> tuple[str, ...]:
        """Everybody in a pair, in the order of their ids."""
        return tuple(sorted({end for pair in self.pairs for end in (pair.first, pair.second)}))

    @property
    def digest(self) -> str:
        """SHA-256 over everything that decides the outcome."""
        lines = [
            f"{pair.first} {pair.second} {pair.score:.9f} {pair.requests_to_first:.9f} {pair.requests_to_second:.9f} "
            f"{pair.listed_by_first} {pair.listed_by_second}"
            for pair in sorted(self.pairs, key=lambda pair: (pair.first, pair.second))
        ]
        lines += [
            f"capacity {self.default_capacity} {sorted(self.capacity.items())}",
            f"floor {sorted(self.floor.items())}",
            f"requests {self.default_requests} {sorted(self.requests.items())}",
            f"fixed {sorted(self.fixed)}",
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def arrays(self) -> ChoiceArrays:
        """The problem in numbers, for the methods."""
        return _arrays(self)


@dataclass(frozen=True)
class ChoiceArrays:
    """A problem in numbers: m pairs, best first, and n organisations, in the order of their ids.

    `ends` (m, 2) are indices of organisations, `listed` (m, 2) whether each end lists the pair, `requests` (m, 2) what
    it brings each end; `fixed` (m,). `room`, `floor`, `allowance` (n,) are the limits; what fixed pairs take of them
    fits always.
    """

    pairs: tuple[Pair, ...]
    organisations: tuple[str, ...]
    ends: NDArray[np.int64]
    score: NDArray[np.float64]
    listed: NDArray[np.bool_]
    requests: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    room: NDArray[np.int64]
    floor: NDArray[np.int64]
    allowance: NDArray[np.float64]

    def places(self, chosen: NDArray[np.generic]) -> NDArray[np.float64]:
        """How many places of each organisation's list these pairs take; shape (n,)."""
        return self.spread(self.listed.astype(np.float64) * chosen[:, None].astype(np.float64))

    def load(self, chosen: NDArray[np.generic]) -> NDArray[np.float64]:
        """How many requests these pairs bring each organisation; shape (n,)."""
        return self.spread(self.requests * chosen[:, None].astype(np.float64))

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum by organisation of what stands at the ends of the pairs, (m, 2) to (n,)."""
        summed = np.bincount(self.ends.ravel(), weights=values.ravel(), minlength=len(self.organisations))
        return summed.astype(np.float64)

    def worth(self, chosen: NDArray[np.bool_]) -> float:
        """Sum of the scores and of what the floors' places are worth."""
        met = np.minimum(self.places(chosen), self.floor).sum()
        return float(self.score[chosen].sum() + FLOOR_WORTH * met)

    def solution(self, chosen: NDArray[np.bool_], *, status: str, bound: float | None) -> ChoiceSolution:
        """The chosen pairs by name."""
        pairs = tuple(self.pairs[index] for index in np.flatnonzero(chosen))
        return ChoiceSolution(pairs=pairs, status=status, worth=self.worth(chosen), bound=bound)


@dataclass(frozen=True)
class ChoiceSolution:
    """The pairs chosen, best first. `status` is `optimal` or `feasible`.

    `worth` is the sum of the scores and of the floors' places; no choice is worth more than `bound`, if that is known.
    """

    pairs: tuple[Pair, ...]
    status: str
    worth: float
    bound: float | None = None

    @property
    def total(self) -> float:
        """Sum of the chosen scores."""
        return sum(pair.score for pair in self.pairs)

    @property
    def gap(self) -> float | None:
        """By which part of it the worth may fall short of the best there is; None where no bound is known."""
        if self.bound is None or self.bound <= 0:
            return None if self.bound is None else 0.0
        return max(0.0, (self.bound - self.worth) / self.bound)


def best_first_order(pair: Pair) -> tuple[float, str, str]:
    """Sorting key: highest score first, ties by id."""
    return -pair.score, pair.first, pair.second


def _arrays(problem: ChoiceProblem) -> ChoiceArrays:
    organisations = problem.organisations
    index = {organisation: number for number, organisation in enumerate(organisations)}
    given, count = problem.pairs, len(problem.pairs)
    # Column by column: a large bridge has a million pairs.
    first = np.fromiter((index[pair.first] for pair in given), np.int64, count)
    second = np.fromiter((index[pair.second] for pair in given), np.int64, count)
    score = np.fromiter((pair.score for pair in given), np.float64, count)
    fixed = np.zeros(count, dtype=np.bool_)
    if problem.fixed:
        fixed = np.fromiter(((pair.first, pair.second) in problem.fixed for pair in given), np.bool_, count)
    listed = (
        np.fromiter((pair.listed_by_first for pair in given), np.bool_, count),
        np.fromiter((pair.listed_by_second for pair in given), np.bool_, count),
    )
    requests = (
        np.fromiter((pair.requests_to_first for pair in given), np.float64, count),
        np.fromiter((pair.requests_to_second for pair in given), np.float64, count),
    )
    # `best_first_order`: organisations are numbered in the order of their ids.
    order = np.lexsort((second, first, -score))
    unlimited = ChoiceArrays(
        pairs=tuple(given[place] for place in order.tolist()),
        organisations=organisations,
        ends=np.stack((first, second), axis=1)[order],
        score=score[order],
        listed=np.stack(listed, axis=1)[order],
        requests=np.stack(requests, axis=1)[order],
        fixed=fixed[order],
        room=np.array([problem.capacity_of(one) for one in organisations], dtype=np.int64),
        floor=np.array([problem.floor.get(one, 0) for one in organisations], dtype=np.int64),
        allowance=np.array([problem.requests_of(one) for one in organisations], dtype=np.float64),
    )
    room = np.maximum(unlimited.room, unlimited.places(unlimited.fixed).astype(np.int64))
    return replace(
        unlimited,
        room=room,
        floor=np.minimum(unlimited.floor, room),
        allowance=np.maximum(unlimited.allowance, unlimited.load(unlimited.fixed)),
    )
