"""Best first: floors, then the highest scores while there is room. Feasible and quick.

Without floors and limits of requests a greedy b-matching is within a factor of two of the greatest (Avis 1983, "A
survey of heuristics for the weighted matching problem").
"""

from __future__ import annotations

from matching.core.choice.filling import Filling
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution


def solve(problem: ChoiceProblem) -> ChoiceSolution:
    """Choose greedily. The same problem gives the same choice."""
    arrays = problem.arrays
    filling = Filling(arrays)
    order = range(len(arrays.pairs))
    filling.take_floors(order)
    filling.take(order)
    return arrays.solution(filling.chosen, status="feasible", bound=None)
