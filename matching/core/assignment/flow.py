"""Optimal assignment as a flow of least cost.

Source -> asker (1) -> host (1 a pair) -> sink (the host's places); an asker may also flow past the hosts at a cost that
no scores outweigh. The network's matrix is totally unimodular, so the optimum is whole (Ahuja, Magnanti and Orlin 1993,
"Network Flows", ch. 9 and 11). Each asker is offered its `nearest` hosts first; who finds none of them free takes part
in further rounds with twice as many, until everybody is placed or has seen every host, so that a large problem costs
what its likely pairs cost. The result is optimal when nobody had to be left out of the first round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matching.core.assignment.problem import AssignmentProblem, AssignmentSolution

#: Steps between the lowest and the highest score, which the solver is told in whole numbers.
STEPS = 1_000_000
#: Pairs told to the solver at once, at most; above that only each asker's nearest hosts are.
MOST_PAIRS = 4_000_000


def solve(problem: AssignmentProblem) -> AssignmentSolution:
    """Assign. The same problem gives the same assignment; ties go to the order of ids."""
    count, hosts = problem.scores.shape
    if not count or not hosts:
        return AssignmentSolution({}, problem.askers, 0.0, "optimal")
    rows = np.array(sorted(range(count), key=lambda index: problem.askers[index]))
    columns = np.array(sorted(range(hosts), key=lambda index: problem.hosts[index]))
    scores = np.asarray(problem.scores, dtype=np.float64)[np.ix_(rows, columns)]
    places = np.array(problem.places, dtype=np.int64)[columns]
    nearest = hosts if count * hosts <= MOST_PAIRS else max(1, MOST_PAIRS // count)
    while True:
        allowed = _nearest(scores, nearest)
        chosen = _round(scores, allowed, places)
        waiting = chosen < 0
        if nearest >= hosts or not waiting.any() or int(places.sum()) <= count - int(waiting.sum()):
            break
        nearest = min(hosts, nearest * 2)
    host_of = {
        problem.askers[rows[index]]: problem.hosts[columns[host]] for index, host in enumerate(chosen) if host >= 0
    }
    total = float(sum(scores[index, host] for index, host in enumerate(chosen) if host >= 0))
    unplaced = tuple(asker for asker in problem.askers if asker not in host_of)
    return AssignmentSolution(host_of, unplaced, total, "optimal" if nearest >= hosts else "feasible")


def _nearest(scores: NDArray[np.float64], nearest: int) -> NDArray[np.bool_]:
    """Which pairs take part: shape of `scores`. Forbidden ones never do."""
    known = ~np.isnan(scores)
    if nearest >= scores.shape[1]:
        return known
    ordered = np.argsort(-np.where(known, scores, -np.inf), axis=1, kind="stable")[:, :nearest]
    allowed = np.zeros(scores.shape, dtype=np.bool_)
    np.put_along_axis(allowed, ordered, True, axis=1)
    return allowed & known


def _round(scores: NDArray[np.float64], allowed: NDArray[np.bool_], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The host's column for each asker's row, or -1; shape (askers,)."""
    count, hosts = scores.shape
    chosen = np.full(count, -1, dtype=np.int64)
    at, host = np.nonzero(allowed)
    if not len(at):
        return chosen
    values = scores[at, host]
    low, high = float(values.min()), float(values.max())
    cost = np.rint((high - values) / ((high - low) or 1.0) * STEPS).astype(np.int64)
    source, sink = count + hosts, count + hosts + 1
    # To leave one more unplaced must never pay, whatever chain of others it lets move.
    past = (STEPS + 1) * (min(count, hosts) + 1)
    tails = np.concatenate([np.full(count, source), at, count + np.arange(hosts), np.arange(count)])
    heads = np.concatenate([np.arange(count), count + host, np.full(hosts, sink), np.full(count, sink)])
    room = np.concatenate([np.ones(count), np.ones(len(at)), places, np.ones(count)]).astype(np.int64)
    costs = np.concatenate([np.zeros(count), cost, np.zeros(hosts), np.full(count, past)]).astype(np.int64)
    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(tails, heads, room, costs)
    network.set_node_supply(source, count)
    network.set_node_supply(sink, -count)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the flow has no solution (status {status}): every asker may stay away, so there is one")
    used = np.asarray(network.flows(arcs[count : count + len(at)])) > 0
    chosen[at[used]] = host[used]
    return chosen
