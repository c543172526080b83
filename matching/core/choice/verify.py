"""Checks a choice against its problem. Shares nothing with the methods that make one."""

from __future__ import annotations

from matching.core.choice.problem import ChoiceProblem, ChoiceSolution


def check(problem: ChoiceProblem, solution: ChoiceSolution) -> list[str]:
    """What is wrong with a solution, in words; empty when nothing is."""
    wrong = []
    allowed = {(pair.first, pair.second): pair.score for pair in problem.pairs}
    seen: set[tuple[str, str]] = set()
    load: dict[str, int] = {}
    for pair in solution.pairs:
        key = (pair.first, pair.second)
        if allowed.get(key) != pair.score:
            wrong.append(f"{key} is not a pair of the problem")
        if key in seen:
            wrong.append(f"{key} is chosen twice")
        seen.add(key)
        for end in key:
            load[end] = load.get(end, 0) + 1
    for organisation, count in sorted(load.items()):
        room = problem.capacity.get(organisation, problem.default_capacity)
        if count > room:
            wrong.append(f"{organisation} has {count} proposals and room for {room}")
    if solution.bound is not None and solution.total > solution.bound + 1e-4:
        wrong.append(f"the total {solution.total} exceeds the bound {solution.bound}")
    return wrong
