"""A need and an offer that meet: the validation of a wearable sensor."""

from __future__ import annotations

from typing import Any

from matching.app.domain.refreshing import refresh_listing
from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing, Organisation
from tests.factories import member_listing

NEED_TITLE = "Clinical validation of a wearable blood pressure sensor"
NEED_TEXT = "We look for a hospital that can run the clinical validation of our wearable blood pressure sensor."
OFFER_TITLE = "Wearable blood pressure sensor validation"
OFFER_TEXT = "Our ward runs clinical validation of wearable blood pressure sensor devices with two hundred patients."


def sensor_need(bridge: Bridge, *, country: str = "GB", **fields: Any) -> Listing:
    """A need, by default of a new British member."""
    values = {"direction": "need", "kind": "clinical_validation", "title": NEED_TITLE, "text": NEED_TEXT} | fields
    return member_listing(bridge, country=country, **values)


def sensor_offer(bridge: Bridge, *, country: str = "CN", **fields: Any) -> Listing:
    """An offer that answers it, by default of a new Chinese member."""
    values = {"direction": "offer", "kind": "clinical_validation", "title": OFFER_TITLE, "text": OFFER_TEXT} | fields
    return member_listing(bridge, country=country, **values)


def refresh(*listings: Listing) -> None:
    """Have the listings matched, in this order."""
    for listing in listings:
        refresh_listing(listing.pk)


def proposal_between(one: Organisation | Listing, other: Organisation | Listing) -> Proposal | None:
    """The row of the pair, in whatever state."""
    ids = sorted(end.organisation_id if isinstance(end, Listing) else end.pk for end in (one, other))
    return Proposal.objects.filter(first=ids[0], second=ids[1]).first()


def is_proposed(one: Organisation | Listing, other: Organisation | Listing) -> bool:
    """Whether the pair is proposed to both sides now."""
    found = proposal_between(one, other)
    return (
        found is not None
        and found.state == "current"
        and found.rank_for_first is not None
        and found.rank_for_second is not None
    )
