"""Reads of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import RUNS
from qiao.calls.enums import PUBLISHED, CallState, EntryState
from qiao.directory.enums import MembershipState
from qiao.directory.models import Affiliation, Membership

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.calls.models import Call
    from qiao.directory.models import Organisation


def bridges_run_by(user: Any) -> models.QuerySet[BridgeStaff]:
    """The person's posts by which they see every call of a bridge."""
    return BridgeStaff.objects.filter(user=user, role__in=RUNS)


class CallQuerySet(models.QuerySet["Call"]):
    """Calls."""

    def visible_to(self, user: Any) -> CallQuerySet:
        """Published ones for everybody; any for its organisation's people and for those who run the bridge.

        One that was withdrawn is still there for who had entered.
        """
        if user.is_authenticated and user.is_superuser:
            return self
        published = models.Q(pk__in=self.model._default_manager.all().published().values("pk"))
        if not user.is_authenticated:
            return self.filter(published)
        from qiao.calls.models import Entry

        own = Affiliation.objects.filter(user=user).values("organisation_id")
        bridges = bridges_run_by(user).values("bridge_id")
        entered = Entry.objects.filter(organisation__in=own)
        return self.filter(
            published
            | models.Q(organisation__in=own)
            | models.Q(bridge__in=bridges)
            | models.Q(state=CallState.WITHDRAWN, pk__in=entered.values("call_id"))
        )

    def published(self) -> CallQuerySet:
        """Those that everybody may read: of members of bridges that are open."""
        members = Membership.objects.filter(
            organisation=models.OuterRef("organisation_id"),
            bridge=models.OuterRef("bridge_id"),
            state=MembershipState.APPROVED,
        )
        return self.filter(models.Exists(members), state__in=PUBLISHED, bridge__state="open")

    def on_bridge(self, bridge: Bridge) -> CallQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def of_organisation(self, organisation: Organisation) -> CallQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def waiting_for_review(self) -> CallQuerySet:
        """Longest first."""
        return self.filter(state=CallState.IN_REVIEW).order_by("updated_at", "id")

    def past_their_date(self) -> CallQuerySet:
        """Still open though their moment has gone by."""
        return self.filter(state=CallState.OPEN, closes_at__lte=timezone.now())

    def to_invite_to(self) -> CallQuerySet:
        """Open for entries now, and nobody was looked for yet."""
        now = timezone.now()
        return self.filter(state=CallState.OPEN, opens_at__lte=now, closes_at__gt=now, invited_at=None)

    def with_counts(self) -> CallQuerySet:
        """Adds `invited_count`, `declined_invitation_count`, `entry_count` and `won_count`."""
        from qiao.calls.models import CallInvitation, Entry

        entries = Entry.objects.handed_in().filter(call=models.OuterRef("pk"))
        invited = CallInvitation.objects.filter(call=models.OuterRef("pk"))
        return self.annotate(
            invited_count=_count_of(invited),
            declined_invitation_count=_count_of(invited.filter(declined_at__isnull=False)),
            entry_count=_count_of(entries),
            won_count=_count_of(entries.filter(state=EntryState.WON)),
        )

    def in_full(self) -> CallQuerySet:
        """With what a page shows of each, in a constant number of queries."""
        return self.select_related("bridge", "organisation", "organisation__managed_by", "contact").prefetch_related(
            "criteria", "stages", "sectors"
        )


def _count_of(rows: models.QuerySet[Any]) -> Any:
    counted = rows.order_by().values("call").annotate(n=models.Count("pk"))
    return models.functions.Coalesce(models.Subquery(counted.values("n")), 0)
