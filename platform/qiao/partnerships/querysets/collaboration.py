"""Reads of milestones and follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.partnerships.enums import LIVE, MilestoneState
from qiao.partnerships.querysets.introductions import brokering

if TYPE_CHECKING:
    from qiao.partnerships.models import FollowUp, Milestone


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    """Milestones."""

    def visible_to(self, user: Any) -> MilestoneQuerySet:
        """Those of the introductions the person sees."""
        from qiao.partnerships.models import Introduction

        return self.filter(introduction__in=Introduction.objects.visible_to(user))

    def standing(self) -> MilestoneQuerySet:
        """Not taken back."""
        return self.exclude(state=MilestoneState.WITHDRAWN)

    def confirmed(self) -> MilestoneQuerySet:
        """Both sides agree on them."""
        return self.filter(state=MilestoneState.CONFIRMED)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Questions some months later."""

    def visible_to(self, user: Any) -> FollowUpQuerySet:
        """Those to the person's own organisations, and all of the bridges the person brokers on."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            models.Q(organisation__in=user.affiliations.values("organisation_id"))
            | models.Q(introduction__bridge__in=brokering(user).values("bridge_id"))
        )

    def due(self) -> FollowUpQuerySet:
        """To be sent now: their day has come, and the introduction is still alive."""
        return self.filter(
            sent_at__isnull=True,
            answered_at__isnull=True,
            due_on__lte=timezone.localdate(),
            introduction__state__in=LIVE,
        )
