"""Changes that organisers tell of on the day, in both languages: at once to everybody, and above now and next."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_text
from qiao.workshops.domain.audience import tell_everybody
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import WorkshopState
from qiao.workshops.models import DayNotice, Registration, Workshop
from qiao.workshops.rules import plans_programme

LENGTH = 500


@transaction.atomic
def write_notice(workshop: Workshop, *, actor: Any, text: dict[str, str]) -> DayNotice:
    """Tell everybody with a place of a change. Raises `InvalidInput` unless it is said in both languages."""
    if not plans_programme(actor, workshop):
        raise NotAllowed
    if workshop.state != WorkshopState.PUBLISHED:
        raise TransitionNotAllowed
    errors: dict[str, list[Any]] = {}
    cleaned = {}
    for language, name in (("en", "text_en"), ("zh-hans", "text_zh")):
        cleaned[language] = clean_text(text.get(language, ""))
        if not cleaned[language]:
            errors[name] = [_("Say it in both languages: everybody reads it at once.")]
        elif len(cleaned[language]) > LENGTH:
            errors[name] = [_("At most %(n)d characters.") % {"n": LENGTH}]
    if errors:
        raise InvalidInput(errors=errors)
    notice = DayNotice.objects.create(workshop=workshop, text=LazyI18nString(cleaned), written_by=actor)
    log_act(workshop, "write_notice", actor=actor)
    people = Registration.objects.of_workshop(workshop).confirmed().filter(user__isnull=False).select_related("user")
    tell_everybody(workshop, "workshop_notice", key=notice.public_id, among=people, notice=notice.text)
    return notice


@transaction.atomic
def end_notice(notice: DayNotice, *, actor: Any) -> DayNotice:
    """Take it down. Inboxes keep it."""
    if not plans_programme(actor, notice.workshop):
        raise NotAllowed
    if notice.ended_at is None:
        notice.ended_at = timezone.now()
        notice.save(update_fields=["ended_at", "updated_at"])
        log_act(notice.workshop, "end_notice", actor=actor)
    return notice


def standing_notices(workshop: Workshop) -> list[DayNotice]:
    """What stands above now and next, last first."""
    return list(DayNotice.objects.filter(workshop=workshop, ended_at=None)[:5])
