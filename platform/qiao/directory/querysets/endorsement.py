"""Reads of endorsements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.directory.enums import MembershipState, PersonRole

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Endorsement, Organisation


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    """Endorsements."""

    def visible_to(self, user: Any) -> EndorsementQuerySet:
        """Those not hidden, by members, for everybody; hidden ones for both sides' writers and the bridge's staff."""
        if user.is_authenticated and user.is_superuser:
            return self
        from qiao.directory.models import Affiliation, Membership

        still_member = Membership.objects.filter(
            organisation=models.OuterRef("by_id"), bridge=models.OuterRef("bridge_id"), state=MembershipState.APPROVED
        )
        shown = models.Q(models.Exists(still_member), hidden_at__isnull=True)
        if not user.is_authenticated:
            return self.filter(shown)
        writes = Affiliation.objects.filter(user=user, role__in=(PersonRole.OWNER, PersonRole.EDITOR)).filter(
            models.Q(organisation=models.OuterRef("of_id")) | models.Q(organisation=models.OuterRef("by_id"))
        )
        staff = BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user)
        return self.filter(shown | models.Exists(writes) | models.Exists(staff))

    def of_organisation(self, organisation: Organisation) -> EndorsementQuerySet:
        """Of one organisation."""
        return self.filter(of=organisation)

    def on_bridge(self, bridge: Bridge) -> EndorsementQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)
