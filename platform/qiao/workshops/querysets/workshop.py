"""Reads of workshops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import RUNS
from qiao.workshops.enums import ANNOUNCED, WorkshopState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.workshops.models import Workshop


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    """Workshops."""

    def visible_to(self, user: Any) -> WorkshopQuerySet:
        """Announced ones of open bridges for everybody; any for those who run the bridge or the workshop."""
        if user.is_authenticated and user.is_superuser:
            return self
        announced = models.Q(state__in=ANNOUNCED, bridge__state="open")
        if not user.is_authenticated:
            return self.filter(announced)
        return self.filter(announced | self._run_by(user))

    def run_by(self, user: Any) -> WorkshopQuerySet:
        """Those that the person has a part in running."""
        if user.is_authenticated and user.is_superuser:
            return self
        return self.filter(self._run_by(user)) if user.is_authenticated else self.none()

    @staticmethod
    def _run_by(user: Any) -> models.Q:
        from qiao.workshops.models import WorkshopStaff

        bridges = BridgeStaff.objects.filter(user=user, role__in=RUNS).values("bridge_id")
        own = WorkshopStaff.objects.filter(user=user).values("workshop_id")
        return models.Q(bridge__in=bridges) | models.Q(pk__in=own)

    def on_bridge(self, bridge: Bridge) -> WorkshopQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def to_come(self) -> WorkshopQuerySet:
        """Published, not over, soonest first. The day is the server's: a page says the exact moments."""
        return self.filter(state=WorkshopState.PUBLISHED, last_day__gte=timezone.now().date()).order_by(
            "first_day", "id"
        )

    def past(self) -> WorkshopQuerySet:
        """Over, or cancelled; last first."""
        today = timezone.now().date()
        return self.filter(
            models.Q(state__in=(WorkshopState.ENDED, WorkshopState.CANCELLED))
            | models.Q(state=WorkshopState.PUBLISHED, last_day__lt=today)
        ).order_by("-first_day", "-id")
