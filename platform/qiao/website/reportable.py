"""What can be reported from a page, by the word in its address: each entry finds it as far as the person may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404

from qiao.bridges.models import Bridge
from qiao.directory.domain.trust.reporting import (
    Reported,
    reported_endorsement,
    reported_listing,
    reported_organisation,
)
from qiao.directory.models import Endorsement, Listing, Organisation

Finder = Callable[[Any, Bridge, str], Reported]


def _organisation(user: Any, bridge: Bridge, public_id: str) -> Reported:
    found = get_object_or_404(Organisation.objects.visible_to(user).on_bridge(bridge), public_id=public_id)
    return reported_organisation(found, bridge)


def _listing(user: Any, bridge: Bridge, public_id: str) -> Reported:
    listings = Listing.objects.visible_to(user).on_bridge(bridge).select_related("organisation", "bridge")
    return reported_listing(get_object_or_404(listings, public_id=public_id))


def _endorsement(user: Any, bridge: Bridge, public_id: str) -> Reported:
    endorsements = Endorsement.objects.visible_to(user).on_bridge(bridge).select_related("by", "of", "bridge")
    return reported_endorsement(get_object_or_404(endorsements, public_id=public_id))


REPORTABLE: dict[str, Finder] = {
    "organisation": _organisation,
    "listing": _listing,
    "endorsement": _endorsement,
}
