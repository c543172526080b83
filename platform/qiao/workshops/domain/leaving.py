"""People who no longer take part: their meetings are freed and the others told. And tables for who has lost theirs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from qiao.workshops.domain.answering import goes_on, leave
from qiao.workshops.domain.meeting_case import answered, hold, is_live, locked_meeting, log, step, tell_members
from qiao.workshops.domain.seating import free_table, needs_table, tables_of
from qiao.workshops.enums import MeetingAnswer, MeetingState, RegistrationState, WorkshopState
from qiao.workshops.models import Meeting, MeetingMember, Registration

State = MeetingState


def leave_meetings(registration: Registration, *, actor: Any, reason: str = "") -> int:
    """Take somebody out of every meeting that has not begun; returns how many. The others are told.

    For who withdraws or loses the place. Meetings of three and more go on without them.
    """
    return sum(_leave_one(pk, registration, actor, reason) for pk in _to_come(registration))


def _to_come(registration: Registration) -> list[int]:
    now = timezone.now()
    mine = MeetingMember.objects.filter(registration=registration).exclude(answer=MeetingAnswer.NO)
    meetings = Meeting.objects.live().filter(pk__in=mine.values("meeting_id"), outcome="", starts_at=None)
    return list(meetings.filter(Q(slot=None) | Q(slot__starts_at__gt=now)).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _leave_one(meeting_id: int, registration: Registration, actor: Any, reason: str) -> bool:
    case = locked_meeting(Meeting.objects.get(pk=meeting_id))
    member = next((one for one in case.coming if one.registration_id == registration.pk), None)
    if member is None or not is_live(case.meeting):
        return False  # answered or cancelled a moment ago
    if case.meeting.state != State.REQUESTED:
        leave(case, member, actor, reason)
        return True
    told = [one for one in case.coming if one.pk != member.pk]
    answered(member, MeetingAnswer.NO, timezone.now())
    if goes_on(case):
        log(case, "leave_meeting", actor=actor)
        return True
    step(case, State.WITHDRAWN if member.is_asking else State.DECLINED, "leave_meeting", actor=actor)
    kind = "meeting_withdrawn" if member.is_asking else "meeting_declined"
    tell_members(case, kind, among=told, key=str(case.meeting.requested_at))
    return True


def free_meetings_of_those_who_left(limit: int = 500) -> int:
    """Free the meetings of people who have no place any more, whoever has taken it from them; returns how many."""
    gone = Registration.objects.exclude(state=RegistrationState.CONFIRMED).filter(
        workshop__state=WorkshopState.PUBLISHED,
        meeting_places__meeting__state__in=(State.REQUESTED, State.AGREED, State.SCHEDULED),
        meeting_places__answer__in=(MeetingAnswer.ASKED, MeetingAnswer.YES),
        meeting_places__meeting__outcome="",
    )
    people = list(gone.order_by("pk").distinct()[:limit])
    return sum(leave_meetings(one, actor=None) for one in people)


def seat_again(limit: int = 500) -> int:
    """Give meetings to come that have lost their table another one, where there is one; returns how many.

    A table or a room may have been taken away since. Their members are told.
    """
    unseated = Meeting.objects.scheduled().filter(
        workshop__state=WorkshopState.PUBLISHED, table=None, slot__starts_at__gt=timezone.now()
    )
    ids = unseated.order_by("slot__starts_at", "pk").values_list("pk", flat=True)[:limit]
    return sum(_seat(pk) for pk in list(ids))


@transaction.atomic
def _seat(meeting_id: int) -> bool:
    case = locked_meeting(Meeting.objects.get(pk=meeting_id))
    meeting = case.meeting
    people = [one.registration for one in case.attending]
    if meeting.state != State.SCHEDULED or meeting.slot is None or meeting.table_id is not None or not people:
        return False
    if not needs_table(case.workshop, people, tables_of(case.workshop)):
        return False
    table = free_table(case.workshop, meeting.slot, people, meeting=meeting)
    if table is None:
        return False
    hold(case, meeting.slot, table)
    log(case, "set_meeting_table", actor=None)
    tell_members(case, "meeting_moved", key=str(meeting.sequence))
    return True
