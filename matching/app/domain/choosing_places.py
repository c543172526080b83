"""Places in the lists of a bridge's organisations: reckoning them from what was chosen, and writing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from matching.app.domain.choosing_pairs import Rows
from matching.app.domain.locks import lock_bridge

#: Rows that are written under one holding of the bridge's lock: some tenths of a second, in which changes wait.
ROWS_AT_ONCE = 5_000

Places = NDArray[np.int32]


@dataclass(frozen=True)
class Lists:
    """What each row is to be: its number in the list of its first and its second organisation (0: none); to try."""

    place_first: Places
    place_second: Places
    to_try: NDArray[np.bool_]

    def moved(self, rows: Rows) -> NDArray[np.int64]:
        """Indices of the rows that are not yet so, those that leave a list first: no list is ever too long."""
        moved = (
            (self.place_first != rows["place_first"])
            | (self.place_second != rows["place_second"])
            | (self.to_try != rows["to_try"])
        )
        leaving = moved & ((self.place_first == 0) | (self.place_second == 0))
        return np.concatenate([np.flatnonzero(leaving), np.flatnonzero(moved & ~leaving)])


def lists_of(rows: Rows, chosen: NDArray[np.bool_], *, of: set[int] | None = None) -> Lists:
    """Number the chosen rows in the lists of both organisations, best first; only in lists `of` these, if given.

    A side that has dismissed a pair has it in its numbering too, though it takes no place there: who looks at the
    bridge's proposals does not see what anybody dismissed. `rows` holds every current pair of the organisations.
    """
    order = np.flatnonzero(chosen)
    order = order[np.lexsort((rows["second"][order], rows["first"][order], -rows["score"][order]))]
    numbers = _number(np.stack((rows["first"][order], rows["second"][order]), axis=1).ravel()).reshape(-1, 2)
    places = np.zeros((len(rows), 2), dtype=np.int32)
    places[order] = numbers
    if of is not None:
        named = np.fromiter(of, np.int64, len(of))
        for side, (end, place) in enumerate((("first", "place_first"), ("second", "place_second"))):
            other = ~np.isin(rows[end], named)
            places[other, side] = rows[place][other]
    return Lists(place_first=places[:, 0], place_second=places[:, 1], to_try=rows["to_try"].copy())


def write_lists(rows: Rows, lists: Lists) -> int:
    """Write what moved; returns how many rows. The caller holds the bridge's lock."""
    moved = lists.moved(rows)
    for start in range(0, len(moved), ROWS_AT_ONCE):
        _write(rows, lists, moved[start : start + ROWS_AT_ONCE])
    return len(moved)


def write_lists_in_turn(bridge_id: int, rows: Rows, lists: Lists, *, still: Callable[[], None]) -> int:
    """Write what moved, so much at a time that changes come between; returns how many rows.

    Each piece is a transaction that takes the bridge's lock; `still` is called with the lock held, and raises to stop.
    """
    moved = lists.moved(rows)
    for start in range(0, max(len(moved), 1), ROWS_AT_ONCE):
        with transaction.atomic():
            lock_bridge(bridge_id)
            still()
            _write(rows, lists, moved[start : start + ROWS_AT_ONCE])
    return len(moved)


def _number(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which time it is that a value occurs, from 1."""
    grouped = np.argsort(ends, kind="stable")
    values = ends[grouped]
    starts = np.flatnonzero(np.concatenate([values[:1] == values[:1], values[1:] != values[:-1]]))
    sizes = np.diff(np.append(starts, len(values)))
    numbers = np.empty(len(ends), dtype=np.int64)
    numbers[grouped] = np.arange(len(values)) - np.repeat(starts, sizes) + 1
    return numbers


def _write(rows: Rows, lists: Lists, at: NDArray[np.int64]) -> None:
    if not len(at):
        return
    with connection.cursor() as cursor:
        # What was superseded meanwhile has left every list; it keeps the place it had, for what was done with it.
        cursor.execute(
            """
            UPDATE matching_proposal
            SET rank_for_first = NULLIF(places.first, 0),
                rank_for_second = NULLIF(places.second, 0),
                to_try = places.try
            FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::boolean[]) AS places (id, first, second, try)
            WHERE matching_proposal.id = places.id AND matching_proposal.state = 'current'
            """,
            [
                rows["pk"][at].tolist(),
                lists.place_first[at].tolist(),
                lists.place_second[at].tolist(),
                lists.to_try[at].tolist(),
            ],
        )
