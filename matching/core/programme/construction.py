"""Best first: sessions that have the fewest places to be in, each in the place that weighs least then."""

from __future__ import annotations

from collections import Counter

from matching.core.programme.board import Board
from matching.core.programme.problem import Terms


def construct(board: Board) -> int:
    """Place all that has no place and can have one, one after the other; returns what that weighs."""
    total = 0
    for session in _order(board.terms, board.unplaced):
        found = best_place(board, session)
        if found is not None:
            total += board.place(session, *found) or 0
    return total


def best_place(board: Board, session: int) -> tuple[int, int] | None:
    """The room and time that weigh least: the earliest of them, in the room that comes first.

    Where parts of a track count, the first of a track goes to the room that has the most time left.
    """
    terms = board.terms
    weighs_parts = bool(terms.problem.weights.part)
    against: dict[tuple[int, str], int | None] = {}
    best: tuple[int, int, int, int] | None = None
    for room in terms.room_cost[session]:
        site = terms.sites[room]
        for start in terms.starts(session, room):
            key = (start, site)
            if key not in against:
                against[key] = board.against(session, start, site)
            known = against[key]
            if known is None or (best is not None and known > best[0]):
                continue
            weighs = board.price_beside(session, room, start, known)
            if weighs is None or (best is not None and weighs > best[0]):
                continue
            left = -_left(board, room, start) if weighs_parts else 0
            candidate = (weighs, left, start, room)
            if best is None or candidate < best:
                best = candidate
    return None if best is None else (best[3], best[2])


def ways(terms: Terms, session: int) -> int:
    """In how many places a session could be if it were alone."""
    return sum(len(terms.starts(session, room)) for room in terms.room_cost[session])


def _order(terms: Terms, sessions: list[int]) -> list[int]:
    """Those for all first; then those with the fewest ways, the longest of them; tracks together where parts count."""
    minutes: Counter[str] = Counter()
    if terms.problem.weights.part:
        for one in sessions:
            if terms.sessions[one].track:
                minutes[terms.sessions[one].track] += terms.minutes[one]

    def key(one: int) -> tuple[object, ...]:
        session = terms.sessions[one]
        track = session.track if terms.problem.weights.part else ""
        return (not session.for_all, -minutes[track], track, ways(terms, one), -session.minutes, session.id)

    return sorted(sessions, key=key)


def _left(board: Board, room: int, start: int) -> int:
    """Minutes of an opening of a room that nothing takes."""
    opening = board.terms.opening(room, start)
    if opening is None:
        return 0
    taken = sum(board.terms.minutes[one] for begins, one in board.rows[room] if opening[0] <= begins < opening[1])
    return opening[1] - opening[0] - taken
