"""What is to be grouped, and the groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GroupingProblem:
    """Divide items into `groups` groups of at most `most` items. `vectors`, shape (items, dimension): unit rows."""

    items: tuple[str, ...]
    vectors: NDArray[np.float32]
    groups: int
    most: int

    def __post_init__(self) -> None:
        if len(self.items) != len(self.vectors):
            raise ValueError(f"{len(self.vectors)} vectors for {len(self.items)} items")
        if len(set(self.items)) != len(self.items):
            raise ValueError("an item is named twice")
        if self.groups < 1:
            raise ValueError("there must be at least one group")
        if self.groups * self.most < len(self.items):
            raise ValueError(f"{self.groups} groups of at most {self.most} have no room for {len(self.items)} items")


@dataclass(frozen=True)
class GroupingSolution:
    """`group_of` numbers each item's group from 0; group 0 holds the item that comes first by id."""

    group_of: dict[str, int]
