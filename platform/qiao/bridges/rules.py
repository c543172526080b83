"""Who may do what to a bridge."""

from __future__ import annotations

from typing import Any

import rules

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff

RUNS = (BridgeRole.OWNER, BridgeRole.ORGANISER)
REVIEWS = (*RUNS, BridgeRole.REVIEWER, BridgeRole.ADVISER)


def role_on(user: Any, bridge: Bridge) -> str | None:
    """The person's role on the bridge, looked up once per person and bridge."""
    if not getattr(user, "is_authenticated", False):
        return None
    cache: dict[int, str | None] = user.__dict__.setdefault("_bridge_roles_by_id", {})
    if bridge.pk not in cache:
        cache[bridge.pk] = BridgeStaff.objects.filter(bridge=bridge, user=user).values_list("role", flat=True).first()
    return cache[bridge.pk]


@rules.predicate
def runs_bridge(user: Any, bridge: Bridge | None) -> bool:
    """Owner or organiser of the bridge, or a superuser."""
    return bridge is not None and (user.is_superuser or role_on(user, bridge) in RUNS)


@rules.predicate
def reviews_for_bridge(user: Any, bridge: Bridge | None) -> bool:
    """May see the organisers' desk and decide on what waits for review."""
    return bridge is not None and (user.is_superuser or role_on(user, bridge) in REVIEWS)


@rules.predicate
def owns_bridge(user: Any, bridge: Bridge | None) -> bool:
    """Owner of the bridge, or a superuser."""
    return bridge is not None and (user.is_superuser or role_on(user, bridge) == BridgeRole.OWNER)


rules.add_perm("bridges.run_bridge", runs_bridge)
rules.add_perm("bridges.review_for_bridge", reviews_for_bridge)
rules.add_perm("bridges.change_policy", runs_bridge)
rules.add_perm("bridges.change_staff", owns_bridge)
