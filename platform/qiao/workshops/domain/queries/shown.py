"""The programme as participants and calendars read it: the last release, a session at a time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from i18nfield.strings import LazyI18nString

from qiao.workshops.enums import SessionState
from qiao.workshops.models import Release, Room, Session, Workshop


@dataclass(frozen=True)
class ShownSession:
    """One session with its time. `changed_at` is the release it is of; `sequence` that release's number."""

    public_id: str
    title: LazyI18nString
    description: LazyI18nString
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    room: Room | None
    room_id: str
    online_url: str
    is_cancelled: bool
    sequence: int
    changed_at: datetime.datetime
    people: tuple[str, ...] = ()


def shown_sessions(workshop: Workshop) -> list[ShownSession]:
    """Sessions of the last release in the order of time, and what earlier releases had that is cancelled since.

    Two queries and one for each release: workshops have few.
    """
    releases = list(Release.objects.of_workshop(workshop).order_by("number"))
    if not releases:
        return []
    rooms = {one.public_id: one for one in Room.objects.filter(workshop=workshop)}
    links = dict(Session.objects.of_workshop(workshop).values_list("public_id", "online_url"))
    found: dict[str, ShownSession] = {}
    before: dict[str, dict[str, Any]] = {}
    for release in releases:
        lines = {str(one.get("id", "")): one for one in release.content.get("sessions", ()) if isinstance(one, dict)}
        for public_id, line in lines.items():
            if public_id in found and line == before.get(public_id):
                continue
            made = _session(line, release, rooms, links)
            if made is not None:
                found[public_id] = made
        for public_id in found.keys() - lines.keys():
            if not found[public_id].is_cancelled:
                found[public_id] = _cancelled(found[public_id], release)
        before = lines
    return sorted(found.values(), key=lambda one: (one.starts_at, one.public_id))


def _session(
    line: dict[str, Any], release: Release, rooms: dict[str, Room], links: dict[str, str]
) -> ShownSession | None:
    starts_at = _moment(line.get("starts_at"))
    if starts_at is None:
        return None
    ends_at = _moment(line.get("ends_at")) or starts_at + datetime.timedelta(minutes=int(line.get("minutes") or 0))
    told = line.get("room")
    room_id = str(told.get("id", "")) if isinstance(told, dict) else str(told or "")
    public_id = str(line["id"])
    people = [one.get("name", "") for one in line.get("people", ()) if isinstance(one, dict)]
    return ShownSession(
        public_id=public_id,
        title=LazyI18nString(line.get("title") or ""),
        description=LazyI18nString(line.get("description") or ""),
        starts_at=starts_at,
        ends_at=ends_at,
        room=rooms.get(room_id),
        room_id=room_id,
        online_url=str(line.get("online_url") or links.get(public_id, "")),
        is_cancelled=line.get("state") == SessionState.CANCELLED,
        sequence=release.number,
        changed_at=release.released_at,
        people=tuple(name for name in people if name),
    )


def _cancelled(session: ShownSession, release: Release) -> ShownSession:
    values = {**session.__dict__, "is_cancelled": True, "sequence": release.number, "changed_at": release.released_at}
    return ShownSession(**values)


def _moment(given: Any) -> datetime.datetime | None:
    return parse_datetime(given) if isinstance(given, str) else None
