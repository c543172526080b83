"""Bridges whose members have responded to proposals, by weights that the matcher does not know."""

from __future__ import annotations

from itertools import product

from matching.app.domain.runs import request_run, run_in_process
from matching.app.enums import ResponseKind
from matching.app.models import Proposal, Response
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.directory.models import Affiliation, Listing, Organisation
from qiao.partnerships.domain.marks import dismiss_proposal, save_proposal
from tests.factories import BridgeFactory, UserFactory, member
from tests.matching.app.sensors import sensor_need, sensor_offer
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


STAGES = ("prototype", "in_use")


def marked_bridge() -> tuple[Bridge, list[Listing]]:
    """Eight needs and eight offers, all proposed; each member saves those of its own stage and dismisses the others."""
    bridge: Bridge = BridgeFactory()
    MatchingPolicy.objects.filter(bridge=bridge).update(least_score=0.0)
    listings = [
        make(bridge, owner=UserFactory(), stage=STAGES[place % 2])
        for place in range(8)
        for make in (sensor_need, sensor_offer)
    ]
    run_in_process(request_run(bridge, actor=None, hand_over=False), progress=lambda _: None)
    stages = {listing.organisation_id: listing.stage for listing in listings}
    for proposal in Proposal.objects.current().select_related("first", "second"):
        alike = stages[proposal.first_id] == stages[proposal.second_id]
        for organisation in (proposal.first, proposal.second):
            actor = Affiliation.objects.get(organisation=organisation).user
            if alike:
                save_proposal(proposal, actor=actor, organisation=organisation)
            else:
                dismiss_proposal(proposal, actor=actor, organisation=organisation, reason="too_early")
    return bridge, listings
