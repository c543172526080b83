"""Reads of proposals for new work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import REVIEWS
from qiao.directory.models import Affiliation
from qiao.standards.enums import WorkState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.standards.models import WorkProposal


class WorkProposalQuerySet(models.QuerySet["WorkProposal"]):
    """Proposals for new work."""

    def visible_to(self, user: Any) -> WorkProposalQuerySet:
        """What is in preparation or further, for members of the bridge; suggestions and what was dismissed for its
        desk."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        desks = BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")
        own = Affiliation.objects.filter(user=user, organisation__memberships__state="approved")
        shown = models.Q(state__in=(WorkState.DRAFT, WorkState.SUBMITTED, WorkState.ACCEPTED)) & models.Q(
            bridge__in=own.values("organisation__memberships__bridge_id")
        )
        return self.filter(models.Q(bridge__in=desks) | shown)

    def on_bridge(self, bridge: Bridge) -> WorkProposalQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)
