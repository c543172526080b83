"""Registering oneself and others, changing that, and withdrawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.directory.enums import MembershipState
from qiao.directory.models import Affiliation, Membership, Organisation
from qiao.notifications.domain.mail import write_mail
from qiao.workshops.domain.audience import path_of
from qiao.workshops.domain.leaving import leave_meetings
from qiao.workshops.domain.places_left import (
    give_place,
    locked_workshop,
    log_registration,
    move_up_waiting,
    places_left,
    tell_person,
)
from qiao.workshops.domain.registration_fields import Stretch, fill_registration, write_parts
from qiao.workshops.enums import RegistrationMode, RegistrationState, SessionRole
from qiao.workshops.models import (
    Delegation,
    Registration,
    SessionPerson,
    Workshop,
)
from qiao.workshops.rules import changes_registration, handles_registrations, registers_for
from qiao.workshops.transitions import REGISTRATION

State = RegistrationState
#: Who has a place, or hopes for one.
ALIVE = (State.INVITED, State.APPLIED, State.WAITING, State.CONFIRMED)


@transaction.atomic
def register(
    workshop: Workshop,
    *,
    actor: Any,
    organisation: Organisation,
    presences: Sequence[Stretch] | None = None,
    answers: Mapping[int, Any] | None = None,
    **fields: Any,
) -> Registration:
    """Register oneself for an organisation one belongs to. Registering again after withdrawing begins anew.

    The state says what came of it: confirmed, waiting, or applied where organisers decide. Raises `NotAllowed`,
    `Duplicate` for who is registered, and `InvalidInput` with the messages by field.
    """
    if not Affiliation.objects.filter(user=actor, organisation=organisation).exists():
        raise NotAllowed
    workshop = locked_workshop(workshop.pk)
    _refuse_closed(workshop)
    refuse_stranger(workshop, organisation)
    found = Registration.objects.filter(workshop=workshop, user=actor).first()
    found = found or Registration.objects.filter(workshop=workshop, email__iexact=actor.email).first()
    if found is not None and found.state in (State.APPLIED, State.WAITING, State.CONFIRMED):
        raise Duplicate(_("You are registered already."))
    if found is not None and found.state == State.DECLINED:
        raise InvalidInput(_("The organisers have not accepted your registration. Ask them if you think it a mistake."))
    if found is None and workshop.registration_mode == RegistrationMode.INVITED:
        raise InvalidInput(_("This workshop is by invitation. Ask its organisers for one."))
    was_invited = found is not None and found.state == State.INVITED
    one = found or Registration(workshop=workshop, email=actor.email)
    one.workshop, one.organisation, one.user, one.registered_by = workshop, organisation, actor, actor
    one.name = one.name or actor.display_name
    fill_registration(one, fields)
    return _enter(one, actor, presences, answers, needs_approval=not was_invited and _by_approval(workshop))


@transaction.atomic
def register_other(
    workshop: Workshop,
    *,
    actor: Any,
    organisation: Organisation,
    email: str,
    delegation: Delegation | None = None,
    presences: Sequence[Stretch] | None = None,
    answers: Mapping[int, Any] | None = None,
    **fields: Any,
) -> Registration:
    """Register somebody else of one's organisation, or of any as an organiser.

    Who has no account yet with that address, confirmed, gets a letter, and is linked once they have one. Raises as
    `register`.
    """
    workshop = locked_workshop(workshop.pk)
    by_organiser = bool(handles_registrations(actor, workshop))
    if not by_organiser and not registers_for(actor, organisation):
        raise NotAllowed
    if not by_organiser:
        _refuse_closed(workshop)
    refuse_stranger(workshop, organisation)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(errors={"email": list(error.messages)}) from error
    found = Registration.objects.filter(workshop=workshop, email__iexact=email).first()
    if found is not None and found.state in (State.APPLIED, State.WAITING, State.CONFIRMED):
        raise Duplicate(_("Somebody with this address is registered already."), field="email")
    if found is not None and found.organisation_id != organisation.pk and not by_organiser:
        raise Duplicate(_("Somebody with this address is registered already."), field="email")
    user = user_with(email)
    if found is None and workshop.registration_mode == RegistrationMode.INVITED and not by_organiser:
        raise InvalidInput(_("This workshop is by invitation. Ask its organisers for one."))
    one = found or Registration(workshop=workshop, email=email)
    one.workshop, one.organisation, one.user, one.registered_by = workshop, organisation, user, actor
    one.delegation = delegation or one.delegation
    fill_registration(one, fields)
    if not one.name:
        raise InvalidInput(errors={"name": [_("Say who it is.")]})
    needs_approval = not by_organiser and _by_approval(workshop)
    made = _enter(one, actor, presences, answers, needs_approval=needs_approval)
    if user is None:
        write_letter(made, actor)
    return made


@transaction.atomic
def change_registration(
    registration: Registration,
    *,
    actor: Any,
    presences: Sequence[Stretch] | None = None,
    answers: Mapping[int, Any] | None = None,
    **fields: Any,
) -> Registration:
    """Change what was said. Going from on site to online, or back, takes a place there, if there is one."""
    workshop = locked_workshop(registration.workshop_id)
    one = _locked(registration, actor)
    if one.state not in ALIVE:
        raise TransitionNotAllowed
    before = one.mode
    fill_registration(one, fields)
    if one.mode != before and one.state == State.CONFIRMED and places_left(workshop, one.mode) == 0:
        raise InvalidInput(errors={"mode": [_("There is no place left. You keep the one you have.")]})
    one.save()
    write_parts(one, presences, answers)
    log_registration(one, "change_registration", actor=actor)
    if one.mode != before:
        move_up_waiting(workshop.pk)
    return one


@transaction.atomic
def withdraw_registration(registration: Registration, *, actor: Any) -> Registration:
    """Come no longer. Meetings and places in sessions are freed, and the waiting list moves up."""
    workshop = locked_workshop(registration.workshop_id)
    one = _locked(registration, actor)
    if one.state not in ALIVE:
        raise TransitionNotAllowed
    one.withdrawn_at = timezone.now()
    one.queued_at = None
    one.save(update_fields=["withdrawn_at", "queued_at", "updated_at"])
    before = move(one, REGISTRATION, State.WITHDRAWN)
    log_registration(one, "withdraw_registration", actor=actor, before=before, after=one.state)
    SessionPerson.objects.filter(registration=one, role=SessionRole.PARTICIPANT).delete()
    leave_meetings(one, actor=actor)
    if one.user is not None and one.user_id != getattr(actor, "pk", None):
        tell_person(one, "registration_withdrawn")
    if before == State.CONFIRMED:
        move_up_waiting(workshop.pk)
    return one


@transaction.atomic
def link_registrations(user: User) -> int:
    """Give somebody who has confirmed an address the registrations made for it; returns how many."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    linked = 0
    for address in addresses:
        for one in Registration.objects.select_for_update().filter(email__iexact=address, user=None):
            if not Registration.objects.filter(workshop=one.workshop_id, user=user).exists():
                one.user = user
                one.save(update_fields=["user", "updated_at"])
                linked += 1
    return linked


def user_with(email: str) -> User | None:
    """The account that has confirmed the address."""
    address = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True).first()
    return None if address is None else address.user


def _enter(
    one: Registration,
    actor: Any,
    presences: Sequence[Stretch] | None,
    answers: Mapping[int, Any] | None,
    *,
    needs_approval: bool,
) -> Registration:
    is_new = one.pk is None
    if is_new:
        one.state = State.APPLIED
    one.save()
    write_parts(one, presences, answers)
    if needs_approval:
        before = "" if is_new else one.state
        if one.state != State.APPLIED:
            move(one, REGISTRATION, State.APPLIED)
        log_registration(one, "register", actor=actor, before=before, after=one.state)
        tell_person(one, "registration_applied")
    else:
        give_place(one.workshop, one, actor=actor, verb="register")
    return one


def _by_approval(workshop: Workshop) -> bool:
    return workshop.registration_mode == RegistrationMode.APPROVAL


def _refuse_closed(workshop: Workshop) -> None:
    if not workshop.takes_registrations:
        raise InvalidInput(_("Registration is closed."))


def refuse_stranger(workshop: Workshop, organisation: Organisation) -> None:
    """Raises `InvalidInput` for an organisation that is no member of the bridge."""
    members = Membership.objects.filter(
        bridge=workshop.bridge_id, organisation=organisation, state=MembershipState.APPROVED
    )
    if not members.exists():
        raise InvalidInput(errors={"organisation": [_("Only members of the bridge can register.")]})


def _locked(registration: Registration, actor: Any) -> Registration:
    one = locked_row(registration)
    if not changes_registration(actor, one):
        raise NotAllowed
    return one


def locked_row(registration: Registration) -> Registration:
    """The registration as it is now, locked. Always after its workshop."""
    found = Registration.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("workshop__bridge", "organisation", "user", "delegation").get(pk=registration.pk)


def write_letter(one: Registration, actor: Any) -> None:
    """Tell somebody without an account what was done for them, and how they come to it."""
    write_mail(
        "registration_letter",
        to=one.email,
        language=getattr(actor, "language", "") or "en",
        context={
            "registration": one,
            "workshop": one.workshop,
            "bridge": one.workshop.bridge,
            "organisation": one.organisation,
            "actor": actor,
            "url": f"{settings.SITE_URL}{path_of(one.workshop)}",
        },
    )
