"""What a meeting held at a workshop brings on: an introduction, the milestone that they have met, the next step."""

from __future__ import annotations

import datetime
from itertools import combinations
from typing import Any

from django.db import transaction

from qiao.common.errors import QiaoError
from qiao.common.text import clean_text
from qiao.directory.models import Organisation
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.domain.case import Case, locked_case, log, stir
from qiao.partnerships.domain.milestones import record_agreed_milestone
from qiao.partnerships.enums import IntroductionState, Origin, Stage
from qiao.partnerships.models import Introduction, PrivateNote
from qiao.workshops.domain.outcomes import begins_at, note_carried_notes, note_carried_step
from qiao.workshops.enums import MeetingAnswer, MeetingOutcome
from qiao.workshops.models import Meeting, MeetingMember

_UNDER_WAY = (IntroductionState.OPEN, IntroductionState.PAUSED)


@transaction.atomic
def carry_on_from_meeting(meeting_id: int) -> list[Introduction]:
    """Open or find the introduction of each two organisations that say the meeting was held, and write down that they
    have met and what comes next. As often as it runs, each is written once.

    Both sides must have said so: one alone introduces nobody. Organisations that are no members, or have blocked each
    other since, are left out.
    """
    meeting = (
        Meeting.objects.select_related("workshop", "workshop__bridge", "slot")
        .filter(pk=meeting_id, outcome=MeetingOutcome.HELD)
        .first()
    )
    moment = begins_at(meeting) if meeting is not None else None
    if meeting is None or moment is None:
        return []
    day = moment.astimezone(meeting.workshop.zone).date()
    met = _sides_of(meeting)
    found = []
    for first, second in combinations(sorted(met), 2):
        case = _case(meeting, met[first].registration.organisation, met[second].registration.organisation)
        if case is None:
            continue
        record_agreed_milestone(
            case,
            stage=Stage.MEETING,
            happened_on=day,
            said_by={one: met[one].registration.user for one in (first, second)},
            comment=str(meeting.workshop.name),
        )
        _carry_step(case, meeting)
        _carry_notes(case, meeting, day)
        found.append(case.introduction)
    return found


def _sides_of(meeting: Meeting) -> dict[int, MeetingMember]:
    """Of each organisation, somebody who says that it was held."""
    said = MeetingMember.objects.filter(meeting=meeting, outcome=MeetingOutcome.HELD).exclude(answer=MeetingAnswer.NO)
    sides: dict[int, MeetingMember] = {}
    for one in said.select_related("registration__organisation", "registration__user").order_by("pk"):
        sides.setdefault(one.registration.organisation_id, one)
    return sides


def _case(meeting: Meeting, first: Organisation, second: Organisation) -> Case | None:
    bridge = meeting.workshop.bridge
    low, high = sorted((first, second), key=lambda one: one.pk)
    existing = Introduction.objects.filter(bridge=bridge, first=low, second=high).first()
    if existing is None or existing.state not in _UNDER_WAY or not existing.is_introduced:
        try:
            with transaction.atomic():
                existing = introduce_by_hand(
                    bridge,
                    low,
                    high,
                    actor=None,
                    origin=Origin.WORKSHOP,
                    note=existing.note if existing is not None else "",
                    ask_first=False,
                )
        except QiaoError:
            return None  # no member any more, blocked, or paused before they were introduced
    return locked_case(existing)


def _carry_notes(case: Case, meeting: Meeting, day: datetime.date) -> None:
    """What each side has written down of the meeting, for itself alone: a private note of theirs, kept up to date.

    A note that was changed or thrown away in the introduction since is left as it is. Of three organisations that met,
    the notes go to the introduction that is opened first.
    """
    introduction: Any = case.introduction
    sides = (introduction.first_id, introduction.second_id)
    members = MeetingMember.objects.filter(meeting=meeting, registration__organisation__in=sides)
    for one in members.select_related("registration").order_by("pk"):
        text = clean_text(f"{meeting.workshop.name}, {day.isoformat()}:\n\n{one.notes}")[:4000]
        if not one.notes or text == one.carried_notes:
            continue
        organisation_id = one.registration.organisation_id
        known = PrivateNote.objects.filter(
            introduction=introduction, organisation=organisation_id, text=one.carried_notes
        )
        if one.carried_notes and not known.update(text=text):
            continue
        if not one.carried_notes:
            PrivateNote.objects.create(
                introduction=introduction, organisation_id=organisation_id, author=one.registration.user, text=text
            )
            party = case.parties[organisation_id]
            log(case, "add_note", actor=None, party=party, private=True, meeting=meeting.public_id)
        note_carried_notes(one, text)


def _carry_step(case: Case, meeting: Meeting) -> None:
    """The meeting's next step becomes theirs, unless they have agreed on another since."""
    introduction: Any = case.introduction
    step, due = meeting.next_step, meeting.next_step_on
    if introduction.state != IntroductionState.OPEN or not step:
        return
    if introduction.next_step not in ("", meeting.carried_step):
        return
    if (introduction.next_step, introduction.next_step_on) != (step, due):
        before = introduction.next_step
        introduction.next_step, introduction.next_step_on, introduction.next_step_by = step, due, None
        introduction.save(update_fields=["next_step", "next_step_on", "next_step_by", "updated_at"])
        stir(introduction)
        log(
            case, "set_next_step", actor=None, had=bool(before), has=True, on=due.isoformat() if due else "",
            meeting=meeting.public_id,
        )  # fmt: skip
    note_carried_step(meeting, step)
