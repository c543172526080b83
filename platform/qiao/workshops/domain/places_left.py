"""Who gets a place: counted under the workshop's lock, so that there are never more than there are places."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qiao.activity.domain.outbox import emit
from qiao.common.states import move
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.audience import TOPIC, path_of
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import AttendanceMode, RegistrationState, WorkshopState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.transitions import REGISTRATION

State = RegistrationState


def locked_workshop(workshop_id: int) -> Workshop:
    """The workshop, locked: whoever gives or frees places comes one after the other."""
    found = Workshop.objects.select_for_update(no_key=True, of=("self",)).select_related("bridge")
    return found.get(pk=workshop_id)


def places_left(workshop: Workshop, mode: str) -> int | None:
    """Places on site or online that nobody has; None for no limit."""
    limit = workshop.capacity if mode == AttendanceMode.ON_SITE else workshop.remote_capacity
    if limit is None:
        return None
    taken = Registration.objects.of_workshop(workshop).confirmed().filter(mode=mode).count()
    return max(0, limit - taken)


def fits(workshop: Workshop, registration: Registration) -> bool:
    """Whether there is a place for somebody, in all and of their organisation."""
    left = places_left(workshop, registration.mode)
    if left == 0:
        return False
    most = workshop.places_per_organisation
    if most is None:
        return True
    of_one = Registration.objects.of_workshop(workshop).confirmed().filter(organisation=registration.organisation_id)
    return of_one.exclude(pk=registration.pk).count() < most


def give_place(workshop: Workshop, registration: Registration, *, actor: Any, verb: str) -> str:
    """Confirm somebody, or put them on the waiting list; returns which. The caller holds the workshop's lock."""
    to = State.CONFIRMED if fits(workshop, registration) else State.WAITING
    now = timezone.now()
    if to == State.WAITING:
        registration.queued_at = registration.queued_at or now
    else:
        registration.confirmed_at = now
    registration.withdrawn_at = None
    registration.save(update_fields=["queued_at", "confirmed_at", "withdrawn_at", "updated_at"])
    if registration.state != to:
        before = move(registration, REGISTRATION, to)
        log_registration(registration, verb, actor=actor, before=before, after=to)
    tell_person(registration, "registration_confirmed" if to == State.CONFIRMED else "registration_waiting")
    return to


@transaction.atomic
def move_up_waiting(workshop_id: int) -> int:
    """Give free places to the waiting list, first come first; returns how many have moved up.

    Somebody whose organisation has all its places is passed over and keeps their place in the list.
    """
    workshop = locked_workshop(workshop_id)
    if workshop.state != WorkshopState.PUBLISHED or workshop.ends_at <= timezone.now():
        return 0
    moved = 0
    for one in Registration.objects.of_workshop(workshop).waiting().select_related("workshop__bridge", "user"):
        if fits(workshop, one):
            give_place(workshop, one, actor=None, verb="move_up_registration")
            moved += 1
    return moved


def tell_person(registration: Registration, kind: str, **more: Any) -> None:
    """Tell who is registered, if they have an account: in their inbox, by mail as they chose."""
    if registration.user is None:
        return
    workshop = registration.workshop
    tell(
        registration.user,
        kind,
        topic=TOPIC,
        url=f"{path_of(workshop)}registration/",
        bridge=workshop.bridge,
        mail=kind,
        mail_context={"workshop": workshop, "registration": registration, **more},
        subject=str(workshop.name),
    )


def log_registration(registration: Registration, verb: str, *, actor: Any, **values: Any) -> None:
    """Audit an act on a registration, and tell other apps that it has changed."""
    log_act(
        registration.workshop,
        verb,
        actor=actor,
        subject=registration,
        organisation_id=registration.organisation_id,
        **values,
    )
    emit("registration.changed", registration_id=registration.pk)
