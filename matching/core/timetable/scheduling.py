"""Timetables of meetings: choose whom to bring together as if all slots were one, find slots, then mend slot by slot.

1. The flow of `bound` chooses wishes, and says what no timetable is worth more than.
2. Slots are filled one after the other, scarcest first, with those of the chosen that have the fewest ways left.
3. Each slot in turn is given its best set of meetings while the others stay (block-coordinate ascent: Bertsekas 1999,
   "Nonlinear Programming", 2.7), until none gains.
4. Wishes left out are put in by exchanging two slots along a chain (Kempe 1879; Vizing 1964, for edge colouring).
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from matching.core.timetable.board import Board
from matching.core.timetable.bound import bound
from matching.core.timetable.chains import exchange
from matching.core.timetable.one_slot import best_matching, two_sides
from matching.core.timetable.problem import MINIMUM_WORTH, NONE, Timetable, TimetableProblem

#: Sums of floating-point numbers may be off by so much: less is no gain.
TOLERANCE = 1e-7


def solve(problem: TimetableProblem, *, seed: int = 0, time_limit: float = 60.0) -> Timetable:
    """A timetable, with a bound on what any is worth. The same input gives the same output while the time suffices."""
    arrays = problem.arrays
    ends = time.monotonic() + time_limit
    on_left = two_sides(np.delete(arrays.pairs, list(arrays.joint), axis=0), len(arrays.people))
    most, chosen = bound(arrays, on_left)
    board = Board(arrays)
    _place_joint(board)
    _fill(board, chosen, on_left)
    improve(board, on_left, ends=ends, seed=seed)
    return arrays.solution(board.slot_of, bound=most, method="flow and exchange")


def improve(board: Board, on_left: NDArray[np.bool_] | None, *, ends: float, seed: int = 0) -> None:
    """Mend slot by slot and by exchanges until nothing gains or the time is over. Locked meetings stay."""
    generator = np.random.default_rng(seed)
    while True:
        gained = ascend(board, on_left, ends)
        if time.monotonic() >= ends:
            return
        gained += exchange(board, generator, ends)
        if gained <= TOLERANCE or time.monotonic() >= ends:
            return


def _place_joint(board: Board) -> None:
    """Meetings of three and more first: they have the fewest slots. Best first, in the emptiest slot that fits."""
    for wish in sorted(board.arrays.joint):
        if board.slot_of[wish] != NONE:
            continue
        fitting = [slot for slot in range(board.arrays.free.shape[1]) if board.fits(wish, slot)]
        if fitting:
            board.put(wish, min(fitting, key=lambda slot: (int(board.used[slot] - board.arrays.tables[slot]), slot)))


def _fill(board: Board, chosen: NDArray[np.int64], on_left: NDArray[np.bool_] | None) -> None:
    arrays = board.arrays
    slots = arrays.free.shape[1]
    left = np.zeros(len(arrays.wishes), dtype=np.bool_)
    left[chosen] = True
    left &= board.slot_of == NONE
    # Scarce slots first, then each takes what has the fewest ways left.
    for slot in sorted(range(slots), key=lambda one: (int(arrays.free[:, one].sum()), one)):
        open_slots = np.zeros(slots, dtype=np.bool_)
        open_slots[[one for one in range(slots) if (board.used[one] == 0) or one == slot]] = True
        degree = np.bincount(arrays.pairs[left].ravel(), minlength=len(arrays.people))
        chances = np.maximum((arrays.free & (board.at == NONE) & open_slots).sum(axis=1), 1)
        urgency = degree / chances
        options = _options(board, slot, only=left)
        pairs = arrays.pairs[options]
        ways = np.maximum((arrays.can[options] & open_slots).sum(axis=1), 1)
        weight = 1.0 + urgency[pairs].sum(axis=1) + 1.0 / ways
        for wish in options[best_matching(pairs, weight, _tables_left(board, slot), on_left)].tolist():
            if board.fits(wish, slot):
                board.put(wish, slot)
                left[wish] = False


def ascend(board: Board, on_left: NDArray[np.bool_] | None, ends: float) -> float:
    """Each slot's best set while the others stay, round by round; returns what was gained in all."""
    slots = board.arrays.free.shape[1]
    gained, still = 0.0, 0
    slot = 0
    while still < slots:
        if time.monotonic() >= ends:
            break
        more = _best_of_slot(board, slot, on_left)
        gained += more
        still = 0 if more > TOLERANCE else still + 1
        slot = (slot + 1) % slots
    return gained


def _best_of_slot(board: Board, slot: int, on_left: NDArray[np.bool_] | None) -> float:
    arrays = board.arrays
    stand = [
        wish
        for wish in np.unique(board.at[:, slot][board.at[:, slot] != NONE]).tolist()
        if not board.locked[wish] and wish not in arrays.joint
    ]
    before = 0.0
    for wish in reversed(stand):
        board.take(wish)
        before += board.gain(wish)
    options = _options(board, slot)
    pairs = arrays.pairs[options]
    low = board.count < arrays.minimum
    weight = arrays.score[options] + MINIMUM_WORTH * low[pairs].sum(axis=1)
    picked = options[best_matching(pairs, weight, _tables_left(board, slot), on_left)]
    picked = _within_resources(board, slot, picked)
    after = float((arrays.score[picked] + MINIMUM_WORTH * low[arrays.pairs[picked]].sum(axis=1)).sum())
    if after <= before + TOLERANCE:
        picked, after = np.array(stand, dtype=np.int64), before
    for wish in picked.tolist():
        board.put(wish, slot)
    return after - before


def _options(board: Board, slot: int, *, only: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Wishes of two that may have this slot as things stand."""
    arrays = board.arrays
    ready = arrays.free[:, slot] & (board.at[:, slot] == NONE) & (board.count < arrays.limit)
    bearing = np.flatnonzero(ready & (arrays.longest_run < arrays.free.shape[1]))
    for person in bearing.tolist():
        ready[person] = board.rested(person, slot)
    mask = arrays.can[:, slot] & (board.slot_of == NONE) & ready[arrays.pairs].all(axis=1)
    if arrays.joint:
        mask[list(arrays.joint)] = False
    if only is not None:
        mask &= only
    scarce = arrays.need != NONE
    if scarce.any():
        none_left = board.taken[:, slot] >= arrays.resources[:, slot]
        mask &= ~scarce | ~none_left[np.where(scarce, arrays.need, 0)]
    return np.flatnonzero(mask)


def _within_resources(board: Board, slot: int, picked: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without the least of those that would take more of a resource than there is. A later round may fill the place."""
    arrays = board.arrays
    kept = []
    left = arrays.resources[:, slot] - board.taken[:, slot]
    for wish in picked.tolist():  # best first: wishes are numbered so
        need = arrays.need[wish]
        if need != NONE:
            if left[need] <= 0:
                continue
            left[need] -= 1
        kept.append(wish)
    return np.array(kept, dtype=np.int64)


def _tables_left(board: Board, slot: int) -> int:
    return int(board.arrays.tables[slot] - board.used[slot])
