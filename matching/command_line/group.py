"""Groups of like items, none too large."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.command_line.rows import Row
from matching.core.grouping import balanced_means, verify
from matching.core.grouping.problem import GroupingProblem
from matching.embedding.pool import TextPool
from matching.embedding.protocol import unit
from matching.embedding.vector_cache import VectorCache

#: Dimensions kept of words and of their pieces, and what each view of a text weighs in the whole.
KEPT = 100
VIEWS = {"words": 0.5, "grams": 0.5, "english": 1.0, "many": 1.0, "universal": 0.5}


def group(
    items: Sequence[Row], *, groups: int, slack: float, seed: int, cache: VectorCache
) -> Iterator[dict[str, Any]]:
    """A group for each item. No group has more than `slack` times its even share, rounded up."""
    if not items:
        return
    pool = TextPool.of([row.text for row in items], [row.language for row in items], cache, queries=len(items))
    most = max(math.ceil(len(items) / groups), math.floor(slack * len(items) / groups))
    problem = GroupingProblem(tuple(row.id for row in items), _vectors(pool, seed), groups, most)
    solution = balanced_means.solve(problem, seed=seed)
    wrong = verify.check(problem, solution)
    if wrong:
        raise RuntimeError("the groups break their own limits: " + "; ".join(wrong[:3]))
    for row in items:
        yield {"id": row.id, "group": solution.group_of[row.id]}


def _vectors(pool: TextPool, seed: int) -> NDArray[np.float32]:
    """Every view of the texts side by side, unit rows: shape (items, dimensions)."""
    from sklearn.decomposition import TruncatedSVD

    count = len(pool.languages)
    views: list[NDArray[np.float32]] = []
    for name, terms in (("words", pool.words), ("grams", pool.grams)):
        kept = min(KEPT, min(terms.shape) - 1)
        if kept > 0:
            made = TruncatedSVD(kept, random_state=seed).fit_transform(terms).astype(np.float32)
            views.append(unit(made) * np.float32(VIEWS[name] ** 0.5))
    for name, meaning in pool.meanings.items():
        whole = np.zeros((count, meaning.whole.shape[1]), dtype=np.float32)
        whole[meaning.at] = meaning.whole
        views.append(whole * np.float32(VIEWS[name] ** 0.5))
    return unit(np.concatenate(views, axis=1))
