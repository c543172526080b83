"""Sessions in people's own calendars, by mail: what was sent is kept, and only what differs is sent again.

What stands in the last release counts, never the draft. An entry is made when somebody speaks, moderates, interprets or
has accepted to come, sent again when the release has moved or renamed it, and taken out when the session is off or the
person is not in it any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Q
from django.utils import translation

from qiao.notifications.domain.preferences import delivery_of
from qiao.notifications.enums import Delivery
from qiao.workshops.domain.audience import TOPIC
from qiao.workshops.domain.queries.shown import ShownSession, shown_sessions
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, SessionRole, WorkshopState
from qiao.workshops.models import CalendarEntry, Registration, Session, SessionPerson, Workshop


@dataclass(frozen=True)
class EntryToSend:
    """A message that puts a session into a calendar, changes it there, or takes it out."""

    shown: ShownSession
    part: tuple[str, str]
    is_cancelled: bool
    is_new: bool


def entries_to_send(
    workshop: Workshop,
    registration: Registration,
    shown: Iterable[ShownSession] | None = None,
    *,
    only: Session | None = None,
) -> list[EntryToSend]:
    """What this person's calendar lacks, in the order of time; it is kept as sent with the caller's transaction.

    Nothing for who has no mail at once on workshops: their calendar follows their feed, and nothing is kept as sent.
    The caller holds the registration's lock, so that two who do this at once send it once.
    """
    from qiao.workshops.calendars import calendar_part  # it reads what this module's neighbours write

    user = registration.user
    if user is None or delivery_of(user, TOPIC) != Delivery.AT_ONCE:
        return []
    ids = dict(Session.objects.of_workshop(workshop).values_list("public_id", "pk"))
    kept = {one.session_id: one for one in CalendarEntry.objects.filter(registration=registration)}
    places = _places(registration) if _comes(workshop, registration) else {}
    found = []
    for one in shown_sessions(workshop) if shown is None else shown:
        session_id = ids.get(one.public_id)
        if session_id is None or (only is not None and only.pk != session_id):
            continue
        place, entry = places.get(session_id), kept.get(session_id)
        is_off = place is None or one.is_cancelled
        if is_off and (entry is None or entry.is_cancelled):
            continue
        digest = _digest(one, place.role if place is not None else "")
        if not is_off and entry is not None and not entry.is_cancelled and entry.digest == digest:
            continue
        sequence = max(one.sequence, entry.sequence + 1 if entry is not None else 0)
        with translation.override(user.language):
            part = calendar_part(
                (workshop, one, str(place.get_role_display()) if place is not None else ""),
                registration,
                cancelled=is_off,
                sequence=sequence,
                is_accepted=place is not None and place.answer == AnswerToInvitation.ACCEPTED,
            )
        if part is None:
            continue
        CalendarEntry.objects.update_or_create(
            session_id=session_id,
            registration=registration,
            defaults={"sequence": sequence, "digest": digest, "is_cancelled": is_off},
        )
        found.append(EntryToSend(one, (part.content, part.method), is_off, entry is None or entry.is_cancelled))
    return found


def entries_of_who_left(limit: int = 500) -> list[int]:
    """Registrations whose calendars still hold sessions of a workshop that is off, or that they do not come to."""
    gone = ~Q(registration__state=RegistrationState.CONFIRMED) | Q(session__workshop__state=WorkshopState.CANCELLED)
    held = CalendarEntry.objects.filter(gone, is_cancelled=False, registration__user__isnull=False)
    return sorted(set(held.order_by("registration_id").values_list("registration_id", flat=True)[:limit]))


def _comes(workshop: Workshop, registration: Registration) -> bool:
    return registration.state == RegistrationState.CONFIRMED and workshop.state != WorkshopState.CANCELLED


def _places(registration: Registration) -> dict[int, SessionPerson]:
    """Sessions that belong into the person's calendar, by id: as `roles_in_sessions` has them for the feed."""
    comes = ~Q(role=SessionRole.PARTICIPANT) & ~Q(answer=AnswerToInvitation.DECLINED) | Q(
        role=SessionRole.PARTICIPANT, answer=AnswerToInvitation.ACCEPTED
    )
    places = SessionPerson.objects.filter(comes, registration=registration).order_by("-role")
    return {one.session_id: one for one in places}


def _digest(shown: ShownSession, role: str) -> str:
    """What a calendar shows of it, in any language."""
    room = shown.room.name.data if shown.room is not None else ""
    said = (
        shown.starts_at.isoformat(), shown.ends_at.isoformat(), str(shown.title.data), str(room),
        shown.online_url, role,
    )  # fmt: skip
    return sha256("\n".join(said).encode()).hexdigest()
