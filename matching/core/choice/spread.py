"""What spreading attention costs, and who gains by it, against everybody's own best list.

The lists of a choice are held against those in which each organisation has the best pairs it could list, up to its
capacity, whatever that means for those who are in many of them:

    loss = 1 - (sum of the scores in the lists chosen) / (sum of the scores in everybody's own best list)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.core.choice.problem import ChoiceArrays, ChoiceProblem, ChoiceSolution


@dataclass(frozen=True)
class Spread:
    """`unlimited` and `chosen` are sums of scores over all lists; `loss` is None where nobody could list anything.

    `gained` organisations stand in more lists of others than they would unlimited; `relieved` ones would have to expect
    more requests than they may; `most_unlimited` and `most_chosen` are what the most sought one would and does expect.
    """

    unlimited: float
    chosen: float
    loss: float | None
    gained: int
    relieved: int
    most_unlimited: float
    most_chosen: float


def spread_of(problem: ChoiceProblem, solution: ChoiceSolution) -> Spread:
    """Hold a choice against everybody's own best list."""
    arrays = problem.arrays
    taken = {(pair.first, pair.second) for pair in solution.pairs}
    chosen = np.array([(pair.first, pair.second) in taken for pair in arrays.pairs], dtype=np.bool_)
    own = _own_best(arrays, np.array([problem.capacity_of(one) for one in arrays.organisations], dtype=np.int64))
    listed = arrays.listed & chosen[:, None]
    before, after = _asked(arrays, own), _asked(arrays, listed)
    limit = np.array([problem.requests_of(one) for one in arrays.organisations])
    unlimited, total = float(own.sum(axis=1) @ arrays.score), float(listed.sum(axis=1) @ arrays.score)
    return Spread(
        unlimited=unlimited,
        chosen=total,
        loss=1 - total / unlimited if unlimited else None,
        gained=int((_shown(arrays, listed) > _shown(arrays, own)).sum()),
        relieved=int((before > limit + 1e-9).sum()),
        most_unlimited=float(before.max(initial=0.0)),
        most_chosen=float(after.max(initial=0.0)),
    )


def _own_best(arrays: ChoiceArrays, capacity: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each end has the pair in its own best list, (m, 2)."""
    best = np.zeros(arrays.listed.shape, dtype=np.bool_)
    places = np.zeros(len(arrays.organisations), dtype=np.int64)
    # Pairs come best first.
    for pair, side in np.argwhere(arrays.listed):
        end = arrays.ends[pair, side]
        if places[end] < capacity[end]:
            places[end] += 1
            best[pair, side] = True
    return best


def _shown(arrays: ChoiceArrays, listed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """In how many lists of others each organisation stands, (n,): the other end of a pair has it."""
    return arrays.spread(listed[:, ::-1].astype(np.float64))


def _asked(arrays: ChoiceArrays, listed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many requests each organisation may expect, (n,), from those who have it in their list."""
    return arrays.spread(arrays.requests * listed[:, ::-1])
