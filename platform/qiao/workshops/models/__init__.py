"""Workshops: what they are, who comes, the programme, the meetings, and who was there."""

from qiao.workshops.models.attendance import CalendarKey, CheckIn, DayNotice, Feedback
from qiao.workshops.models.meetings import Meeting, MeetingMember, ScheduleComment, ScheduleRun
from qiao.workshops.models.programme import CalendarEntry, PlacementRun, Release, Session, SessionPerson
from qiao.workshops.models.registration import Delegation, Presence, QuestionAnswer, Registration
from qiao.workshops.models.suggestion import SuggestedMember, SuggestedSession, SuggestionRun
from qiao.workshops.models.workshop import (
    AskingRule,
    MeetingTable,
    RegistrationQuestion,
    Room,
    Slot,
    Workshop,
    WorkshopStaff,
)

__all__ = [
    "AskingRule", "CalendarEntry", "CalendarKey", "CheckIn", "DayNotice", "Delegation", "Feedback", "Meeting",
    "MeetingMember", "MeetingTable", "PlacementRun", "Presence", "QuestionAnswer", "Registration",
    "RegistrationQuestion", "Release", "Room", "ScheduleComment", "ScheduleRun", "Session", "SessionPerson", "Slot",
    "SuggestedMember", "SuggestedSession", "SuggestionRun", "Workshop", "WorkshopStaff",
]  # fmt: skip
