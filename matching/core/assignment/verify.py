"""Checks an assignment against its problem. Shares nothing with the method that makes one."""

from __future__ import annotations

import math

from matching.core.assignment.problem import AssignmentProblem, AssignmentSolution


def check(problem: AssignmentProblem, solution: AssignmentSolution) -> list[str]:
    """What is wrong with a solution, in words; empty when nothing is."""
    wrong = []
    row = {asker: index for index, asker in enumerate(problem.askers)}
    column = {host: index for index, host in enumerate(problem.hosts)}
    load = dict.fromkeys(problem.hosts, 0)
    total = 0.0
    for asker, host in solution.host_of.items():
        if asker not in row or host not in column:
            wrong.append(f"{asker} or {host} is not in the problem")
            continue
        value = float(problem.scores[row[asker], column[host]])
        if math.isnan(value):
            wrong.append(f"{asker} may not be given {host}")
        load[host] += 1
        total += value
    for host, places in zip(problem.hosts, problem.places, strict=True):
        if load[host] > places:
            wrong.append(f"{host} has {load[host]} askers and {places} places")
    if sorted([*solution.host_of, *solution.unplaced]) != sorted(problem.askers):
        wrong.append("not every asker is told of exactly once")
    if not math.isclose(total, solution.total, rel_tol=1e-6, abs_tol=1e-6):
        wrong.append(f"the scores add up to {total}, not {solution.total}")
    return wrong
