"""Best first: floors, then the highest scores while there is room. Feasible, quick, at least half of the best total.

A greedy b-matching is within a factor of two of the greatest (Avis 1983, "A survey of heuristics for the weighted
matching problem").
"""

from __future__ import annotations

from collections import Counter, defaultdict

from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair, best_first_order


def solve(problem: ChoiceProblem) -> ChoiceSolution:
    """Choose greedily. The same problem gives the same choice."""
    load: Counter[str] = Counter()
    chosen: dict[Pair, None] = {}

    def take(pair: Pair) -> bool:
        if pair in chosen or any(load[end] >= problem.capacity_of(end) for end in (pair.first, pair.second)):
            return False
        chosen[pair] = None
        load.update((pair.first, pair.second))
        return True

    ordered = sorted(problem.pairs, key=best_first_order)
    of: dict[str, list[Pair]] = defaultdict(list)
    for pair in ordered:
        of[pair.first].append(pair)
        of[pair.second].append(pair)
    # In turns, so that the first in the alphabet does not take what the others' floors need.
    for turn in range(1, max(problem.floor.values(), default=0) + 1):
        for organisation in sorted(problem.floor):
            if problem.floor[organisation] >= turn and load[organisation] < turn:
                any(take(pair) for pair in of[organisation])
    for pair in ordered:
        take(pair)
    return ChoiceSolution(pairs=tuple(sorted(chosen, key=best_first_order)), status="feasible")
