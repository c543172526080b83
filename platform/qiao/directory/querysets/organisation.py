"""Reads of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.db.models.functions import Coalesce

from qiao.bridges.models import BridgeStaff
from qiao.directory.enums import Direction, MembershipState
from qiao.directory.search import query_of

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Organisation
    from qiao.directory.querysets.listing import ListingQuerySet


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations."""

    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """Members of open bridges for everybody; any for its own people and for those who run a bridge it is on."""
        if user.is_authenticated and user.is_superuser:
            return self
        from qiao.directory.models import Affiliation, Membership

        memberships = Membership.objects.filter(organisation=models.OuterRef("pk"))
        condition = models.Q(models.Exists(memberships.filter(state=MembershipState.APPROVED, bridge__state="open")))
        if user.is_authenticated:
            condition = (
                condition
                | models.Exists(Affiliation.objects.filter(organisation=models.OuterRef("pk"), user=user))
                | models.Exists(
                    memberships.filter(bridge__in=BridgeStaff.objects.filter(user=user).values("bridge_id"))
                )
                | models.Q(managed_by__in=BridgeStaff.objects.filter(user=user).values("bridge_id"))
            )
        return self.filter(condition)

    def on_bridge(self, bridge: Bridge) -> OrganisationQuerySet:
        """Approved members of the bridge."""
        from qiao.directory.models import Membership

        return self.filter(
            models.Exists(
                Membership.objects.filter(
                    organisation=models.OuterRef("pk"), bridge=bridge, state=MembershipState.APPROVED
                )
            )
        )

    def of_person(self, user: Any) -> OrganisationQuerySet:
        """Organisations the person has a role in."""
        return self.filter(affiliations__user=user)

    def matching_words(self, words: str) -> OrganisationQuerySet:
        """Full-text search in both languages, best first. No words: all."""
        query = query_of(words)
        if query is None:
            return self
        search = SearchQuery(query, config="simple", search_type="raw")
        return self.filter(search=search).order_by(SearchRank("search", search).desc(), "id")

    def with_listing_counts(self, bridge: Bridge) -> OrganisationQuerySet:
        """Adds `need_count` and `offer_count`: live and not anonymous ones on the bridge."""
        from qiao.directory.models import Listing

        # Counted apart: a grouped query would forget the order of the rows.
        shown = Listing.objects.live().on_bridge(bridge).filter(organisation=models.OuterRef("pk"), anonymous=False)
        return self.annotate(need_count=_count_of(shown, Direction.NEED), offer_count=_count_of(shown, Direction.OFFER))


def _count_of(listings: ListingQuerySet, direction: Direction) -> Coalesce:
    counted = listings.filter(direction=direction).order_by().values("organisation").annotate(n=models.Count("pk"))
    return Coalesce(models.Subquery(counted.values("n")), 0)
