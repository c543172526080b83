"""Reads of bridges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.enums import BridgeState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge


class BridgeQuerySet(models.QuerySet["Bridge"]):
    """Bridges."""

    def visible_to(self, user: Any) -> BridgeQuerySet:
        """Open ones for everybody; one in preparation or closed only for those who run it."""
        if not user.is_authenticated:
            return self.filter(state=BridgeState.OPEN)
        if user.is_superuser:
            return self
        return self.filter(
            models.Q(state=BridgeState.OPEN) | models.Exists(_staff(user).filter(bridge=models.OuterRef("pk")))
        )

    def run_by(self, user: Any) -> BridgeQuerySet:
        """Those on whose organisers' desk the person may sit."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(models.Exists(_staff(user).filter(bridge=models.OuterRef("pk"))))


def _staff(user: Any) -> Any:
    from qiao.bridges.models import BridgeStaff  # the two modules need each other

    return BridgeStaff.objects.filter(user=user)
