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
from matching.core.grouping.smoothing import smooth
from matching.embedding.pool import TextPool
from matching.embedding.protocol import unit
from matching.embedding.vector_cache import VectorCache

#: Dimensions kept of words and of their pieces, and what each view of a text weighs in the whole. The view that joins
#: languages has nothing to add where there is one.
KEPT = 200
VIEWS = {"words": 0.75, "grams": 0.75, "english": 1.0, "many": 1.0, "universal": 0.5}


def group(
    items: Sequence[Row], *, groups: int, slack: float, seed: int, cache: VectorCache
) -> Iterator[dict[str, Any]]:
    """A group for each item. No group has more than `slack` times its even share, rounded up."""
    if not items:
        return
    pool = TextPool.of([row.text for row in items], [row.language for row in items], cache, queries=len(items))
    most = max(math.ceil(len(items) / groups), math.floor(slack * len(items) / groups))
    problem = GroupingProblem(tuple(row.id for row in items), _vectors(pool, groups, seed), groups, most)
    solution = balanced_means.solve(problem, seed=seed)
    wrong = verify.check(problem, solution)
    if wrong:
        raise RuntimeError("the groups break their own limits: " + "; ".join(wrong[:3]))
    for row in items:
        yield {"id": row.id, "group": solution.group_of[row.id]}


def _vectors(pool: TextPool, groups: int, seed: int) -> NDArray[np.float32]:
    """Every view of the texts side by side, moved towards their neighbours: unit rows (items, dimensions)."""
    from sklearn.decomposition import TruncatedSVD

    count = len(pool.languages)
    views: list[NDArray[np.float32]] = []
    alike = np.zeros((count, count), dtype=np.float32)
    for name, terms in (("words", pool.words), ("grams", pool.grams)):
        alike += VIEWS[name] * _standard((terms @ terms.T).toarray())
        kept = min(KEPT, min(terms.shape) - 1)
        if kept > 0:
            made = TruncatedSVD(kept, random_state=seed).fit_transform(terms).astype(np.float32)
            views.append(_apart(unit(made), VIEWS[name]))
    several = len(set(pool.languages)) > 1
    for name, meaning in pool.meanings.items():
        if name == "universal" and not several:
            continue
        whole = np.zeros((count, meaning.whole.shape[1]), dtype=np.float32)
        whole[meaning.at] = meaning.whole
        view = _apart(whole, VIEWS[name])
        alike += VIEWS[name] * _standard(view @ view.T)
        views.append(view)
    return smooth(unit(np.concatenate(views, axis=1)), alike, groups=groups, seed=seed)


def _apart(view: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Without what all texts have in common, weighing so much."""
    return unit(view - view.mean(axis=0)) * np.float32(weight**0.5)


def _standard(likeness: NDArray[Any]) -> NDArray[np.float32]:
    """Mean 0 and deviation 1 over all pairs, so that views can be added."""
    values = np.asarray(likeness, dtype=np.float32).copy()
    np.fill_diagonal(values, 0)
    standard: NDArray[np.float32] = (values - values.mean()) / max(float(values.std()), 1e-9)
    return standard
