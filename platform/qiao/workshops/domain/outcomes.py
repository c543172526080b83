"""What became of a meeting: each member says so with one tap; notes of one's own; the next step of all."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line, clean_text
from qiao.workshops.domain.meeting_case import MeetingCase, locked_meeting, log
from qiao.workshops.enums import MeetingOutcome, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, Registration
from qiao.workshops.rules import plans_programme

NOTES_LENGTH = 4000
_TAPS = (MeetingOutcome.HELD, MeetingOutcome.DID_NOT_HAPPEN)


@transaction.atomic
def mark_outcome(meeting: Meeting, *, actor: Any, registration: Registration, outcome: str) -> Meeting:
    """Say that a meeting was held, or did not happen; an empty outcome takes it back. Not before it begins.

    When members differ it is disputed, until one of them says otherwise or an organiser settles it.
    """
    if registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    member = case.of(registration)
    if outcome and outcome not in _TAPS:
        raise InvalidInput(errors={"outcome": [_("Say held, or did not happen.")]})
    begins = begins_at(case.meeting)
    if case.meeting.state != MeetingState.SCHEDULED or begins is None:
        raise TransitionNotAllowed
    if outcome and begins > timezone.now():
        raise TransitionNotAllowed(_("It has not begun yet."))
    if member.outcome == outcome:
        return case.meeting  # the button was pressed twice
    member.outcome, member.outcome_at = outcome, timezone.now() if outcome else None
    member.save(update_fields=["outcome", "outcome_at", "updated_at"])
    _judge(case, actor=actor, verb="mark_meeting", said=outcome)
    return case.meeting


@transaction.atomic
def settle_outcome(meeting: Meeting, *, actor: Any, outcome: str) -> Meeting:
    """Say for everybody what became of a meeting, as an organiser who has asked them."""
    case = locked_meeting(meeting)
    if not plans_programme(actor, case.workshop):
        raise NotAllowed
    if outcome not in _TAPS:
        raise InvalidInput(errors={"outcome": [_("Say held, or did not happen.")]})
    begins = begins_at(case.meeting)
    if case.meeting.state != MeetingState.SCHEDULED or begins is None or begins > timezone.now():
        raise TransitionNotAllowed
    now = timezone.now()
    for one in case.coming:
        one.outcome, one.outcome_at = outcome, now
        one.save(update_fields=["outcome", "outcome_at", "updated_at"])
    _judge(case, actor=actor, verb="settle_meeting", said=outcome)
    return case.meeting


@transaction.atomic
def write_notes(meeting: Meeting, *, actor: Any, registration: Registration, notes: str) -> MeetingMember:
    """Keep notes of one's own. Only one's own organisation reads them."""
    if registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    member = case.of(registration)
    notes = clean_text(notes)
    if len(notes) > NOTES_LENGTH:
        raise InvalidInput(errors={"notes": [_("Keep it under 4,000 characters.")]})
    if notes != member.notes:
        member.notes = notes
        member.save(update_fields=["notes", "updated_at"])
        log(case, "write_meeting_notes", actor=actor)
    return member


@transaction.atomic
def agree_next_step(
    meeting: Meeting, *, actor: Any, registration: Registration, text: str, on: datetime.date | None
) -> Meeting:
    """Write down what comes next and by when: it goes on into the collaboration of the two organisations."""
    if registration.user_id != actor.pk:
        raise NotAllowed
    case = locked_meeting(meeting)
    case.of(registration)
    if case.meeting.state != MeetingState.SCHEDULED:
        raise TransitionNotAllowed
    text = clean_line(text)
    errors: dict[str, list[str]] = {}
    if len(text) > 300:
        errors["next_step"] = [_("Keep it under 300 characters.")]
    if text and on is None:
        errors["next_step_on"] = [_("Give a day: a step without one is seldom taken.")]
    elif text and on is not None and on < timezone.localdate():
        errors["next_step_on"] = [_("Choose today or a day to come.")]
    if errors:
        raise InvalidInput(errors=errors)
    case.meeting.next_step, case.meeting.next_step_on = text, on if text else None
    case.meeting.save(update_fields=["next_step", "next_step_on", "updated_at"])
    log(case, "set_meeting_next_step", actor=actor, has=bool(text))
    return case.meeting


def note_carried_step(meeting: Meeting, text: str) -> None:
    """Keep which step has gone on into the collaboration."""
    Meeting.objects.filter(pk=meeting.pk).update(carried_step=text)


def note_carried_notes(member: MeetingMember, text: str) -> None:
    """Keep what of somebody's notes has gone on into the collaboration."""
    MeetingMember.objects.filter(pk=member.pk).update(carried_notes=text)


def begins_at(meeting: Meeting) -> datetime.datetime | None:
    """When a meeting begins: its slot's beginning, or that of a walk-in."""
    return meeting.slot.starts_at if meeting.slot is not None else meeting.starts_at


def _judge(case: MeetingCase, *, actor: Any, verb: str, said: str) -> None:
    before = case.meeting.outcome
    marks = {one.outcome for one in case.coming if one.outcome}
    after = "" if not marks else marks.pop() if len(marks) == 1 else MeetingOutcome.DISPUTED
    if after != before:
        case.meeting.outcome = after
        case.meeting.save(update_fields=["outcome", "updated_at"])
    log(case, verb, actor=actor, before=str(before), after=str(after), said=str(said))
