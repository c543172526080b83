"""Who may verify, decide on reports, and answer appeals."""

from __future__ import annotations

from typing import Any

import rules

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff, Side
from qiao.bridges.rules import runs_bridge
from qiao.directory.models import Organisation
from qiao.directory.rules import owns, role_in, writes_for

__all__ = ["moderates_on", "owns", "verifies_on", "vouches_for_side", "writes_for"]


def verifies_on(user: Any, bridge: Bridge | None, organisation: Organisation | None) -> bool:
    """Runs the bridge and is none of the organisation's own people."""
    if bridge is None or organisation is None or not runs_bridge(user, bridge):
        return False
    return role_in(user, organisation) is None


def moderates_on(user: Any, bridge: Bridge | None, organisation: Organisation | None) -> bool:
    """Runs the bridge and is none of the people of the organisation that is reported, if any is."""
    if bridge is None or not runs_bridge(user, bridge):
        return False
    return organisation is None or role_in(user, organisation) is None


@rules.predicate
def vouches_for_side(user: Any, side: Side | None) -> bool:
    """Runs the bridge for this side; the bridge's owner speaks for any."""
    if side is None or not getattr(user, "is_authenticated", False):
        return False
    if user.is_superuser:
        return True
    staff = BridgeStaff.objects.filter(bridge=side.bridge_id, user=user).first()
    if staff is None:
        return False
    return staff.role == BridgeRole.OWNER or (staff.role == BridgeRole.ORGANISER and staff.side_id == side.pk)


rules.add_perm("directory.vouch_for_side", vouches_for_side)
