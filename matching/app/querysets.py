"""Reads of runs and proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from matching.app.enums import ProposalState, RunState
from qiao.bridges.models import Bridge, BridgeStaff

if TYPE_CHECKING:
    from matching.app.models import MatchRun, Proposal
    from qiao.directory.models import Organisation


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    """Runs."""

    def visible_to(self, user: Any) -> MatchRunQuerySet:
        """Those of bridges the person runs."""
        return self.filter(bridge__in=Bridge.objects.run_by(user))

    def unfinished(self) -> MatchRunQuerySet:
        """Waiting or running."""
        return self.filter(state__in=(RunState.WAITING, RunState.RUNNING))


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposed partnerships."""

    def visible_to(self, user: Any) -> ProposalQuerySet:
        """Those in the list of one of the person's organisations; all for the bridge's staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        from qiao.directory.models import Affiliation

        mine = Affiliation.objects.filter(user=user)
        return self.filter(
            models.Q(
                models.Exists(mine.filter(organisation=models.OuterRef("first_id"))),
                rank_for_first__isnull=False,
            )
            | models.Q(
                models.Exists(mine.filter(organisation=models.OuterRef("second_id"))),
                rank_for_second__isnull=False,
            )
            | models.Exists(BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user))
        )

    def current(self) -> ProposalQuerySet:
        """Those that hold now."""
        return self.filter(state=ProposalState.CURRENT)

    def on_bridge(self, bridge: Bridge) -> ProposalQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def received_by(self, organisation: Organisation) -> ProposalQuerySet:
        """In the list of one organisation, in its order: annotates `rank`."""
        first = models.Q(first=organisation, rank_for_first__isnull=False)
        second = models.Q(second=organisation, rank_for_second__isnull=False)
        return (
            self.filter(first | second)
            .annotate(
                rank=models.Case(models.When(first=organisation, then="rank_for_first"), default="rank_for_second")
            )
            .order_by("rank", "-score", "id")
        )
