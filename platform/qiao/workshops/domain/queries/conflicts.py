"""What stands against a draft of a programme: hard conflicts, which cannot be, and soft ones by their weight."""

from __future__ import annotations

import copy
import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from qiao.workshops.domain.queries.taken_times import present_at
from qiao.workshops.enums import AnswerToInvitation, SessionKind, SessionRole
from qiao.workshops.models import Registration, Room, Session, SessionPerson, Workshop

#: What a soft conflict weighs; a hard one is above them all.
WEIGHTS = {
    "room_twice": 1000, "person_twice": 1000, "absent": 1000, "moderator_missing": 30, "room_small": 20,
    "interpreter_missing": 20, "too_far": 15, "same_people": 5, "same_track": 3, "no_place": 1,
}  # fmt: skip
HARD = frozenset({"room_twice", "person_twice", "absent"})
#: Minutes to go from one building to another.
WAY = datetime.timedelta(minutes=15)


@dataclass(frozen=True)
class Conflict:
    """One conflict: its code, whom or what it is about, and the sessions in it."""

    code: str
    sessions: tuple[Session, ...]
    about: str = ""
    count: int = 1

    @property
    def is_hard(self) -> bool:
        """It cannot be: the programme must not be released so without a second look."""
        return self.code in HARD

    @property
    def weight(self) -> int:
        """How bad it is; people who want both sessions count one by one."""
        return WEIGHTS[self.code] * (self.count if self.code == "same_people" else 1)


@dataclass(frozen=True)
class Draft:
    """The planned sessions of a workshop with who is in them, read once: a constant number of queries."""

    sessions: tuple[Session, ...]
    people: dict[int, list[SessionPerson]]
    names: dict[int, Registration]
    present: dict[int, Any]

    def conflicts(self) -> list[Conflict]:
        """All conflicts, worst first."""
        found = [one for session in self.sessions for one in self._alone(session)]
        placed = [one for one in self.sessions if one.starts_at is not None]
        for first, second in combinations(placed, 2):
            found += _together(first, second, self.people)
        return sorted(found, key=_worst_first)

    def against(self, session: Session, starts_at: datetime.datetime, room: Room | None) -> list[Conflict]:
        """What would stand against the session at another time or in another room, worst first. Changes nothing."""
        moved = copy.copy(session)
        moved.starts_at, moved.room = starts_at, room
        found = self._alone(moved)
        for other in self.sessions:
            if other.pk == session.pk or other.starts_at is None:
                continue
            first, second = (moved, other) if starts_at <= other.starts_at else (other, moved)
            found += _together(first, second, self.people)
        return sorted(found, key=_worst_first)

    def _alone(self, session: Session) -> list[Conflict]:
        return _alone(session, self.people[session.pk], self.names, self.present)


def draft_of(workshop: Workshop, among: Sequence[Session] | None = None) -> Draft:
    """The draft as it is now, its sessions in the order of their beginnings.

    `among` are its sessions as they would be, for who wants to know before anything is written.
    """
    if among is None:
        among = list(Session.objects.of_workshop(workshop).active().select_related("room"))
    last = workshop.ends_at + datetime.timedelta(days=1)
    sessions = tuple(sorted(among, key=lambda one: (one.starts_at or last, one.pk)))
    people: dict[int, list[SessionPerson]] = defaultdict(list)
    for one in SessionPerson.objects.filter(session__in=sessions).exclude(answer=AnswerToInvitation.DECLINED):
        people[one.session_id].append(one)
    registered = Registration.objects.filter(session_places__session__in=sessions).distinct()
    names = {one.pk: one for one in registered}
    return Draft(sessions, people, names, present_at(workshop, names.values()))


def conflicts_of(workshop: Workshop, among: Sequence[Session] | None = None) -> list[Conflict]:
    """All conflicts of the draft, or of its sessions as they would be, worst first. A constant number of queries."""
    return draft_of(workshop, among).conflicts()


def _worst_first(conflict: Conflict) -> tuple[int, str, int]:
    return (-conflict.weight, conflict.code, conflict.sessions[0].pk)


def _alone(
    session: Session, people: list[SessionPerson], names: dict[int, Registration], present: dict[int, Any]
) -> list[Conflict]:
    starts_at, ends_at = session.starts_at, session.ends_at
    if session.kind == SessionKind.BREAK:
        return []
    if starts_at is None or ends_at is None:
        return [Conflict("no_place", (session,))]
    found = []
    for one in people:
        if one.registration_id is None or one.role == SessionRole.PARTICIPANT:
            continue
        if not any(a <= starts_at and ends_at <= b for a, b in present[one.registration_id]):
            found.append(Conflict("absent", (session,), names[one.registration_id].name))
    moderated = any(one.role == SessionRole.MODERATOR for one in people)
    if session.kind in (SessionKind.ROUNDTABLE, SessionKind.PANEL) and not moderated:
        found.append(Conflict("moderator_missing", (session,)))
    expected = session.expected or sum(one.role == SessionRole.PARTICIPANT for one in people)
    if session.room is not None and session.room.capacity is not None and expected > session.room.capacity:
        found.append(Conflict("room_small", (session,), str(session.room), expected - session.room.capacity))
    interpreted = any(one.role == SessionRole.INTERPRETER for one in people)
    booth = session.room is not None and session.room.has_interpreting
    if session.needs_interpreting and not (interpreted or booth):
        found.append(Conflict("interpreter_missing", (session,)))
    return found


def _together(first: Session, second: Session, people: dict[int, list[SessionPerson]]) -> list[Conflict]:
    found: list[Conflict] = []
    # They come in the order of their beginnings.
    if first.ends_at is None or second.starts_at is None:
        return found
    overlap = second.starts_at < first.ends_at
    both = (first, second)
    needed = _needed(people[first.pk]) & _needed(people[second.pk])
    if overlap:
        if first.room_id is not None and first.room_id == second.room_id:
            found.append(Conflict("room_twice", both, str(first.room)))
        found += [Conflict("person_twice", both, name) for _pk, name in sorted(needed)]
        wanted = Counter(pk for pk, _name in _wanting(people[first.pk]) & _wanting(people[second.pk]))
        if wanted:
            found.append(Conflict("same_people", both, count=len(wanted)))
        if first.track and first.track == second.track:
            found.append(Conflict("same_track", both, first.track))
    elif second.starts_at - first.ends_at < WAY and _apart(first, second):
        found += [Conflict("too_far", both, name) for _pk, name in sorted(needed)]
    return found


def _needed(people: list[SessionPerson]) -> set[tuple[int, str]]:
    """Without whom the session does not take place."""
    return {
        (one.registration_id, one.name)
        for one in people
        if one.registration_id is not None and one.role != SessionRole.PARTICIPANT
    }


def _wanting(people: list[SessionPerson]) -> set[tuple[int, str]]:
    return {(one.registration_id, one.name) for one in people if one.registration_id is not None}


def _apart(first: Session, second: Session) -> bool:
    sites = {one.room.site if one.room is not None else "" for one in (first, second)}
    return len(sites) == 2 and "" not in sites
