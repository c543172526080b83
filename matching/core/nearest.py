"""The nearest of many texts for each of many others, among those that hard limits allow: exact, in bounded memory.

Limits depend on what a listing is (its side, direction, kind, its organisation's kind and size, ...) and on what it
takes, so listings fall into classes, and whether two may meet is a table of classes. Rows that may meet alike are taken
together, and only columns that any of them may meet are multiplied at all: limits make the work less. That is done in
blocks, and of each block only what beats the worst kept so far is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

#: Rows and columns multiplied at once: 8 MB of similarities.
ROWS, COLUMNS = 512, 4096


@dataclass(frozen=True)
class Texts:
    """Unit vectors, shape (n, dimension); the class of each, (n,); and its organisation, (n,), which it never meets."""

    vectors: Vectors
    classes: NDArray[np.intp]
    organisations: NDArray[np.intp]


@dataclass(frozen=True)
class Nearest:
    """For each row the columns found, nearest first, and their similarities, shape (rows, top).

    Where fewer are allowed, -1 and -inf fill up. Ties go to the lower column.
    """

    columns: NDArray[np.intp]
    similarities: Vectors


def nearest(rows: Texts, columns: Texts, may_meet: NDArray[np.bool_], *, top: int) -> Nearest:
    """The `top` nearest columns of each row, where `may_meet[class of row, class of column]` and organisations differ.

    Raises `ValueError` for a class that `may_meet` does not know, or a `top` below 1.
    """
    if top < 1:
        raise ValueError(f"top is {top}: at least 1 is needed")
    for texts, known in ((rows, may_meet.shape[0]), (columns, may_meet.shape[1])):
        if len(texts.classes) and not 0 <= texts.classes.min() <= texts.classes.max() < known:
            raise ValueError(f"a class is outside of 0 to {known - 1}")
    found = Nearest(
        columns=np.full((len(rows.vectors), top), -1, dtype=np.intp),
        similarities=np.full((len(rows.vectors), top), -np.inf, dtype=np.float32),
    )
    order = _alike_together(rows.classes, may_meet)
    for block in np.split(order, range(ROWS, len(order), ROWS)):
        kept = _Kept(len(block), top)
        meets: NDArray[np.bool_] = may_meet[rows.classes[block], :]
        wanted = np.flatnonzero(np.logical_or.reduce(meets, axis=0)[columns.classes])
        for start in range(0, len(wanted), COLUMNS):
            names = wanted[start : start + COLUMNS]
            kept.offer(_similarities(rows, block, columns, names, meets), names)
        found.columns[block], found.similarities[block] = kept.columns, kept.similarities
    return found


def _alike_together(classes: NDArray[np.intp], may_meet: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows in the order of whom they may meet."""
    if not may_meet.size:
        return np.arange(len(classes))
    _, rank = np.unique(np.packbits(may_meet, axis=1), axis=0, return_inverse=True)
    return np.argsort(rank.reshape(-1)[classes], kind="stable")


def _similarities(
    rows: Texts, block: NDArray[np.intp], columns: Texts, names: NDArray[np.intp], meets: NDArray[np.bool_]
) -> Vectors:
    """Of the block's rows with the columns named; -inf where they may not meet."""
    made: Vectors = rows.vectors[block] @ columns.vectors[names].T
    forbidden = ~meets[:, columns.classes[names]]
    forbidden |= rows.organisations[block][:, None] == columns.organisations[names][None, :]
    np.copyto(made, -np.inf, where=forbidden)
    return made


class _Kept:
    """The best found so far for some rows."""

    def __init__(self, rows: int, top: int) -> None:
        self.columns = np.full((rows, top), -1, dtype=np.intp)
        self.similarities = np.full((rows, top), -np.inf, dtype=np.float32)

    def offer(self, similarities: Vectors, names: NDArray[np.intp]) -> None:
        """Take in what beats the worst kept. `names` are what the columns are called, in rising order."""
        count, top = similarities.shape[1], self.columns.shape[1]
        worst = self.similarities[:, -1]
        if np.isneginf(worst).all() and count > top:
            # Nothing is kept yet: what cannot be among the first is told at once.
            worst = np.nextafter(np.partition(similarities, count - top, axis=1)[:, count - top], np.float32(-np.inf))
        row, column = np.nonzero(similarities > worst[:, None])
        if not len(row):
            return
        value = similarities[row, column]
        # What was kept comes before what is offered, whose names are higher: ties stay with the lower.
        kept_row = np.repeat(np.arange(len(self.columns)), top)
        every_row = np.concatenate([kept_row, row])
        every_value = np.concatenate([self.similarities.ravel(), value])
        every_name = np.concatenate([self.columns.ravel(), names[column]])
        order = np.lexsort((np.arange(len(every_row)), -every_value, every_row))
        starts = np.searchsorted(every_row[order], np.arange(len(self.columns)))
        first = order[starts[:, None] + np.arange(top)[None, :]]
        self.columns, self.similarities = every_name[first], every_value[first]
