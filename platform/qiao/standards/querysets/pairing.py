"""Reads of pairings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import REVIEWS
from qiao.directory.models import Affiliation

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Organisation
    from qiao.standards.models import Pairing


class PairingQuerySet(models.QuerySet["Pairing"]):
    """Groups proposed to organisations."""

    def visible_to(self, user: Any) -> PairingQuerySet:
        """The bridge's desk and the organisation's own people."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        desks = BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")
        own = Affiliation.objects.filter(user=user).values("organisation_id")
        return self.filter(models.Q(bridge__in=desks) | models.Q(organisation__in=own))

    def standing(self) -> PairingQuerySet:
        """Not withdrawn by the matcher."""
        return self.filter(withdrawn_at=None)

    def of(self, organisation: Organisation, bridge: Bridge) -> PairingQuerySet:
        """One organisation's on one bridge, best first."""
        return self.filter(organisation=organisation, bridge=bridge).order_by("rank", "id")

    def in_full(self) -> PairingQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("organisation", "bridge", "committee", "committee__body", "committee__parent")
