"""Sessions on a board of rooms and times, with what each weighs where it stands. What cannot be is refused."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter

from matching.core.programme.problem import Place, Terms

#: When a session begins that has no place: it overlaps with nothing.
UNPLACED = -(10**9)


class Board:
    """Where sessions are. Weights count `Terms.scale` times, with one for each session that is not where it was."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        count = len(terms.sessions)
        self.at = [UNPLACED] * count
        self.room = [-1] * count
        self.rows: list[list[tuple[int, int]]] = [[] for _ in terms.rooms]
        self._longest = max(terms.minutes, default=0)
        self._of_track: Counter[str] = Counter()
        weights = terms.problem.weights
        self._pause = weights.pause * terms.scale if terms.problem.pause > 0 else 0
        self._part = weights.part * terms.scale
        self._far = weights.too_far * terms.scale
        # Plain tuples, since this is read at every step.
        self._beside = [
            [(one.other, None if one.parallel is None else one.parallel * terms.scale, one.shared) for one in others]
            for others in terms.beside
        ]
        self._track = [one.track for one in terms.sessions]
        for session, (room, start) in sorted(terms.fixed.items()):
            self._put(session, room, start)

    def price(self, session: int, room: int, start: int) -> int | None:
        """What it would add to place a session that has no place; None when it cannot be there.

        That it may be in that room at that time at all is for the caller to see to: `Terms.starts`.
        """
        end = start + self.terms.minutes[session]
        row = self.rows[room]
        position = bisect_left(row, (start, -1))
        if not self._is_clear(room, row, position, start, end):
            return None
        against = self.against(session, start, self.terms.sites[room])
        return None if against is None else against + self._of_room(session, room, row, position, start, end)

    def price_beside(self, session: int, room: int, start: int, against: int) -> int | None:
        """As `price`, for a caller that knows what stands `against` that time at the room's site."""
        end = start + self.terms.minutes[session]
        row = self.rows[room]
        position = bisect_left(row, (start, -1))
        if not self._is_clear(room, row, position, start, end):
            return None
        return against + self._of_room(session, room, row, position, start, end)

    def against(self, session: int, start: int, site: str) -> int | None:
        """What other sessions have against a time at a site, whatever the room; None when it cannot be."""
        terms = self.terms
        minutes, at, way, sites = terms.minutes, self.at, terms.problem.way, terms.sites
        end = start + minutes[session]
        total = 0
        for other, parallel, shared in self._beside[session]:
            begins = at[other]
            if begins == UNPLACED:
                continue
            ends = begins + minutes[other]
            if begins < end and start < ends:
                if parallel is None:
                    return None
                total += parallel
            elif shared and site:
                theirs = sites[self.room[other]]
                if theirs and theirs != site and max(begins - end, start - ends) < way:
                    total += self._far * shared
        return total

    def _is_clear(self, room: int, row: list[tuple[int, int]], position: int, start: int, end: int) -> bool:
        if room == self.terms.nowhere:
            return True
        if position < len(row) and row[position][0] < end:
            return False
        # Fixed ones may overlap each other: not only the last one before may reach until here.
        minutes, back = self.terms.minutes, position - 1
        while back >= 0 and row[back][0] + self._longest > start:
            if row[back][0] + minutes[row[back][1]] > start:
                return False
            back -= 1
        return True

    def _of_room(self, session: int, room: int, row: list[tuple[int, int]], position: int, start: int, end: int) -> int:
        terms = self.terms
        total = terms.room_cost[session].get(room, 0) * terms.scale
        standing = terms.standing.get(session)
        if standing is not None and standing != (room, start):
            total += 1
        if (self._pause or self._part) and room != terms.nowhere:
            total += self._in_row(session, row, position, start, end)
        return total

    def _in_row(self, session: int, row: list[tuple[int, int]], position: int, start: int, end: int) -> int:
        terms = self.terms
        total, pause = 0, terms.problem.pause
        before = row[position - 1] if position else None
        after = row[position] if position < len(row) else None
        if self._pause:
            ended = None if before is None else before[0] + terms.minutes[before[1]]
            if ended is not None and start - ended < pause:
                total += self._pause
            if after is not None and after[0] - end < pause:
                total += self._pause
            if ended is not None and after is not None and 0 <= after[0] - ended < pause:
                total -= self._pause
        if self._part:
            day = terms.day(start)
            track = self._track[session]
            left = self._track[before[1]] if before is not None and terms.day(before[0]) == day else ""
            right = self._track[after[1]] if after is not None and terms.day(after[0]) == day else ""
            parts = (track != "" and track != left) + (right != "" and right != track) - (right != "" and right != left)
            if track and not self._of_track[track]:
                parts -= 1
            total += parts * self._part
        return total

    def place(self, session: int, room: int, start: int) -> int | None:
        """Place it; returns what that adds, or None when it cannot be and nothing has changed."""
        added = self.price(session, room, start)
        if added is not None:
            self._put(session, room, start)
        return added

    def take(self, session: int) -> int:
        """Take it off the board; returns what its place weighed."""
        room, start = self.room[session], self.at[session]
        row = self.rows[room]
        del row[bisect_left(row, (start, session))]
        if room != self.terms.nowhere:
            self._of_track[self._track[session]] -= 1
        self.at[session], self.room[session] = UNPLACED, -1
        weighed = self.price(session, room, start)
        if weighed is None:
            raise RuntimeError(f"{self.terms.sessions[session].id} stood where it cannot")
        return weighed

    def _put(self, session: int, room: int, start: int) -> None:
        insort(self.rows[room], (start, session))
        self.at[session], self.room[session] = start, room
        if room != self.terms.nowhere:
            self._of_track[self._track[session]] += 1

    def is_placed(self, session: int) -> bool:
        """Whether it has a place."""
        return self.at[session] != UNPLACED

    @property
    def unplaced(self) -> list[int]:
        """Sessions without a place."""
        return [number for number in self.terms.free if self.at[number] == UNPLACED]

    def snapshot(self) -> dict[int, tuple[int, int]]:
        """Where all that can be moved are."""
        return {one: (self.room[one], self.at[one]) for one in self.terms.free if self.at[one] != UNPLACED}

    def restore(self, places: dict[int, tuple[int, int]]) -> int:
        """Put what can be moved where it was; returns what it weighs."""
        for one in self.terms.free:
            if self.is_placed(one):
                self.take(one)
        total = 0
        for one, (room, start) in places.items():
            added = self.place(one, room, start)
            if added is None:
                raise RuntimeError(f"{self.terms.sessions[one].id} cannot be where it was")
            total += added
        return total

    def places(self) -> dict[str, Place]:
        """Where everything is, by name."""
        terms = self.terms
        return {
            one.id: Place(terms.rooms[self.room[number]].id, self.at[number])
            for number, one in enumerate(terms.sessions)
            if self.is_placed(number)
        }
