"""Profiles that organisers keep for organisations without an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from qiao.bridges.models import Bridge, Side
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import NotAllowed
from qiao.directory.domain.organisations import apply_to_bridge, create_organisation
from qiao.directory.domain.reviews import review_membership
from qiao.directory.enums import ReviewDecision
from qiao.directory.models import Organisation, Sector


@transaction.atomic
def create_managed_profile(
    bridge: Bridge, *, actor: Any, side: Side | None = None, sectors: Iterable[Sector] = (), **fields: Any
) -> Organisation:
    """Make a profile that the organisers keep until it is claimed, as a member of the bridge at once.

    Raises what making a profile and applying raise: `Duplicate`, `InvalidInput`.
    """
    if not runs_bridge(actor, bridge):
        raise NotAllowed
    organisation = create_organisation(actor=actor, managed_by=bridge, sectors=sectors, **fields)
    membership = apply_to_bridge(organisation, actor=actor, bridge=bridge, side=side)
    review_membership(membership, actor=actor, decision=ReviewDecision.APPROVED)
    return organisation
