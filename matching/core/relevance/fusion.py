"""Similarities of several kinds joined into one score that means the same whatever the two languages.

Within each pair of languages every kind is told in standard deviations above the mean of all pairs, the kinds are added
with the weights of that pair of languages, and the sum is told in deviations again:

    s_ij = z( sum over k of w_k * z(s_ijk) )

(Lee 1997, "Analyses of multiple evidence combination"; z rather than min-max, as one outlier does not move it.) A small
pool tells its mean and deviation badly: they shrink towards what random pairs usually show, as if so many of those had
been seen too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Weights = Mapping[str, float]

#: What random pairs usually show: the deviation of a cosine, and of a sum of kinds; both around a mean of 0.
USUAL_COSINE, USUAL_SUM = 0.1, 1.5
#: How many usual pairs a pool is taken to have had before, in all and in a row.
USUAL_PAIRS, USUAL_COLUMNS = 50, 10


def fused(
    similarities: Mapping[str, Scores],
    weights: Mapping[tuple[str, str], Weights],
    rows: NDArray[np.str_],
    columns: NDArray[np.str_],
) -> Scores:
    """Join similarities, each of shape (rows, columns), by the weights of each (row's, column's) language.

    A kind without weight for a pair of languages is not looked at there, so it need not be known.
    """
    joined = np.zeros((len(rows), len(columns)), dtype=np.float32)
    for pair, at in blocks(rows, columns):
        total = np.zeros(joined[at].shape, dtype=np.float32)
        for kind, weight in weights[pair].items():
            if kind in similarities:
                total += np.float32(weight) * standardised(similarities[kind][at], USUAL_COSINE)
        joined[at] = standardised(total, USUAL_SUM)
    return joined


def blocks(
    rows: NDArray[np.str_], columns: NDArray[np.str_]
) -> Iterator[tuple[tuple[str, str], tuple[NDArray[np.intp], NDArray[np.intp]]]]:
    """Each pair of languages that occurs, with the open mesh of its rows and columns."""
    for row in sorted(set(rows.tolist())):
        for column in sorted(set(columns.tolist())):
            first, second = np.ix_(np.flatnonzero(rows == row), np.flatnonzero(columns == column))
            yield (row, column), (first, second)


def standardised(scores: Scores, usual: float) -> Scores:
    """Deviations above the mean of all; `usual` is the deviation expected of random pairs. Shape as given."""
    if not scores.size:
        return scores
    share = scores.size / (scores.size + USUAL_PAIRS)
    mean = share * float(scores.mean())
    deviation = (share * float(scores.var()) + (1 - share) * usual**2) ** 0.5
    made: Scores = ((scores - mean) / deviation).astype(np.float32)
    return made


def standardised_rows(scores: Scores, columns: NDArray[np.str_]) -> Scores:
    """Deviations above each row's mean, apart for each language of the columns: no language is nearer by nature.

    `scores` are in deviations already, as `fused` gives them.
    """
    made = np.zeros_like(scores)
    for language in sorted(set(columns.tolist())):
        at = np.flatnonzero(columns == language)
        part = scores[:, at]
        share = len(at) / (len(at) + USUAL_COLUMNS)
        mean = share * part.mean(axis=1, keepdims=True)
        deviation = np.sqrt(share * part.var(axis=1, keepdims=True) + (1 - share))
        made[:, at] = (part - mean) / deviation
    return made
