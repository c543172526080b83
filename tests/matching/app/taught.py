"""Bridges whose members have responded to proposals, by weights that the matcher does not know."""

from __future__ import annotations

from itertools import product

from matching.app.enums import ResponseKind
from matching.app.models import Response
from qiao.bridges.models import Bridge
from qiao.directory.models import Organisation
from tests.factories import BridgeFactory, member
from tests.matching.core.learning.simulated import responses


def taught_bridge(count: int = 300, *, seed: int = 7) -> Bridge:
    """A bridge of 40 members that have responded so often to each other: saved what they like, dismissed the rest."""
    bridge: Bridge = BridgeFactory()
    teach(bridge, count, seed=seed)
    return bridge


def teach(bridge: Bridge, count: int, *, seed: int = 7) -> list[Response]:
    """So many responses of new members of the bridge."""
    british = [member(bridge) for _ in range(20)]
    chinese = [member(bridge, country="CN") for _ in range(20)]
    pairs: list[tuple[Organisation, Organisation]] = [*product(british, chinese), *product(chinese, british)]
    made = [
        Response(
            bridge=bridge,
            organisation=one,
            other=other,
            kind=ResponseKind.SAVED if example.verdict.positive else ResponseKind.DISMISSED,
            reason="" if example.verdict.positive else "benefit_unclear",
            values=dict(example.values),
        )
        # Neighbours in the list of pairs are of one organisation: spread them.
        for (one, other), example in zip(
            pairs[:: max(1, len(pairs) // count)], responses(count, seed=seed), strict=False
        )
    ]
    return Response.objects.bulk_create(made)
