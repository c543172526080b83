"""Writes of a bridge, its sides, its people and its policy."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff, MatchingPolicy, Side
from qiao.bridges.rules import owns_bridge, runs_bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.validation import check_model

#: What organisers may write themselves; address, languages and state are the site's.
WORDS = ("name", "tagline", "theme", "description", "contact_email")


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
    """Change what the matcher may do and have it go over the bridge anew. What is as it was changes nothing.

    The version grows, so that each run says under which it was made. Raises `NotAllowed` and `InvalidInput`.
    """
    if actor is not None and not runs_bridge(actor, policy.bridge):
        raise NotAllowed
    policy = MatchingPolicy.objects.select_for_update().get(pk=policy.pk)
    before = {name: getattr(policy, name) for name in fields}
    if before == fields:
        return policy
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
    emit("run.requested", bridge_id=policy.bridge_id)
    return policy


@transaction.atomic
def update_bridge(
    bridge: Bridge, *, actor: Any, guiding_bodies: dict[str, LazyI18nString] | None = None, **fields: Any
) -> Bridge:
    """Change a bridge's words and contact, and guiding bodies by their side's code. Raises `InvalidInput`."""
    if actor is not None and not runs_bridge(actor, bridge):
        raise NotAllowed
    unknown = set(fields) - set(WORDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    bridge = Bridge.objects.select_for_update().get(pk=bridge.pk)
    for name, value in fields.items():
        setattr(bridge, name, value)
    check_model(bridge)
    bridge.save()
    for side in bridge.sides.select_for_update().filter(code__in=guiding_bodies or {}):
        side.guiding_body = (guiding_bodies or {})[side.code]
        check_model(side)
        side.save()
    detail = {"fields": sorted([*fields, *(f"guiding_body:{code}" for code in guiding_bodies or {})])}
    record("update_bridge", bridge, actor=actor, bridge_id=bridge.pk, detail=detail)
    return bridge


@transaction.atomic
def set_bridge_role(bridge: Bridge, *, actor: Any, user: Any, role: str, side: Side | None = None) -> BridgeStaff:
    """Give a person a role on the bridge, or change it. `actor` is an owner, or None for the system itself.

    Raises `InvalidInput` when that would leave no owner.
    """
    _refuse_all_but_owners(bridge, actor)
    before = _locked_role(bridge, user)
    if before == BridgeRole.OWNER and role != BridgeRole.OWNER:
        _refuse_last_owner(bridge, user)
    staff = BridgeStaff.objects.filter(bridge=bridge, user=user).first() or BridgeStaff(bridge=bridge, user=user)
    staff.role, staff.side = role, side
    check_model(staff)
    staff.save()
    record("set_bridge_role", staff, actor=actor, bridge_id=bridge.pk, before=before, after=role)
    return staff


@transaction.atomic
def remove_bridge_role(staff: BridgeStaff, *, actor: Any) -> None:
    """Take a person off the desk. Raises `InvalidInput` when that would leave no owner."""
    _refuse_all_but_owners(staff.bridge, actor)
    before = _locked_role(staff.bridge, staff.user)
    if before == BridgeRole.OWNER:
        _refuse_last_owner(staff.bridge, staff.user)
    record("remove_bridge_role", staff, actor=actor, bridge_id=staff.bridge_id, before=before)
    staff.delete()


def _refuse_all_but_owners(bridge: Bridge, actor: Any) -> None:
    if actor is not None and not owns_bridge(actor, bridge):
        raise NotAllowed


def _locked_role(bridge: Bridge, user: Any) -> str:
    """The person's role. Locks the bridge first, so that two owners leaving at once cannot both be allowed."""
    Bridge.objects.select_for_update().get(pk=bridge.pk)
    return BridgeStaff.objects.filter(bridge=bridge, user=user).values_list("role", flat=True).first() or ""


def _refuse_last_owner(bridge: Bridge, user: Any) -> None:
    if not BridgeStaff.objects.filter(bridge=bridge, role=BridgeRole.OWNER).exclude(user=user).exists():
        raise InvalidInput(_("A bridge needs an owner. Make somebody else an owner first."))
