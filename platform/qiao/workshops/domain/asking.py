"""Asking for a meeting: whom, with which words, and at which time if one has a wish."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_text
from qiao.directory.models import Block
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.meeting_case import MeetingCase, lock_people, log, tell_members
from qiao.workshops.domain.meeting_limits import allowances_of
from qiao.workshops.domain.queries.asking import AskingRules
from qiao.workshops.domain.seating import most_people
from qiao.workshops.enums import MeetingAnswer, MeetingOrigin, MeetingState, RegistrationState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Slot, Workshop

MESSAGE_LENGTH = 1000
#: People of one meeting, where no table says it.
MOST_PEOPLE = 12


@transaction.atomic
def ask_for_meeting(
    workshop: Workshop,
    *,
    actor: Any,
    asking: Registration,
    asked: Iterable[Registration],
    message: str = "",
    slot: Slot | None = None,
) -> Meeting:
    """Ask one or several people for a meeting, at a time if one has a wish. It holds that time for nobody.

    Colleagues of one's own may be among them. Where somebody has asked the same people for the same already, that
    request is accepted instead. Raises `InvalidInput` for people who cannot be asked, and when no request is left.
    """
    if asking.user_id != actor.pk or asking.state != RegistrationState.CONFIRMED:
        raise NotAllowed
    if not workshop.takes_meeting_requests:
        raise TransitionNotAllowed(_("Requests for meetings are closed."))
    ids = {one.pk for one in asked} - {asking.pk}
    if not ids:
        raise InvalidInput(errors={"people": [_("Choose whom to meet.")]})
    people = {one.pk: one for one in lock_people({asking.pk, *ids})}
    asking = people.pop(asking.pk)
    message = clean_text(message)
    _check_people(workshop, asking, list(people.values()))
    if len(message) > MESSAGE_LENGTH:
        raise InvalidInput(errors={"message": [_("Keep it under 1,000 characters.")]})
    if slot is not None and (slot.workshop_id != workshop.pk or slot.starts_at <= timezone.now()):
        raise InvalidInput(errors={"slot": [_("This time has gone by: choose another.")]})
    there = _same_people(workshop, {asking.pk, *people})
    if there is not None:
        member = there.members.get(registration=asking)
        if there.state == MeetingState.REQUESTED and member.answer == MeetingAnswer.ASKED:
            return accept_meeting(there, actor=actor, registration=asking)
        return there  # the button was pressed twice
    if not allowances_of(workshop, [asking])[asking.pk].requests_left:
        raise InvalidInput(
            _("You have %(limit)s open requests, which is the limit. Withdraw one, or wait for an answer.")
            % {"limit": workshop.requests_per_person}
        )
    now = timezone.now()
    meeting = Meeting.objects.create(
        workshop=workshop,
        origin=MeetingOrigin.REQUEST,
        state=MeetingState.REQUESTED,
        wished_slot=slot,
        message=message,
        requested_at=now,
        lapses_at=lapse_of(workshop, slot, now),
        join_url=workshop.online_url if not workshop.has_venue else "",
    )
    members = [
        MeetingMember(meeting=meeting, registration=asking, is_asking=True, answer=MeetingAnswer.YES, answered_at=now),
        # A colleague of one's own is brought along; the others are asked.
        *(MeetingMember(meeting=meeting, registration=one) for one in people.values()),
    ]
    MeetingMember.objects.bulk_create(members)
    case = MeetingCase(meeting, members)
    log(case, "ask_for_meeting", actor=actor, after=meeting.state, people=len(members))
    tell_members(case, "meeting_requested", but=members[:1], asker=f"{asking.name} ({asking.organisation})")
    return meeting


def lapse_of(workshop: Workshop, slot: Slot | None, now: datetime.datetime) -> datetime.datetime:
    """When a request lapses: after the hours to answer, and before the time it asks for or the end of it all."""
    latest = slot.starts_at if slot is not None else workshop.ends_at
    return max(now, min(now + datetime.timedelta(hours=workshop.hours_to_answer), latest))


def why_not_ask(asking: Registration, asked: Registration, rules: AskingRules) -> str:
    """Why somebody cannot ask another, in a sentence; empty if they can. `rules` are the workshop's, read once."""
    if asked.workshop_id != asking.workshop_id or asked.state != RegistrationState.CONFIRMED:
        return _("%(name)s does not take part.") % {"name": asked.name}
    if asked.organisation_id == asking.organisation_id:
        return ""
    if not asked.wants_meetings or asked.no_show_at is not None:
        return _("%(name)s is not open to meetings.") % {"name": asked.name}
    if asked.user_id is None:
        return _("%(name)s has no account yet and could not answer.") % {"name": asked.name}
    if not rules.allow(asking, asked):
        return _("By the rules of this workshop you cannot ask %(name)s.") % {"name": asked.name}
    return ""


def _check_people(workshop: Workshop, asking: Registration, people: list[Registration]) -> None:
    rules = AskingRules(workshop)
    refused = [why for why in (why_not_ask(asking, one, rules) for one in people) if why]
    if not refused and all(one.organisation_id == asking.organisation_id for one in people):
        refused = [_("Choose somebody of another organisation.")]
    limit = most_people(workshop) or MOST_PEOPLE
    if not refused and len(people) + 1 > limit:
        refused = [_("At most %(limit)s people can sit together.") % {"limit": limit}]
    others = {one.organisation_id for one in people} - {asking.organisation_id}
    # A block is private to who has set it: it is refused in the words of the rules.
    if not refused and is_blocked(asking.organisation_id, others):
        refused = [_("By the rules of this workshop you cannot ask %(name)s.") % {"name": people[0].name}]
    if refused:
        raise InvalidInput(errors={"people": refused})


def is_blocked(organisation: int, others: Iterable[int]) -> bool:
    """Whether an organisation has blocked one of the others, or was blocked by one."""
    ids = list(others)
    return Block.objects.filter(
        Q(organisation=organisation, blocked__in=ids) | Q(organisation__in=ids, blocked=organisation)
    ).exists()


def _same_people(workshop: Workshop, ids: set[int]) -> Meeting | None:
    """The meeting of exactly these people that something is still to come of."""
    # Of the meetings of one of them: a workshop has thousands.
    near = list(MeetingMember.objects.filter(registration=min(ids)).values_list("meeting_id", flat=True))
    found = (
        Meeting.objects.of_workshop(workshop)
        .live()
        .filter(outcome="", starts_at=None, pk__in=near)
        .annotate(all=Count("members"), ours=Count("members", filter=Q(members__registration__in=ids)))
        .filter(all=len(ids), ours=len(ids))
    )
    return found.order_by("pk").first()
