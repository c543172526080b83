"""A day of the draft as a grid: rooms as columns, moments as rows, sessions where they are."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import gcd

from qiao.workshops.domain.queries.conflicts import Conflict, Draft
from qiao.workshops.models import Room, Session, Workshop

#: Minutes between two rows, unless sessions begin or last otherwise.
STEP = 15
#: The least there is: a session lasts no less.
LEAST_STEP = 5
#: Hours of the workshop's clock that are always shown.
FROM, UNTIL = 8, 19


@dataclass(frozen=True)
class Cell:
    """What stands in a row under a column: a session with the rows it takes, or nothing yet."""

    room: Room | None
    at: datetime.datetime
    session: Session | None = None
    rows: int = 1
    hard: int = 0
    soft: int = 0
    #: It began before the first row.
    is_cut: bool = False


@dataclass
class Row:
    """A moment, and the cells that begin in it."""

    at: datetime.datetime
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Column:
    """A room, or none yet; sessions in it at the same time stand side by side in `lanes`."""

    room: Room | None
    lanes: int


@dataclass(frozen=True)
class Grid:
    """One day. `step` is minutes between rows; `waiting` has no time yet."""

    day: datetime.date
    step: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    waiting: tuple[Session, ...]
    conflicts: tuple[Conflict, ...]
    #: Changes with anything on the grid.
    version: str


def grid_of(workshop: Workshop, draft: Draft, day: datetime.date) -> Grid:
    """The grid of a day. One more query, for the rooms."""
    rooms: list[Room | None] = list(Room.objects.filter(workshop=workshop, removed_at=None))
    begins, ends = _stretch(workshop, day)
    here = [one for one in draft.sessions if one.starts_at is not None and one.ends_at is not None]
    here = [one for one in here if begins <= _start(one) < ends or _start(one) < begins < _end(one)]
    step = _step(here, begins)
    first = min([_hour(workshop, day, FROM), *(max(_start(one), begins) for one in here)])
    last = max([_hour(workshop, day, UNTIL), *(_end(one) for one in here)])
    first = max(begins, first - (first - begins) % datetime.timedelta(hours=1))
    found = draft.conflicts()
    of_room: dict[int | None, list[Session]] = defaultdict(list)
    known = {room.pk for room in rooms if room is not None}
    for one in here:
        of_room[one.room_id if one.room_id in known else None].append(one)
    columns, lanes = [], {}
    for room in (*rooms, None):
        lanes[room.pk if room else None] = _lanes(of_room[room.pk if room else None])
        columns.append(Column(room, max(1, len(lanes[room.pk if room else None]))))
    rows = _rows(first, last, step, columns, lanes, found)
    about = [one for one in found if any(session in here for session in one.sessions)]
    return Grid(
        day=day,
        step=step,
        columns=tuple(columns),
        rows=tuple(rows),
        waiting=tuple(one for one in draft.sessions if one.starts_at is None),
        conflicts=tuple(about),
        version=_version(draft, rooms),
    )


def against_everywhere(grid: Grid, draft: Draft, session: Session) -> dict[str, dict[str, int]]:
    """For each room (`""` for none) the moments that would break something: 2 what cannot be, 1 what should not."""
    found: dict[str, dict[str, int]] = {}
    for column in grid.columns:
        moments: dict[str, int] = {}
        for row in grid.rows:
            stands = draft.against(session, row.at, column.room)
            level = (
                2 if any(one.is_hard for one in stands) else int(any(one.code != "moderator_missing" for one in stands))
            )
            if level:
                moments[row.at.isoformat()] = level
        found[column.room.public_id if column.room is not None else ""] = moments
    return found


def _rows(
    first: datetime.datetime,
    last: datetime.datetime,
    step: int,
    columns: Sequence[Column],
    lanes: dict[int | None, list[list[Session]]],
    conflicts: Iterable[Conflict],
) -> list[Row]:
    hard: dict[int, int] = defaultdict(int)
    soft: dict[int, int] = defaultdict(int)
    for conflict in conflicts:
        for session in conflict.sessions:
            (hard if conflict.is_hard else soft)[session.pk] += 1
    width = datetime.timedelta(minutes=step)
    count = max(1, -((first - last) // width))
    rows = [Row(first + number * width) for number in range(count)]
    taken: dict[tuple[int, int], set[int]] = defaultdict(set)
    standing: dict[tuple[int, int, int], Cell] = {}
    for number, column in enumerate(columns):
        of_column = lanes[column.room.pk if column.room is not None else None]
        for lane, sessions in enumerate(of_column):
            for one in sessions:
                begin = max(0, (_start(one) - first) // width)
                end = min(count, -((first - _end(one)) // width))
                size = max(1, end - begin)
                taken[number, lane].update(range(begin, begin + size))
                standing[number, lane, begin] = Cell(
                    column.room, rows[begin].at, one, size, hard[one.pk], soft[one.pk], is_cut=_start(one) < first
                )
    for index, row in enumerate(rows):
        for number, column in enumerate(columns):
            for lane in range(column.lanes):
                cell = standing.get((number, lane, index))
                if cell is not None:
                    row.cells.append(cell)
                elif index not in taken[number, lane]:
                    row.cells.append(Cell(column.room, row.at))
    return rows


def _lanes(sessions: Iterable[Session]) -> list[list[Session]]:
    lanes: list[list[Session]] = []
    for one in sorted(sessions, key=lambda each: (_start(each), each.pk)):
        for lane in lanes:
            if _end(lane[-1]) <= _start(one):
                lane.append(one)
                break
        else:
            lanes.append([one])
    return lanes


def _step(sessions: Iterable[Session], begins: datetime.datetime) -> int:
    step = STEP
    for one in sessions:
        step = gcd(step, int((_start(one) - begins).total_seconds() // 60), one.minutes)
    return max(LEAST_STEP, step)


def _stretch(workshop: Workshop, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From midnight to midnight by the workshop's clock, in UTC: 23 to 25 hours."""
    at = [datetime.datetime.combine(one, datetime.time(), workshop.zone) for one in (day, day + datetime.timedelta(1))]
    return at[0].astimezone(datetime.UTC), at[1].astimezone(datetime.UTC)


def _hour(workshop: Workshop, day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), workshop.zone).astimezone(datetime.UTC)


def _version(draft: Draft, rooms: Iterable[Room | None]) -> str:
    lines = [f"{one.pk} {one.edition}" for one in draft.sessions]
    lines += [f"{one.pk} {one.name} {one.capacity}" for one in rooms if one is not None]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _start(session: Session) -> datetime.datetime:
    if session.starts_at is None:
        raise ValueError("a session without a time has no place on the grid")
    return session.starts_at


def _end(session: Session) -> datetime.datetime:
    return _start(session) + datetime.timedelta(minutes=session.minutes)
