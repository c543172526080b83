"""What people say to a meeting: yes, no, not any more; and colleagues who come along."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line
from qiao.workshops.domain.meeting_case import (
    MeetingCase,
    answered,
    hold,
    is_live,
    locked_meeting,
    log,
    step,
    tell_members,
)
from qiao.workshops.domain.meeting_limits import allowances_of
from qiao.workshops.domain.queries.free_times import FIXED, FreeTimes
from qiao.workshops.domain.seating import free_table, most_people, needs_table, tables_of
from qiao.workshops.enums import MeetingAnswer, MeetingState, RegistrationState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Slot
from qiao.workshops.rules import plans_programme

State = MeetingState
REASON_LENGTH = 300


@transaction.atomic
def accept_meeting(meeting: Meeting, *, actor: Any, registration: Registration) -> Meeting:
    """Say yes: to a request, or to the time that another member proposes.

    When all have, the meeting takes the time that was wished for if it is still free for everybody, and a table; else
    it is agreed and waits for a time. Raises `InvalidInput` when somebody has no meeting left.
    """
    _is_own(actor, registration)
    case = locked_meeting(meeting)
    member = case.of(registration)
    if not is_live(case.meeting):
        raise TransitionNotAllowed(_("This request has ended."))
    if member.answer == MeetingAnswer.YES:
        return case.meeting  # the button was pressed twice
    if case.meeting.state == State.REQUESTED:
        _check_left(case, registration)
    answered(member, MeetingAnswer.YES, timezone.now())
    log(case, "accept_meeting", actor=actor)
    if all(one.answer == MeetingAnswer.YES for one in case.coming):
        settle_time(case, actor=actor)
    return case.meeting


@transaction.atomic
def decline_meeting(meeting: Meeting, *, actor: Any, registration: Registration, reason: str = "") -> Meeting:
    """Say no to a request. The reason is for the organisers alone.

    A meeting of more goes on without who declines, as long as two organisations are left in it.
    """
    _is_own(actor, registration)
    case = locked_meeting(meeting)
    member = case.of(registration)
    reason = clean_line(reason)
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(errors={"reason": [_("Keep it under 300 characters.")]})
    if case.meeting.state != State.REQUESTED:
        raise TransitionNotAllowed(_("This request has ended."))
    if member.is_asking:
        raise TransitionNotAllowed(_("This is your own request: withdraw it instead."))
    member.decline_reason = reason
    answered(member, MeetingAnswer.NO, timezone.now())
    if goes_on(case):
        log(case, "decline_meeting", actor=actor)
        if all(one.answer == MeetingAnswer.YES for one in case.coming):
            settle_time(case, actor=actor)
        return case.meeting
    step(case, State.DECLINED, "decline_meeting", actor=actor)
    tell_members(case, "meeting_declined", key=str(case.meeting.requested_at))
    return case.meeting


@transaction.atomic
def take_back_decline(meeting: Meeting, *, actor: Any, registration: Registration) -> Meeting:
    """Undo a no while the request would still wait: it is unanswered again."""
    _is_own(actor, registration)
    case = locked_meeting(meeting)
    member = next((one for one in case if one.registration_id == registration.pk), None)
    if member is None:
        raise NotAllowed
    found = case.meeting
    open_still = found.lapses_at is not None and found.lapses_at > timezone.now()
    if member.answer != MeetingAnswer.NO or found.state not in (State.DECLINED, State.REQUESTED) or not open_still:
        raise TransitionNotAllowed
    member.decline_reason = ""
    answered(member, MeetingAnswer.ASKED, None)
    if found.state == State.DECLINED:
        step(case, State.REQUESTED, "take_back_decline", actor=actor)
    else:
        log(case, "take_back_decline", actor=actor)
    return found


@transaction.atomic
def withdraw_meeting(meeting: Meeting, *, actor: Any, registration: Registration) -> Meeting:
    """Take one's own request back before it was agreed. Who was asked is told."""
    _is_own(actor, registration)
    case = locked_meeting(meeting)
    if not case.of(registration).is_asking or case.meeting.state != State.REQUESTED:
        raise TransitionNotAllowed
    step(case, State.WITHDRAWN, "withdraw_meeting", actor=actor)
    tell_members(case, "meeting_withdrawn", but=[case.of(registration)], key=str(case.meeting.requested_at))
    return case.meeting


@transaction.atomic
def cancel_meeting(
    meeting: Meeting, *, actor: Any, registration: Registration | None = None, reason: str = ""
) -> Meeting:
    """Call an agreed or scheduled meeting off, and tell the others why. Its time and table are free again.

    Who is one of three or more leaves it, and the others meet. Without a registration, an organiser calls it off.
    """
    case = locked_meeting(meeting)
    member = None
    if registration is None:
        if not plans_programme(actor, case.workshop):
            raise NotAllowed
    else:
        _is_own(actor, registration)
        member = case.of(registration)
    reason = clean_line(reason)
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(errors={"reason": [_("Keep it under 300 characters.")]})
    states = (State.AGREED, State.SCHEDULED) if member is not None else (State.REQUESTED, State.AGREED, State.SCHEDULED)
    if case.meeting.state not in states or case.meeting.outcome:
        raise TransitionNotAllowed
    if member is not None and not member.is_asking and len(case.coming) > 2:
        return leave(case, member, actor, reason)
    told = [one for one in case.coming if member is None or one.pk != member.pk]
    call_off(case, actor=actor, verb="cancel_meeting", reason=reason)
    tell_members(case, "meeting_cancelled", among=told, key=str(case.meeting.sequence), reason=reason)
    return case.meeting


def call_off(case: MeetingCase, *, actor: Any, verb: str, reason: str = "") -> None:
    """Give a meeting's time and table back. Nobody is told by this."""
    case.meeting.cancelled_reason = reason
    case.meeting.sequence += 1
    case.meeting.save(update_fields=["cancelled_reason", "sequence", "updated_at"])
    for one in case:
        if one.held_slot_id is not None:
            one.held_slot = None
            one.save(update_fields=["held_slot", "updated_at"])
    step(case, State.CANCELLED, verb, actor=actor)


@transaction.atomic
def add_colleague(meeting: Meeting, *, actor: Any, registration: Registration, colleague: Registration) -> Meeting:
    """Bring a colleague of one's own organisation along. Raises `InvalidInput` when they, or the table, cannot."""
    _is_own(actor, registration)
    case = locked_meeting(meeting, also=[colleague.pk])
    member = case.of(registration)
    if not is_live(case.meeting) or case.meeting.outcome:
        raise TransitionNotAllowed
    colleague = Registration.objects.select_related("organisation", "user").get(pk=colleague.pk)
    if (
        colleague.workshop_id != case.workshop.pk
        or colleague.organisation_id != member.registration.organisation_id
        or colleague.state != RegistrationState.CONFIRMED
    ):
        raise InvalidInput(errors={"colleague": [_("Choose a colleague of yours who takes part.")]})
    place = next((one for one in case if one.registration_id == colleague.pk), None)
    if place is not None and place.answer != MeetingAnswer.NO:
        return case.meeting
    refused = _why_not_along(case, colleague)
    if refused:
        raise InvalidInput(errors={"colleague": [refused]})
    if place is None:
        place = MeetingMember(meeting=case.meeting, registration=colleague)
        case.members.append(place)
    place.answer, place.answered_at, place.decline_reason = MeetingAnswer.YES, timezone.now(), ""
    place.held_slot = case.meeting.slot
    place.save()
    log(case, "add_colleague", actor=actor)
    tell_members(case, "meeting_joined", but=[member], who=colleague.name)
    return case.meeting


def _why_not_along(case: MeetingCase, colleague: Registration) -> str:
    seats = case.meeting.table.seats if case.meeting.table is not None else most_people(case.workshop)
    if seats is not None and len(case.coming) + 1 > seats:
        return _("There is no seat left at the table.")
    slot = case.meeting.slot
    if slot is not None and FreeTimes(case.workshop, [colleague]).against(colleague.pk, slot) & FIXED:
        return _("%(name)s is in another meeting or session then.") % {"name": colleague.name}
    return ""


def settle_time(case: MeetingCase, *, actor: Any) -> bool:
    """Give a meeting that all want the time that was wished for, if it can be had; returns whether it has one now.

    A scheduled meeting keeps its time when it cannot be moved.
    """
    meeting, wished = case.meeting, case.meeting.wished_slot
    if wished is not None and take_time(case, wished, actor=actor, verb="schedule_meeting"):
        return True
    meeting.wished_slot = None
    meeting.save(update_fields=["wished_slot", "updated_at"])
    if meeting.state == State.REQUESTED:
        step(case, State.AGREED, "agree_meeting", actor=actor)
        tell_members(case, "meeting_agreed", key=str(meeting.requested_at), taken=wished is not None)
    return False


def take_time(case: MeetingCase, slot: Slot, *, actor: Any, verb: str) -> bool:
    """Schedule a meeting in a slot with a table and tell its members; False, and nothing done, when it cannot be."""
    people = [one.registration for one in case.coming]
    times = FreeTimes(case.workshop, people, leave_out=case.meeting.pk)
    if any(times.against(one.pk, slot) & FIXED for one in people):
        return False
    table = None
    if needs_table(case.workshop, people, tables_of(case.workshop)):
        table = free_table(case.workshop, slot, people, meeting=case.meeting)
        if table is None:
            return False
    moved = case.meeting.state == State.SCHEDULED
    case.meeting.wished_slot = None
    case.meeting.save(update_fields=["wished_slot", "updated_at"])
    hold(case, slot, table)
    step(case, State.SCHEDULED, verb, actor=actor)
    tell_members(case, "meeting_moved" if moved else "meeting_scheduled", key=str(case.meeting.sequence))
    return True


def leave(case: MeetingCase, member: MeetingMember, actor: Any, reason: str) -> Meeting:
    """Take somebody out of an agreed or scheduled meeting: the others meet, if two organisations are left."""
    member.decline_reason = reason
    member.held_slot = None
    member.save(update_fields=["held_slot", "updated_at"])
    answered(member, MeetingAnswer.NO, timezone.now())
    if not goes_on(case):
        told = case.coming
        call_off(case, actor=actor, verb="cancel_meeting", reason=reason)
        tell_members(case, "meeting_cancelled", among=told, key=str(case.meeting.sequence), reason=reason)
        return case.meeting
    log(case, "leave_meeting", actor=actor)
    tell_members(case, "meeting_left", who=member.registration.name)
    return case.meeting


def goes_on(case: MeetingCase) -> bool:
    """Whether a meeting still makes sense: who has asked is in it, and people of two organisations."""
    asker = case.asker
    return (asker is None or asker.answer != MeetingAnswer.NO) and (
        len({one.registration.organisation_id for one in case.coming}) > 1
    )


def _check_left(case: MeetingCase, registration: Registration) -> None:
    people = [one.registration for one in case.coming]
    for pk, allowance in allowances_of(case.workshop, people).items():
        if allowance.meetings_left:
            continue
        if pk == registration.pk:
            raise InvalidInput(
                _("You have %(limit)s meetings, which is the most you may have. Cancel one first.")
                % {"limit": allowance.meetings_limit}
            )
        name = next(one.name for one in people if one.pk == pk)
        raise InvalidInput(_("%(name)s has no meeting left now.") % {"name": name})


def _is_own(actor: Any, registration: Registration) -> None:
    if registration.user_id != actor.pk or registration.state != RegistrationState.CONFIRMED:
        raise NotAllowed
