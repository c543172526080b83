"""The best set of meetings for one slot while all others stay: a matching of greatest weight with so many tables.

Two sides: a flow of least cost, whole by total unimodularity (Ahuja, Magnanti and Orlin 1993, ch. 12). Otherwise a
whole-number programme, solved by HiGHS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

#: Weights are told to the solver in whole numbers of this part of 1.
SCALE = 1_000_000


def best_matching(
    pairs: NDArray[np.int64], weight: NDArray[np.float64], tables: int, on_left: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Indices of the pairs (k, 2) to meet: nobody twice, no more than the tables, the sum of their weights greatest.

    `on_left` (n,) says who is on the left where every pair has one of either side; None where that cannot be.
    """
    if not len(pairs) or tables <= 0:
        return np.zeros(0, dtype=np.int64)
    return _flow(pairs, weight, tables, on_left) if on_left is not None else _programme(pairs, weight, tables)


def two_sides(pairs: NDArray[np.int64], people: int) -> NDArray[np.bool_] | None:
    """Who stands on the left if people can be parted so that every pair crosses, else None; shape (people,)."""
    neighbours: list[list[int]] = [[] for _ in range(people)]
    for first, second in pairs.tolist():
        neighbours[first].append(second)
        neighbours[second].append(first)
    side = np.full(people, -1, dtype=np.int64)
    for start in range(people):
        if side[start] != -1:
            continue
        side[start], waiting = 0, [start]
        while waiting:
            person = waiting.pop()
            for other in neighbours[person]:
                if side[other] == -1:
                    side[other] = 1 - side[person]
                    waiting.append(other)
                elif side[other] == side[person]:
                    return None
    left: NDArray[np.bool_] = side == 0
    return left


def _flow(
    pairs: NDArray[np.int64], weight: NDArray[np.float64], tables: int, on_left: NDArray[np.bool_]
) -> NDArray[np.int64]:
    crossed = ~on_left[pairs[:, 0]]
    left = np.where(crossed, pairs[:, 1], pairs[:, 0])
    right = np.where(crossed, pairs[:, 0], pairs[:, 1])
    left_ids, left = np.unique(left, return_inverse=True)
    right_ids, right = np.unique(right, return_inverse=True)
    lefts, rights = len(left_ids), len(right_ids)
    source, sink = lefts + rights, lefts + rights + 1
    network = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(pairs), dtype=np.int64)
    arcs = network.add_arcs_with_capacity_and_unit_cost(
        left, right + lefts, ones, -np.rint(weight * SCALE).astype(np.int64)
    )
    network.add_arcs_with_capacity_and_unit_cost(
        np.full(lefts, source), np.arange(lefts), np.ones(lefts, dtype=np.int64), np.zeros(lefts, dtype=np.int64)
    )
    network.add_arcs_with_capacity_and_unit_cost(
        np.arange(rights) + lefts,
        np.full(rights, sink),
        np.ones(rights, dtype=np.int64),
        np.zeros(rights, dtype=np.int64),
    )
    network.add_arc_with_capacity_and_unit_cost(source, sink, tables, 0)
    network.set_node_supply(source, tables)
    network.set_node_supply(sink, -tables)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the flow has no solution (status {status}): every table may stay free, so there is one")
    return np.flatnonzero(np.asarray(network.flows(arcs)) > 0)


def _programme(pairs: NDArray[np.int64], weight: NDArray[np.float64], tables: int) -> NDArray[np.int64]:
    count = len(pairs)
    ids, ends = np.unique(pairs.ravel(), return_inverse=True)
    rows = np.concatenate([ends, np.full(count, len(ids))])
    columns = np.concatenate([np.repeat(np.arange(count), 2), np.arange(count)])
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids) + 1, count)).tocsr()
    limits = np.concatenate([np.ones(len(ids)), [tables]])
    found = milp(
        -weight, constraints=LinearConstraint(matrix, ub=limits), integrality=np.ones(count), bounds=Bounds(0, 1)
    )
    if found.x is None:
        raise RuntimeError(f"no matching found: {found.message}")
    return np.flatnonzero(found.x > 0.5)
