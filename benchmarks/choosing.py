"""Choosing fairly what each organisation receives, against openreview-matcher's minmax solver.

    python -m benchmarks.choosing --peer FOLDER [--sizes 500 1000 2500] [--a-list 20] [--repeats 3]

FOLDER is a checkout of github.com/openreview/openreview-matcher. Its `MinMaxSolver` is what that project assigns papers
with under a least and a greatest load: the same problem as ours without limits of requests. Both get the same pairs:
two sides of equally many organisations, each with a popularity of its own, and a sparse set of pairs that may be
proposed. Reading the input is not timed, building the network and solving are, on both sides, in turns in the same run.
What both chose is valued by one function, which counts scores and checks the limits.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import sys
import time
import types
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.core.choice import flow
from matching.core.choice.problem import ChoiceProblem, Pair

#: Scores are told to the peer in whole numbers, as it wants them: in millionths, which is what our flow counts in too.
SCALE = 1_000_000
#: Every organisation should receive so many at least; the peer's minimum, and our floor.
LEAST = 2


@dataclass(frozen=True)
class Task:
    """`scores` of shape (side, side): 0 for a pair that may not be proposed."""

    scores: NDArray[np.float64]
    a_list: int

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs that may be proposed."""
        rows, columns = np.nonzero(self.scores)
        return tuple(
            Pair(f"a{row:05}", f"b{column:05}", float(self.scores[row, column]))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        )


def make_task(side: int, a_list: int, *, seed: int = 0) -> Task:
    """Two sides with tastes and popularity; each organisation may meet its `3 * a_list` best, seen from either side."""
    generator = np.random.default_rng(seed)
    tastes = generator.normal(size=(2, side, 8))
    popular = generator.normal(scale=0.7, size=(2, side))
    liking = tastes[0] @ tastes[1].T / np.sqrt(8) + popular[0][:, None] + popular[1][None, :]
    scores = np.clip(1 / (1 + np.exp(-liking)), 1 / SCALE, 1)
    # A ring of pairs besides the best, so that everybody can be served.
    ring = (np.arange(side)[:, None] - np.arange(side)[None, :]) % side < a_list
    wide = min(side, 3 * a_list)
    near = ring.copy()
    np.put_along_axis(near, np.argpartition(-scores, wide - 1, axis=1)[:, :wide], True, axis=1)
    np.put_along_axis(near, np.argpartition(-scores, wide - 1, axis=0)[:wide], True, axis=0)
    return Task(np.where(near, np.round(scores * SCALE) / SCALE, 0.0), a_list)


def value(task: Task, chosen: list[tuple[int, int]]) -> tuple[float, str]:
    """Sum of the scores, and what limits are broken, if any."""
    places = Counter(("a", row) for row, _ in chosen) + Counter(("b", column) for _, column in chosen)
    side = len(task.scores)
    least = min(places[end, index] for end in "ab" for index in range(side))
    wrong = []
    if len(set(chosen)) != len(chosen) or any(task.scores[pair] == 0 for pair in chosen):
        wrong.append("pairs that may not be")
    if max(places.values()) > task.a_list:
        wrong.append(f"{max(places.values())} in a list")
    if least < LEAST:
        wrong.append(f"{least} in a list")
    return float(sum(task.scores[pair] for pair in chosen)), ", ".join(wrong) or "limits kept"


def ours(problem: ChoiceProblem) -> list[tuple[int, int]]:
    """With our flow."""
    return [(int(pair.first[1:]), int(pair.second[1:])) for pair in flow.solve(problem).pairs]


def theirs(solver: Any, task: Task) -> list[tuple[int, int]]:
    """With the peer's solver, its defaults but for the loads."""
    side = len(task.scores)
    encoder = types.SimpleNamespace(
        cost_matrix=-np.rint(task.scores * SCALE).astype(np.int64),
        constraint_matrix=np.where(task.scores > 0, 0, -1),
    )
    made = solver(minimums=[LEAST] * side, maximums=[task.a_list] * side, demands=[task.a_list] * side, encoder=encoder)
    return [(int(row), int(column)) for row, column in np.argwhere(made.solve() > 0)]


def peer_solver(checkout: Path) -> Any:
    """The peer's class, from its checkout. Its other solvers, which want a licensed library, are not loaded."""
    folder = checkout / "matcher" / "solvers"
    if not (folder / "minmax_solver.py").is_file():
        raise SystemExit(f"{checkout} is no checkout of openreview-matcher: it has no matcher/solvers/minmax_solver.py")
    package = types.ModuleType("openreview_solvers")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    return importlib.import_module("openreview_solvers.minmax_solver").MinMaxSolver


def main() -> None:
    """Time both on every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2500], help="organisations of a side")
    parser.add_argument("--a-list", type=int, default=20, help="proposals an organisation receives at most")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    solver = peer_solver(options.peer)
    print(f"peer: MinMaxSolver, minimum {LEAST}, maximum and demand {options.a_list}; scores in 1/{SCALE}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print("| organisations | pairs | ours | peer | ratio | our sum | peer's sum |\n|---|---|---|---|---|---|---|")
    for side in options.sizes:
        task = make_task(side, options.a_list)
        pairs = task.pairs
        taken: dict[str, list[float]] = {"ours": [], "peer": []}
        sums: dict[str, tuple[float, str]] = {}
        for _ in range(options.repeats):
            problem = ChoiceProblem(
                pairs=pairs,
                default_capacity=options.a_list,
                floor={end: LEAST for pair in pairs for end in (pair.first, pair.second)},
            )
            for name, run in (("ours", partial(ours, problem)), ("peer", partial(theirs, solver, task))):
                began = time.perf_counter()
                chosen = run()
                taken[name].append(time.perf_counter() - began)
                sums[name] = value(task, chosen)
        mine, peer = statistics.median(taken["ours"]), statistics.median(taken["peer"])
        print(
            f"| {2 * side} | {len(pairs)} | {mine:.2f} s | {peer:.2f} s | {peer / mine:.1f} | "
            f"{sums['ours'][0]:.3f} ({sums['ours'][1]}) | {sums['peer'][0]:.3f} ({sums['peer'][1]}) |",
            flush=True,
        )


if __name__ == "__main__":
    main()
