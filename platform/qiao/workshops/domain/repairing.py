"""People who stay away, come late or leave early: noted, and the schedule mended with the fewest changes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.meeting_case import lock_people
from qiao.workshops.domain.schedule_runs import request_run
from qiao.workshops.enums import MeetingAnswer, MeetingState, RegistrationState
from qiao.workshops.models import Presence, Registration, ScheduleRun, Workshop
from qiao.workshops.rules import checks_in, plans_programme

#: Seconds that a repair may take.
SECONDS = 5


@transaction.atomic
def note_no_show(registration: Registration, *, actor: Any, stays_away: bool = True) -> Registration:
    """Note that somebody does not come, or has come after all. Their meetings wait for a repair."""
    if not (checks_in(actor, registration.workshop) or plans_programme(actor, registration.workshop)):
        raise NotAllowed
    [found] = lock_people([registration.pk])
    if found.state != RegistrationState.CONFIRMED:
        raise InvalidInput(errors={"away": [_("%(name)s does not take part.") % {"name": found.name}]})
    if bool(found.no_show_at) != stays_away:
        found.no_show_at = timezone.now() if stays_away else None
        found.save(update_fields=["no_show_at", "updated_at"])
        if not stays_away:
            _come_back(found)
        log_act(
            found.workshop, "note_no_show" if stays_away else "note_arrival", actor=actor, subject=found,
            organisation_id=found.organisation_id,
        )  # fmt: skip
        emit("registration.changed", registration_id=found.pk)
    return found


def _come_back(registration: Registration) -> None:
    """Who has come after all is in their meetings again that went on without them, unless they meet others then."""
    places = registration.meeting_places.filter(
        meeting__state=MeetingState.SCHEDULED, meeting__slot__isnull=False, held_slot=None
    ).exclude(answer=MeetingAnswer.NO)
    taken = set(registration.meeting_places.filter(held_slot__isnull=False).values_list("held_slot_id", flat=True))
    for place in places.select_related("meeting__slot").order_by("pk"):
        slot = place.meeting.slot
        if slot is not None and slot.pk not in taken:
            taken.add(slot.pk)
            place.held_slot = slot
        else:
            place.answer = MeetingAnswer.NO
        place.save(update_fields=["held_slot", "answer", "updated_at"])


@transaction.atomic
def note_late_arrival(registration: Registration, *, actor: Any, until: datetime.datetime) -> Registration:
    """Note that somebody comes only at a time: before it they have no meetings."""
    workshop = registration.workshop
    if not (checks_in(actor, workshop) or plans_programme(actor, workshop)):
        raise NotAllowed
    [found] = lock_people([registration.pk])
    if not workshop.starts_at <= until < workshop.ends_at:
        raise InvalidInput(errors={"until": [_("Choose a time on the days of the workshop.")]})
    said = list(found.presences.all())
    if not said:
        Presence.objects.create(registration=found, starts_at=until, ends_at=workshop.ends_at)
    for one in said:
        if one.ends_at <= until:
            one.delete()
        elif one.starts_at < until:
            one.starts_at = until
            one.save(update_fields=["starts_at", "updated_at"])
    if said and not found.presences.exists():
        Presence.objects.create(registration=found, starts_at=until, ends_at=workshop.ends_at)
    log_act(workshop, "note_late_arrival", actor=actor, subject=found, organisation_id=found.organisation_id)
    emit("registration.changed", registration_id=found.pk)
    return found


@transaction.atomic
def repair_schedule(
    workshop: Workshop,
    *,
    actor: Any,
    away: Iterable[Registration] = (),
    late: Iterable[Registration] = (),
    until: datetime.datetime | None = None,
    apply: bool = True,
) -> ScheduleRun:
    """Note who stays away and who comes late, and have the schedule mended. Everybody it touches is told once."""
    if not plans_programme(actor, workshop):
        raise NotAllowed
    late = list(late)
    if late and until is None:
        raise InvalidInput(errors={"until": [_("Say when they come.")]})
    for one in sorted(away, key=lambda one: one.pk):
        note_no_show(one, actor=actor)
    for one in sorted(late, key=lambda one: one.pk):
        if until is not None:
            note_late_arrival(one, actor=actor, until=until)
    return request_run(workshop, actor=actor, scope="repair", seconds=SECONDS, with_requests=False, apply=apply)
