"""Reads of runs and proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from matching.app.enums import ANSWERS, ProposalState, RunState
from qiao.bridges.models import Bridge, BridgeStaff

if TYPE_CHECKING:
    from matching.app.models import MatchRun, Proposal, Response
    from qiao.directory.models import Organisation


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    """Runs."""

    def visible_to(self, user: Any) -> MatchRunQuerySet:
        """Those of bridges the person runs."""
        return self.filter(bridge__in=Bridge.objects.run_by(user))

    def unfinished(self) -> MatchRunQuerySet:
        """Waiting or running."""
        return self.filter(state__in=(RunState.WAITING, RunState.RUNNING))

    def done(self) -> MatchRunQuerySet:
        """Those that came to their end."""
        return self.filter(state=RunState.DONE)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposed partnerships."""

    def visible_to(self, user: Any) -> ProposalQuerySet:
        """Those one of the person's organisations receives or has kept; all for the bridge's staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        from qiao.directory.models import Affiliation

        mine = Affiliation.objects.filter(user=user)
        return self.filter(
            models.Q(_received("first"), models.Exists(mine.filter(organisation=models.OuterRef("first_id"))))
            | models.Q(_received("second"), models.Exists(mine.filter(organisation=models.OuterRef("second_id"))))
            | models.Exists(BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user))
        )

    def current(self) -> ProposalQuerySet:
        """Those that hold now."""
        return self.filter(state=ProposalState.CURRENT)

    def on_bridge(self, bridge: Bridge) -> ProposalQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def received_by(self, organisation: Organisation) -> ProposalQuerySet:
        """What one organisation receives, in its order, then what it has kept besides. Annotates `rank`.

        What it has answered itself has none, though its number may stand: that it goes when the other side has answered
        too would tell of a refusal.
        """
        from matching.app.models import Response

        first = models.Q(_received("first"), first=organisation)
        second = models.Q(_received("second"), second=organisation)
        answered = Response.objects.standing().filter(
            models.Q(other=models.OuterRef("first_id")) | models.Q(other=models.OuterRef("second_id")),
            bridge=models.OuterRef("bridge_id"),
            organisation=organisation,
            kind__in=ANSWERS,
        )
        return (
            self.filter(first | second)
            .annotate(
                rank=models.Case(
                    models.When(models.Exists(answered), then=None),
                    models.When(first=organisation, then="rank_for_first"),
                    default="rank_for_second",
                )
            )
            .order_by(models.F("rank").asc(nulls_last=True), "-score", "id")
        )


class ResponseQuerySet(models.QuerySet["Response"]):
    """Responses to proposals."""

    def standing(self) -> ResponseQuerySet:
        """Those that were not undone."""
        return self.filter(voided_at=None)

    def that_count(self) -> ResponseQuerySet:
        """Standing ones of approved members, given by people who are neither shut out nor at the bridge's desk."""
        from qiao.directory.models import Membership

        at_the_desk = BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=models.OuterRef("user_id"))
        membership = Membership.objects.approved().filter(
            bridge=models.OuterRef("bridge_id"), organisation=models.OuterRef("organisation_id")
        )
        return (
            self.standing()
            .filter(models.Exists(membership), by_staff=False)
            .exclude(user__is_active=False)
            .exclude(user__is_superuser=True)
            .exclude(models.Exists(at_the_desk))
        )


def _received(side: str) -> models.Q:
    """Whether a side has it in its list, or has kept it."""
    return models.Q((f"rank_for_{side}__isnull", False)) | models.Q((f"kept_for_{side}", True))
