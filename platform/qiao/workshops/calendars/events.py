"""What of a meeting and a session stands in a calendar."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vUri

from qiao.workshops.domain.queries.shown import ShownSession
from qiao.workshops.enums import AttendanceMode, MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting, Registration, Workshop


def new_calendar(name: str, *, method: str = "") -> Calendar:
    """An empty calendar of ours. `method` only for what is sent by mail: a feed has none."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Workshops//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    else:
        calendar.add("x-wr-calname", name)
        calendar.add("name", name)
        calendar.add("refresh-interval", datetime.timedelta(minutes=30), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", datetime.timedelta(minutes=30))
    return calendar


def with_zones(calendar: Calendar, zones: Iterable[datetime.tzinfo], moments: list[datetime.datetime]) -> bytes:
    """The calendar as it is sent, with the rules of every zone in it for a year around its moments."""
    if moments:
        first, last = min(moments).date(), max(moments).date()
        year = datetime.timedelta(days=400)
        named = {zone.key: zone for zone in zones if isinstance(zone, zoneinfo.ZoneInfo) and zone.key != "UTC"}
        for number, key in enumerate(sorted(named)):
            part = Timezone.from_tzinfo(named[key], tzid=key, first_date=first - year, last_date=last + year)
            calendar.subcomponents.insert(number, part)
    return bytes(calendar.to_ical())


def meeting_uid(meeting: Meeting) -> str:
    """The name of a meeting in every calendar, whatever becomes of it."""
    return f"meeting-{meeting.public_id}@{_host()}"


def session_uid(public_id: str) -> str:
    """The name of a session in every calendar."""
    return f"session-{public_id}@{_host()}"


def meeting_hours(meeting: Meeting) -> tuple[datetime.datetime, datetime.datetime] | None:
    """When it is held; None without a time."""
    if meeting.slot is not None:
        return meeting.slot.starts_at, meeting.slot.ends_at
    if meeting.starts_at is not None:
        return meeting.starts_at, meeting.ends_at or meeting.starts_at + datetime.timedelta(minutes=15)
    return None


def meeting_event(
    meeting: Meeting,
    reader: Registration,
    *,
    hours: tuple[datetime.datetime, datetime.datetime] | None = None,
    cancelled: bool = False,
) -> Event | None:
    """A meeting as one of its members has it; None for one without a time. `hours` of one that has lost its own."""
    begins, ends = hours or meeting_hours(meeting) or (None, None)
    if begins is None or ends is None:
        return None
    workshop = meeting.workshop
    members = [one for one in meeting.members.all() if one.answer != MeetingAnswer.NO]
    others = [one.registration for one in members if one.registration_id != reader.pk]
    event = _event(meeting_uid(meeting), workshop, begins, ends, meeting.updated_at)
    event.add("sequence", meeting.sequence * 2 + int(cancelled))
    event.add("status", "CANCELLED" if cancelled or meeting.state != MeetingState.SCHEDULED else "CONFIRMED")
    names = ", ".join(f"{one.name} ({one.organisation})" for one in others)
    event.add("summary", _("Meeting: %(others)s") % {"others": names} if names else str(workshop.name))
    page = f"{settings.SITE_URL}/{workshop.bridge.slug}/workshops/{workshop.public_id}/meetings/{meeting.public_id}/"
    event.add("url", page)
    place = []
    if meeting.table is not None and reader.mode == AttendanceMode.ON_SITE:
        place = [_("table %(number)s") % {"number": meeting.table.number}]
        place += [str(meeting.table.room)] if meeting.table.room is not None else []
        place += [str(workshop.venue)] if str(workshop.venue) else []
    _where(event, place, meeting.join_url or (workshop.online_url if not place else ""))
    words = [str(workshop.name), *([meeting.message] if meeting.message else []), page]
    event.add("description", "\n\n".join(words))
    return event


def session_event(workshop: Workshop, session: ShownSession, *, role: str = "", is_cancelled: bool = False) -> Event:
    """A session as the last release has it. Links to join are for those who take part: feeds for all have none."""
    event = _event(session_uid(session.public_id), workshop, session.starts_at, session.ends_at, session.changed_at)
    event.add("sequence", session.sequence)
    event.add("status", "CANCELLED" if session.is_cancelled or is_cancelled else "CONFIRMED")
    event.add("summary", f"{session.title} ({role})" if role else str(session.title))
    page = f"{settings.SITE_URL}/{workshop.bridge.slug}/workshops/{workshop.public_id}/"
    event.add("url", page)
    place = [str(session.room)] if session.room is not None else []
    place += [str(workshop.venue)] if str(workshop.venue) else []
    online = (session.online_url or (session.room.online_url if session.room is not None else "")) if role else ""
    _where(event, place, online)
    words = [str(workshop.name), str(session.description), ", ".join(session.people), page]
    event.add("description", "\n\n".join(one for one in words if one))
    return event


def _event(
    uid: str, workshop: Workshop, begins: datetime.datetime, ends: datetime.datetime, changed_at: datetime.datetime
) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed_at.astimezone(datetime.UTC))
    event.add("last-modified", changed_at.astimezone(datetime.UTC))
    local = [moment.astimezone(workshop.zone) for moment in (begins, ends)]
    if any(moment.fold for moment in local):
        # A clock time that is there twice means the first of the two (RFC 5545, 3.3.5): the second is told in UTC.
        local = [moment.astimezone(datetime.UTC) for moment in local]
    event.add("dtstart", local[0])
    event.add("dtend", local[1])
    event.add("transp", "OPAQUE")
    return event


def _where(event: Event, place: list[Any], online: str) -> None:
    if place or online:
        event.add("location", ", ".join([*place, *([online] if online else [])]))
    if online:
        event.add("conference", vUri(online, params={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": _("Join online")}))


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or settings.SITE_NAME.lower()
