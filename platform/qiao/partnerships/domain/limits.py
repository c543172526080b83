"""How many requests may be open at a time, and how many are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory.models import Organisation
from qiao.partnerships.models import CooperationPolicy, Introduction


@dataclass(frozen=True)
class Allowance:
    """Open requests of an organisation on a bridge, made and received, and the limits of both."""

    out_used: int
    out_limit: int
    in_used: int
    in_limit: int

    @property
    def out_left(self) -> int:
        """Requests it may still make."""
        return max(self.out_limit - self.out_used, 0)

    @property
    def in_left(self) -> int:
        """Requests it can still receive before others wait."""
        return max(self.in_limit - self.in_used, 0)


def policy_of(bridge: Bridge) -> CooperationPolicy:
    """The bridge's rules of requests; defaults where it has set none."""
    return CooperationPolicy.objects.filter(bridge=bridge).first() or CooperationPolicy(bridge=bridge)


def allowance_of(organisation: Organisation, bridge: Bridge) -> Allowance:
    """What is used and what is left. For the organisation's own eyes: how many ask it is nobody else's business.

    It does not count what was never put before the organisation, though that takes a place as well.
    """
    policy = policy_of(bridge)
    return Allowance(
        out_used=Introduction.objects.on_bridge(bridge).requests_of(organisation).count(),
        out_limit=policy.requests_out,
        in_used=Introduction.objects.on_bridge(bridge).known_to(organisation).places_taken_at(organisation).count(),
        in_limit=policy.requests_in,
    )


@transaction.atomic
def change_cooperation_policy(bridge: Bridge, *, actor: Any, **values: Any) -> CooperationPolicy:
    """Set rules of requests. Those under way keep their dates; raised limits take effect within minutes.

    Raises `InvalidInput` for values out of range and `NotAllowed` for who does not run the bridge.
    """
    if not runs_bridge(actor, bridge):
        raise NotAllowed
    policy, _new = CooperationPolicy.objects.select_for_update().get_or_create(bridge=bridge)
    fields = ("requests_out", "requests_in", "days_to_answer", "advisers_for_all")
    unknown = set(values) - set(fields)
    if unknown:
        raise TypeError(f"unknown rules: {sorted(unknown)}")
    errors: dict[str, list[str]] = {}
    changed = {}
    for name, value in values.items():
        field = CooperationPolicy._meta.get_field(name)
        try:
            cleaned = field.clean(value, policy)  # type: ignore[union-attr]
        except Exception as refusal:
            errors[name] = list(getattr(refusal, "messages", [_("Enter a number.")]))
            continue
        if cleaned != getattr(policy, name):
            changed[name] = [getattr(policy, name), cleaned]
            setattr(policy, name, cleaned)
    if errors:
        raise InvalidInput(errors=errors)
    policy.save()
    if changed:
        record("change_cooperation_policy", policy, actor=actor, bridge_id=bridge.pk, detail={"changed": changed})
    return policy
