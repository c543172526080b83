"""Putting a wish in by exchanging two slots along a chain.

A wish of i and j that has no slot: i is free in slot a, j in slot b, and neither in both. Along the chain that starts
with j's meeting in a, meetings move from a to b and back, until somebody is free; then i and j meet in a. Nobody loses
a meeting, and at the end the wish has its slot.
"""

from __future__ import annotations

import time

import numpy as np

from matching.core.timetable.board import Board
from matching.core.timetable.problem import NONE

#: Longer chains seldom hold: one member cannot come at the other time.
LONGEST = 60


def exchange(board: Board, generator: np.random.Generator, ends: float) -> float:
    """Put in, best first, wishes that a free place or a chain of exchanges makes room for; returns what was gained."""
    arrays = board.arrays
    gained = 0.0
    for wish in np.flatnonzero(board.slot_of == NONE).tolist():
        if time.monotonic() >= ends:
            break
        members = arrays.members(wish)
        if wish in arrays.joint or not (board.count[members] < arrays.limit[members]).all():
            continue
        worth = board.gain(wish)
        if _put_directly(board, wish) or _put_by_chain(board, wish, generator):
            gained += worth
    return gained


def _put_directly(board: Board, wish: int) -> bool:
    for slot in np.flatnonzero(board.arrays.can[wish]).tolist():
        if board.fits(wish, slot):
            board.put(wish, slot)
            return True
    return False


def _put_by_chain(board: Board, wish: int, generator: np.random.Generator) -> bool:
    arrays = board.arrays
    first, second = arrays.pairs[wish].tolist()
    for here, there in ((first, second), (second, first)):
        free_here = np.flatnonzero(arrays.free[here] & (board.at[here] == NONE) & arrays.can[wish])
        free_there = np.flatnonzero(arrays.free[there] & (board.at[there] == NONE))
        for a in generator.permutation(free_here).tolist():
            if board.used[a] >= arrays.tables[a]:
                continue
            for b in free_there.tolist():
                if a != b and _exchange(board, there, a, b) and board.fits(wish, a):
                    board.put(wish, a)
                    return True
    return False


def _exchange(board: Board, start: int, a: int, b: int) -> bool:
    """Free `start` in slot a by moving meetings between a and b; all or nothing. Joint and locked ones do not move."""
    arrays = board.arrays
    chain: list[int] = []
    person, slot = start, a
    while True:
        wish = int(board.at[person, slot])
        if wish == NONE:
            break
        to = b if slot == a else a
        if wish in arrays.joint or board.locked[wish] or not arrays.can[wish, to] or len(chain) >= LONGEST:
            return False
        chain.append(wish)
        one, other = arrays.pairs[wish].tolist()
        person, slot = (other if one == person else one), to
    moves = [(wish, int(board.slot_of[wish])) for wish in chain]
    balance = sum(1 if slot == a else -1 for _, slot in moves)
    # From a go so many more than come: b needs tables for them.
    if board.used[b] + balance > arrays.tables[b] or board.used[a] - balance > arrays.tables[a]:
        return False
    for wish, _ in moves:
        board.take(wish)
    done: list[int] = []
    for wish, slot in moves:
        to = b if slot == a else a
        if not board.fits(wish, to):
            for one in done:
                board.take(one)
            for one, before in moves:
                board.put(one, before)
            return False
        board.put(wish, to)
        done.append(wish)
    return True
