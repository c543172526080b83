"""A timetable in the making: what stands where, and what may still be put."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.core.timetable.problem import MINIMUM_WORTH, NONE, TimetableArrays


class Board:
    """Who is busy when. Every change keeps the limits: what would break one is refused before."""

    def __init__(self, arrays: TimetableArrays, slot_of: NDArray[np.int64] | None = None) -> None:
        self.arrays = arrays
        people, slots = arrays.free.shape
        self.slot_of = np.full(len(arrays.wishes), NONE, dtype=np.int64)
        self.at = np.full((people, slots), NONE, dtype=np.int64)
        self.count = np.zeros(people, dtype=np.int64)
        self.used = np.zeros(slots, dtype=np.int64)
        self.taken = np.zeros_like(arrays.resources)
        self.locked = arrays.locked != NONE
        for wish in np.flatnonzero(self.locked).tolist():
            self.put(wish, int(arrays.locked[wish]))
        if slot_of is not None:
            for wish in np.flatnonzero((slot_of != NONE) & ~self.locked).tolist():
                self.put(wish, int(slot_of[wish]))

    def put(self, wish: int, slot: int) -> None:
        """Give a wish a slot. The caller has made sure that it `fits`, or that it is locked."""
        members = self.arrays.members(wish)
        self.slot_of[wish] = slot
        self.at[members, slot] = wish
        self.count[members] += 1
        self.used[slot] += 1
        if (need := self.arrays.need[wish]) != NONE:
            self.taken[need, slot] += 1

    def take(self, wish: int) -> int:
        """Take a wish's slot away; returns it."""
        slot = int(self.slot_of[wish])
        members = self.arrays.members(wish)
        self.slot_of[wish] = NONE
        self.at[members, slot] = NONE
        self.count[members] -= 1
        self.used[slot] -= 1
        if (need := self.arrays.need[wish]) != NONE:
            self.taken[need, slot] -= 1
        return slot

    def fits(self, wish: int, slot: int) -> bool:
        """Whether a wish without a slot may have this one."""
        arrays = self.arrays
        members = arrays.members(wish)
        need = arrays.need[wish]
        return bool(
            arrays.can[wish, slot]
            and self.used[slot] < arrays.tables[slot]
            and (self.at[members, slot] == NONE).all()
            and (self.count[members] < arrays.limit[members]).all()
            and (need == NONE or self.taken[need, slot] < arrays.resources[need, slot])
            and all(self.rested(int(member), slot) for member in members)
        )

    def rested(self, person: int, slot: int) -> bool:
        """Whether a meeting in this slot would leave the person no longer without a break than they can bear."""
        longest = int(self.arrays.longest_run[person])
        row = self.at[person]
        if longest >= len(row):
            return True
        run = 1
        before = slot - 1
        while before >= 0 and row[before] != NONE:
            run, before = run + 1, before - 1
        after = slot + 1
        while after < len(row) and row[after] != NONE:
            run, after = run + 1, after + 1
        return run <= longest

    def gain(self, wish: int) -> float:
        """What a slot for this wish is worth now: its score, and the minimums it helps to meet."""
        members = self.arrays.members(wish)
        return float(
            self.arrays.score[wish] + MINIMUM_WORTH * (self.count[members] < self.arrays.minimum[members]).sum()
        )
