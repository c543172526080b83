"""Whole calendars: somebody's own, a workshop's, a room's. In the language of whoever reads them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Event

from qiao.workshops.calendars.events import meeting_event, new_calendar, session_event, with_zones
from qiao.workshops.domain.now import roles_in_sessions
from qiao.workshops.domain.queries.shown import shown_sessions
from qiao.workshops.enums import ANNOUNCED, MeetingAnswer, MeetingState, RegistrationState, WorkshopState
from qiao.workshops.models import Meeting, Registration, Room, Workshop

#: Workshops older than this have left the personal feed.
BACK = datetime.timedelta(days=180)


@dataclass(frozen=True)
class Feed:
    """A calendar as it is sent, its mark, and when anything in it last changed."""

    content: bytes
    etag: str
    changed_at: datetime.datetime | None


def personal_calendar(user: Any) -> Feed:
    """All meetings with a time and all sessions one has a part in, over all workshops. What is cancelled says so."""
    since = (timezone.now() - BACK).date()
    mine = Registration.objects.filter(
        user=user, workshop__state__in=ANNOUNCED, workshop__last_day__gte=since
    ).select_related("workshop", "workshop__bridge", "organisation")
    events: list[tuple[Event, datetime.tzinfo]] = []
    for one in mine:
        is_off = one.workshop.state == WorkshopState.CANCELLED or one.state != RegistrationState.CONFIRMED
        meetings = Meeting.objects.of_workshop(one.workshop).with_person(one).in_full()
        for meeting in meetings.filter(state__in=(MeetingState.SCHEDULED, MeetingState.CANCELLED)):
            place = next(each for each in meeting.members.all() if each.registration_id == one.pk)
            gone = is_off or meeting.state != MeetingState.SCHEDULED or place.answer == MeetingAnswer.NO
            made = meeting_event(meeting, one, cancelled=gone)
            if made is not None:
                events.append((made, one.workshop.zone))
        roles = roles_in_sessions(one)
        events.extend(
            (
                session_event(one.workshop, session, role=roles[session.public_id], is_cancelled=is_off),
                one.workshop.zone,
            )
            for session in shown_sessions(one.workshop)
            if session.public_id in roles
        )
    return _feed(_("%(site)s: my workshops") % {"site": settings.SITE_NAME}, events)


def workshop_calendar(workshop: Workshop) -> Feed:
    """The released programme of a workshop."""
    return _programme(workshop, str(workshop.name), None)


def room_calendar(workshop: Workshop, room: Room) -> Feed:
    """The released programme of one room. A session that has left the room is not in it any more."""
    return _programme(workshop, f"{workshop.name}: {room.name}", room.public_id)


def _programme(workshop: Workshop, name: str, room_id: str | None) -> Feed:
    is_off = workshop.state == WorkshopState.CANCELLED
    events = [
        (session_event(workshop, one, is_cancelled=is_off), workshop.zone)
        for one in shown_sessions(workshop)
        if room_id is None or one.room_id == room_id
    ]
    return _feed(name, events)


def _feed(name: str, events: list[tuple[Event, datetime.tzinfo]]) -> Feed:
    calendar = new_calendar(name)
    moments = []
    changed = []
    for event, _zone in events:
        calendar.add_component(event)
        moments += [event.decoded("dtstart"), event.decoded("dtend")]
        changed.append(event.decoded("last-modified"))
    content = with_zones(calendar, [zone for _event, zone in events], moments)
    return Feed(content, sha256(content).hexdigest()[:32], max(changed, default=None))
