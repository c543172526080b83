"""Who is there when, and who is in which session when, as meetings need to know it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from qiao.workshops.enums import AnswerToInvitation, SessionRole
from qiao.workshops.models import Presence, Registration, Session, SessionPerson, Workshop

Stretch = tuple[datetime.datetime, datetime.datetime]


@dataclass
class InSessions:
    """When sessions for everybody are, and when each person is in one of theirs."""

    of_all: list[Stretch] = field(default_factory=list)
    of: dict[int, list[Stretch]] = field(default_factory=dict)


def present_at(workshop: Workshop, people: Iterable[Registration]) -> dict[int, list[Stretch]]:
    """When each is there: as they said, else from the beginning to the end."""
    ids = [one.pk for one in people]
    said: dict[int, list[Stretch]] = defaultdict(list)
    for who, starts_at, ends_at in (
        Presence.objects.filter(registration__in=ids)
        .order_by("starts_at")
        .values_list("registration_id", "starts_at", "ends_at")
    ):
        if said[who] and said[who][-1][1] >= starts_at:
            said[who][-1] = (said[who][-1][0], max(said[who][-1][1], ends_at))
        else:
            said[who].append((starts_at, ends_at))
    # Slots may lie outside the days, such as on the evening before: who has said nothing comes to those as well.
    always = [(workshop.starts_at - datetime.timedelta(days=7), workshop.ends_at + datetime.timedelta(days=7))]
    return {pk: said.get(pk) or always for pk in ids}


def in_sessions(workshop: Workshop, people: Iterable[int]) -> InSessions:
    """Planned sessions with a time: of those who speak, moderate or interpret and have not declined, of participants
    who have accepted, and those for everybody."""
    found = InSessions()
    placed = Session.objects.of_workshop(workshop).active().placed()
    for session in placed.filter(is_for_all=True):
        if session.starts_at is not None and session.ends_at is not None:
            found.of_all.append((session.starts_at, session.ends_at))
    comes = ~Q(role=SessionRole.PARTICIPANT) & ~Q(answer=AnswerToInvitation.DECLINED) | Q(
        role=SessionRole.PARTICIPANT, answer=AnswerToInvitation.ACCEPTED
    )
    places = SessionPerson.objects.filter(comes, session__in=placed, registration__in=list(people))
    for place in places.select_related("session"):
        starts_at, ends_at = place.session.starts_at, place.session.ends_at
        if place.registration_id is not None and starts_at is not None and ends_at is not None:
            found.of.setdefault(place.registration_id, []).append((starts_at, ends_at))
    return found
