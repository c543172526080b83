"""Checks a choice against its problem. Shares nothing with the methods that make one."""

from __future__ import annotations

import math
from collections import defaultdict

from matching.core.choice.problem import FLOOR_WORTH, ChoiceProblem, ChoiceSolution

#: What sums of floating-point numbers may be off by.
ROUNDING = 1e-6
#: The flow counts in millionths, so what it calls optimal may fall short by so much a pair.
COUNTING = 2e-6


def check(problem: ChoiceProblem, solution: ChoiceSolution) -> list[str]:
    """What is wrong with a solution, in words; empty when nothing is."""
    wrong = []
    allowed = {(pair.first, pair.second): pair for pair in problem.pairs}
    chosen: set[tuple[str, str]] = set()
    places: dict[str, int] = defaultdict(int)
    requests: dict[str, list[float]] = defaultdict(list)
    fixed_places: dict[str, int] = defaultdict(int)
    fixed_requests: dict[str, list[float]] = defaultdict(list)
    for pair in solution.pairs:
        key = (pair.first, pair.second)
        if allowed.get(key) != pair:
            wrong.append(f"{key} is not a pair of the problem")
        if key in chosen:
            wrong.append(f"{key} is chosen twice")
        chosen.add(key)
        ends = (
            (pair.first, pair.listed_by_first, pair.requests_to_first),
            (pair.second, pair.listed_by_second, pair.requests_to_second),
        )
        for end, listed, brought in ends:
            places[end] += int(listed)
            requests[end].append(brought)
            if key in problem.fixed:
                fixed_places[end] += int(listed)
                fixed_requests[end].append(brought)
    wrong += [f"{key} is fixed and not chosen" for key in sorted(problem.fixed & set(allowed)) if key not in chosen]
    for organisation in sorted(places):
        room = max(problem.capacity.get(organisation, problem.default_capacity), fixed_places[organisation])
        if places[organisation] > room:
            wrong.append(f"{organisation} has {places[organisation]} proposals and room for {room}")
        limit = problem.requests.get(organisation, problem.default_requests)
        if limit is None:
            continue
        limit = max(limit, math.fsum(fixed_requests[organisation]))
        if (expected := math.fsum(requests[organisation])) > limit + ROUNDING:
            wrong.append(f"{organisation} may expect {expected:.3f} requests and not more than {limit:.3f}")
    floors = sum(min(places[organisation], floor) for organisation, floor in _floors(problem, fixed_places).items())
    worth = math.fsum(pair.score for pair in solution.pairs) + FLOOR_WORTH * floors
    if abs(worth - solution.worth) > ROUNDING:
        wrong.append(f"it is worth {worth} and is said to be worth {solution.worth}")
    if solution.bound is not None and worth > solution.bound + ROUNDING:
        wrong.append(f"it is worth {worth} and exceeds the bound {solution.bound}")
    if solution.status == "optimal":
        slack = ROUNDING + COUNTING * max(1, len(problem.pairs))
        if solution.bound is None or solution.bound - worth > slack:
            wrong.append(f"it is called optimal, is worth {worth} and may be up to {solution.bound}")
    return wrong


def _floors(problem: ChoiceProblem, fixed_places: dict[str, int]) -> dict[str, int]:
    """How many places of each floor can count: no more than the organisation has room for."""
    return {
        organisation: min(
            floor, max(problem.capacity.get(organisation, problem.default_capacity), fixed_places[organisation])
        )
        for organisation, floor in problem.floor.items()
    }
