"""Simulated annealing over exchanges, shifts and new orders (Kirkpatrick, Gelatt and Vecchi 1983), for programmes that
are too large to be solved outright. Moves that would break a hard rule are never made."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from matching.core.programme.board import Board
from matching.core.programme.construction import best_place
from matching.core.programme.problem import Stretch

#: From how much worse a step is still likely to be taken, to where hardly any is; in weight.
HOT, WARM, COLD = 6.0, 1.5, 0.2
#: The same where whole tracks need not stay together.
LOOSE_HOT, LOOSE_COLD = 8.0, 0.35
#: Where parts of tracks count, this part of the steps leaves tracks together: apart again is easy, together is not.
TOGETHER = 0.6
#: Having no place weighs more than anything else; in steps it is as if it were so much.
MISSING = 10**6
#: How often a few are placed anew, which takes as long as many other moves.
REBUILD = 0.3
_LOOK_AT_CLOCK = 128
Move = list[tuple[int, int, int]]


class Search:
    """A board, where it is to be improved, and chance."""

    def __init__(self, board: Board, *, seed: int, stop: Callable[[], bool]) -> None:
        self.board, self.terms = board, board.terms
        self.chance = random.Random(seed)
        self.stop = stop
        self.missing = MISSING * self.terms.scale
        terms = self.terms
        self.openings: list[tuple[int, Stretch]] = [
            (room, stretch) for room, one in enumerate(terms.rooms) for stretch in one.openings
        ]
        self.movable = [one for one in terms.free if terms.room_cost[one]]
        # Many may begin at the same times: one set for all of them.
        same: dict[tuple[int, ...], frozenset[int]] = {}
        self.allowed = [
            {room: same.setdefault(terms.starts(one, room), frozenset(terms.starts(one, room))) for room in rooms}
            if one not in terms.fixed
            else {}
            for one, rooms in enumerate(terms.room_cost)
        ]
        self.like: dict[int, list[int]] = {}
        for one in self.movable:
            self.like.setdefault(terms.minutes[one], []).append(one)

    def improve(self, weighs: int, steps: int) -> tuple[int, bool]:
        """Leave the best found on the board; returns what it weighs and whether all steps were made.

        `weighs` is what the board weighs, with `missing` for each session that has no place.
        """
        if not self.movable or steps < 1:
            return weighs, True
        if not self.terms.problem.weights.part:
            return self._anneal(weighs, steps, self._kinds(), LOOSE_HOT, LOOSE_COLD)
        first = int(steps * TOGETHER)
        weighs, complete = self._anneal(weighs, first, self._together(), HOT, WARM)
        if not complete:
            return weighs, False
        return self._anneal(weighs, steps - first, self._kinds(), WARM, COLD)

    def _anneal(
        self, weighs: int, steps: int, kinds: list[Callable[[], Move]], hot: float, cold: float
    ) -> tuple[int, bool]:
        best, kept = weighs, self.board.snapshot()
        scale, complete = self.terms.scale, True
        for step in range(steps):
            if step % _LOOK_AT_CLOCK == 0 and self.stop():
                complete = False
                break
            heat = hot * (cold / hot) ** (step / steps) * scale
            move = self.chance.choice(kinds)()
            if not move:
                continue
            weighs += self._try(move, heat)
            if weighs < best:
                best, kept = weighs, self.board.snapshot()
                if best == 0:
                    break
        self.board.restore(kept)
        return best, complete

    def _together(self) -> list[Callable[[], Move]]:
        """Moves that leave tracks together."""
        return [self._exchange_alike] * 8 + [self._shift] + [self._exchange_rooms, self._exchange_tracks, self._reorder]

    def _kinds(self) -> list[Callable[[], Move]]:
        kinds: list[Callable[[], Move]] = [self._exchange] * 6 + [self._shift] * 3 + [self._relocate] * 2
        kinds += [self._insert_missing] + [self._turn] * 3
        weights = self.terms.problem.weights
        if weights.part:
            kinds += [self._exchange_rooms, self._exchange_tracks, self._exchange_alike, self._exchange_alike]
        else:
            kinds += [self._rebuild]
        if weights.part or weights.pause:
            kinds += [self._reorder]
        return kinds

    def _try(self, move: Move, heat: float) -> int:
        """Make a move if it can be and chance allows it; returns what it adds, 0 if it was not made."""
        board = self.board
        before = [(one, board.room[one], board.at[one]) for one, _room, _start in move]
        change = 0
        for one, room, _start in before:
            change -= board.take(one) if room >= 0 else self.missing
        made: list[int] = []
        possible = True
        for one, room, start in move:
            if room < 0:
                change += self.missing
                continue
            added = board.place(one, room, start) if start in self.allowed[one].get(room, ()) else None
            if added is None:
                possible = False
                break
            change += added
            made.append(one)
        if possible and (change <= 0 or self.chance.random() < math.exp(-change / heat)):
            return change
        for one in made:
            board.take(one)
        for one, room, start in before:
            if room >= 0 and board.place(one, room, start) is None:
                raise RuntimeError(f"{self.terms.sessions[one].id} cannot go back")
        return 0

    def _placed(self) -> int | None:
        one = self.chance.choice(self.movable)
        return one if self.board.is_placed(one) else None

    def _exchange(self) -> Move:
        """Any two sessions of the same length change places."""
        first = self._placed()
        return [] if first is None else self._exchanged(first, self.chance.choice(self.like[self.terms.minutes[first]]))

    def _exchange_alike(self) -> Move:
        """Two sessions of a track, in a room, change places."""
        first = self._placed()
        if first is None:
            return []
        row, sessions = self.board.rows[self.board.room[first]], self.terms.sessions
        second = self.chance.choice(row)[1]
        if sessions[second].track != sessions[first].track:
            return []
        if sessions[second].minutes == sessions[first].minutes:
            return self._exchanged(first, second)
        return self._turned(first) if second != first else []

    def _exchanged(self, first: int, second: int) -> Move:
        board = self.board
        if second == first or not board.is_placed(second) or second in self.terms.fixed:
            return []
        return [(first, board.room[second], board.at[second]), (second, board.room[first], board.at[first])]

    def _turn(self) -> Move:
        """Two that follow on one another in a room change their order, between the same two moments."""
        first = self._placed()
        return [] if first is None else self._turned(first)

    def _turned(self, first: int) -> Move:
        board, terms = self.board, self.terms
        row = board.rows[board.room[first]]
        position = row.index((board.at[first], first)) + 1
        if position == len(row):
            return []
        second = row[position][1]
        if second in terms.fixed or terms.day(board.at[first]) != terms.day(board.at[second]):
            return []
        begins, ends = board.at[first], board.at[second] + terms.minutes[second]
        room = board.room[first]
        return [(second, room, begins), (first, room, ends - terms.minutes[first])]

    def _shift(self) -> Move:
        """A session a little earlier or later in its room."""
        one = self._placed()
        if one is None:
            return []
        by = self.chance.choice((-3, -2, -1, 1, 2, 3)) * self.terms.problem.step
        return [(one, self.board.room[one], self.board.at[one] + by)]

    def _relocate(self) -> Move:
        """A session to any place: one by chance, and now and then the best."""
        one = self.chance.choice(self.movable)
        if self.chance.random() < 0.02:
            return self._to_best(one)
        room = self.chance.choice(list(self.terms.room_cost[one]))
        starts = self.terms.starts(one, room)
        return [(one, room, self.chance.choice(starts))] if starts else []

    def _to_best(self, one: int) -> Move:
        board = self.board
        room, start = board.room[one], board.at[one]
        if room >= 0:
            board.take(one)
        found = best_place(board, one)
        if room >= 0:
            board.place(one, room, start)
        return [(one, *found)] if found is not None else []

    def _rebuild(self) -> Move:
        """A few that have to do with each other are taken off and placed anew in turn, each at its best."""
        if self.chance.random() > REBUILD:
            return []
        board, terms = self.board, self.terms
        first = self.chance.choice(self.movable)
        beside = [
            one.other for one in terms.beside[first] if one.other not in terms.fixed and board.is_placed(one.other)
        ]
        several = [first, *self.chance.sample(beside, min(len(beside), self.chance.randint(1, 4)))]
        several = [one for one in several if terms.room_cost[one]]
        self.chance.shuffle(several)
        before = {one: (board.room[one], board.at[one]) for one in several}
        for one in several:
            if before[one][0] >= 0:
                board.take(one)
        move: Move = []
        for one in several:
            found = best_place(board, one)
            if found is not None:
                board.place(one, *found)
            move.append((one, *found) if found is not None else (one, -1, 0))
        for one in several:
            if board.is_placed(one):
                board.take(one)
        for one, (room, start) in before.items():
            if room >= 0:
                board.place(one, room, start)
        return move

    def _insert_missing(self) -> Move:
        """One without a place takes another's, which goes where it weighs least, or has none."""
        missing = self.board.unplaced
        if not missing:
            return []
        board, terms = self.board, self.terms
        one = self.chance.choice(missing)
        rooms = [room for room in terms.room_cost[one] if terms.starts(one, room)]
        if not rooms:
            return []
        room = self.chance.choice(rooms)
        start = self.chance.choice(terms.starts(one, room))
        ousted = self._in_the_way(one, room, start)
        if ousted is None or len(ousted) > 3:
            return []
        before = [(other, board.room[other], board.at[other]) for other in ousted]
        for other in ousted:
            board.take(other)
        move: Move = []
        if board.place(one, room, start) is not None:
            move.append((one, room, start))
            for other in ousted:
                found = best_place(board, other)
                if found is not None:
                    board.place(other, *found)
                move.append((other, *found) if found is not None else (other, -1, 0))
            for other, _room, _start in reversed(move):
                if board.is_placed(other):
                    board.take(other)
        for other, was_room, was_start in before:
            board.place(other, was_room, was_start)
        # What is put out comes first, so that its place is free.
        return move

    def _in_the_way(self, one: int, room: int, start: int) -> list[int] | None:
        """Those that would have to go; None when a fixed one is among them."""
        board, terms = self.board, self.terms
        end = start + terms.minutes[one]
        found = set()
        if room != terms.nowhere:
            found |= {
                other for begins, other in board.rows[room] if begins < end and start < begins + terms.minutes[other]
            }
        for beside in terms.beside[one]:
            other = beside.other
            if beside.parallel is None and board.is_placed(other):
                begins = board.at[other]
                if begins < end and start < begins + terms.minutes[other]:
                    found.add(other)
        return None if any(other in terms.fixed for other in found) else sorted(found)

    def _row_of(self, room: int, opening: Stretch) -> list[int] | None:
        """What is in an opening of a room, in order; None when something there is fixed."""
        inside = [one for begins, one in self.board.rows[room] if opening[0] <= begins < opening[1]]
        return None if any(one in self.terms.fixed for one in inside) else inside

    def _exchange_rooms(self) -> Move:
        """All of a room on a day and all of another change places."""
        if len(self.openings) < 2:
            return []
        first, second = self.chance.sample(self.openings, 2)
        ours, theirs = self._row_of(*first), self._row_of(*second)
        if ours is None or theirs is None or not (ours or theirs):
            return []
        there, here = self._laid_out(ours, second), self._laid_out(theirs, first)
        return [] if there is None or here is None else there + here

    def _exchange_tracks(self) -> Move:
        """A track in a room and another in another change places, or one goes where there is time for it."""
        if len(self.openings) < 2:
            return []
        first, second = self.chance.sample(self.openings, 2)
        ours, theirs = self._row_of(*first), self._row_of(*second)
        if not ours or theirs is None:
            return []
        track_of = self.terms.sessions
        going = track_of[self.chance.choice(ours)].track
        coming = track_of[self.chance.choice(theirs)].track if theirs and self.chance.random() < 0.8 else None
        leaving = [one for one in ours if track_of[one].track == going]
        arriving = [one for one in theirs if track_of[one].track == coming]
        here = self._laid_out(_instead(ours, leaving, arriving), first)
        there = self._laid_out(_instead(theirs, arriving, leaving), second)
        return [] if there is None or here is None else there + here

    def _reorder(self) -> Move:
        """One in a room goes to another position there, or blocks of tracks change order, or only pauses are spread."""
        room, opening = self.chance.choice(self.openings)
        inside = self._row_of(room, opening)
        if not inside:
            return []
        order = list(inside)
        what = self.chance.random()
        if what < 0.6:
            one = order.pop(self.chance.randrange(len(order)))
            order.insert(self.chance.randrange(len(order) + 1), one)
        if what > 0.4 and self.terms.problem.weights.part:
            tracks = sorted({self.terms.sessions[one].track for one in order})
            self.chance.shuffle(tracks)
            order.sort(key=lambda one: tracks.index(self.terms.sessions[one].track))
        return self._laid_out(order, (room, opening)) or []

    def _laid_out(self, order: list[int], where: tuple[int, Stretch]) -> Move | None:
        """One after the other with the pauses wanted, as many as there is time for; None when they do not fit."""
        room, (begins, ends) = where
        terms, step = self.terms, self.terms.problem.step
        free = ends - begins - sum(-(-terms.minutes[one] // step) * step for one in order)
        if free < 0:
            return None
        pause = -(-max(terms.problem.pause, step) // step) * step
        gaps = [0] * (len(order) + 1)
        inner = list(range(1, len(order)))
        self.chance.shuffle(inner)
        for gap in inner:
            if free >= pause:
                gaps[gap] = pause
                free -= pause
        while free >= step:
            by = self.chance.randrange(1, free // step + 1) * step
            gaps[self.chance.randrange(len(gaps))] += by
            free -= by
        move, at = [], begins
        for gap, one in zip(gaps, order, strict=False):
            at += gap
            move.append((one, room, at))
            at += -(-terms.minutes[one] // step) * step
        return move


def _instead(order: list[int], leaving: list[int], arriving: list[int]) -> list[int]:
    """The order with some in the place of others, at the end if none leaves."""
    at = order.index(leaving[0]) if leaving else len(order)
    before = [one for one in order[:at] if one not in leaving]
    return [*before, *arriving, *(one for one in order[at:] if one not in leaving)]
