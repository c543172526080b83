"""Sessions of the draft: making them, changing, placing and cancelling them, and who is in them.

Whoever changes a session says which edition they have seen: when another has changed it meanwhile, nothing is
overwritten and both changes are told.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.outbox import emit
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, QiaoError, TransitionNotAllowed
from qiao.common.text import clean_line, clean_text
from qiao.common.validation import check_model
from qiao.workshops.domain.inviting_to_sessions import (
    ask_person,
    bring_calendar_up_to_date,
    places_taken,
    tell_planners_of_no,
    tell_who_is_taken_out,
)
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, SessionKind, SessionRole, SessionState
from qiao.workshops.models import Registration, Room, Session, SessionPerson, Workshop
from qiao.workshops.rules import plans_programme

FIELDS = (
    "kind", "title", "description", "track", "minutes", "capacity", "expected", "needs_interpreting", "is_for_all",
    "online_url", "answer_by",
)  # fmt: skip


class ChangedMeanwhile(QiaoError):
    """Somebody else has changed the session since it was looked at."""

    code = "changed_meanwhile"
    message = gettext_lazy("Somebody else has changed this session meanwhile. It is shown as it is now.")
    status = 409


@transaction.atomic
def create_session(workshop: Workshop, *, actor: Any, **fields: Any) -> Session:
    """Add a session to the draft, without a time yet. Raises `NotAllowed` and `InvalidInput`."""
    if not plans_programme(actor, workshop):
        raise NotAllowed
    session = Session(workshop=workshop)
    _fill(session, fields)
    session.save()
    _changed(session, "create_session", actor)
    return session


@transaction.atomic
def change_session(session: Session, *, actor: Any, edition: int, **fields: Any) -> Session:
    """Change what it is. Raises `ChangedMeanwhile` for an old edition."""
    session = _locked(session, actor, edition)
    _fill(session, fields)
    return _next(session, "change_session", actor)


@transaction.atomic
def place_session(
    session: Session,
    *,
    actor: Any,
    edition: int,
    starts_at: datetime.datetime | None,
    room: Room | None,
    is_locked: bool | None = None,
    minutes: int | None = None,
) -> Session:
    """Give it a time and a room, another one, or none; and another length. Raises `InvalidInput` outside the
    workshop's days."""
    session = _locked(session, actor, edition)
    if minutes is not None:
        session.minutes = minutes
        check_model(session)
    workshop = session.workshop
    if room is not None and (room.workshop_id != workshop.pk or room.removed_at is not None):
        raise InvalidInput(errors={"room": [_("Choose a room of this workshop.")]})
    if starts_at is not None:
        ends_at = starts_at + datetime.timedelta(minutes=session.minutes)
        if starts_at < workshop.starts_at or ends_at > workshop.ends_at:
            raise InvalidInput(errors={"starts_at": [_("Choose a time within the days of the workshop.")]})
    session.starts_at, session.room = starts_at, room
    if is_locked is not None:
        session.is_locked = is_locked
    return _next(session, "place_session", actor)


@transaction.atomic
def cancel_session(session: Session, *, actor: Any, edition: int) -> Session:
    """Take it out of the programme; those concerned are told with the next release. It can be brought back."""
    session = _locked(session, actor, edition)
    if session.state == SessionState.CANCELLED:
        raise TransitionNotAllowed
    session.state = SessionState.CANCELLED
    return _next(session, "cancel_session", actor)


@transaction.atomic
def restore_session(session: Session, *, actor: Any, edition: int) -> Session:
    """Bring a cancelled session back into the draft."""
    session = _locked(session, actor, edition)
    if session.state != SessionState.CANCELLED:
        raise TransitionNotAllowed
    session.state = SessionState.ACTIVE
    return _next(session, "restore_session", actor)


@transaction.atomic
def add_to_session(
    session: Session,
    *,
    actor: Any,
    role: str,
    registration: Registration | None = None,
    name: str = "",
    affiliation: str = "",
    note: str = "",
) -> SessionPerson:
    """Name who speaks, moderates, interprets or is invited: somebody registered, or a name from outside.

    Somebody registered is asked by a letter, with `note` as the reason; a name from outside is only named.

    Raises `Duplicate` for who has that role already.
    """
    session = _locked(session, actor)
    if role not in SessionRole.values:
        raise InvalidInput(errors={"role": [_("Choose a role.")]})
    if registration is not None:
        if registration.workshop_id != session.workshop_id or registration.state != RegistrationState.CONFIRMED:
            raise InvalidInput(errors={"registration": [_("Choose somebody who is registered.")]})
        if session.people.filter(registration=registration, role=role).exists():
            raise Duplicate(_("%(name)s has this role already.") % {"name": registration.name})
    name = registration.name if registration is not None else clean_line(name)[:120]
    if not name:
        raise InvalidInput(errors={"name": [_("Say who it is.")]})
    outside = registration is None
    person = SessionPerson.objects.create(
        session=session,
        registration=registration,
        name=name,
        affiliation=clean_line(affiliation)[:200],
        role=role,
        answer=AnswerToInvitation.ACCEPTED if outside else AnswerToInvitation.INVITED,
        position=session.people.count(),
        note=clean_line(note)[:300],
    )
    ask_person(person)
    _next(session, "add_to_session", actor)
    return person


@transaction.atomic
def remove_from_session(person: SessionPerson, *, actor: Any) -> None:
    """Take somebody out of a session. Who was asked is told, and it leaves their calendar."""
    session = _locked(person.session, actor)
    person = SessionPerson.objects.select_related("registration__user").get(pk=person.pk, session=session)
    person.session = session
    person.delete()
    tell_who_is_taken_out(person)
    _next(session, "remove_from_session", actor)


@transaction.atomic
def answer_session(session: Session, *, actor: Any, registration: Registration, comes: bool) -> SessionPerson:
    """Say whether one comes: invited, or by oneself as long as there are places. Raises `InvalidInput` when it is full.

    Nobody but the person answers, and only while they have a place at the workshop. Places are kept for those who are
    invited until the date they are to answer by; who declines leaves theirs to others at once.
    """
    if registration.user_id != actor.pk or registration.state != RegistrationState.CONFIRMED:
        raise NotAllowed
    session = (
        Session.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workshop", "workshop__bridge")
        .get(pk=session.pk)
    )
    now = timezone.now()
    if session.workshop_id != registration.workshop_id or session.state != SessionState.ACTIVE:
        raise TransitionNotAllowed
    if session.ends_at is not None and session.ends_at <= now:
        raise TransitionNotAllowed(_("This session is over."))
    # Whoever has two parts in it, as speaker and moderator, answers for both.
    places = list(session.people.filter(registration=registration).order_by("role", "pk"))
    if not places:
        if not comes:
            raise TransitionNotAllowed
        places = [SessionPerson(session=session, registration=registration, name=registration.name)]
    if comes and session.capacity is not None and all(one.role == SessionRole.PARTICIPANT for one in places):
        invited = any(one.pk and one.answer == AnswerToInvitation.INVITED for one in places)
        if places_taken(session, but=registration, invited=invited) >= session.capacity:
            raise InvalidInput(_("All places of this session are taken."))
    answer = AnswerToInvitation.ACCEPTED if comes else AnswerToInvitation.DECLINED
    for person in places:
        has_changed = person.answer != answer
        person.session, person.answer, person.answered_at = session, answer, now
        person.save()
        if has_changed and not comes and person.role != SessionRole.PARTICIPANT:
            tell_planners_of_no(person)
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    bring_calendar_up_to_date(session.workshop, registration, only=session)
    log_act(session.workshop, "answer_session", actor=actor, subject=session, after=answer)
    emit("session.changed", session_id=session.pk)
    return places[-1]


def _fill(session: Session, fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in ("title", "description"):
            data = value.data if isinstance(value, LazyI18nString) else value
            known = data if isinstance(data, dict) else {"en": data or ""}
            clean = clean_line if name == "title" else clean_text
            value = LazyI18nString({code: clean(text) for code, text in known.items() if text and clean(text)})
        elif name == "track":
            value = clean_line(value or "")[:80]
        setattr(session, name, value)
    if not session.title.data:
        raise InvalidInput(errors={"title": [_("Write a title, in one language at least.")]})
    if session.kind not in SessionKind.values:
        raise InvalidInput(errors={"kind": [_("Choose a kind.")]})
    check_model(session)


def _locked(session: Session, actor: Any, edition: int | None = None) -> Session:
    found = Session.objects.select_for_update(no_key=True, of=("self",)).select_related("workshop", "workshop__bridge")
    one = found.get(pk=session.pk)
    if not plans_programme(actor, one.workshop):
        raise NotAllowed
    if edition is not None and one.edition != edition:
        raise ChangedMeanwhile
    return one


def _next(session: Session, verb: str, actor: Any) -> Session:
    session.edition += 1
    session.save()
    _changed(session, verb, actor)
    return session


def _changed(session: Session, verb: str, actor: Any) -> None:
    log_act(session.workshop, verb, actor=actor, subject=session, after=session.state)
    emit("session.changed", session_id=session.pk)
