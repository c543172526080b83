"""Checks roundtables against what was asked. Shares nothing with the method that makes them."""

from __future__ import annotations

from matching.core.grouping.mixed import MixedGroups, MixedProblem


def check(problem: MixedProblem, groups: MixedGroups) -> list[str]:
    """What is wrong, in words; empty when nothing is. Rules that may give way must be told of as shortfalls."""
    wrong = []
    names = sorted(one.id for one in problem.guests)
    if sorted([*groups.group_of, *groups.left_out]) != names:
        wrong.append("not everybody is in one group or left out")
    told = {(one.group, one.rule, one.what): one.short for one in groups.shortfalls}
    seen = {}
    all_sides = {one.side for one in problem.guests}
    for number in range(problem.groups):
        inside = [one for one in problem.guests if groups.group_of.get(one.id) == number]
        free = [one for one in inside if one.group is None]
        if len(inside) > problem.most and free:
            wrong.append(f"group {number} has {len(inside)} people and may have {problem.most}")
        for organisation in {one.organisation for one in free}:
            together = [one for one in inside if one.organisation == organisation]
            if len(together) > problem.of_one_organisation:
                wrong.append(f"group {number} has {len(together)} people of {organisation}")
        if len(inside) < problem.least:
            seen[(number, "size", "")] = problem.least - len(inside)
        for side in all_sides:
            there = sum(1 for one in inside if one.side == side)
            if there < problem.of_each_side:
                seen[(number, "side", side)] = problem.of_each_side - there
        kinds = len({one.kind for one in inside})
        if kinds < problem.kinds:
            seen[(number, "kinds", "")] = problem.kinds - kinds
    if told != seen:
        wrong.append(f"what is short is told as {told} and is {seen}")
    wrong.extend(
        f"{one.id} was to stay in group {one.group}"
        for one in problem.guests
        if one.group is not None and groups.group_of.get(one.id) != one.group
    )
    if not all(0 <= number < problem.groups for number in groups.group_of.values()):
        wrong.append("a group that is not there")
    return wrong
