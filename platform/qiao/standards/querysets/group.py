"""Reads of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import REVIEWS
from qiao.standards.enums import Lifecycle

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.standards.models import Group


class GroupQuerySet(models.QuerySet["Group"]):
    """Groups that a bridge seats people in."""

    def visible_to(self, user: Any) -> GroupQuerySet:
        """Those of open bridges for everybody; any for who works at the bridge's desk."""
        if user.is_authenticated and user.is_superuser:
            return self
        announced = models.Q(bridge__state="open")
        if not user.is_authenticated:
            return self.filter(announced)
        mine = BridgeStaff.objects.filter(user=user, role__in=REVIEWS).values("bridge_id")
        return self.filter(announced | models.Q(bridge__in=mine))

    def on_bridge(self, bridge: Bridge) -> GroupQuerySet:
        """Of one bridge."""
        return self.filter(bridge=bridge)

    def taking_nominations(self) -> GroupQuerySet:
        """Open, of a committee that is not closed or gone. A date that has passed is for the page to tell."""
        return self.filter(is_open=True, committee__removed_at=None).exclude(committee__lifecycle=Lifecycle.CLOSED)

    def in_full(self) -> GroupQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("bridge", "committee", "committee__body", "committee__parent")
