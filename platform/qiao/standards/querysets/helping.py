"""Reads of mentors, training and funding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import REVIEWS
from qiao.directory.models import Affiliation
from qiao.standards.enums import MentorState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Organisation
    from qiao.standards.models import MentorPairing, SupportNotice


class MentorPairingQuerySet(models.QuerySet["MentorPairing"]):
    """Mentors of small firms."""

    def visible_to(self, user: Any) -> MentorPairingQuerySet:
        """The bridge's desk; the small firm; the other once it was asked."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        desks = BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")
        own = Affiliation.objects.filter(user=user).values("organisation_id")
        asked = models.Q(mentor__in=own) & ~models.Q(state=MentorState.PROPOSED)
        return self.filter(models.Q(bridge__in=desks) | models.Q(mentee__in=own) | asked)


class SupportNoticeQuerySet(models.QuerySet["SupportNotice"]):
    """Training and funding."""

    def visible_to(self, user: Any) -> SupportNoticeQuerySet:
        """Those of open bridges; any for the bridge's desk."""
        if user.is_authenticated and user.is_superuser:
            return self
        public = models.Q(bridge__state="open", withdrawn_at=None)
        if not user.is_authenticated:
            return self.filter(public)
        desks = BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")
        return self.filter(public | models.Q(bridge__in=desks))

    def for_organisation(self, organisation: Organisation, bridge: Bridge) -> SupportNoticeQuerySet:
        """Those that the organisation may have: by its kind, size and side. An empty list means any."""
        sides = organisation.memberships.filter(bridge=bridge).values("side_id")
        return (
            self.filter(bridge=bridge)
            .filter(models.Q(kinds=[]) | models.Q(kinds__contains=[organisation.kind]))
            .filter(models.Q(sizes=[]) | models.Q(sizes__contains=[organisation.size]))
            .filter(models.Q(sides=None) | models.Q(sides__in=sides))
            .distinct()
        )
