"""Publishing a workshop, taking it back, ending and cancelling it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.workshops.domain.answering import call_off
from qiao.workshops.domain.audience import tell_everybody
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.meeting_case import locked_meeting
from qiao.workshops.domain.setting_up import owned
from qiao.workshops.enums import RegistrationState, WorkshopFormat, WorkshopState
from qiao.workshops.models import Meeting, Release, Workshop
from qiao.workshops.transitions import WORKSHOP

REASON_LENGTH = 1000


def missing_in(workshop: Workshop) -> list[str]:
    """What must be there before it is published, in sentences; empty when nothing is missing."""
    missing = []
    if not str(workshop.description).strip():
        missing.append(_("Say what it is about."))
    if workshop.has_venue and not str(workshop.venue).strip():
        missing.append(_("Name the venue."))
    if workshop.format == WorkshopFormat.ONLINE and not workshop.online_url:
        missing.append(_("Give the link for those online."))
    if workshop.ends_at <= timezone.now():
        missing.append(_("Its days have gone by: set others."))
    return missing


def advice_for(workshop: Workshop) -> list[str]:
    """What organisers usually want to have by then, in sentences. Nothing is kept back for it."""
    advice = []
    for language, name in (("en", _("English")), ("zh-hans", _("Chinese"))):
        data = workshop.name.data if isinstance(workshop.name.data, dict) else {"en": workshop.name.data}
        if not data.get(language):
            advice.append(_("It has no name in %(language)s.") % {"language": name})
    if workshop.has_venue and workshop.capacity is None:
        advice.append(_("There is no limit of places on site."))
    if workshop.has_meetings and not workshop.slots.exists():
        advice.append(_("There are no slots for meetings yet."))
    if workshop.has_meetings and workshop.has_venue and not workshop.tables.filter(removed_at=None).exists():
        advice.append(_("There are no tables for meetings yet."))
    if workshop.registration_closes_at is None:
        advice.append(_("Registration stays open until the last day."))
    return advice


@transaction.atomic
def publish_workshop(workshop: Workshop, *, actor: Any) -> Workshop:
    """Show a draft to everybody and open registration on its date. Raises `InvalidInput` with what is missing."""
    workshop = owned(workshop, actor)
    if workshop.state == WorkshopState.CANCELLED:
        raise TransitionNotAllowed
    missing = missing_in(workshop)
    if missing:
        raise InvalidInput(" ".join(missing))
    workshop = _step(workshop, WorkshopState.PUBLISHED, "publish_workshop", actor)
    waiting = Release.objects.of_workshop(workshop).first()
    if waiting is not None and waiting.told_at is None:
        # Released while nobody could see it.
        emit("programme.released", workshop_id=workshop.pk, release_id=waiting.pk)
    return workshop


@transaction.atomic
def unpublish_workshop(workshop: Workshop, *, actor: Any) -> Workshop:
    """Take it out of sight again. Only while nobody has registered: others would look for it in vain."""
    workshop = owned(workshop, actor)
    there = workshop.registrations.exclude(state__in=(RegistrationState.DECLINED, RegistrationState.WITHDRAWN))
    if there.exists():
        raise InvalidInput(_("People have registered. Cancel it instead: they are told."))
    return _step(workshop, WorkshopState.DRAFT, "unpublish_workshop", actor)


@transaction.atomic
def cancel_workshop(workshop: Workshop, *, actor: Any, reason: str) -> Workshop:
    """Call it off: everybody who is registered or hopes to be is told why, and every meeting is called off."""
    workshop = owned(workshop, actor)
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput(errors={"reason": [_("Say why: everybody reads it.")]})
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(errors={"reason": [_("At most %(n)d characters.") % {"n": REASON_LENGTH}]})
    was_public = workshop.is_announced
    workshop.cancelled_reason = reason
    workshop.save(update_fields=["cancelled_reason", "updated_at"])
    _step(workshop, WorkshopState.CANCELLED, "cancel_workshop", actor)
    for meeting in Meeting.objects.of_workshop(workshop).live().order_by("pk"):
        call_off(locked_meeting(meeting), actor=actor, verb="cancel_meeting", reason=reason[:300])
    if was_public:
        tell_everybody(workshop, "workshop_cancelled", key=str(workshop.updated_at.timestamp()), reason=reason)
    return workshop


@transaction.atomic
def reopen_workshop(workshop: Workshop, *, actor: Any) -> Workshop:
    """Make a draft of a cancelled one. Those who were told are told again when it is published."""
    workshop = owned(workshop, actor)
    if workshop.state != WorkshopState.CANCELLED:
        raise TransitionNotAllowed
    workshop.cancelled_reason = ""
    workshop.save(update_fields=["cancelled_reason", "updated_at"])
    return _step(workshop, WorkshopState.DRAFT, "reopen_workshop", actor)


def end_past_workshops() -> int:
    """End those whose last day has gone by, by their own clock; returns how many."""
    today = timezone.now().date()
    ended = 0
    for workshop in Workshop.objects.filter(state=WorkshopState.PUBLISHED, last_day__lte=today):
        if workshop.ends_at <= timezone.now():
            ended += _end(workshop.pk)
    return ended


@transaction.atomic
def _end(workshop_id: int) -> bool:
    workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop_id)
    if workshop.state != WorkshopState.PUBLISHED:
        return False
    _step(workshop, WorkshopState.ENDED, "end_workshop", None)
    return True


def _step(workshop: Workshop, to: WorkshopState, verb: str, actor: Any) -> Workshop:
    before = move(workshop, WORKSHOP, to)
    log_act(workshop, verb, actor=actor, before=before, after=to)
    emit("workshop.changed", workshop_id=workshop.pk)
    return workshop
