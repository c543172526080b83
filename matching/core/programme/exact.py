"""Programmes small enough to be solved outright, by constraint programming (CP-SAT of OR-Tools): with a bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from matching.core.programme.problem import Beside, Terms

#: Beyond so many ways of placing single sessions, or pairs that have to do with each other, search alone does better.
MOST_WAYS, MOST_PAIRS = 60_000, 1_500
#: What the solver calls a second of work is the same on every machine; any does so much of it in one by the clock.
WORK_A_SECOND = 0.3


@dataclass(frozen=True)
class Exact:
    """Room and start of each session that has a place; what no placement weighs less than, in the board's weights with
    `missing` for each that has none; whether all the work set for it was done."""

    places: dict[int, tuple[int, int]]
    least: int
    complete: bool


def is_small(terms: Terms) -> bool:
    """Whether it can be solved outright. Pauses and parts of tracks are for search alone."""
    weights = terms.problem.weights
    if weights.part or (weights.pause and terms.problem.pause):
        return False
    ways = sum(len(terms.starts(one, room)) for one in terms.free for room in terms.room_cost[one])
    return ways <= MOST_WAYS and sum(map(len, terms.beside)) // 2 <= MOST_PAIRS


def solve(
    terms: Terms,
    hint: dict[int, tuple[int, int]],
    *,
    missing: int,
    seed: int,
    seconds: float,
    clock: float,
    stop: Callable[[], bool],
) -> Exact | None:
    """The best placement found in work worth so many `seconds`, and in no more by the `clock`, beginning from `hint`;
    None when none was found."""
    model = _Model(terms, missing)
    model.hint(hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (2**31 - 1)
    solver.parameters.max_deterministic_time = seconds * WORK_A_SECOND
    solver.parameters.max_time_in_seconds = max(0.1, clock)

    def look_up(_bound: float) -> None:
        if stop():
            solver.stop_search()

    solver.best_bound_callback = look_up
    status = solver.solve(model.model, _Stopping(stop))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return Exact(
        places=model.read(solver),
        least=round(solver.best_objective_bound),
        complete=status == cp_model.OPTIMAL or (not stop() and solver.wall_time < clock),
    )


class _Stopping(cp_model.CpSolverSolutionCallback):
    """Ends the search at the next solution once it is to stop."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        super().__init__()
        self._stop = stop

    def on_solution_callback(self) -> None:
        """Called by the solver with each better solution."""
        if self._stop():
            self.stop_search()


class _Model:
    """One variable for each beginning, one for each room a session may be in."""

    def __init__(self, terms: Terms, missing: int) -> None:
        self.terms = terms
        self.model = cp_model.CpModel()
        self.begins: dict[int, cp_model.IntVar] = {}
        self.rooms: dict[int, dict[int, cp_model.IntVar]] = {}
        self.placed: dict[int, cp_model.IntVar] = {}
        self._costs: list[cp_model.LinearExprT] = []
        self._sites: dict[tuple[int, str], cp_model.IntVar] = {}
        for one in terms.free:
            self._add(one, missing)
        self._rooms_once()
        for first, others in enumerate(terms.beside):
            for beside in others:
                if first < beside.other:
                    self._together(first, beside)
        self.model.minimize(sum(self._costs))

    def _add(self, one: int, missing: int) -> None:
        model, terms = self.model, self.terms
        starts = {room: terms.starts(one, room) for room in terms.room_cost[one]}
        starts = {room: found for room, found in starts.items() if found}
        every = sorted({begin for found in starts.values() for begin in found}) or [0]
        begin = model.new_int_var_from_domain(cp_model.Domain.from_values(every), f"begin{one}")
        placed = model.new_bool_var(f"placed{one}")
        self.begins[one], self.placed[one] = begin, placed
        self.rooms[one] = {}
        for room, found in starts.items():
            here = model.new_bool_var(f"in{one}:{room}")
            self.rooms[one][room] = here
            if len(found) < len(every):
                domain = cp_model.Domain.from_values(found)
                model.add_linear_expression_in_domain(begin, domain).only_enforce_if(here)
            cost = terms.room_cost[one][room] * terms.scale
            if cost:
                self._costs.append(cost * here)
        model.add(sum(self.rooms[one].values()) == placed)
        self._costs.append(missing * (1 - placed))
        standing = terms.standing.get(one)
        if standing is not None:
            stays = model.new_bool_var(f"stays{one}")
            there = self.rooms[one].get(standing[0])
            if there is None or standing[1] not in starts[standing[0]]:
                model.add(stays == 0)
            else:
                model.add_implication(stays, there)
                model.add(begin == standing[1]).only_enforce_if(stays)
            self._costs.append(placed - stays)

    def _rooms_once(self) -> None:
        model, terms = self.model, self.terms
        for room in range(terms.nowhere):
            taken = [
                model.new_optional_fixed_size_interval_var(
                    self.begins[one], terms.minutes[one], here[room], f"stretch{one}:{room}"
                )
                for one, here in self.rooms.items()
                if room in here
            ]
            if not taken:
                continue
            # Fixed ones may overlap each other, so that together they count as one.
            held = [
                model.new_fixed_size_interval_var(begin, end - begin, f"held{room}:{begin}")
                for begin, end in self._held(room)
            ]
            model.add_no_overlap([*taken, *held])

    def _held(self, room: int) -> list[tuple[int, int]]:
        terms = self.terms
        held: list[tuple[int, int]] = []
        for begin, end in sorted(
            (begin, begin + terms.minutes[one]) for one, (there, begin) in terms.fixed.items() if there == room
        ):
            if held and begin < held[-1][1]:
                held[-1] = (held[-1][0], max(end, held[-1][1]))
            else:
                held.append((begin, end))
        return held

    def _together(self, first: int, beside: Beside) -> None:
        second = beside.other
        if first in self.terms.fixed and second in self.terms.fixed:
            return
        model = self.model
        before, after = self._before(first, second, 0), self._before(second, first, 0)
        absent = [~self.placed[one] for one in (first, second) if one in self.placed]
        if beside.parallel is None:
            model.add_bool_or([before, after, *absent])
        elif beside.parallel:
            overlap = model.new_bool_var(f"overlap{first}:{second}")
            model.add_bool_or([before, after, overlap, *absent])
            self._costs.append(beside.parallel * self.terms.scale * overlap)
        if beside.shared and self.terms.problem.weights.too_far:
            self._far(first, second, beside.shared, absent)

    def _far(self, first: int, second: int, shared: int, absent: list[cp_model.BoolVarT]) -> None:
        """Too near in time on two sites."""
        terms, model, way = self.terms, self.model, self.terms.problem.way
        ours, theirs = self._sites_of(first), self._sites_of(second)
        apart = [(a, b) for a in ours for b in theirs if a != b]
        if not apart:
            return
        near = model.new_bool_var(f"near{first}:{second}")
        gap = [self._before(first, second, way), self._before(second, first, way)]
        for a, b in apart:
            model.add_bool_or([*gap, near, ~ours[a], ~theirs[b], *absent])
        self._costs.append(terms.problem.weights.too_far * shared * terms.scale * near)

    def _before(self, first: int, second: int, pause: int) -> cp_model.IntVar:
        """True only if the first ends, with a pause, before the second begins."""
        found = self.model.new_bool_var(f"before{first}:{second}:{pause}")
        ends = self._begin(first) + self.terms.minutes[first] + pause
        self.model.add(ends <= self._begin(second)).only_enforce_if(found)
        return found

    def _begin(self, one: int) -> cp_model.IntVar | int:
        return self.terms.fixed[one][1] if one in self.terms.fixed else self.begins[one]

    def _sites_of(self, one: int) -> dict[str, cp_model.IntVar]:
        """Each site it may be on, with whether it is."""
        model, sites = self.model, self.terms.sites
        if one in self.terms.fixed:
            site = sites[self.terms.fixed[one][0]]
            return {site: model.new_constant(1)} if site else {}
        found: dict[str, cp_model.IntVar] = {}
        for site in sorted({sites[room] for room in self.rooms[one]} - {""}):
            key = (one, site)
            if key not in self._sites:
                self._sites[key] = model.new_bool_var(f"site{one}:{site}")
                for room, here in self.rooms[one].items():
                    if sites[room] == site:
                        model.add_implication(here, self._sites[key])
            found[site] = self._sites[key]
        return found

    def hint(self, places: dict[int, tuple[int, int]]) -> None:
        """Begin from a placement that is known."""
        for one in self.terms.free:
            room, start = places.get(one, (-1, None))
            self.model.add_hint(self.placed[one], room >= 0)
            for number, here in self.rooms[one].items():
                self.model.add_hint(here, number == room)
            if start is not None:
                self.model.add_hint(self.begins[one], start)

    def read(self, solver: cp_model.CpSolver) -> dict[int, tuple[int, int]]:
        """Where the solver has put what it could place."""
        return {
            one: (
                next(room for room, here in self.rooms[one].items() if solver.boolean_value(here)),
                solver.value(begin),
            )
            for one, begin in self.begins.items()
            if solver.boolean_value(self.placed[one])
        }
