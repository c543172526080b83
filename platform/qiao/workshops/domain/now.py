"""Now and next: what goes on at a moment, what comes, and what is one's own of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from qiao.workshops.domain.notices import standing_notices
from qiao.workshops.domain.queries.my_meetings import MyMeeting, my_meetings
from qiao.workshops.domain.queries.shown import ShownSession, shown_sessions
from qiao.workshops.enums import AnswerToInvitation, SessionRole
from qiao.workshops.models import DayNotice, Registration, SessionPerson, Workshop

#: How many things to come are shown.
NEXT = 6


@dataclass(frozen=True)
class OwnThing:
    """A meeting or a session of one's own."""

    begins_at: datetime.datetime
    ends_at: datetime.datetime
    meeting: MyMeeting | None = None
    session: ShownSession | None = None
    role: str = ""


@dataclass
class NowAndNext:
    """What a page or a screen in the hall shows."""

    at: datetime.datetime
    notices: list[DayNotice]
    now: list[ShownSession]
    next: list[ShownSession]
    mine: list[OwnThing] = field(default_factory=list)


def now_and_next(
    workshop: Workshop, *, registration: Registration | None = None, at: datetime.datetime | None = None
) -> NowAndNext:
    """Everything as of a moment, by the released programme; with a registration also that person's own things."""
    moment = at or timezone.now()
    sessions = [one for one in shown_sessions(workshop) if not one.is_cancelled]
    coming = [one for one in sessions if one.starts_at > moment]
    found = NowAndNext(
        at=moment,
        notices=standing_notices(workshop),
        now=[one for one in sessions if one.starts_at <= moment < one.ends_at],
        next=coming[:NEXT],
    )
    if registration is not None:
        found.mine = _own(workshop, registration, sessions, moment)
    return found


def roles_in_sessions(registration: Registration) -> dict[str, str]:
    """Sessions that somebody speaks at, or has accepted to come to: their role by public id."""
    comes = ~Q(role=SessionRole.PARTICIPANT) & ~Q(answer=AnswerToInvitation.DECLINED) | Q(
        role=SessionRole.PARTICIPANT, answer=AnswerToInvitation.ACCEPTED
    )
    places = SessionPerson.objects.filter(comes, registration=registration).order_by("-role")
    return {one.session.public_id: one.get_role_display() for one in places.select_related("session")}


def _own(
    workshop: Workshop, registration: Registration, sessions: list[ShownSession], moment: datetime.datetime
) -> list[OwnThing]:
    roles = roles_in_sessions(registration)
    things = [
        OwnThing(one.starts_at, one.ends_at, session=one, role=roles[one.public_id])
        for one in sessions
        if one.public_id in roles
    ]
    things.extend(
        OwnThing(line.begins_at, line.ends_at, meeting=line)
        for day in my_meetings(workshop, registration).days
        for line in day.lines
        if line.begins_at is not None and line.ends_at is not None
    )
    return sorted((one for one in things if one.ends_at > moment), key=lambda one: one.begins_at)[:NEXT]
