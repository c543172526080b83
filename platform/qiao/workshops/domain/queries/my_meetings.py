"""Somebody's meetings at a workshop, as they read them: by day, what waits for them, and what has ended."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from qiao.workshops.domain.meeting_case import is_live
from qiao.workshops.domain.outcomes import begins_at
from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Workshop

State = MeetingState


@dataclass(frozen=True)
class MyMeeting:
    """A meeting in the eyes of one of its members."""

    meeting: Meeting
    mine: MeetingMember
    others: tuple[MeetingMember, ...]

    @property
    def begins_at(self) -> datetime.datetime | None:
        return begins_at(self.meeting)

    @property
    def ends_at(self) -> datetime.datetime | None:
        return self.meeting.slot.ends_at if self.meeting.slot is not None else self.meeting.ends_at

    @property
    def asker(self) -> MeetingMember | None:
        """Who has asked for it."""
        return next((one for one in (self.mine, *self.others) if one.is_asking), None)

    @property
    def is_mine(self) -> bool:
        """I have asked for it."""
        return self.mine.is_asking

    @property
    def has_left(self) -> bool:
        return self.mine.answer == MeetingAnswer.NO

    @property
    def is_live(self) -> bool:
        return is_live(self.meeting) and not self.has_left

    @property
    def must_answer(self) -> bool:
        """It is asked for, and not by me."""
        return self.is_live and self.meeting.state == State.REQUESTED and self.mine.answer == MeetingAnswer.ASKED

    @property
    def must_answer_time(self) -> bool:
        """Another proposes a time for what is agreed or scheduled."""
        return (
            self.is_live
            and self.meeting.state != State.REQUESTED
            and self.meeting.wished_slot_id is not None
            and self.mine.answer == MeetingAnswer.ASKED
        )

    @property
    def waits_for_time(self) -> bool:
        """I have proposed a time for what is agreed or scheduled, and others have not answered."""
        return (
            self.is_live
            and self.meeting.wished_slot_id is not None
            and not self.must_answer_time
            and (self.meeting.state != State.REQUESTED)
        )

    @property
    def has_begun(self) -> bool:
        return self.begins_at is not None and self.begins_at <= timezone.now()

    @property
    def may_mark(self) -> bool:
        """It has begun: one says whether it is held."""
        return self.is_live and self.meeting.state == State.SCHEDULED and self.has_begun

    @property
    def may_withdraw(self) -> bool:
        return self.is_live and self.is_mine and self.meeting.state == State.REQUESTED

    @property
    def may_cancel(self) -> bool:
        return self.is_live and self.meeting.state in (State.AGREED, State.SCHEDULED) and not self.meeting.outcome

    @property
    def may_take_back(self) -> bool:
        """A no can still be undone."""
        lapses = self.meeting.lapses_at
        return (
            self.has_left
            and self.meeting.state in (State.DECLINED, State.REQUESTED)
            and lapses is not None
            and lapses > timezone.now()
        )

    @property
    def may_propose_time(self) -> bool:
        return self.is_live and not self.meeting.outcome and self.meeting.starts_at is None and not self.has_begun


@dataclass
class Day:
    """Meetings of one day of the workshop's clock, in the order of time."""

    date: datetime.date
    lines: list[MyMeeting] = field(default_factory=list)


@dataclass
class MyMeetings:
    """All of them."""

    days: list[Day]
    to_answer: list[MyMeeting]
    without_time: list[MyMeeting]
    waiting: list[MyMeeting]
    ended: list[MyMeeting]

    @property
    def any(self) -> bool:
        return bool(self.days or self.to_answer or self.without_time or self.waiting or self.ended)


def my_meetings(workshop: Workshop, registration: Registration) -> MyMeetings:
    """Everything that somebody is or was in. A constant number of queries."""
    lines = [
        as_seen_by(registration, meeting)
        for meeting in Meeting.objects.of_workshop(workshop).with_person(registration).in_full()
    ]
    days: dict[datetime.date, Day] = {}
    found = MyMeetings([], [], [], [], [])
    for line in lines:
        state = line.meeting.state
        if not line.is_live:
            found.ended.append(line)
        elif line.must_answer or line.must_answer_time:
            found.to_answer.append(line)
        elif state == State.AGREED:
            found.without_time.append(line)
        elif state == State.REQUESTED:
            found.waiting.append(line)
        begins = line.begins_at
        if line.is_live and state == State.SCHEDULED and begins is not None:
            date = begins.astimezone(workshop.zone).date()
            days.setdefault(date, Day(date)).lines.append(line)
    for day in days.values():
        day.lines.sort(key=lambda one: one.begins_at or timezone.now())
    found.days = [days[date] for date in sorted(days)]
    found.ended.sort(key=lambda one: one.meeting.updated_at, reverse=True)
    return found


def as_seen_by(registration: Registration, meeting: Meeting) -> MyMeeting:
    """One meeting, read `in_full`, in the eyes of a member."""
    members = list(meeting.members.all())
    mine = next(one for one in members if one.registration_id == registration.pk)
    others = tuple(one for one in members if one is not mine and one.answer != MeetingAnswer.NO)
    return MyMeeting(meeting, mine, others or tuple(one for one in members if one is not mine))
