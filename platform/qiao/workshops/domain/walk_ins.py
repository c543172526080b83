"""Meetings that nobody had planned: two people stand together, and one of them writes it down."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.workshops.domain.asking import is_blocked
from qiao.workshops.domain.meeting_case import MeetingCase, lock_people, log, tell_members
from qiao.workshops.enums import MeetingAnswer, MeetingOrigin, MeetingOutcome, MeetingState, RegistrationState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Workshop

#: How far back a walk-in may be written down.
BACK = datetime.timedelta(days=7)
DEFAULT_MINUTES = 15


@transaction.atomic
def record_walk_in(
    workshop: Workshop,
    *,
    actor: Any,
    registration: Registration,
    other: Registration,
    starts_at: datetime.datetime | None = None,
    minutes: int = DEFAULT_MINUTES,
) -> Meeting:
    """Write down a meeting that is being held or was held. Who writes it says that it was; the other is asked.

    Pressing twice makes one. Raises `InvalidInput` for a time to come, or somebody of one's own organisation.
    """
    if registration.user_id != actor.pk or registration.state != RegistrationState.CONFIRMED:
        raise NotAllowed
    if not workshop.has_meetings or not workshop.is_announced:
        raise TransitionNotAllowed
    people = lock_people({registration.pk, other.pk})
    now = timezone.now()
    begins = starts_at or now
    if len(people) < 2 or any(
        one.workshop_id != workshop.pk or one.state != RegistrationState.CONFIRMED for one in people
    ):
        raise InvalidInput(errors={"other": [_("Choose somebody who takes part.")]})
    if people[0].organisation_id == people[1].organisation_id or is_blocked(
        people[0].organisation_id, [people[1].organisation_id]
    ):
        raise InvalidInput(errors={"other": [_("Choose somebody of another organisation.")]})
    if begins > now or begins < now - BACK or not workshop.starts_at <= begins < workshop.ends_at:
        raise InvalidInput(errors={"starts_at": [_("Write down what is being held, or was held on its days.")]})
    if not 5 <= minutes <= 240:
        raise InvalidInput(errors={"minutes": [_("Between 5 minutes and 4 hours.")]})
    ends = begins + datetime.timedelta(minutes=minutes)
    there = (
        Meeting.objects.of_workshop(workshop)
        .filter(origin=MeetingOrigin.WALK_IN, starts_at__lt=ends, ends_at__gt=begins)
        .with_person(registration)
        .filter(pk__in=Meeting.objects.with_person(other).values("pk"))
        .filter(~Q(state=MeetingState.CANCELLED))
        .first()
    )
    if there is not None:
        return there
    meeting = Meeting.objects.create(
        workshop=workshop,
        origin=MeetingOrigin.WALK_IN,
        state=MeetingState.SCHEDULED,
        starts_at=begins,
        ends_at=ends,
        requested_at=now,
        outcome=MeetingOutcome.HELD,
    )
    members = [
        MeetingMember(
            meeting=meeting,
            registration=one,
            is_asking=one.pk == registration.pk,
            answer=MeetingAnswer.YES,
            answered_at=now,
            outcome=MeetingOutcome.HELD if one.pk == registration.pk else "",
            outcome_at=now if one.pk == registration.pk else None,
        )
        for one in people
    ]
    MeetingMember.objects.bulk_create(members)
    case = MeetingCase(meeting, members)
    log(case, "record_walk_in", actor=actor, after=meeting.state)
    mine = next(one for one in members if one.is_asking)
    tell_members(case, "meeting_walk_in", but=[mine])
    return meeting
