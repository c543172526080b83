"""Checks a grouping against its problem. Shares nothing with the method that makes one."""

from __future__ import annotations

from collections import Counter

from matching.core.grouping.problem import GroupingProblem, GroupingSolution


def check(problem: GroupingProblem, solution: GroupingSolution) -> list[str]:
    """What is wrong with a solution, in words; empty when nothing is."""
    wrong = []
    if sorted(solution.group_of) != sorted(problem.items):
        wrong.append("not every item is in exactly one group")
    sizes = Counter(solution.group_of.values())
    for group, size in sorted(sizes.items()):
        if not 0 <= group < problem.groups:
            wrong.append(f"there is no group {group}")
        if size > problem.most:
            wrong.append(f"group {group} has {size} items and may have {problem.most}")
    return wrong
