"""Place a programme: best first, then search, then outright where it is small enough to say what none is better than.

The work is counted in steps and not by the clock, so that the same problem, seed and limit give the same placement;
only a machine too slow for the work set for it ends by the clock, and then says so (`Placement.complete`).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from matching.core.programme import exact, local_search
from matching.core.programme.board import Board
from matching.core.programme.construction import best_place, construct
from matching.core.programme.packing import pack
from matching.core.programme.problem import Placement, ProgrammeProblem, Terms

#: Steps of search in a second of the time given, for so many sessions or more; up to so many times as many for fewer. A
#: machine that others use as well makes more.
STEPS_A_SECOND, SESSIONS, FASTER = 4_000, 200, 4.0
#: Of a problem that is solved outright afterwards, search makes no more steps for each session, and has this part.
STEPS_EACH, PART = 4_000, 0.5


def never() -> bool:
    """Does not stop."""
    return False


def solve(
    problem: ProgrammeProblem, *, seed: int = 0, time_limit: float = 60.0, stop: Callable[[], bool] = never
) -> Placement:
    """The best placement found. When `stop` says so, or time runs out, it is the best until then."""
    terms = problem.terms
    ends = time.monotonic() + time_limit

    def over() -> bool:
        return stop() or time.monotonic() > ends

    board = Board(terms)
    search = local_search.Search(board, seed=seed, stop=over)
    weighs = _begin(board, search.missing, seed)
    small = exact.is_small(terms)
    steps = int(time_limit * STEPS_A_SECOND * min(FASTER, max(1.0, SESSIONS / max(1, len(terms.free)))))
    if small:
        steps = min(int(steps * PART), STEPS_EACH * len(terms.free))
    weighs, complete = search.improve(weighs, steps)
    bound, method = None, "best first and annealing"
    if small and terms.free and not over():
        found = exact.solve(
            terms,
            board.snapshot(),
            missing=search.missing,
            seed=seed,
            seconds=time_limit * (1 - PART),
            clock=ends - time.monotonic(),
            stop=stop,
        )
        complete = complete and found is not None and found.complete
        if found is not None:
            method = "CP-SAT"
            weighs = _better(board, found.places, weighs, search.missing)
            bound = _bound(terms, found.least, search.missing, len(board.unplaced))
    _fill_up(board)
    return _placement(board, bound, method, complete=complete)


def greedy(problem: ProgrammeProblem) -> Placement:
    """Best first alone."""
    board = Board(problem.terms)
    construct(board)
    return _placement(board, None, "best first")


def _begin(board: Board, missing: int, seed: int) -> int:
    """Best first from nothing, or from where sessions stand now as far as they can stay there: what is better."""
    terms = board.terms
    if terms.problem.weights.part:
        pack(board, seed=seed)
    construct(board)
    weighs = board.restore(board.snapshot()) + missing * len(board.unplaced)
    if not terms.standing:
        return weighs
    anew = board.snapshot()
    board.restore({})
    kept = 0
    for one in terms.free:
        room, start = terms.standing.get(one, (-1, 0))
        if room in terms.room_cost[one] and start in terms.starts(one, room):
            kept += board.place(one, room, start) or 0
    kept += construct(board)
    kept += missing * len(board.unplaced)
    if kept <= weighs:
        return kept
    board.restore(anew)
    return weighs


def _better(board: Board, places: dict[int, tuple[int, int]], weighs: int, missing: int) -> int:
    before = board.snapshot()
    now = board.restore(places) + missing * len(board.unplaced)
    if now <= weighs:
        return now
    board.restore(before)
    return weighs


def _bound(terms: Terms, least: int, missing: int, unplaced: int) -> int | None:
    """In weight: none where more sessions might be placed yet."""
    if least // missing < unplaced:
        return None
    rest = least - missing * unplaced - len(terms.free)
    return max(0, -(-rest // terms.scale))


def _fill_up(board: Board) -> None:
    """Whatever can still have a place gets one: what is left out cannot be anywhere as the others are."""
    for one in board.unplaced:
        found = best_place(board, one)
        if found is not None:
            board.place(one, *found)


def _placement(board: Board, bound: int | None, method: str, *, complete: bool = True) -> Placement:
    terms = board.terms
    places = board.snapshot()
    weighs = board.restore(places)
    moved = sum(1 for one, place in places.items() if one in terms.standing and terms.standing[one] != place)
    weight = (weighs - moved) // terms.scale
    if bound is not None:
        bound = min(bound, weight)
    return Placement(board.places(), weight, moved, bound, method, complete)
