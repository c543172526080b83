"""What no timetable is worth more than: the same wishes as a flow that forgets which slot is which.

Each person has as many meetings as they may, each wish is met once if there is a slot for it at all, and all slots
together have their tables. For two sides the flow is exact; otherwise a person is split into two halves and half the
sum is taken, which is the usual relaxation of a matching (Schrijver 2003, "Combinatorial Optimization", ch. 30).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matching.core.timetable.problem import MINIMUM_WORTH, TimetableArrays

SCALE = 1_000_000


def bound(arrays: TimetableArrays, on_left: NDArray[np.bool_] | None) -> tuple[float, NDArray[np.int64]]:
    """The bound, and the wishes that the flow takes (a good choice to look for slots for; with halves, a superset)."""
    possible = np.flatnonzero(arrays.can.any(axis=1) & (arrays.tables.sum() > 0))
    two = np.array([wish for wish in possible.tolist() if wish not in arrays.joint], dtype=np.int64)
    # A wish of three or more is counted whole: it can only be worth its score and the minimums of its members.
    further = sum(
        float(arrays.score[wish] + MINIMUM_WORTH * (arrays.minimum[members] > 0).sum())
        for wish, members in arrays.joint.items()
    )
    places = int(arrays.tables.sum())
    pairs = arrays.pairs[two]
    if on_left is not None:
        crossed = ~on_left[pairs[:, 0]]
        tails = np.where(crossed, pairs[:, 1], pairs[:, 0])
        heads = np.where(crossed, pairs[:, 0], pairs[:, 1])
        worth, taken = _flow(arrays, tails, heads, arrays.score[two], places, on_left)
        return worth + further, two[taken]
    # Each pair once in either direction between two halves of everybody.
    people = len(arrays.people)
    tails = np.concatenate([pairs[:, 0], pairs[:, 1]])
    heads = np.concatenate([pairs[:, 1], pairs[:, 0]]) + people
    score = np.tile(arrays.score[two], 2)
    worth, taken = _flow(arrays, tails, heads, score, 2 * places, None)
    return worth / 2 + further, np.unique(two[np.flatnonzero(taken) % len(two)]) if len(two) else two


def _flow(
    arrays: TimetableArrays,
    tails: NDArray[np.int64],
    heads: NDArray[np.int64],
    score: NDArray[np.float64],
    places: int,
    on_left: NDArray[np.bool_] | None,
) -> tuple[float, NDArray[np.bool_]]:
    people = len(arrays.people)
    everybody = np.arange(people)
    if on_left is not None:
        lefts, rights, shift = everybody[on_left], everybody[~on_left], 0
        nodes = people
    else:
        lefts, rights, shift = everybody, everybody, people
        nodes = 2 * people
    source, sink = nodes, nodes + 1
    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(
        tails, heads, np.ones(len(tails), dtype=np.int64), -np.rint(score * SCALE).astype(np.int64)
    )
    for who, out in ((lefts, True), (rights, False)):
        for number, worth in ((arrays.minimum[who], MINIMUM_WORTH), (arrays.limit[who] - arrays.minimum[who], 0.0)):
            cost = np.full(len(who), -round(worth * SCALE), dtype=np.int64)
            ends = np.full(len(who), source if out else sink)
            there = who if out else who + shift
            network.add_arcs_with_capacity_and_unit_cost(
                ends if out else there, there if out else ends, number.astype(np.int64), cost
            )
    network.add_arc_with_capacity_and_unit_cost(source, sink, places, 0)
    network.set_node_supply(source, places)
    network.set_node_supply(sink, -places)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the flow has no solution (status {status}): every place may stay free, so there is one")
    taken = np.asarray(network.flows(arcs)) > 0 if len(tails) else np.zeros(0, dtype=np.bool_)
    # Each score was rounded by half a unit at most.
    return -network.optimal_cost() / SCALE + 0.5 * min(places, len(tails)) / SCALE, taken
