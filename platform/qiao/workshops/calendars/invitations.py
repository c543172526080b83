"""A meeting or session as the part of a message that puts it into the reader's calendar, or takes it out (RFC 5546)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from icalendar import Event, vCalAddress, vDatetime, vText

from qiao.workshops.calendars.events import meeting_event, new_calendar, session_event, with_zones
from qiao.workshops.domain.queries.shown import ShownSession
from qiao.workshops.models import Meeting, Registration, Workshop


@dataclass(frozen=True)
class CalendarPart:
    """What goes beside the text of a message, as `text/calendar; method=…`."""

    content: str
    method: str

    @property
    def content_type(self) -> str:
        """As Outlook, Apple and Google want it: the method stands here as well."""
        return f"text/calendar; method={self.method}"


def calendar_part(
    subject: Meeting | tuple[Workshop, ShownSession, str],
    reader: Registration,
    *,
    cancelled: bool = False,
    hours: tuple[datetime.datetime, datetime.datetime] | None = None,
    sequence: int | None = None,
    is_accepted: bool = True,
) -> CalendarPart | None:
    """The invitation to a meeting, or to a session with the reader's role, or its cancellation; None without a time.

    Only the reader is named as invited: addresses of others are not ours to pass on. The answer is given on the site,
    so none is asked for by mail; `is_accepted` says whether it was. `hours` are those that a meeting had which has none
    any more. `sequence` is the number of this message to this reader, where it is not the one in the feeds: calendars
    drop what is not newer than what they have.
    """
    method = "CANCEL" if cancelled else "REQUEST"
    if isinstance(subject, Meeting):
        workshop = subject.workshop
        event = meeting_event(subject, reader, hours=hours, cancelled=cancelled)
    else:
        workshop, session, role = subject
        event = session_event(workshop, session, role=role, is_cancelled=cancelled)
    if event is None:
        return None
    if sequence is not None:
        event["SEQUENCE"] = sequence
    # Of two messages of one number the later one counts (RFC 5546, 2.1.5).
    event["DTSTAMP"] = vDatetime(timezone.now().astimezone(datetime.UTC).replace(microsecond=0))
    _address(event, reader, is_accepted=is_accepted)
    calendar = new_calendar("", method=method)
    calendar.add_component(event)
    content = with_zones(calendar, [workshop.zone], [event.decoded("dtstart"), event.decoded("dtend")])
    return CalendarPart(content.decode(), method)


def _address(event: Event, reader: Registration, *, is_accepted: bool) -> None:
    organiser = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organiser.params["CN"] = vText(settings.SITE_NAME)
    event.add("organizer", organiser)
    attendee = vCalAddress(f"mailto:{reader.user.email if reader.user is not None else reader.email}")
    attendee.params["CN"] = vText(reader.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED" if is_accepted else "NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
