"""Which tracks share a room on a day: whole tracks into openings of rooms, where parts of a track count.

Bin packing (Johnson 1973) by constraint programming: first as many tracks whole as can be, then with as few short
pauses as the time left over allows.
"""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from matching.core.programme.board import Board
from matching.core.programme.problem import Stretch

#: Units of the solver's own clock, the same on every machine.
WORK = 10.0


@dataclass(frozen=True)
class Opening:
    """When a room is open on one day, without anything fixed in it."""

    room: int
    stretch: Stretch


def pack(board: Board, *, seed: int) -> None:
    """Place tracks whole where they can be; what is left over has no place yet."""
    terms = board.terms
    openings = [
        Opening(room, stretch)
        for room, one in enumerate(terms.rooms)
        for stretch in one.openings
        if not any(stretch[0] <= begins < stretch[1] for begins, _session in board.rows[room])
    ]
    groups = _groups(board, openings)
    for opening, group in _choose(board, openings, groups, seed):
        for one in group:
            begins = _end(board, opening)
            if begins in terms.starts(one, opening.room):
                board.place(one, opening.room, begins)
    for opening in openings:
        _spread(board, opening)


def _groups(board: Board, openings: list[Opening]) -> list[tuple[list[int], list[int]]]:
    """Sessions of a track that can be in the same openings, the longest groups first, with those openings."""
    terms = board.terms
    found: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for one in board.unplaced:
        track = terms.sessions[one].track
        where = tuple(
            number
            for number, opening in enumerate(openings)
            if opening.room in terms.room_cost[one]
            and any(opening.stretch[0] <= start < opening.stretch[1] for start in terms.starts(one, opening.room))
        )
        if track and where:
            found.setdefault((track, where), []).append(one)
    groups = [(sessions, list(key[1])) for key, sessions in sorted(found.items())]
    return sorted(groups, key=lambda group: -sum(terms.minutes[one] for one in group[0]))


def _choose(
    board: Board, openings: list[Opening], groups: list[tuple[list[int], list[int]]], seed: int
) -> list[tuple[Opening, list[int]]]:
    terms, model = board.terms, cp_model.CpModel()
    step, pause = terms.problem.step, max(terms.problem.pause, 1)
    inside: dict[int, list[tuple[cp_model.IntVar, int, int]]] = {number: [] for number in range(len(openings))}
    chosen: dict[tuple[int, int], cp_model.IntVar] = {}
    costs: list[cp_model.LinearExprT] = []
    for at, (sessions, where) in enumerate(groups):
        minutes = sum(-(-terms.minutes[one] // step) * step for one in sessions)
        for number in where:
            chosen[at, number] = model.new_bool_var(f"group{at}:{number}")
            inside[number].append((chosen[at, number], minutes, len(sessions)))
        left_out = model.new_bool_var(f"left{at}")
        model.add_exactly_one([left_out, *(chosen[at, number] for number in where)])
        costs.append(max(1, terms.problem.weights.part) * 1000 * len(sessions) * left_out)
    for number, opening in enumerate(openings):
        if not inside[number]:
            continue
        length = opening.stretch[1] - opening.stretch[0]
        taken = sum(minutes * here for here, minutes, _count in inside[number])
        model.add(taken <= length)
        if terms.problem.weights.pause:
            short = model.new_int_var(0, 1000, f"short{number}")
            between = sum(count * here for here, _minutes, count in inside[number]) - 1
            model.add(pause * short >= pause * between - length + taken)
            costs.append(terms.problem.weights.pause * short)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (2**31 - 1)
    solver.parameters.max_deterministic_time = WORK
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [(openings[number], groups[at][0]) for (at, number), here in chosen.items() if solver.boolean_value(here)]


def _end(board: Board, opening: Opening) -> int:
    """When what is in an opening ends, on the grid of beginnings."""
    begins, ends = opening.stretch
    step = board.terms.problem.step
    last = max(
        (start + board.terms.minutes[one] for start, one in board.rows[opening.room] if begins <= start < ends),
        default=begins,
    )
    return begins + -(-(last - begins) // step) * step


def _spread(board: Board, opening: Opening) -> None:
    """Give the pauses wanted to as many as there is time for, from the end on."""
    terms = board.terms
    begins, ends = opening.stretch
    step = terms.problem.step
    pause = -(-terms.problem.pause // step) * step
    inside = [one for start, one in board.rows[opening.room] if begins <= start < ends]
    by = min(len(inside) - 1, (ends - _end(board, opening)) // pause) * pause if pause and inside else 0
    for one in reversed(inside):
        if by <= 0:
            break
        start = board.at[one] + by
        if start in terms.starts(one, opening.room):
            was = board.at[one]
            board.take(one)
            if board.place(one, opening.room, start) is None:
                board.place(one, opening.room, was)
        by -= pause
