"""Timetables of meetings, against best first and against openreview-matcher's minmax followed by time colouring.

    python -m benchmarks.meetings --peer FOLDER [--people 500] [--slots 24] [--tables 120] [--available 0.75 0.5]

FOLDER is a checkout of github.com/openreview/openreview-matcher (see `benchmarks.choosing`). That project assigns and
knows no slots: its solver chooses who meets whom under a least and a greatest number, then each pair takes the first
slot that both have and that has a table, those with the fewest common slots first. All three get the same people, the
same random availability and the same scores, in the same run, and one checker judges what they made. The sum of scores
is given as a part of what none can exceed: the linear relaxation with every slot in it, solved by HiGHS and not timed
(`--no-relaxation`: a flow that forgets which slot is which, which is looser and takes no time). Then one in twenty
stays away, and the timetable is mended; beside it, what solving anew would have changed.
"""

from __future__ import annotations

import argparse
import os
import time
import types
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from benchmarks.choosing import SCALE, peer_solver
from matching.core.timetable import best_first, scheduling, verify
from matching.core.timetable.problem import Person, Timetable, TimetableProblem, Wish
from matching.core.timetable.repair import repair

#: Everybody should have so many meetings.
LEAST = 4


def make_scores(side: int, candidates: int, *, seed: int) -> NDArray[np.float64]:
    """Mutual scores of two sides, (side, side), 0 for pairs that are not each other's candidates."""
    generator = np.random.default_rng(seed)
    tastes = generator.normal(size=(2, side, 8))
    popular = generator.normal(scale=0.7, size=(2, side))
    liking = tastes[0] @ tastes[1].T / np.sqrt(8) + popular[0][:, None] + popular[1][None, :]
    scores = 1 / (1 + np.exp(-liking))
    near = np.zeros((side, side), dtype=np.bool_)
    wide = min(side, candidates)
    np.put_along_axis(near, np.argpartition(-scores, wide - 1, axis=1)[:, :wide], True, axis=1)
    np.put_along_axis(near, np.argpartition(-scores, wide - 1, axis=0)[:wide], True, axis=0)
    return np.where(near, np.maximum(np.round(scores * SCALE), 1) / SCALE, 0.0)


def make_problem(
    scores: NDArray[np.float64], slots: int, tables: int, available: float, *, seed: int
) -> TimetableProblem:
    """Everybody is free in each slot with probability `available`."""
    generator = np.random.default_rng(seed)
    side = len(scores)
    people = tuple(
        Person(
            f"{end}{number:04}", frozenset(np.flatnonzero(generator.random(slots) < available).tolist()), None, LEAST
        )
        for end in "ab"
        for number in range(side)
    )
    rows, columns = np.nonzero(scores)
    wishes = tuple(
        Wish(f"{row:04}-{column:04}", (f"a{row:04}", f"b{column:04}"), float(scores[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return TimetableProblem((tables,) * slots, people, wishes)


def theirs(solver: Any, problem: TimetableProblem, scores: NDArray[np.float64]) -> Timetable:
    """The peer chooses pairs, and colouring gives them slots."""
    side = len(scores)
    each = max(LEAST, sum(problem.tables) // side)
    encoder = types.SimpleNamespace(
        cost_matrix=-np.rint(scores * SCALE).astype(np.int64), constraint_matrix=np.where(scores > 0, 0, -1)
    )
    made = solver(minimums=[LEAST] * side, maximums=[each + 1] * side, demands=[each] * side, encoder=encoder)
    chosen = {(int(row), int(column)) for row, column in np.argwhere(made.solve() > 0)}
    slots_of = {person.id: person.slots for person in problem.people}
    wishes = [one for one in problem.wishes if (int(one.members[0][1:]), int(one.members[1][1:])) in chosen]
    common = {one.id: slots_of[one.members[0]] & slots_of[one.members[1]] for one in wishes}
    busy: set[tuple[str, int]] = set()
    used: Counter[int] = Counter()
    meetings: dict[str, int] = {}
    for wish in sorted(wishes, key=lambda one: (len(common[one.id]), -one.score, one.id)):
        for slot in sorted(common[wish.id]):
            if used[slot] < problem.tables[slot] and not any((member, slot) in busy for member in wish.members):
                meetings[wish.id] = slot
                used[slot] += 1
                busy |= {(member, slot) for member in wish.members}
                break
    slot_of = np.array([meetings.get(wish.id, -1) for wish in problem.arrays.wishes], dtype=np.int64)
    return problem.arrays.solution(slot_of, bound=None, method="minmax and colouring")


def least_and_below(problem: TimetableProblem, timetable: Timetable) -> tuple[int, int]:
    """The fewest meetings anybody who can have any has, and how many have fewer than they should."""
    members = {wish.id: wish.members for wish in problem.wishes}
    held = Counter(member for wish in timetable.meetings for member in members[wish])
    there = [person for person in problem.people if person.slots]
    return min(held[one.id] for one in there), sum(held[one.id] < min(LEAST, len(one.slots)) for one in there)


def relaxation(problem: TimetableProblem) -> float:
    """The greatest sum of scores if meetings could be held in parts: more than any timetable has."""
    arrays = problem.arrays
    wish, slot = np.nonzero(arrays.can)
    wishes, people, slots = len(arrays.wishes), len(arrays.people), problem.slots
    rows = np.concatenate(
        [
            wish,
            wishes + arrays.pairs[wish, 0] * slots + slot,
            wishes + arrays.pairs[wish, 1] * slots + slot,
            wishes + people * slots + slot,
        ]
    )
    columns = np.tile(np.arange(len(wish)), 4)
    limits = np.concatenate([np.ones(wishes + people * slots), arrays.tables])
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(limits), len(wish))).tocsr()
    found = linprog(-arrays.score[wish], A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs-ipm")
    if found.status != 0:
        raise RuntimeError(f"the relaxation was not solved: {found.message}")
    return float(-found.fun)


def compare(
    solver: Any, problem: TimetableProblem, scores: NDArray[np.float64], label: str, *, relaxed: bool
) -> Timetable:
    """Make a timetable in the three ways, print a row for each, return ours."""
    most = relaxation(problem) if relaxed else None
    runs = {
        "ours": lambda: scheduling.solve(problem, time_limit=60),
        "best first": lambda: best_first.solve(problem),
        "minmax, then colouring": lambda: theirs(solver, problem, scores),
    }
    made: dict[str, Timetable] = {}
    for name, run in runs.items():
        began = time.perf_counter()
        made[name] = run()
        taken = time.perf_counter() - began
        wrong = verify.check(problem, made[name])
        least, below = least_and_below(problem, made[name])
        ours = made["ours"]
        if most is None:  # what the minimums are worth is taken off: the part reached is of scores alone
            most = (ours.bound or 0.0) - (ours.worth - ours.total)
        print(
            f"| {label} | {name} | {taken:.2f} s | {len(made[name].meetings)} | {made[name].total:.2f} | "
            f"{made[name].total / most:.4f} | {least} | {below} | {len(wrong)} |",
            flush=True,
        )
    return made["ours"]


def mend(problem: TimetableProblem, before: Timetable, label: str) -> None:
    """One in twenty stays away: mend, and solve anew, and print what either changes for those who are there."""
    away = {person.id for number, person in enumerate(problem.people) if number % 20 == 7}
    people = tuple(
        Person(one.id, frozenset() if one.id in away else one.slots, one.limit, one.minimum) for one in problem.people
    )
    after = TimetableProblem(problem.tables, people, problem.wishes)
    members = {wish.id: wish.members for wish in problem.wishes}
    lost = sum(1 for wish in before.meetings if away & set(members[wish]))
    began = time.perf_counter()
    mended = repair(after, before.meetings)
    taken = time.perf_counter() - began
    began = time.perf_counter()
    anew = scheduling.solve(after, time_limit=60)
    again = time.perf_counter() - began
    others = {wish: slot for wish, slot in before.meetings.items() if not away & set(members[wish])}
    moved = sum(1 for wish, slot in others.items() if anew.meetings.get(wish) != slot)
    wrong = len(verify.check(after, mended.timetable))
    print(
        f"| {label} | {lost} | {taken:.2f} s | {len(mended.moved) + len(mended.dropped) - lost} | {len(mended.added)} "
        f"| {mended.timetable.total:.2f} | {again:.2f} s | {moved} | {anew.total:.2f} | {wrong} |",
        flush=True,
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--slots", type=int, default=24)
    parser.add_argument("--tables", type=int, default=120)
    parser.add_argument("--candidates", type=int, default=40, help="the best of the other side that one may meet")
    parser.add_argument("--available", type=float, nargs="+", default=[0.75, 0.5])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--relaxation", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    solver = peer_solver(options.peer)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; seed {options.seed}; least {LEAST}")
    print("| problem | method | time | meetings | sum of scores | part of the bound | least | below | rules broken |")
    print("|---|---|---|---|---|---|---|---|---|")
    made = []
    for available in options.available:
        label = f"{options.people} people, {options.slots} slots, {options.tables} tables, free {available:.0%}"
        scores = make_scores(options.people // 2, options.candidates, seed=options.seed)
        problem = make_problem(scores, options.slots, options.tables, available, seed=options.seed + 1)
        made.append((label, problem, compare(solver, problem, scores, label, relaxed=options.relaxation)))
    print(
        "\n| one in twenty stays away | meetings lost by it | mended in | others changed | added | sum | "
        "solved anew in | others changed | sum | rules broken |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for label, problem, before in made:
        mend(problem, before, label)


if __name__ == "__main__":
    main()
