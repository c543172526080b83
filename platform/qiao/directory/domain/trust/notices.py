"""Telling people of what concerns trust: in their inbox always, by mail as they chose."""

from __future__ import annotations

from typing import Any

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.bridges.rules import RUNS
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation
from qiao.notifications.domain.telling import tell

TOPIC = "trust"


def tell_organisation(
    organisation: Organisation, kind: str, *, bridge: Bridge, mail: str, url: str, subject: str = "", **told: Any
) -> None:
    """Tell the people who write for an organisation. `told` is what the message says besides."""
    writers = organisation.affiliations.filter(role__in=(PersonRole.OWNER, PersonRole.EDITOR))
    for affiliation in writers.select_related("user"):
        tell(
            affiliation.user,
            kind,
            topic=TOPIC,
            url=url,
            bridge=bridge,
            mail=mail,
            mail_context={"organisation": organisation, **told},
            subject=subject or organisation.name,
        )


def tell_organisers(
    bridge: Bridge, kind: str, *, url: str, subject: str, unless_of: Organisation | None = None
) -> None:
    """A line in the inbox of each who runs the bridge, but for people of the organisation that it is about."""
    people = User.objects.filter(bridge_roles__bridge=bridge, bridge_roles__role__in=RUNS, is_active=True)
    if unless_of is not None:
        people = people.exclude(affiliations__organisation=unless_of)
    for person in people:
        tell(person, kind, topic=TOPIC, url=url, bridge=bridge, subject=subject)
