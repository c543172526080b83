"""What is to be assigned, and what was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class AssignmentProblem:
    """Give each asker at most one host, and host `hosts[j]` at most `places[j]` askers.

    `scores`, shape (number of askers, number of hosts), tells how good each pair is, on any scale; NaN forbids it. As
    many askers are placed as can be, and among all such assignments the sum of scores is the greatest.
    """

    askers: tuple[str, ...]
    hosts: tuple[str, ...]
    places: tuple[int, ...]
    scores: NDArray[np.floating]

    def __post_init__(self) -> None:
        if self.scores.shape != (len(self.askers), len(self.hosts)):
            raise ValueError(f"scores of shape {self.scores.shape} for {len(self.askers)} by {len(self.hosts)}")
        if len(self.places) != len(self.hosts):
            raise ValueError(f"{len(self.places)} numbers of places for {len(self.hosts)} hosts")
        if any(count < 0 for count in self.places):
            raise ValueError("a host cannot have fewer than 0 places")
        for what, ids in (("asker", self.askers), ("host", self.hosts)):
            if len(set(ids)) != len(ids):
                raise ValueError(f"an {what} is named twice" if what == "asker" else "a host is named twice")


@dataclass(frozen=True)
class AssignmentSolution:
    """`host_of` names each placed asker's host; `unplaced` are the others. `status` is `optimal` or `feasible`."""

    host_of: dict[str, str]
    unplaced: tuple[str, ...]
    total: float
    status: str
