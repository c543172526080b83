"""Telling everybody who is registered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qiao.notifications.domain.telling import tell
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import Registration, Workshop

TOPIC = "workshops"
#: Who hopes to come, besides those who have a place.
HOPING = (RegistrationState.INVITED, RegistrationState.APPLIED, RegistrationState.WAITING)


def path_of(workshop: Workshop) -> str:
    """The workshop's page."""
    return f"/{workshop.bridge.slug}/workshops/{workshop.public_id}/"


def desk_path_of(workshop: Workshop) -> str:
    """The workshop's desk."""
    return f"/organiser/{workshop.bridge.slug}/workshops/{workshop.public_id}/"


def tell_everybody(
    workshop: Workshop, kind: str, *, key: str, among: Iterable[Registration] | None = None, **more: Any
) -> int:
    """Tell those who are registered or hope to be, once each for `key`; returns how many lines were written.

    The mail is `mail/<kind>.txt`, with the workshop and `more`.
    """
    people = among
    if people is None:
        states = (RegistrationState.CONFIRMED, *HOPING)
        people = Registration.objects.of_workshop(workshop).filter(state__in=states, user__isnull=False)
        people = people.select_related("user")
    told = 0
    for one in people:
        if one.user is None:
            continue
        line = tell(
            one.user,
            kind,
            topic=TOPIC,
            url=path_of(workshop),
            bridge=workshop.bridge,
            key=f"{kind}:{workshop.public_id}:{key}",
            mail=kind,
            mail_context={"workshop": workshop, "registration": one, **more},
            subject=str(workshop.name),
        )
        told += line is not None
    return told
