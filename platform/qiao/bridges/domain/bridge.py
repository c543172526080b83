"""Writes of a bridge, its sides, its people and its policy."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge, BridgeStaff, MatchingPolicy, Side
from qiao.common.errors import InvalidInput
from qiao.common.validation import check_model


@transaction.atomic
def create_bridge(*, actor: Any, sides: list[dict[str, Any]], **fields: Any) -> Bridge:
    """Make a bridge with its sides and a default policy. Raises `InvalidInput` for fewer than two sides."""
    if len(sides) < 2:
        raise InvalidInput(errors={"sides": ["A bridge has two or more sides."]})
    bridge = Bridge(**fields)
    check_model(bridge)
    bridge.save()
    for position, values in enumerate(sides):
        side = Side(bridge=bridge, position=position, **values)
        check_model(side)
        side.save()
    MatchingPolicy.objects.create(bridge=bridge)
    record("create_bridge", bridge, actor=actor, bridge_id=bridge.pk)
    return bridge


@transaction.atomic
def change_policy(policy: MatchingPolicy, *, actor: Any, **fields: Any) -> MatchingPolicy:
    """Change what the matcher may do; the version grows, so that each run says under which it was made."""
    policy = MatchingPolicy.objects.select_for_update().get(pk=policy.pk)
    before = {name: getattr(policy, name) for name in fields}
    for name, value in fields.items():
        setattr(policy, name, value)
    policy.version += 1
    check_model(policy)
    policy.save()
    record(
        "change_policy",
        policy,
        actor=actor,
        bridge_id=policy.bridge_id,
        detail={"before": before, "after": fields},
    )
    return policy


@transaction.atomic
def set_bridge_role(bridge: Bridge, *, actor: Any, user: Any, role: str, side: Side | None = None) -> BridgeStaff:
    """Give a person a role on the bridge, or change it."""
    staff, _ = BridgeStaff.objects.update_or_create(bridge=bridge, user=user, defaults={"role": role, "side": side})
    check_model(staff)
    record("set_bridge_role", staff, actor=actor, bridge_id=bridge.pk, after=role)
    return staff
