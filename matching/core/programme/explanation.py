"""Why a session has no place: what keeps it from every one, in codes, and what would have to give way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matching.core.programme.problem import Place, ProgrammeProblem, Terms


@dataclass(frozen=True)
class Reason:
    """Why one session has no place.

    Codes: `no_room` (none it may be in), `too_long` (no room is open for so long), `absent` (the people are not there
    for so long within the hours, alone or together), `for_all` (only while there are sessions for everybody), `busy`
    (the people are needed in the sessions named whenever it could be), `rooms_taken` (in the times that are left, every
    room it may be in is taken). `people` are those who narrow the choice, `ways` how many times were left by then.
    """

    session: str
    code: str
    people: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    rooms: int = 0
    ways: int = 0
    #: The place that the fewest others would have to leave for it, and those.
    instead: Place | None = None
    of: tuple[str, ...] = ()


def explain(problem: ProgrammeProblem, places: Mapping[str, Place]) -> tuple[Reason, ...]:
    """A reason for each session that has no place, in the order of the problem."""
    terms = problem.terms
    taken = {terms.index[name]: (terms.room_index[at.room], at.start) for name, at in places.items()}
    return tuple(_why(terms, taken, number) for number in terms.free if number not in taken)


def _why(terms: Terms, taken: dict[int, tuple[int, int]], number: int) -> Reason:
    one = terms.sessions[number]
    rooms = list(terms.room_cost[number])
    if not rooms:
        return Reason(one.id, "no_room")
    opened = {start for room in rooms for start in terms.opened(number, room)}
    if not opened:
        return Reason(one.id, "too_long", rooms=len(rooms))
    limiting = tuple(
        sorted(who for who in one.people if not all(terms.is_there(who, start, one.minutes) for start in opened))
    )
    never = tuple(who for who in limiting if not any(terms.is_there(who, start, one.minutes) for start in opened))
    there = {start for start in opened if all(terms.is_there(who, start, one.minutes) for who in limiting)}
    if not there:
        return Reason(one.id, "absent", people=never or limiting, ways=len(opened))
    beside = [other.other for other in terms.beside[number] if other.parallel is None and other.other in taken]
    blocking = {start: [other for other in beside if _overlap(terms, taken, number, start, other)] for start in there}
    instead, of = _instead(terms, taken, number, rooms, there, blocking)
    for_all = {
        start: [other for other in found if one.for_all or terms.sessions[other].for_all]
        for start, found in blocking.items()
    }
    outside = {start for start in there if not for_all[start]}
    if not outside:
        return Reason(one.id, "for_all", limiting, _named(terms, for_all), ways=len(there), instead=instead, of=of)
    free = {start for start in outside if not blocking[start]}
    if not free:
        held = {start: blocking[start] for start in outside}
        busy = {who for found in held.values() for other in found for who in one.people & terms.sessions[other].people}
        return Reason(
            one.id, "busy", tuple(sorted(busy)), _named(terms, held), ways=len(outside), instead=instead, of=of
        )
    narrowing = set(limiting) | {
        who for found in blocking.values() for other in found for who in one.people & terms.sessions[other].people
    }
    return Reason(
        one.id, "rooms_taken", tuple(sorted(narrowing)), rooms=len(rooms), ways=len(free), instead=instead, of=of
    )


def _named(terms: Terms, blocking: dict[int, list[int]]) -> tuple[str, ...]:
    return tuple(terms.sessions[one].id for one in sorted({other for found in blocking.values() for other in found}))


def _overlap(terms: Terms, taken: dict[int, tuple[int, int]], number: int, start: int, other: int) -> bool:
    begins = taken[other][1]
    return begins < start + terms.minutes[number] and start < begins + terms.minutes[other]


def _instead(
    terms: Terms,
    taken: dict[int, tuple[int, int]],
    number: int,
    rooms: list[int],
    starts: set[int],
    blocking: dict[int, list[int]],
) -> tuple[Place | None, tuple[str, ...]]:
    """Where the fewest would have to leave, none of them fixed."""
    in_room: dict[int, list[int]] = {}
    for other, (room, _start) in taken.items():
        in_room.setdefault(room, []).append(other)
    best: tuple[int, int, int, int, list[int]] | None = None
    for room in rooms:
        for start in terms.starts(number, room):
            if start not in starts:
                continue
            here = [] if room == terms.nowhere else in_room.get(room, [])
            leaving = {other for other in here if _overlap(terms, taken, number, start, other)} | set(blocking[start])
            if any(other in terms.fixed for other in leaving):
                continue
            candidate = (len(leaving), terms.room_cost[number][room], start, room, sorted(leaving))
            if best is None or candidate < best:
                best = candidate
    if best is None:
        return None, ()
    return Place(terms.rooms[best[3]].id, best[2]), tuple(terms.sessions[one].id for one in best[4])
