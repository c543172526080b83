"""What is verified of organisations, as a bridge shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from qiao.bridges.models import Bridge
from qiao.directory.models import Organisation, Verification
from qiao.directory.trust_words import VerificationLevel

#: The strongest first.
_ORDER = (VerificationLevel.VOUCHED, VerificationLevel.DOCUMENT, VerificationLevel.EMAIL_DOMAIN)


def verified_on(bridge: Bridge, organisation_ids: Iterable[int]) -> dict[int, list[Verification]]:
    """What holds on the bridge of each organisation, the strongest first, in one query. Without any, an empty list."""
    found: dict[int, list[Verification]] = defaultdict(list)
    held = Verification.objects.holding().on_bridge(bridge).filter(organisation__in=list(organisation_ids))
    for one in held.select_related("side", "bridge"):
        found[one.organisation_id].append(one)
    for of_one in found.values():
        of_one.sort(key=lambda one: _ORDER.index(VerificationLevel(one.level)))
    return found


def verifications_of(organisation: Organisation, bridge: Bridge) -> list[Verification]:
    """What holds of one organisation on the bridge, the strongest first."""
    return verified_on(bridge, [organisation.pk])[organisation.pk]
