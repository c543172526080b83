"""Telling the two sides of a problem apart."""

from __future__ import annotations

from collections import defaultdict

from matching.core.choice.problem import ChoiceProblem


class NotTwoSided(ValueError):
    """The pairs do not run between two sides only: use another method."""


def two_sides(problem: ChoiceProblem) -> dict[str, int]:
    """0 or 1 for each organisation, so that no pair is within one. Raises `NotTwoSided` on an odd circle of pairs."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for pair in problem.pairs:
        neighbours[pair.first].append(pair.second)
        neighbours[pair.second].append(pair.first)
    sides: dict[str, int] = {}
    for start in problem.organisations:
        if start in sides:
            continue
        sides[start] = 0
        waiting = [start]
        while waiting:
            one = waiting.pop()
            for other in neighbours[one]:
                if other not in sides:
                    sides[other] = 1 - sides[one]
                    waiting.append(other)
                elif sides[other] == sides[one]:
                    raise NotTwoSided(f"{one} and {other} are on the same side")
    return sides
