"""Reads of memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.directory.enums import MembershipState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Membership


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Places of organisations on bridges."""

    def visible_to(self, user: Any) -> MembershipQuerySet:
        """Approved ones for everybody; any for the organisation's people and the bridge's staff."""
        if user.is_authenticated and user.is_superuser:
            return self
        approved = models.Q(state=MembershipState.APPROVED, bridge__state="open")
        if not user.is_authenticated:
            return self.filter(approved)
        from qiao.directory.models import Affiliation

        return self.filter(
            approved
            | models.Exists(Affiliation.objects.filter(organisation=models.OuterRef("organisation_id"), user=user))
            | models.Exists(BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user))
        )

    def on_bridge(self, bridge: Bridge) -> MembershipQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def approved(self) -> MembershipQuerySet:
        """Members."""
        return self.filter(state=MembershipState.APPROVED)

    def waiting_for_review(self) -> MembershipQuerySet:
        """Applications, longest first."""
        return self.filter(state=MembershipState.APPLIED).order_by("applied_at", "id")
