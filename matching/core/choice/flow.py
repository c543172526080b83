"""Optimal choice as a flow of least cost, for two sides.

Source -> each organisation of the left side (capacity its proposals) -> pair (1) -> right side -> sink. Every unit on a
pair earns its score; the units of an organisation up to its floor earn a reward that no scores outweigh. The network
matrix is totally unimodular, so the optimum is whole (Ahuja, Magnanti and Orlin 1993, ch. 9 and 11).
"""

from __future__ import annotations

from ortools.graph.python import min_cost_flow

from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair, best_first_order
from matching.core.choice.sides import NotTwoSided, two_sides

__all__ = ["NotTwoSided", "solve"]

#: Scores are told to the solver in whole numbers of this part of 1.
SCALE = 1_000_000


def solve(problem: ChoiceProblem) -> ChoiceSolution:
    """Choose optimally, counted in millionths of a score. Raises `NotTwoSided` when an odd circle of pairs exists."""
    sides = two_sides(problem)
    organisations = problem.organisations
    node = {organisation: index for index, organisation in enumerate(organisations)}
    source, sink = len(organisations), len(organisations) + 1
    # One reward must outweigh every score that meeting a floor may displace: two pairs at most.
    reward = 4 * SCALE
    network = min_cost_flow.SimpleMinCostFlow()
    supply = 0
    for organisation in organisations:
        room = problem.capacity_of(organisation)
        floor = min(problem.floor.get(organisation, 0), room)
        is_left = sides[organisation] == 0
        ends = (source, node[organisation]) if is_left else (node[organisation], sink)
        for capacity, cost in ((floor, -reward), (room - floor, 0)):
            if capacity:
                network.add_arc_with_capacity_and_unit_cost(*ends, capacity, cost)
        supply += room if is_left else 0
    arcs: dict[int, Pair] = {}
    for pair in sorted(problem.pairs, key=best_first_order):
        left, right = (pair.first, pair.second) if sides[pair.first] == 0 else (pair.second, pair.first)
        arc = network.add_arc_with_capacity_and_unit_cost(node[left], node[right], 1, -round(pair.score * SCALE))
        arcs[arc] = pair
    # What is not worth choosing flows past the pairs at no cost.
    network.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    network.set_node_supply(source, supply)
    network.set_node_supply(sink, -supply)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(
            f"the flow has no solution (status {status}): this must not happen, every flow may stay away"
        )
    chosen = [pair for arc, pair in arcs.items() if network.flow(arc)]
    total = sum(pair.score for pair in chosen)
    return ChoiceSolution(pairs=tuple(sorted(chosen, key=best_first_order)), status="optimal", bound=total)
