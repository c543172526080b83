"""Checks a timetable against its problem. Shares nothing with the methods that make one."""

from __future__ import annotations

import math
from collections import defaultdict

from matching.core.timetable.problem import MINIMUM_WORTH, Timetable, TimetableProblem

#: What sums of floating-point numbers may be off by.
ROUNDING = 1e-6


def check(problem: TimetableProblem, timetable: Timetable) -> list[str]:
    """What is wrong with a timetable, in words; empty when nothing is. Locked wishes are taken as they are."""
    wrong = []
    wishes = {wish.id: wish for wish in problem.wishes}
    people = {person.id: person for person in problem.people}
    busy: dict[tuple[str, int], list[str]] = defaultdict(list)
    at_tables: dict[int, int] = defaultdict(int)
    taken: dict[tuple[str, int], int] = defaultdict(int)
    days: dict[str, set[int]] = defaultdict(set)
    for name, slot in timetable.meetings.items():
        if name not in wishes:
            wrong.append(f"{name} is no wish of the problem")
            continue
        wish = wishes[name]
        if not 0 <= slot < len(problem.tables):
            wrong.append(f"{name} is in slot {slot}, which there is not")
            continue
        at_tables[slot] += 1
        if wish.needs is not None:
            taken[wish.needs, slot] += 1
        if wish.slots is not None and slot not in wish.slots and name not in problem.locked:
            wrong.append(f"{name} cannot be in slot {slot}")
        for member in wish.members:
            busy[member, slot].append(name)
            days[member].add(slot)
            if slot not in people[member].slots and name not in problem.locked:
                wrong.append(f"{member} is not there in slot {slot}")
    for (member, slot), meetings in sorted(busy.items()):
        if len(meetings) > 1:
            wrong.append(f"{member} has {len(meetings)} meetings in slot {slot}")
    for slot, number in sorted(at_tables.items()):
        locked = sum(1 for name, at in problem.locked.items() if at == slot and name in wishes)
        if number > max(problem.tables[slot], locked):
            wrong.append(f"slot {slot} has {number} meetings and {problem.tables[slot]} tables")
    for (need, slot), number in sorted(taken.items()):
        if number > problem.resources[need][slot]:
            wrong.append(f"slot {slot} needs {number} of {need} and has {problem.resources[need][slot]}")
    promised: dict[str, int] = defaultdict(int)
    for name in problem.locked:
        for member in wishes[name].members if name in wishes else ():
            promised[member] += 1
    met = 0
    for person in problem.people:
        held = days[person.id]
        allowed = len(problem.tables) if person.limit is None else person.limit
        allowed = max(min(allowed, len(person.slots)), promised[person.id])
        if len(held) > allowed:
            wrong.append(f"{person.id} has {len(held)} meetings and wants {allowed} at most")
        if person.longest_run is not None and _longest_run(held) > person.longest_run:
            wrong.append(f"{person.id} has {_longest_run(held)} meetings without a break")
        met += min(len(held), person.minimum, allowed)
    for name, slot in problem.locked.items():
        if name in wishes and timetable.meetings.get(name) != slot:
            wrong.append(f"{name} is locked to slot {slot}")
    total = math.fsum(wishes[name].score for name in timetable.meetings if name in wishes)
    if abs(total - timetable.total) > ROUNDING:
        wrong.append(f"its scores sum to {total} and are said to sum to {timetable.total}")
    worth = total + MINIMUM_WORTH * met
    if abs(worth - timetable.worth) > ROUNDING:
        wrong.append(f"it is worth {worth} and is said to be worth {timetable.worth}")
    if timetable.bound is not None and worth > timetable.bound + ROUNDING:
        wrong.append(f"it is worth {worth} and exceeds the bound {timetable.bound}")
    return wrong


def _longest_run(slots: set[int]) -> int:
    longest = 0
    for slot in slots:
        if slot - 1 not in slots:
            run = 1
            while slot + run in slots:
                run += 1
            longest = max(longest, run)
    return longest
