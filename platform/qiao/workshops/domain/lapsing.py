"""What time does to requests for meetings: the date on which they lapse."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from qiao.workshops.domain.meeting_case import locked_meeting, step, tell_members
from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting


def lapse_meetings(limit: int = 2000) -> int:
    """End requests whose date has gone by; returns how many."""
    past = Meeting.objects.filter(state=MeetingState.REQUESTED, lapses_at__lte=timezone.now())
    return sum(_lapse(pk) for pk in list(past.order_by("lapses_at").values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _lapse(meeting_id: int) -> bool:
    found = Meeting.objects.filter(pk=meeting_id).first()
    if found is None:
        return False
    case = locked_meeting(found)
    meeting = case.meeting
    if meeting.state != MeetingState.REQUESTED or meeting.lapses_at is None or meeting.lapses_at > timezone.now():
        return False  # answered or withdrawn a moment ago
    step(case, MeetingState.LAPSED, "lapse_meeting", actor=None)
    waited = [one for one in case.coming if one.answer == MeetingAnswer.YES]
    tell_members(case, "meeting_lapsed", among=waited, key=str(meeting.requested_at))
    return True
