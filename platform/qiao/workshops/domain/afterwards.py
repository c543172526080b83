"""What is written after a workshop, and the certificate of who was there."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_text
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import CheckInKind, MeetingOutcome, RegistrationState
from qiao.workshops.models import CheckIn, MeetingMember, Registration, Workshop
from qiao.workshops.rules import plans_programme

TEXT_LENGTH = 20_000
_SIGNER = signing.Signer(salt="workshops.certificate", sep="~")


@transaction.atomic
def write_afterwards(
    workshop: Workshop,
    *,
    actor: Any,
    highlights: dict[str, str],
    minutes: dict[str, str],
    is_public: bool,
) -> Workshop:
    """Write highlights and minutes, in one language or both; say whether everybody may read them."""
    if not plans_programme(actor, workshop):
        raise NotAllowed
    workshop = Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    texts = {}
    for name, given in (("highlights", highlights), ("minutes", minutes)):
        cleaned = {language: clean_text(text) for language, text in given.items() if clean_text(text)}
        if any(len(text) > TEXT_LENGTH for text in cleaned.values()):
            raise InvalidInput(errors={name: [_("At most %(n)d characters.") % {"n": TEXT_LENGTH}]})
        texts[name] = cleaned
    if is_public and not any(texts.values()):
        raise InvalidInput(_("There is nothing to show yet: write highlights or minutes first."))
    workshop.highlights = LazyI18nString(texts["highlights"])
    workshop.minutes = LazyI18nString(texts["minutes"])
    workshop.after_is_public = is_public
    workshop.save(update_fields=["highlights", "minutes", "after_is_public", "updated_at"])
    log_act(workshop, "write_afterwards", actor=actor, detail={"public": is_public})
    return workshop


@dataclass(frozen=True)
class Attendance:
    """That somebody was at a workshop: on which of its days, and how many meetings they held."""

    registration: Registration
    days: tuple[datetime.date, ...]
    meetings: int

    @property
    def was_there(self) -> bool:
        """Seen at the door, or in a meeting that was held."""
        return bool(self.days) or self.meetings > 0


def attendance_of(registration: Registration) -> Attendance:
    """When somebody was there: days by the workshop's own clock on which they were checked in."""
    zone = registration.workshop.zone
    came = CheckIn.objects.filter(registration=registration, kind=CheckInKind.IN, undone_at=None)
    days = {moment.astimezone(zone).date() for moment in came.values_list("happened_at", flat=True)}
    held = MeetingMember.objects.filter(registration=registration, meeting__outcome=MeetingOutcome.HELD)
    return Attendance(registration, tuple(sorted(days & set(registration.workshop.days))), held.count())


def certificate_token(registration: Registration) -> str:
    """What the address of a certificate ends with: whoever has it can see that the certificate is true."""
    return _SIGNER.sign(registration.public_id)


def certificate_of(token: str) -> Attendance | None:
    """The attendance that a certificate tells of; None for a forged address, or who was not there after all."""
    try:
        public_id = _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    registration = (
        Registration.objects.filter(public_id=public_id, state=RegistrationState.CONFIRMED)
        .select_related("workshop", "workshop__bridge", "organisation")
        .first()
    )
    if registration is None:
        return None
    attendance = attendance_of(registration)
    return attendance if attendance.was_there else None
