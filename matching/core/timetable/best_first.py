"""Best first: each wish in turn, from the best, takes the first slot that fits. What organisers do by hand."""

from __future__ import annotations

import numpy as np

from matching.core.timetable.board import Board
from matching.core.timetable.problem import NONE, Timetable, TimetableProblem


def solve(problem: TimetableProblem) -> Timetable:
    """A timetable without looking back. Minimums are looked at last: nothing is moved for them."""
    arrays = problem.arrays
    board = Board(arrays)
    for wish in range(len(arrays.wishes)):
        if board.slot_of[wish] != NONE:
            continue
        for slot in np.flatnonzero(arrays.can[wish]).tolist():
            if board.fits(wish, slot):
                board.put(wish, slot)
                break
    return arrays.solution(board.slot_of, bound=None, method="best first")
