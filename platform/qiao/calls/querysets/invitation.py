"""Reads of invitations to calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.directory.models import Affiliation, Organisation

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.calls.models import CallInvitation


class CallInvitationQuerySet(models.QuerySet["CallInvitation"]):
    """Invitations."""

    def visible_to(self, user: Any) -> CallInvitationQuerySet:
        """Those of the person's organisations."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__in=Affiliation.objects.filter(user=user).values("organisation_id"))

    def of_organisation(self, organisation: Organisation) -> CallInvitationQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def on_bridge(self, bridge: Bridge) -> CallInvitationQuerySet:
        """To calls of one bridge."""
        return self.filter(call__bridge=bridge)
