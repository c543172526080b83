"""Mending a timetable when people stay away, come late or leave, with the fewest changes.

What can still be held stays where it is: a promise to two people is worth more than a better plan. What cannot is given
another slot if its people have one, and the places left free are filled with other wishes. Nothing else moves.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.core.timetable.board import Board
from matching.core.timetable.one_slot import two_sides
from matching.core.timetable.problem import NONE, Timetable, TimetableProblem
from matching.core.timetable.scheduling import ascend


@dataclass(frozen=True)
class Repair:
    """The mended timetable, and what is new in it: wishes that changed their slot, were dropped, or were added."""

    timetable: Timetable
    moved: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def changes(self) -> int:
        """Meetings that people must be told of."""
        return len(self.moved) + len(self.dropped) + len(self.added)


def repair(
    problem: TimetableProblem, standing: Mapping[str, int], *, fill: bool = True, time_limit: float = 5.0
) -> Repair:
    """Mend `standing`, the slot of each wish, for a problem whose people, tables or slots have changed since.

    Without `fill`, places left free stay so. Wishes that the problem no longer has are dropped.
    """
    arrays = problem.arrays
    ends = time.monotonic() + time_limit
    board = Board(arrays)
    index = {wish.id: number for number, wish in enumerate(arrays.wishes)}
    # Best first, as wishes are numbered: where tables are fewer now, the best keep theirs.
    promised = sorted((index[wish], slot) for wish, slot in standing.items() if wish in index)
    homeless = []
    for wish, slot in promised:
        if board.slot_of[wish] != NONE:
            continue
        if 0 <= slot < problem.slots and board.fits(wish, slot):
            board.put(wish, slot)
        else:
            homeless.append(wish)
    board.locked |= board.slot_of != NONE
    for wish in homeless:
        fitting = [slot for slot in range(problem.slots) if board.fits(wish, slot)]
        if fitting:
            board.put(wish, fitting[0])
            board.locked[wish] = True
    if fill:
        on_left = two_sides(np.delete(arrays.pairs, list(arrays.joint), axis=0), len(arrays.people))
        ascend(board, on_left, ends)
    after = {
        arrays.wishes[wish].id: int(board.slot_of[wish]) for wish in np.flatnonzero(board.slot_of != NONE).tolist()
    }
    return Repair(
        timetable=arrays.solution(board.slot_of, bound=None, method="repair"),
        moved=tuple(sorted(wish for wish in after if wish in standing and after[wish] != standing[wish])),
        dropped=tuple(sorted(wish for wish in standing if wish not in after)),
        added=tuple(sorted(wish for wish in after if wish not in standing)),
    )
