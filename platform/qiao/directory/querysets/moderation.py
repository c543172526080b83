"""Reads of reports and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import RUNS
from qiao.directory.enums import PersonRole
from qiao.directory.trust_words import AppealState, ReportState

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Appeal, Organisation, Report


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports."""

    def visible_to(self, user: Any) -> ReportQuerySet:
        """For those who run the bridge, but for reports of their own organisations. Nobody else: not its subject."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        from qiao.directory.models import Affiliation

        own = Affiliation.objects.filter(user=user).values("organisation_id")
        return self.filter(models.Exists(_runs(user))).exclude(organisation__in=own)

    def made_by(self, user: Any) -> ReportQuerySet:
        """The person's own."""
        return self.filter(reporter=user) if user.is_authenticated else self.none()

    def on_bridge(self, bridge: Bridge) -> ReportQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def undecided(self) -> ReportQuerySet:
        """Those that wait, longest first."""
        return self.filter(state__in=(ReportState.OPEN, ReportState.LOOKING)).order_by("id")


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Appeals."""

    def visible_to(self, user: Any) -> AppealQuerySet:
        """For the organisation's owners and those who run the bridge."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        from qiao.directory.models import Affiliation

        owns = Affiliation.objects.filter(
            user=user, organisation=models.OuterRef("organisation_id"), role=PersonRole.OWNER
        )
        return self.filter(models.Exists(_runs(user)) | models.Exists(owns))

    def on_bridge(self, bridge: Bridge) -> AppealQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def of_organisation(self, organisation: Organisation) -> AppealQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def waiting(self) -> AppealQuerySet:
        """Unanswered ones, longest first."""
        return self.filter(state=AppealState.WAITING).order_by("id")


def _runs(user: Any) -> models.QuerySet[BridgeStaff]:
    return BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user, role__in=RUNS)
