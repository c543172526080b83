"""Reads of verifications and of requests for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.bridges.models import BridgeStaff
from qiao.directory.enums import PersonRole
from qiao.directory.trust_words import VerificationRequestState, VerificationState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Organisation, Verification, VerificationRequest


class VerificationQuerySet(models.QuerySet["Verification"]):
    """What was verified of organisations."""

    def holding(self) -> VerificationQuerySet:
        """What holds today."""
        return self.filter(models.Q(expires_on__isnull=True) | models.Q(expires_on__gte=timezone.localdate())).filter(
            state=VerificationState.HELD
        )

    def on_bridge(self, bridge: Bridge | int) -> VerificationQuerySet:
        """What counts on a bridge: confirmed addresses, and what its own organisers stand for."""
        return self.filter(models.Q(bridge__isnull=True) | models.Q(bridge=bridge))

    def past_their_date(self) -> VerificationQuerySet:
        """Held ones whose date has gone by."""
        return self.filter(state=VerificationState.HELD, expires_on__lt=timezone.localdate()).order_by("expires_on")


class VerificationRequestQuerySet(models.QuerySet["VerificationRequest"]):
    """Requests for verification."""

    def visible_to(self, user: Any) -> VerificationRequestQuerySet:
        """Those of the person's own organisations as far as they write for them, and of bridges they are staff of."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        from qiao.directory.models import Affiliation

        writes = Affiliation.objects.filter(
            user=user, organisation=models.OuterRef("organisation_id"), role__in=(PersonRole.OWNER, PersonRole.EDITOR)
        )
        staff = BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user)
        return self.filter(models.Exists(writes) | models.Exists(staff))

    def on_bridge(self, bridge: Bridge) -> VerificationRequestQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def of_organisation(self, organisation: Organisation) -> VerificationRequestQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def waiting(self) -> VerificationRequestQuerySet:
        """Undecided ones, longest first."""
        return self.filter(state=VerificationRequestState.WAITING).order_by("id")
