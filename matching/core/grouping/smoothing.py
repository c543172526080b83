"""Texts brought nearer to their neighbours before they are grouped.

One text says little of its topic; those most like it say more. Each vector is moved towards the mean of its nearest
neighbours, a few times over, as a walk that begins anew at the text with probability `1 - PULL` would (Gasteiger,
Bojchevski and Günnemann 2019, "Predict then propagate"; Wu et al. 2019, "Simplifying graph convolutional networks").
Then only the directions in which groups can differ are kept: k-means lives in the first k - 1 principal ones (Ding and
He 2004, "K-means clustering via principal component analysis").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: How far a text is moved towards its neighbours each time, and how often.
PULL, TIMES = 0.8, 5
#: Neighbours looked at: as many as a group has members on average, within these.
FEWEST, MOST = 8, 40


def smooth(
    vectors: NDArray[np.float32], likeness: NDArray[np.float32], *, groups: int, seed: int
) -> NDArray[np.float32]:
    """Unit rows (items, at most 2 * groups), from unit rows (items, dimension) and likenesses (items, items).

    `likeness` may be on any scale on which more is more alike; what is on its diagonal does not count.
    """
    items = len(vectors)
    neighbours = min(int(np.clip(round(items / max(groups, 1)), FEWEST, MOST)), items - 1)
    if neighbours < 1:
        return vectors
    centred = _unit(vectors - vectors.mean(axis=0))
    walk = _walk(likeness, neighbours)
    moved = centred.copy()
    for _ in range(TIMES):
        moved = (1 - PULL) * centred + PULL * (walk @ moved)
    return _principal(_unit(moved), 2 * groups, seed)


def _walk(likeness: NDArray[np.float32], neighbours: int) -> NDArray[np.float32]:
    """Where a step from each item leads: rows sum to 1. Items are joined when either is near to the other."""
    items = len(likeness)
    alike = likeness - likeness.min()
    np.fill_diagonal(alike, -1)
    nearest = np.argpartition(-alike, neighbours - 1, axis=1)[:, :neighbours]
    joined = np.zeros((items, items), dtype=np.float32)
    rows = np.arange(items)[:, None]
    joined[rows, nearest] = np.maximum(alike[rows, nearest], 0)
    joined = np.maximum(joined, joined.T)
    walk: NDArray[np.float32] = joined / np.maximum(joined.sum(axis=1, keepdims=True), 1e-9)
    return walk


def _principal(vectors: NDArray[np.float32], kept: int, seed: int) -> NDArray[np.float32]:
    from sklearn.decomposition import PCA

    kept = min(kept, 100, *vectors.shape)
    if kept < 2:
        return vectors
    return _unit(PCA(kept, random_state=seed).fit_transform(vectors).astype(np.float32))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(
        np.float32
    )
    return unit
