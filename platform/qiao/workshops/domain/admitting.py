"""Organisers invite people, accept those who apply, or do not."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.directory.models import Organisation
from qiao.workshops.domain.places_left import give_place, locked_workshop, log_registration, tell_person
from qiao.workshops.domain.registering import ALIVE, locked_row, refuse_stranger, user_with, write_letter
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.rules import handles_registrations
from qiao.workshops.transitions import REGISTRATION

State = RegistrationState


@transaction.atomic
def invite_person(workshop: Workshop, *, actor: Any, organisation: Organisation, email: str, name: str) -> Registration:
    """Invite somebody, whose registration then needs no approval. Raises `Duplicate` and `InvalidInput`."""
    workshop = locked_workshop(workshop.pk)
    if not handles_registrations(actor, workshop):
        raise NotAllowed
    refuse_stranger(workshop, organisation)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(errors={"email": list(error.messages)}) from error
    found = Registration.objects.filter(workshop=workshop, email__iexact=email).first()
    if found is not None and found.state in ALIVE:
        raise Duplicate(_("Somebody with this address is invited or registered already."), field="email")
    user = user_with(email)
    if found is None:
        one = Registration(workshop=workshop, email=email, state=State.INVITED)
    else:
        one = found
        move(one, REGISTRATION, State.INVITED)
    one.organisation, one.user, one.registered_by, one.name = organisation, user, actor, clean_line(name)[:120]
    if not one.name:
        raise InvalidInput(errors={"name": [_("Say who it is.")]})
    one.save()
    log_registration(one, "invite_person", actor=actor, after=one.state)
    if user is None:
        write_letter(one, actor)
    else:
        tell_person(one, "registration_invited")
    return one


@transaction.atomic
def approve_registration(registration: Registration, *, actor: Any) -> Registration:
    """Accept somebody who has applied, or was declined: they get a place, or wait for one."""
    workshop = locked_workshop(registration.workshop_id)
    if not handles_registrations(actor, workshop):
        raise NotAllowed
    one = locked_row(registration)
    if one.state not in (State.APPLIED, State.DECLINED):
        raise TransitionNotAllowed
    give_place(workshop, one, actor=actor, verb="approve_registration")
    return one


@transaction.atomic
def decline_registration(registration: Registration, *, actor: Any) -> Registration:
    """Do not accept somebody who has applied or waits. They are told; it can be undone by approving."""
    workshop = locked_workshop(registration.workshop_id)
    if not handles_registrations(actor, workshop):
        raise NotAllowed
    one = locked_row(registration)
    if one.state not in (State.APPLIED, State.WAITING):
        raise TransitionNotAllowed
    before = move(one, REGISTRATION, State.DECLINED)
    log_registration(one, "decline_registration", actor=actor, before=before, after=one.state)
    tell_person(one, "registration_declined")
    return one


@transaction.atomic
def write_note(registration: Registration, *, actor: Any, note: str) -> Registration:
    """Keep something in mind of somebody; those who handle registrations read it."""
    workshop = locked_workshop(registration.workshop_id)
    if not handles_registrations(actor, workshop):
        raise NotAllowed
    one = locked_row(registration)
    one.note = clean_text(note)[:2000]
    one.save(update_fields=["note", "updated_at"])
    log_registration(one, "note_registration", actor=actor)
    return one
