"""Other times for a meeting: proposed by a member, or set by an organiser; and the link of one held online."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.workshops.domain.answering import take_time
from qiao.workshops.domain.asking import is_blocked, lapse_of
from qiao.workshops.domain.meeting_case import (
    MeetingCase,
    answered,
    hold,
    is_live,
    lock_people,
    locked_meeting,
    log,
    step,
    tell_members,
)
from qiao.workshops.enums import MeetingAnswer, MeetingOrigin, MeetingState, RegistrationState
from qiao.workshops.models import Meeting, MeetingMember, MeetingTable, Registration, Slot, Workshop
from qiao.workshops.rules import plans_programme

State = MeetingState


@transaction.atomic
def propose_time(meeting: Meeting, *, actor: Any, registration: Registration, slot: Slot) -> Meeting:
    """Propose a time, or another one. Who proposes it wants it; the others are asked for it.

    A scheduled meeting keeps its time until all have agreed to the new one. A request waits again from now on.
    """
    if registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    member = case.of(registration)
    found = case.meeting
    if not is_live(found) or found.outcome or found.starts_at is not None:
        raise TransitionNotAllowed
    now = timezone.now()
    if slot.workshop_id != case.workshop.pk or slot.starts_at <= now:
        raise InvalidInput(errors={"slot": [_("This time has gone by: choose another.")]})
    if slot.pk == found.slot_id:
        raise InvalidInput(errors={"slot": [_("The meeting is at this time already.")]})
    found.wished_slot = slot
    if found.state == State.REQUESTED:
        found.lapses_at = lapse_of(case.workshop, slot, now)
    found.save(update_fields=["wished_slot", "lapses_at", "updated_at"])
    for one in case.coming:
        if one.pk == member.pk:
            answered(one, MeetingAnswer.YES, now)
        else:
            answered(one, MeetingAnswer.ASKED, None)
    log(case, "propose_meeting_time", actor=actor)
    who = f"{member.registration.name} ({member.registration.organisation})"
    tell_members(case, "meeting_time_proposed", but=[member], key=str(now), who=who)
    return found


@transaction.atomic
def keep_time(meeting: Meeting, *, actor: Any, registration: Registration) -> Meeting:
    """Say no to a proposed time of an agreed or scheduled meeting: it stays as it is."""
    if registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    member = case.of(registration)
    found = case.meeting
    if found.state not in (State.AGREED, State.SCHEDULED) or found.wished_slot_id is None:
        raise TransitionNotAllowed
    found.wished_slot = None
    found.save(update_fields=["wished_slot", "updated_at"])
    for one in case.coming:
        answered(one, MeetingAnswer.YES, timezone.now())
    log(case, "keep_meeting_time", actor=actor)
    tell_members(case, "meeting_time_kept", but=[member], key=str(found.updated_at))
    return found


@transaction.atomic
def set_time(meeting: Meeting, *, actor: Any, slot: Slot | None, table: MeetingTable | None = None) -> Meeting:
    """Give a meeting a time, another one, or none, as an organiser. Everybody in it is told.

    Raises `InvalidInput` when somebody meets others then, or no table is free.
    """
    case = _planned(meeting, actor)
    found = case.meeting
    if not is_live(found) or found.outcome or found.starts_at is not None:
        raise TransitionNotAllowed
    if slot is None:
        if found.state != State.SCHEDULED:
            return found
        step(case, State.AGREED, "unschedule_meeting", actor=actor)
        hold(case, None, None)
        tell_members(case, "meeting_unscheduled", key=str(found.sequence))
        return found
    if slot.workshop_id != case.workshop.pk:
        raise InvalidInput(errors={"slot": [_("Choose a time of this workshop.")]})
    if slot.pk != found.slot_id and not take_time(case, slot, actor=actor, verb="schedule_meeting"):
        raise InvalidInput(errors={"slot": [_("Somebody in it is not free then, or no table is.")]})
    if table is not None and table.pk != found.table_id:
        _move_to(case, table)
        log(case, "set_meeting_table", actor=actor)
        tell_members(case, "meeting_moved", key=str(found.sequence))
    return found


def _move_to(case: MeetingCase, table: MeetingTable) -> None:
    """Another table at the same time."""
    found = case.meeting
    if found.slot is None:
        raise InvalidInput(errors={"table": [_("Give it a time first.")]})
    Slot.objects.select_for_update(no_key=True).get(pk=found.slot.pk)
    if table.workshop_id != case.workshop.pk or table.removed_at is not None:
        raise InvalidInput(errors={"table": [_("Choose a table of this workshop.")]})
    if table.seats < len(case.coming):
        raise InvalidInput(errors={"table": [_("This table has too few seats.")]})
    if Meeting.objects.scheduled().filter(slot=found.slot, table=table).exclude(pk=found.pk).exists():
        raise InvalidInput(errors={"table": [_("Another meeting is at this table then.")]})
    hold(case, found.slot, table)


@transaction.atomic
def lock_meeting(meeting: Meeting, *, actor: Any, locked: bool) -> Meeting:
    """Have a meeting keep its time and table whatever the scheduler does, or let it go again."""
    case = _planned(meeting, actor)
    if case.meeting.state != State.SCHEDULED:
        raise TransitionNotAllowed
    if case.meeting.is_locked != locked:
        case.meeting.is_locked = locked
        case.meeting.save(update_fields=["is_locked", "updated_at"])
        log(case, "lock_meeting" if locked else "unlock_meeting", actor=actor)
    return case.meeting


@transaction.atomic
def set_join_url(meeting: Meeting, *, actor: Any, url: str, registration: Registration | None = None) -> Meeting:
    """Give the link at which a meeting is held online, as a member or an organiser. The others are told."""
    if registration is not None and registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    member = case.of(registration) if registration is not None else None
    if member is None and not plans_programme(actor, case.workshop):
        raise NotAllowed
    if not is_live(case.meeting):
        raise TransitionNotAllowed
    url = url.strip()
    if url:
        try:
            URLValidator(schemes=["https", "http"])(url)
        except ValidationError as error:
            raise InvalidInput(errors={"join_url": list(error.messages)}) from error
    if len(url) > 200:
        raise InvalidInput(errors={"join_url": [_("Keep it under %(limit)s characters.") % {"limit": 200}]})
    if url == case.meeting.join_url:
        return case.meeting
    case.meeting.join_url = url
    case.meeting.sequence += 1
    case.meeting.save(update_fields=["join_url", "sequence", "updated_at"])
    log(case, "set_meeting_link", actor=actor)
    if url and case.meeting.state == State.SCHEDULED:
        tell_members(case, "meeting_link", but=[member] if member else [], key=str(case.meeting.sequence))
    return case.meeting


@transaction.atomic
def arrange_meeting(
    workshop: Workshop, *, actor: Any, people: Iterable[Registration], slot: Slot | None = None, message: str = ""
) -> Meeting:
    """Set a meeting of two or more people as an organiser, at a time or for the scheduler to find one.

    Raises `InvalidInput` for people who do not take part, and for a time that cannot be.
    """
    if not plans_programme(actor, workshop):
        raise NotAllowed
    found = lock_people(one.pk for one in people)
    if len(found) < 2 or len({one.organisation_id for one in found}) < 2:
        raise InvalidInput(errors={"people": [_("Choose people of two organisations or more.")]})
    if any(one.workshop_id != workshop.pk or one.state != RegistrationState.CONFIRMED for one in found):
        raise InvalidInput(errors={"people": [_("Choose people who take part.")]})
    organisations = {one.organisation_id for one in found}
    if any(is_blocked(one, organisations - {one}) for one in organisations):
        raise InvalidInput(errors={"people": [_("One of the two has asked not to meet the other.")]})
    now = timezone.now()
    meeting = Meeting.objects.create(
        workshop=workshop,
        origin=MeetingOrigin.ORGANISER,
        state=State.AGREED,
        message=message.strip()[:1000],
        requested_at=now,
        join_url=workshop.online_url if not workshop.has_venue else "",
    )
    members = [MeetingMember(meeting=meeting, registration=one, answer=MeetingAnswer.YES) for one in found]
    MeetingMember.objects.bulk_create(members)
    case = MeetingCase(meeting, members)
    log(case, "arrange_meeting", actor=actor, after=meeting.state, people=len(members))
    if slot is None:
        tell_members(case, "meeting_agreed", key=str(now))
    elif not take_time(case, slot, actor=actor, verb="schedule_meeting"):
        raise InvalidInput(errors={"slot": [_("Somebody in it is not free then, or no table is.")]})
    return meeting


def _planned(meeting: Meeting, actor: Any) -> MeetingCase:
    case = locked_meeting(meeting)
    if not plans_programme(actor, case.workshop):
        raise NotAllowed
    return case
