"""People of a bridge's members whom its organisers may write to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation, Membership


def people_of_members(bridge: Bridge, *, side: str = "", kind: str = "", roles: Sequence[str] = ()) -> QuerySet[User]:
    """Active people of approved members: of one side, of one kind of organisation, with one of some roles in it.

    Each once, whatever number of organisations they work for.
    """
    members = Membership.objects.on_bridge(bridge).approved()
    if side:
        members = members.filter(side__code=side)
    works = Affiliation.objects.filter(organisation__in=members.values("organisation"))
    if kind:
        works = works.filter(organisation__kind=kind)
    if roles:
        works = works.filter(role__in=roles)
    return User.objects.filter(pk__in=works.values("user"), is_active=True).order_by("pk")
