"""Choice as a flow of least cost, for two sides: optimal as long as no limit of requests binds.

Source -> each organisation of the left side (its places) -> pair (1) -> right side (its places) -> sink. Every unit on
a pair earns its score; the units of an organisation up to its floor earn the worth of a floor besides. A side that does
not list a pair is passed by. The network's matrix is totally unimodular, so the optimum is whole (Ahuja, Magnanti and
Orlin 1993, "Network Flows", ch. 9 and 11).

Limits of requests are weighted, which no flow knows, and with them the choice is a knapsack. Where they bind, prices
choose. Flows at prices of requests, mended in rounds (Fisher 1981), were tried: no better, and slower.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matching.core.choice import prices
from matching.core.choice.filling import TOLERANCE
from matching.core.choice.problem import FLOOR_WORTH, ChoiceArrays, ChoiceProblem, ChoiceSolution
from matching.core.choice.sides import NotTwoSided, on_the_left

__all__ = ["NotTwoSided", "solve"]

#: Scores are told to the solver in whole numbers of this part of 1.
SCALE = 1_000_000


def solve(problem: ChoiceProblem) -> ChoiceSolution:
    """Choose; scores count in millionths. Raises `NotTwoSided` when an odd circle of pairs exists."""
    arrays = problem.arrays
    chosen, bound = _flow(arrays, on_the_left(arrays))
    if (arrays.load(chosen) <= arrays.allowance + TOLERANCE).all():
        return arrays.solution(chosen, status="optimal", bound=bound)
    return prices.solve(problem, bound=bound)


def _flow(arrays: ChoiceArrays, on_left: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """The best choice but for the limits of requests, and what no choice is worth more than. Fixed pairs are in it."""
    pairs = np.flatnonzero(~arrays.fixed)
    count = len(arrays.organisations)
    source, sink = count, count + 1
    # Both ends of each pair, the left one first.
    order = np.argsort(~on_left[arrays.ends[pairs]], axis=1, kind="stable")
    ends = np.take_along_axis(arrays.ends[pairs], order, axis=1)
    listed = np.take_along_axis(arrays.listed[pairs], order, axis=1)
    tails, heads = np.where(listed[:, 0], ends[:, 0], source), np.where(listed[:, 1], ends[:, 1], sink)
    taken = arrays.places(arrays.fixed).astype(np.int64)
    room = arrays.room - taken
    floor = np.clip(arrays.floor - taken, 0, room)
    supply = int(room[on_left].sum()) + int((tails == source).sum())

    network = min_cost_flow.SimpleMinCostFlow()
    earned = np.rint(arrays.score[pairs] * SCALE).astype(np.int64)
    arcs = network.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(pairs), dtype=np.int64), -earned)
    everybody = np.arange(count)
    from_, to = np.where(on_left, source, everybody), np.where(on_left, everybody, sink)
    for places, worth in ((floor, FLOOR_WORTH), (room - floor, 0.0)):
        costs = np.full(count, -round(worth * SCALE), dtype=np.int64)
        network.add_arcs_with_capacity_and_unit_cost(from_, to, places, costs)
    # What is not worth choosing flows past the pairs at no cost.
    network.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    network.set_node_supply(source, supply)
    network.set_node_supply(sink, -supply)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the flow has no solution (status {status}): every flow may stay away, so there is one")
    chosen = arrays.fixed.copy()
    chosen[pairs[np.asarray(network.flows(arcs)) > 0]] = True
    # Each score was rounded by half a unit at most, and no choice has more pairs than these.
    rounding = 0.5 * min(supply, len(pairs)) / SCALE
    begun = arrays.worth(arrays.fixed)
    return chosen, begun - network.optimal_cost() / SCALE + rounding
