"""How far an organisation is from having proposals, so that an empty page can say what to do or what will come."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Exists, OuterRef

from matching.app.models import ListingVector, MatchRun
from qiao.bridges.models import Bridge
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation


class Readiness(StrEnum):
    """What an organisation's list of proposals waits for."""

    NOT_APPLIED = "not_applied"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    NOT_ADMITTED = "not_admitted"
    NO_LISTING = "no_listing"
    LISTING_IN_REVIEW = "listing_in_review"
    WORKING = "working"
    READY = "ready"


def readiness_of(organisation: Organisation, bridge: Bridge) -> Readiness:
    """The first thing that is missing; `WORKING` while a worker is at it; `READY` when nothing is."""
    membership = (
        Membership.objects.filter(organisation=organisation, bridge=bridge).values_list("state", flat=True).first()
    )
    if membership is None or membership == MembershipState.LEFT:
        return Readiness.NOT_APPLIED
    if membership == MembershipState.APPLIED:
        return Readiness.IN_REVIEW
    if membership == MembershipState.CHANGES_REQUESTED:
        return Readiness.CHANGES_REQUESTED
    if membership != MembershipState.APPROVED:
        return Readiness.NOT_ADMITTED
    listings = Listing.objects.of_organisation(organisation).on_bridge(bridge)
    live = listings.live()
    matched = ListingVector.objects.filter(listing=OuterRef("pk"), matched_at__gte=OuterRef("updated_at"))
    states = list(live.annotate(is_matched=Exists(matched)).values_list("is_matched", flat=True))
    if not states:
        waiting = listings.filter(state=ListingState.IN_REVIEW).exists()
        return Readiness.LISTING_IN_REVIEW if waiting else Readiness.NO_LISTING
    if not all(states) or MatchRun.objects.filter(bridge=bridge).unfinished().exists():
        return Readiness.WORKING
    return Readiness.READY
