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
    organisation: Organisation,
    kind: str,
    *,
    bridge: Bridge,
    mail: str,
    url: str,
    owners_only: bool = False,
    **told: Any,
) -> None:
    """Tell the people who write for an organisation. `told` is what the message says besides."""
    roles = [PersonRole.OWNER] if owners_only else [PersonRole.OWNER, PersonRole.EDITOR]
    for affiliation in organisation.affiliations.filter(role__in=roles).select_related("user"):
        tell(
            affiliation.user,
            kind,
            topic=TOPIC,
            url=url,
            bridge=bridge,
            mail=mail,
            mail_context={"organisation": organisation, **told},
            subject=organisation.name,
        )


def tell_organisers(bridge: Bridge, kind: str, *, url: str, subject: str, but: Any = None, key: str = "") -> None:
    """A line in the inbox of each who runs the bridge, but for the one whose act it is."""
    people = User.objects.filter(bridge_roles__bridge=bridge, bridge_roles__role__in=RUNS, is_active=True)
    for person in people:
        if person == but:
            continue
        tell(person, kind, topic=TOPIC, url=url, bridge=bridge, key=key, subject=subject)
