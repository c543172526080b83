"""Reads of needs and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.utils import timezone

from qiao.bridges.models import BridgeStaff
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.search import query_of

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Listing, Organisation


class ListingQuerySet(models.QuerySet["Listing"]):
    """Needs and offers."""

    def visible_to(self, user: Any) -> ListingQuerySet:
        """Live ones of open bridges for everybody; any for the organisation's people and the bridge's staff."""
        if user.is_authenticated and user.is_superuser:
            return self
        live = self._live_condition() & models.Q(bridge__state="open")
        if not user.is_authenticated:
            return self.filter(live)
        from qiao.directory.models import Affiliation

        return self.filter(
            live
            | models.Exists(Affiliation.objects.filter(organisation=models.OuterRef("organisation_id"), user=user))
            | models.Exists(BridgeStaff.objects.filter(bridge=models.OuterRef("bridge_id"), user=user))
        )

    def live(self) -> ListingQuerySet:
        """Published, not past their date, of an approved member: what others see and the matcher uses."""
        return self.filter(self._live_condition())

    def _live_condition(self) -> models.Q:
        from qiao.directory.models import Membership

        return (
            models.Q(state=ListingState.PUBLISHED)
            & (models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=timezone.localdate()))
            & models.Q(
                models.Exists(
                    Membership.objects.filter(
                        organisation=models.OuterRef("organisation_id"),
                        bridge=models.OuterRef("bridge_id"),
                        state=MembershipState.APPROVED,
                    )
                )
            )
        )

    def on_bridge(self, bridge: Bridge) -> ListingQuerySet:
        """On one bridge."""
        return self.filter(bridge=bridge)

    def of_organisation(self, organisation: Organisation) -> ListingQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def waiting_for_review(self) -> ListingQuerySet:
        """In review, longest first."""
        return self.filter(state=ListingState.IN_REVIEW).order_by("updated_at", "id")

    def past_their_date(self) -> ListingQuerySet:
        """Still open though their date has gone by."""
        return self.filter(
            state__in=(ListingState.PUBLISHED, ListingState.PAUSED), valid_until__lt=timezone.localdate()
        )

    def matching_words(self, words: str) -> ListingQuerySet:
        """Full-text search in both languages, best first. No words: all."""
        query = query_of(words)
        if query is None:
            return self
        search = SearchQuery(query, config="simple", search_type="raw")
        return self.filter(search=search).order_by(SearchRank("search", search).desc(), "id")

    def with_title(self, words: str) -> ListingQuerySet:
        """Those with these words in a title, in either language. No words: none."""
        query = query_of(words, weight="A")
        return (
            self.none() if query is None else self.filter(search=SearchQuery(query, config="simple", search_type="raw"))
        )
