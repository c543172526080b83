"""iCalendar (RFC 5545): feeds of one's own things, of a workshop and of a room; invitations in mail."""

from qiao.workshops.calendars.feeds import personal_calendar, room_calendar, workshop_calendar
from qiao.workshops.calendars.invitations import calendar_part

__all__ = ["calendar_part", "personal_calendar", "room_calendar", "workshop_calendar"]
