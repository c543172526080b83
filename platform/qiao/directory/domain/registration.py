"""Sending a registration: consent, application and the first need or offer, together or not at all."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.accounts.domain.person import accept_terms
from qiao.bridges.models import Bridge, Side
from qiao.directory.domain.listings import submit_listing
from qiao.directory.domain.organisations import apply_to_bridge
from qiao.directory.models import Listing, Membership, Organisation


@transaction.atomic
def send_registration(
    organisation: Organisation, *, actor: Any, bridge: Bridge, side: Side | None = None, listing: Listing | None = None
) -> Membership:
    """Apply to the bridge and send the listing to review. Raises what those two raise."""
    accept_terms(actor, actor=actor)
    membership = apply_to_bridge(organisation, actor=actor, bridge=bridge, side=side)
    if listing is not None:
        submit_listing(listing, actor=actor)
    return membership
