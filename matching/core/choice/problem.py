"""What is to be chosen, and what was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pair:
    """Two organisations that may be proposed to each other, and the score of it from 0 to 1."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class ChoiceProblem:
    """Choose pairs so that the sum of scores is greatest.

    `capacity` is how many proposals each organisation may have at most (one that is not named has `default_capacity`);
    `floor` how many it should have at least if there are so many pairs for it: a floor that cannot be met is met as far
    as it can be. Pairs in `fixed` are chosen whatever they cost; pairs are unordered and named once.
    """

    pairs: tuple[Pair, ...]
    default_capacity: int
    capacity: dict[str, int] = field(default_factory=dict)
    floor: dict[str, int] = field(default_factory=dict)

    def capacity_of(self, organisation: str) -> int:
        """How many proposals the organisation may have."""
        return self.capacity.get(organisation, self.default_capacity)

    @property
    def organisations(self) -> tuple[str, ...]:
        """Everybody in a pair, in the order of their ids."""
        return tuple(sorted({end for pair in self.pairs for end in (pair.first, pair.second)}))

    @property
    def digest(self) -> str:
        """SHA-256 over everything that decides the outcome."""
        lines = [f"{pair.first} {pair.second} {pair.score:.9f}" for pair in sorted(self.pairs, key=_order)]
        lines += [
            f"capacity {self.default_capacity} {sorted(self.capacity.items())}",
            f"floor {sorted(self.floor.items())}",
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class ChoiceSolution:
    """The pairs chosen, best first. `status` is `optimal` or `feasible`; no total can exceed `bound`, if known."""

    pairs: tuple[Pair, ...]
    status: str
    bound: float | None = None

    @property
    def total(self) -> float:
        """Sum of the chosen scores."""
        return sum(pair.score for pair in self.pairs)


def _order(pair: Pair) -> tuple[str, str]:
    return pair.first, pair.second


def best_first_order(pair: Pair) -> tuple[float, str, str]:
    """Sorting key: highest score first, ties by id."""
    return -pair.score, pair.first, pair.second
