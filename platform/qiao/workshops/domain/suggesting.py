"""Proposed sessions: asking the matcher for them, changing them by hand, and making sessions of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_line
from qiao.workshops.domain.inviting_to_sessions import ask_person
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.understanding import needs_interpreter
from qiao.workshops.enums import (
    AnswerToInvitation,
    RegistrationState,
    SessionKind,
    SessionRole,
    SuggestionState,
)
from qiao.workshops.models import (
    Registration,
    Session,
    SessionPerson,
    SuggestedMember,
    SuggestedSession,
    Workshop,
)
from qiao.workshops.rules import plans_programme

#: People of one roundtable at least, and places it has at least, by hand or by the matcher.
SMALLEST, MOST = 2, 10


@transaction.atomic
def rename_suggestion(suggestion: SuggestedSession, *, actor: Any, title: dict[str, str]) -> SuggestedSession:
    """Give it a title of one's own, in one language or both."""
    suggestion = _open(suggestion, actor)
    cleaned = {language: clean_line(text)[:240] for language, text in title.items() if clean_line(text)}
    if not cleaned:
        raise InvalidInput(_("Write a title, in one language at least."), errors={"title": [_("Write a title.")]})
    suggestion.title, suggestion.is_renamed = LazyI18nString(cleaned), True
    suggestion.save(update_fields=["title", "is_renamed", "updated_at"])
    log_act(suggestion.workshop, "rename_suggestion", actor=actor, detail={"session": suggestion.public_id})
    return suggestion


@transaction.atomic
def lock_suggestion(suggestion: SuggestedSession, *, actor: Any, locked: bool) -> SuggestedSession:
    """Keep a proposed session as it is when the rest is proposed anew, or no longer."""
    suggestion = _open(suggestion, actor)
    suggestion.is_locked = locked
    suggestion.save(update_fields=["is_locked", "updated_at"])
    verb = "lock_suggestion" if locked else "unlock_suggestion"
    log_act(suggestion.workshop, verb, actor=actor, detail={"session": suggestion.public_id})
    return suggestion


@transaction.atomic
def merge_suggestions(suggestion: SuggestedSession, *, actor: Any, other: SuggestedSession) -> SuggestedSession:
    """Put the people of another proposed session into this one; the other goes."""
    suggestion, other = _open(suggestion, actor), _open(other, actor)
    if other.pk == suggestion.pk or other.workshop_id != suggestion.workshop_id:
        raise InvalidInput(_("Choose another session of the same workshop."))
    here = set(suggestion.members.values_list("registration_id", flat=True))
    for member in list(other.members.exclude(registration__in=here)):
        member.suggestion, member.is_moderator = suggestion, False
        member.save(update_fields=["suggestion", "is_moderator", "updated_at"])
    other.delete()
    _one_moderator(suggestion)
    log_act(suggestion.workshop, "merge_suggestions", actor=actor, detail={"session": suggestion.public_id})
    _changed(suggestion)
    return suggestion


@transaction.atomic
def split_suggestion(suggestion: SuggestedSession, *, actor: Any, registrations: Sequence[int]) -> SuggestedSession:
    """Make a session of its own of some of its people; returns the new one."""
    suggestion = _open(suggestion, actor)
    leaving = list(suggestion.members.filter(registration__in=registrations))
    if not leaving or len(leaving) == suggestion.members.count():
        raise InvalidInput(_("Choose some of its people, and leave some."))
    new = SuggestedSession.objects.create(
        workshop=suggestion.workshop,
        run=suggestion.run,
        title=suggestion.title,
        topics=suggestion.topics,
        position=suggestion.position,
    )
    for member in leaving:
        member.suggestion, member.is_moderator = new, False
        member.save(update_fields=["suggestion", "is_moderator", "updated_at"])
    for one in (suggestion, new):
        _one_moderator(one)
        _changed(one)
    log_act(suggestion.workshop, "split_suggestion", actor=actor, detail={"session": suggestion.public_id})
    return new


@transaction.atomic
def move_suggested_person(
    registration: Registration, *, actor: Any, workshop: Workshop, to: SuggestedSession | None
) -> None:
    """Put somebody into another proposed session, or into none."""
    refuse_others(workshop, actor)
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if registration.workshop_id != workshop.pk or (to is not None and to.workshop_id != workshop.pk):
        raise InvalidInput(_("This is of another workshop."))
    if to is not None:
        to = _open(to, actor)
    if registration.state != RegistrationState.CONFIRMED and to is not None:
        raise InvalidInput(_("%(name)s is not registered any more.") % {"name": registration.name})
    places = SuggestedMember.objects.filter(
        registration=registration, suggestion__workshop=workshop, suggestion__state=SuggestionState.PROPOSED
    ).select_related("suggestion")
    for place in places:
        if to is not None and place.suggestion_id == to.pk:
            return
        was = place.suggestion
        place.delete()
        if was.members.exists():
            _one_moderator(was)
            _changed(was)
        else:
            was.delete()
    if to is not None:
        SuggestedMember.objects.create(suggestion=to, registration=registration)
        _one_moderator(to)
        _changed(to)
    detail = {"person": registration.public_id, "to": to.public_id if to is not None else ""}
    log_act(workshop, "move_suggested_person", actor=actor, detail=detail)


@transaction.atomic
def choose_moderator(suggestion: SuggestedSession, *, actor: Any, registration: Registration) -> SuggestedSession:
    """Say who should moderate."""
    suggestion = _open(suggestion, actor)
    if not suggestion.members.filter(registration=registration).exists():
        raise InvalidInput(_("Choose somebody of this session."))
    for member in suggestion.members.all():
        member.is_moderator = member.registration_id == registration.pk
        member.save(update_fields=["is_moderator", "updated_at"])
    log_act(suggestion.workshop, "choose_moderator", actor=actor, detail={"session": suggestion.public_id})
    return suggestion


@transaction.atomic
def dismiss_suggestion(suggestion: SuggestedSession, *, actor: Any) -> SuggestedSession:
    """Put a proposed session aside. Its people are free for others; it can be brought back."""
    suggestion = _open(suggestion, actor)
    suggestion.state, suggestion.is_locked = SuggestionState.DISMISSED, False
    suggestion.save(update_fields=["state", "is_locked", "updated_at"])
    log_act(suggestion.workshop, "dismiss_suggestion", actor=actor, detail={"session": suggestion.public_id})
    return suggestion


@transaction.atomic
def restore_suggestion(suggestion: SuggestedSession, *, actor: Any) -> SuggestedSession:
    """Bring a session back that was put aside, with those of its people who have no other since."""
    refuse_others(suggestion.workshop, actor)
    Workshop.objects.select_for_update(no_key=True).get(pk=suggestion.workshop_id)
    suggestion = SuggestedSession.objects.select_for_update(no_key=True).get(pk=suggestion.pk)
    if suggestion.state != SuggestionState.DISMISSED:
        raise TransitionNotAllowed
    taken = (
        SuggestedMember.objects.filter(suggestion__workshop=suggestion.workshop_id)
        .exclude(suggestion__state=SuggestionState.DISMISSED)
        .values("registration")
    )
    suggestion.members.filter(registration__in=taken).delete()
    if not suggestion.members.exists():
        raise InvalidInput(_("All of its people are in other sessions by now."))
    suggestion.state = SuggestionState.PROPOSED
    suggestion.save(update_fields=["state", "updated_at"])
    _one_moderator(suggestion)
    _changed(suggestion)
    log_act(suggestion.workshop, "restore_suggestion", actor=actor, detail={"session": suggestion.public_id})
    return suggestion


@transaction.atomic
def accept_suggestion(suggestion: SuggestedSession, *, actor: Any, minutes: int = 60) -> Session:
    """Make a roundtable of it in the draft of the programme, and invite its people. Raises `InvalidInput`."""
    suggestion = _open(suggestion, actor)
    members = [
        one
        for one in suggestion.members.select_related("registration", "registration__user")
        if one.registration.state == RegistrationState.CONFIRMED
    ]
    if len(members) < SMALLEST:
        raise InvalidInput(_("A roundtable needs at least two people who are registered."))
    if not 5 <= minutes <= 720:
        raise InvalidInput(_("A session lasts 5 to 720 minutes."), errors={"minutes": [_("5 to 720 minutes.")]})
    workshop = suggestion.workshop
    session = Session.objects.create(
        workshop=workshop,
        kind=SessionKind.ROUNDTABLE,
        title=suggestion.title,
        minutes=minutes,
        expected=len(members),
        capacity=max(len(members), MOST),
        needs_interpreting=any(one.registration.needs_interpreter for one in members)
        or needs_interpreter(one.registration for one in members),
    )
    places = []
    for position, one in enumerate(members):
        places.append(
            SessionPerson(
                session=session,
                registration=one.registration,
                name=one.registration.name,
                role=SessionRole.MODERATOR if one.is_moderator else SessionRole.PARTICIPANT,
                answer=AnswerToInvitation.INVITED,
                position=position,
            )
        )
    SessionPerson.objects.bulk_create(places)
    suggestion.state, suggestion.session = SuggestionState.ACCEPTED, session
    suggestion.save(update_fields=["state", "session", "updated_at"])
    for place in places:
        ask_person(place)
    log_act(workshop, "accept_suggestion", actor=actor, subject=session, after=session.state)
    emit("session.changed", session_id=session.pk)
    return session


def refuse_others(workshop: Workshop, actor: Any) -> None:
    """Raises `NotAllowed` for who does not plan the programme."""
    if not plans_programme(actor, workshop):
        raise NotAllowed


def _open(suggestion: SuggestedSession, actor: Any) -> SuggestedSession:
    """The session, locked, and still proposed. Who changes several locks the workshop first, so that none waits."""
    refuse_others(suggestion.workshop, actor)
    Workshop.objects.select_for_update(no_key=True).get(pk=suggestion.workshop_id)
    found = (
        SuggestedSession.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workshop", "workshop__bridge")
        .filter(pk=suggestion.pk)
        .first()
    )
    if found is None or found.state != SuggestionState.PROPOSED:
        raise TransitionNotAllowed
    return found


def _one_moderator(suggestion: SuggestedSession) -> None:
    """Somebody moderates as long as there is anybody: who fits best, until it is chosen anew."""
    members = list(suggestion.members.order_by("-is_moderator", "-fit", "id"))
    if members and not members[0].is_moderator:
        best = max(members, key=lambda one: (one.fit or 0.0, -one.pk))
        best.is_moderator = True
        best.save(update_fields=["is_moderator", "updated_at"])


def _changed(suggestion: SuggestedSession) -> None:
    emit("suggestion.changed", suggestion_id=suggestion.pk)
