"""Choice by prices, for any number of sides and organisations: what is worth most at the prices of `dual` comes first.

The prices say nearly which pairs are in the best choice: those that they leave something of. They are taken in that
order as they fit, then those who have less than their floor choose, then the rest is filled up; last, pairs that were
left out are tried in the place of worse ones.
"""

from __future__ import annotations

import math

import numpy as np

from matching.core.choice.dual import prices_of
from matching.core.choice.filling import Filling
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution

#: How many pairs are tried in the place of others, at most: some seconds.
TRIES = 1_000_000


def solve(problem: ChoiceProblem, *, bound: float = math.inf) -> ChoiceSolution:
    """Choose by prices. The same problem gives the same choice. `bound` is what is known of the best before."""
    arrays = problem.arrays
    prices = prices_of(arrays)
    order = np.argsort(-prices.left, kind="stable").tolist()
    filling = Filling(arrays)
    filling.take(pair for pair in order if prices.left[pair] > 0)
    filling.take_floors(range(len(arrays.pairs)))
    filling.take(order)
    filling.swap(order, tries=TRIES)
    return arrays.solution(filling.chosen, status="feasible", bound=min(bound, prices.bound))
