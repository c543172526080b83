"""Asking people to a session: one letter with why, when, where and two links, and a few more at most if unanswered.

The links lead to a page with a button. Mail programs open links before their readers do: only the button answers.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, NotFound
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.audience import TOPIC, desk_path_of, path_of
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.places import planners_of
from qiao.workshops.domain.queries.shown import ShownSession, shown_sessions
from qiao.workshops.domain.session_calendars import EntryToSend, entries_to_send
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, SessionRole, SessionState
from qiao.workshops.models import Registration, Session, SessionPerson, Workshop
from qiao.workshops.rules import plans_programme

_SALT = "qiao.workshops.session_invitation"
#: Links of a letter hold for so long.
MAX_AGE_SECONDS = 240 * 24 * 3600
#: Letters to one person about one part in a session, and the time between two.
MOST_LETTERS = 3
BETWEEN = datetime.timedelta(hours=24)
KINDS = {
    SessionRole.PARTICIPANT: "session_invited",
    SessionRole.MODERATOR: "session_moderates",
    SessionRole.SPEAKER: "session_speaks",
    SessionRole.INTERPRETER: "session_interprets",
}


def invitation_token(session: Session, registration: Registration) -> str:
    """What lets the reader of a letter answer for this one session without signing in, and nothing else."""
    return signing.dumps([session.public_id, registration.public_id], salt=_SALT)


def invitation_of(token: str) -> tuple[Session, Registration]:
    """The session and the person that a token is for. Raises `NotFound` for a forged or old one, and for somebody who
    is not asked any more."""
    try:
        session_id, registration_id = signing.loads(token, salt=_SALT, max_age=MAX_AGE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    found = (
        SessionPerson.objects.filter(session__public_id=session_id, registration__public_id=registration_id)
        .select_related(
            "session__workshop__bridge", "session__room", "registration__user", "registration__organisation"
        )
        .first()
    )
    if found is None or found.registration is None or found.registration.user is None:
        raise NotFound
    return found.session, found.registration


def ask_person(person: SessionPerson) -> bool:
    """Write the letter, or the next one; returns whether there is somebody to write to.

    Part of the caller's transaction, who holds the session's lock. Somebody from outside is a name and gets none.
    """
    registration, session = person.registration, person.session
    if registration is None or registration.user is None or person.answer != AnswerToInvitation.INVITED:
        return False
    person.letters += 1
    person.asked_at = timezone.now()
    person.save(update_fields=["letters", "asked_at", "updated_at"])
    workshop = session.workshop
    shown = next((one for one in shown_sessions(workshop) if one.public_id == session.public_id), None)
    path = f"/invitations/sessions/{invitation_token(session, registration)}/"
    tell(
        registration.user,
        KINDS[SessionRole(person.role)],
        topic=TOPIC,
        url=f"{path_of(workshop)}sessions/{session.public_id}/",
        bridge=workshop.bridge,
        key=f"session_asked:{session.public_id}:{person.role}:{person.pk}:{person.letters}",
        mail="session_invited",
        mail_context={
            "workshop": workshop,
            "session": session,
            "role": person.role,
            "note": person.note,
            "topics": topics_of(session, registration.user.language),
            "colleagues": session.people.exclude(answer=AnswerToInvitation.DECLINED).count(),
            "begins": shown.starts_at if shown is not None and not shown.is_cancelled else session.starts_at,
            "room": shown.room if shown is not None else session.room,
            "is_released": shown is not None and not shown.is_cancelled,
            "zone": workshop.zone,
            "answer_by": session.answer_by,
            "answer_path": path,
            "again": person.letters > 1,
        },
        subject=str(session.title),
    )
    return True


def topics_of(session: Session, language: str) -> list[str]:
    """What the matcher has brought its people together for, in a language; empty for a session made by hand."""
    suggestion = session.suggestions.order_by("-pk").first()
    topics = suggestion.topics if suggestion is not None else {}
    return list(topics.get("zh" if language.startswith("zh") else "en") or [])[:5]


@transaction.atomic
def ask_again(session: Session, *, actor: Any) -> int:
    """Write once more to those who have not answered; returns to how many.

    Nobody gets more than three letters, nor two within a day. Raises `NotAllowed`, and `InvalidInput` when there is
    nobody to write to.
    """
    session = (
        Session.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workshop", "workshop__bridge", "room")
        .get(pk=session.pk)
    )
    if not plans_programme(actor, session.workshop):
        raise NotAllowed
    silent = may_be_asked_again(session)
    if not silent or session.state != SessionState.ACTIVE:
        raise InvalidInput(_("Nobody can be asked again now: at most three letters each, and one a day."))
    asked = sum(ask_person(one) for one in silent)
    log_act(session.workshop, "ask_session_again", actor=actor, subject=session, detail={"people": asked})
    return asked


def may_be_asked_again(session: Session) -> list[SessionPerson]:
    """Who has not answered and may be written to once more."""
    silent = session.people.filter(
        answer=AnswerToInvitation.INVITED,
        registration__user__isnull=False,
        registration__state=RegistrationState.CONFIRMED,
        letters__lt=MOST_LETTERS,
    ).select_related("registration__user", "session__workshop__bridge", "session__room")
    since = timezone.now() - BETWEEN
    return [one for one in silent if one.asked_at is None or one.asked_at <= since]


def holds_places(session: Session) -> bool:
    """Whether places are still kept for those who are invited and have not answered."""
    return session.answer_by is None or timezone.now().astimezone(session.workshop.zone).date() <= session.answer_by


def places_taken(session: Session, *, but: Registration, invited: bool) -> int:
    """Places that somebody else has, with those kept for the invited unless one is `invited` oneself."""
    answers = [AnswerToInvitation.ACCEPTED]
    if not invited and holds_places(session):
        answers.append(AnswerToInvitation.INVITED)
    return session.people.filter(answer__in=answers).exclude(registration=but).count()


def tell_planners_of_no(person: SessionPerson) -> None:
    """A session without its speaker, moderator or interpreter needs another: those who plan are told."""
    session, workshop = person.session, person.session.workshop
    for user in planners_of(workshop):
        tell(
            user,
            "session_declined",
            topic=TOPIC,
            url=f"{desk_path_of(workshop)}programme/{session.public_id}/",
            bridge=workshop.bridge,
            key=f"session_declined:{session.public_id}:{person.pk}:{person.answered_at}",
            mail="session_declined",
            mail_context={"workshop": workshop, "session": session, "person": person, "role": person.role},
            subject=f"{person.name}: {session.title}",
        )


def tell_who_is_taken_out(person: SessionPerson) -> None:
    """Somebody who was asked, and is in the session no more, hears of it; their calendar with it."""
    registration, session = person.registration, person.session
    if registration is None or registration.user is None or not person.letters:
        return
    if session.people.filter(registration=registration).exists():
        return  # still there in another part
    entries = entries_to_send(session.workshop, registration, only=session)
    tell(
        registration.user,
        "session_removed",
        topic=TOPIC,
        url=f"{path_of(session.workshop)}programme/",
        bridge=session.workshop.bridge,
        mail="session_removed",
        mail_context={"workshop": session.workshop, "session": session},
        calendar=entries[0].part if entries else None,
        subject=str(session.title),
    )


def bring_calendar_up_to_date(
    workshop: Workshop,
    registration: Registration,
    shown: Iterable[ShownSession] | None = None,
    *,
    only: Session | None = None,
) -> int:
    """Send what the person's calendar lacks, a message an entry; returns how many."""
    entries = entries_to_send(workshop, registration, shown, only=only)
    for entry in entries:
        send_entry(workshop, registration, entry)
    return len(entries)


def send_entry(workshop: Workshop, registration: Registration, entry: EntryToSend) -> None:
    """A short message with one entry: calendars read one session a message (RFC 5546, 3.2)."""
    user = registration.user
    if user is None:
        return
    write_mail(
        "session_calendar",
        to=user.email,
        language=user.language,
        context={
            "user": user,
            "bridge": workshop.bridge,
            "workshop": workshop,
            "session": entry.shown,
            "is_cancelled": entry.is_cancelled,
            "is_new": entry.is_new,
            "zone": workshop.zone,
            "url": f"{path_of(workshop)}sessions/{entry.shown.public_id}/",
        },
        recipient=user,
        topic=TOPIC,
        calendar=entry.part,
    )
