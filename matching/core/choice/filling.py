"""A choice in the making: what is taken, and what still fits. The methods make their choices keep the limits by it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.core.choice.problem import FLOOR_WORTH, ChoiceArrays

#: Sums of probabilities are compared with their limit to this.
TOLERANCE = 1e-9
#: A swap must bring at least so much: no going round in circles on rounding.
LEAST_GAIN = 1e-9
#: A round of swaps in which not even one of so many succeeds is the last.
SELDOM = 1_000


class Filling:
    """Begins with the fixed pairs. Pairs are told by their number in the arrays."""

    def __init__(self, arrays: ChoiceArrays) -> None:
        count = len(arrays.organisations)
        self._ends: list[list[int]] = arrays.ends.tolist()
        self._listed: list[list[bool]] = arrays.listed.tolist()
        self._requests: list[list[float]] = arrays.requests.tolist()
        self._score: list[float] = arrays.score.tolist()
        self._fixed: list[bool] = arrays.fixed.tolist()
        self._room: list[int] = arrays.room.tolist()
        self._floor: list[int] = arrays.floor.tolist()
        self._allowance: list[float] = (arrays.allowance + TOLERANCE).tolist()
        self._places = [0] * count
        self._load = [0.0] * count
        self._taken = bytearray(len(self._score))
        self._of: list[list[int]] = [[] for _ in range(count)]
        self._least: list[float | None] = [None] * count
        for pair in np.flatnonzero(arrays.fixed).tolist():
            self._put(pair)

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Which pairs are taken, shape (m,)."""
        return np.frombuffer(bytes(self._taken), dtype=np.uint8).astype(np.bool_)

    def fits(self, pair: int) -> bool:
        """Whether both ends have a place for it and may expect what it brings."""
        for end, listed, requests in zip(self._ends[pair], self._listed[pair], self._requests[pair], strict=True):
            if listed and self._places[end] >= self._room[end]:
                return False
            if requests and self._load[end] + requests > self._allowance[end]:
                return False
        return True

    def take(self, pairs: Iterable[int]) -> None:
        """Take each of the pairs that fits when its turn comes."""
        for pair in pairs:
            if not self._taken[pair] and self.fits(pair):
                self._put(pair)

    def take_floors(self, order: Iterable[int]) -> None:
        """Give those who have less than their floor the first of the pairs that fit.

        In turns, so that the first in the alphabet does not take what the others' floors need.
        """
        wanting = {end for end, floor in enumerate(self._floor) if floor > self._places[end]}
        of: dict[int, list[int]] = {end: [] for end in wanting}
        for pair in order:
            for end, listed in zip(self._ends[pair], self._listed[pair], strict=True):
                if listed and end in of:
                    of[end].append(pair)
        for turn in range(1, max(self._floor, default=0) + 1):
            for end in sorted(wanting):
                if self._floor[end] >= turn > self._places[end]:
                    found = next((pair for pair in of[end] if not self._taken[pair] and self.fits(pair)), None)
                    if found is not None:
                        self._put(found)

    def swap(self, order: Sequence[int], *, tries: int) -> None:
        """Put pairs in the place of worse ones, at most one at each end, while that is worth it and often succeeds."""
        while tries > 0:
            outside = [pair for pair in order if not self._taken[pair]][:tries]
            tries -= max(len(outside), 1)
            done = 0
            for pair in outside:
                done += self._swap_in(pair)
            if done * SELDOM <= len(outside):
                return
            self.take(order)

    def _swap_in(self, pair: int) -> bool:
        blocked: list[tuple[int, bool, float]] = []
        hoped = self._score[pair]
        for end, listed, requests in zip(self._ends[pair], self._listed[pair], self._requests[pair], strict=True):
            full = listed and self._places[end] >= self._room[end]
            over = self._load[end] + requests - self._allowance[end] if requests else 0.0
            if full or over > 0:
                blocked.append((end, full, over))
                hoped -= self._least_at(end)
            if listed and self._places[end] < self._floor[end]:
                hoped += FLOOR_WORTH
        # Most pairs end here: even the least that could leave is worth more.
        if hoped <= LEAST_GAIN:
            return False
        out: list[int] = []
        for end, full, over in blocked:
            leaving = self._cheapest(end, full=full, over=over)
            if leaving is None:
                return False
            out.append(leaving)
        touched = {end for one in (pair, *out) for end in self._ends[one]}
        before = self._met(touched)
        for one in out:
            self._remove(one)
        self._put(pair)
        lost = sum(self._score[one] for one in out)
        if self._score[pair] - lost + FLOOR_WORTH * (self._met(touched) - before) > LEAST_GAIN:
            return True
        self._remove(pair)
        for one in out:
            self._put(one)
        return False

    def _least_at(self, end: int) -> float:
        """The least score of a pair that may leave; kept until something changes at this end."""
        found = self._least[end]
        if found is None:
            scores = (self._score[one] for one in self._of[end] if not self._fixed[one])
            found = self._least[end] = min(scores, default=math.inf)
        return found

    def _cheapest(self, end: int, *, full: bool, over: float) -> int | None:
        """The pair of least score whose leaving makes room at this end."""
        best: int | None = None
        for one in self._of[end]:
            side = 0 if self._ends[one][0] == end else 1
            if self._fixed[one] or (full and not self._listed[one][side]) or self._requests[one][side] < over:
                continue
            if best is None or (self._score[one], -one) < (self._score[best], -best):
                best = one
        return best

    def _met(self, ends: Iterable[int]) -> int:
        return sum(min(self._places[end], self._floor[end]) for end in ends)

    def _put(self, pair: int) -> None:
        self._taken[pair] = 1
        self._change(pair, 1)
        for end in self._ends[pair]:
            self._of[end].append(pair)

    def _remove(self, pair: int) -> None:
        self._taken[pair] = 0
        self._change(pair, -1)
        for end in self._ends[pair]:
            self._of[end].remove(pair)

    def _change(self, pair: int, sign: int) -> None:
        for end, listed, requests in zip(self._ends[pair], self._listed[pair], self._requests[pair], strict=True):
            self._least[end] = None
            self._places[end] += sign * listed
            self._load[end] += sign * requests
