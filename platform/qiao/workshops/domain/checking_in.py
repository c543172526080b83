"""Noting who comes and leaves, also from devices that were without a network when they saw it."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.meeting_case import lock_people
from qiao.workshops.domain.queries.attendance import last_seen
from qiao.workshops.domain.repairing import note_no_show
from qiao.workshops.enums import CheckInKind, RegistrationState
from qiao.workshops.models import CheckIn, Registration, Session, Workshop
from qiao.workshops.rules import checks_in

#: As many as one device may send at a time.
BATCH = 200
UNDO = "undo"


class Outcome(StrEnum):
    """What became of one act that a device sends."""

    RECORDED = "recorded"
    #: Recorded, and they were there already: another door has seen them.
    AGAIN = "again"
    #: This very act was sent before.
    KNOWN = "known"
    UNDONE = "undone"
    REFUSED = "refused"


@dataclass(frozen=True)
class Answer:
    """What became of one act, by the device's own name for it."""

    key: str
    outcome: Outcome
    reason: str = ""


@transaction.atomic
def check_in(
    registration: Registration,
    *,
    actor: Any,
    kind: str = CheckInKind.IN,
    happened_at: datetime.datetime | None = None,
    device_key: str = "",
    session: Session | None = None,
) -> tuple[CheckIn, Outcome]:
    """Note that somebody came or left, at the moment that the device's clock says; sending it again changes nothing.

    A clock that is ahead, or far behind, gives way to ours. Who was noted as staying away has come after all.
    Raises `InvalidInput` for who has no place.
    """
    workshop = registration.workshop
    if not checks_in(actor, workshop):
        raise NotAllowed
    if kind not in CheckInKind.values or len(device_key) > 64:
        raise InvalidInput
    if session is not None and session.workshop_id != workshop.pk:
        raise InvalidInput
    lock_people([registration.pk])
    registration = Registration.objects.in_full().get(pk=registration.pk)
    known = CheckIn.objects.filter(device_key=device_key).first() if device_key else None
    if known is not None:
        if known.registration_id != registration.pk:
            raise InvalidInput
        return known, Outcome.KNOWN
    if registration.state != RegistrationState.CONFIRMED:
        raise InvalidInput(_("%(name)s has no confirmed place.") % {"name": registration.name})
    moment = _moment(happened_at, workshop)
    before = last_seen(registration, workshop, day=moment) if session is None else None
    row = CheckIn.objects.create(
        registration=registration,
        session=session,
        kind=kind,
        happened_at=moment,
        recorded_by=actor,
        device_key=device_key or secrets.token_hex(16),
    )
    if kind == CheckInKind.IN and registration.no_show_at is not None:
        note_no_show(registration, actor=actor, stays_away=False)
    _tell_of(row, "check_in" if kind == CheckInKind.IN else "check_out", actor)
    again = before is not None and before.kind == kind
    return row, Outcome.AGAIN if again else Outcome.RECORDED


@transaction.atomic
def undo_check_in(row: CheckIn, *, actor: Any) -> CheckIn:
    """Take back what was noted by mistake. It stays in the records, and counts no more."""
    if not checks_in(actor, row.registration.workshop):
        raise NotAllowed
    row = CheckIn.objects.select_for_update(of=("self",)).select_related("registration__workshop").get(pk=row.pk)
    if row.undone_at is None:
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at", "updated_at"])
        _tell_of(row, "undo_check_in", actor)
    return row


def take_in(workshop: Workshop, *, actor: Any, items: Iterable[dict[str, Any]]) -> list[Answer]:
    """Record what a device has kept while it was without a network, in its order; each is answered for itself.

    One that is refused keeps none of the others back. Raises `NotAllowed` for who may not check people in at all, and
    `InvalidInput` for too many at once.
    """
    if not checks_in(actor, workshop):
        raise NotAllowed
    listed = list(items)
    if len(listed) > BATCH:
        raise InvalidInput
    people = {one.public_id: one for one in Registration.objects.of_workshop(workshop).in_full().filter(
        public_id__in={str(item.get("person", ""))[:12] for item in listed if isinstance(item, dict)}
    )}  # fmt: skip
    return [_take_one(workshop, people, item, actor) for item in listed]


def _take_one(workshop: Workshop, people: dict[str, Registration], item: Any, actor: Any) -> Answer:
    key = item.get("key") if isinstance(item, dict) else None
    if not isinstance(key, str) or not 8 <= len(key) <= 64:
        return Answer(str(key or "")[:64], Outcome.REFUSED, _("It cannot be read."))
    try:
        if item.get("kind") == UNDO:
            return _undo_one(workshop, key, str(item.get("of", "")), actor)
        person = people.get(str(item.get("person", "")))
        if person is None:
            return Answer(key, Outcome.REFUSED, _("Not registered here."))
        at = _read_moment(item.get("at"))
        kind = str(item.get("kind", ""))
        _row, outcome = check_in(person, actor=actor, kind=kind, happened_at=at, device_key=key)
    except InvalidInput as refusal:
        return Answer(key, Outcome.REFUSED, str(refusal) or _("It cannot be read."))
    return Answer(key, outcome)


def _undo_one(workshop: Workshop, key: str, of: str, actor: Any) -> Answer:
    row = CheckIn.objects.filter(device_key=of, registration__workshop=workshop).select_related(
        "registration__workshop__bridge"
    ).first()  # fmt: skip
    if row is None:
        return Answer(key, Outcome.REFUSED, _("There is nothing to undo."))
    undo_check_in(row, actor=actor)
    return Answer(key, Outcome.UNDONE)


def _read_moment(given: Any) -> datetime.datetime | None:
    try:
        found = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _moment(told: datetime.datetime | None, workshop: Workshop) -> datetime.datetime:
    now = timezone.now()
    earliest = min(now, workshop.starts_at) - datetime.timedelta(days=1)
    return told if told is not None and earliest <= told <= now else now


def _tell_of(row: CheckIn, verb: str, actor: Any) -> None:
    registration = row.registration
    log_act(
        registration.workshop, verb, actor=actor, subject=registration, organisation_id=registration.organisation_id,
        detail={"at": row.happened_at.isoformat()},
    )  # fmt: skip
    emit("check_in.recorded", check_in_id=row.pk)
