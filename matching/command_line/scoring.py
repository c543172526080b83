"""Scores of every query with every document of two files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.command_line.rows import Row
from matching.core.relevance.competition import with_competition
from matching.core.relevance.counterparts import read_through_counterparts
from matching.core.relevance.following import with_following
from matching.core.relevance.fusion import Scores, fused, standardised_rows
from matching.embedding.pool import WEIGHTS, TextPool
from matching.embedding.vector_cache import VectorCache

#: Pairs scored at once, and queries at once; more queries are scored in slices, each judged among its own.
MOST_PAIRS, MOST_QUERIES = 40_000_000, 6_000
#: Above so many documents their likeness to each other is not looked at.
MOST_DOCUMENTS = 8_000


def score_in_slices(
    queries: Sequence[Row], documents: Sequence[Row], cache: VectorCache, *, compete: bool = True
) -> Iterator[tuple[slice, Scores]]:
    """Slices of the queries with their scores, shape (queries of the slice, documents).

    `compete` lets documents choose too; an assignment does that itself.
    """
    pool = _pool(queries, documents, cache)
    columns = np.arange(len(queries), len(queries) + len(documents))
    size = max(1, min(MOST_QUERIES, MOST_PAIRS // max(1, len(documents))))
    for start in range(0, len(queries), size):
        part = slice(start, min(start + size, len(queries)))
        yield part, _scores(pool, np.arange(part.start, part.stop), columns, compete)


def likeness(pool: TextPool, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Scores:
    """Fused similarity of texts of a pool, in deviations: shape (rows, columns)."""
    return fused(pool.similarities(rows, columns), WEIGHTS, pool.languages[rows], pool.languages[columns])


def _pool(queries: Sequence[Row], documents: Sequence[Row], cache: VectorCache) -> TextPool:
    rows = [*queries, *documents]
    return TextPool.of([row.text for row in rows], [row.language for row in rows], cache, queries=len(queries))


def _scores(pool: TextPool, rows: NDArray[np.intp], columns: NDArray[np.intp], compete: bool) -> Scores:
    languages = pool.languages[columns]
    scores = standardised_rows(likeness(pool, rows, columns), languages)
    if len(set(languages.tolist())) > 1 and len(columns) <= MOST_DOCUMENTS:
        scores = read_through_counterparts(scores, likeness(pool, columns, columns), languages)
    if len(rows) > len(columns):
        scores = with_following(scores, likeness(pool, rows, rows))
    return with_competition(scores) if compete else scores
