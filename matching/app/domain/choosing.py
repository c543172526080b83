"""Choosing what each organisation receives: few, good, and fairly spread.

Both sides of a chosen pair receive it. Nobody receives more than the policy's number, so that those whom all would like
to meet are not worn out; newcomers and small firms receive at least the policy's floor where there are so many pairs
for them. A run chooses over the whole bridge at once and optimally; a change chooses anew around what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from matching.app.domain.locks import lock_bridge
from matching.app.domain.proposals import order_lists
from matching.app.models import Proposal
from matching.core.choice import best_first, flow
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair
from qiao.bridges.models import MatchingPolicy
from qiao.directory.enums import OrganisationSize
from qiao.directory.models import Membership

#: Who became a member this lately is a newcomer.
NEWCOMER_FOR = timedelta(days=90)
SMALL = (OrganisationSize.MICRO, OrganisationSize.SMALL)


@transaction.atomic
def choose_proposals(bridge_id: int) -> ChoiceSolution:
    """Choose over the whole bridge. The same pairs give the same choice."""
    lock_bridge(bridge_id)
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    proposals = _current(bridge_id, Q())
    pairs = _pairs(proposals, policy)
    organisations = {end for key in proposals for end in key}
    problem = ChoiceProblem(
        pairs=pairs,
        default_capacity=policy.proposals_per_organisation,
        floor=_floors(bridge_id, organisations, policy),
    )
    try:
        solution = flow.solve(problem)
    except flow.NotTwoSided:  # a bridge of three sides or more
        solution = best_first.solve(problem)
    order_lists(proposals, solution.pairs, organisations)
    return solution


@transaction.atomic
def choose_around(bridge_id: int, organisation_ids: Iterable[int]) -> None:
    """Choose anew what these organisations receive, best first, and leave what does not concern them as it is."""
    lock_bridge(bridge_id)
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    centre = set(organisation_ids)
    near = _current(bridge_id, Q(first__in=centre) | Q(second__in=centre))
    ends = {end for key in near for end in key} | centre
    # Whoever has a pair with the centre also has pairs elsewhere: those stay, and take up room.
    around = _current(bridge_id, Q(first__in=ends) | Q(second__in=ends), chosen=True)
    staying = {key: proposal for key, proposal in around.items() if key not in near}
    load = Counter(end for key in staying for end in key)
    capacity = policy.proposals_per_organisation
    floors = _floors(bridge_id, ends, policy)
    problem = ChoiceProblem(
        pairs=_pairs(near, policy),
        default_capacity=capacity,
        capacity={str(end): max(0, capacity - load[end]) for end in ends if load[end]},
        floor={end: left for end, floor in floors.items() if (left := floor - load[int(end)]) > 0},
    )
    solution = best_first.solve(problem)
    order_lists(near | staying, (*solution.pairs, *_pairs(staying, policy)), ends)


def _current(bridge_id: int, condition: Q, *, chosen: bool = False) -> dict[tuple[int, int], Proposal]:
    rows = Proposal.objects.current().filter(condition, bridge_id=bridge_id)
    if chosen:
        rows = rows.filter(Q(rank_for_first__isnull=False) | Q(rank_for_second__isnull=False))
    rows = rows.only("first_id", "second_id", "score", "rank_for_first", "rank_for_second").order_by("pk")
    return {(row.first_id, row.second_id): row for row in rows}


def _pairs(proposals: dict[tuple[int, int], Proposal], policy: MatchingPolicy) -> tuple[Pair, ...]:
    return tuple(
        Pair(str(first), str(second), proposal.score)
        for (first, second), proposal in proposals.items()
        if proposal.score >= policy.least_score
    )


def _floors(bridge_id: int, organisation_ids: Iterable[int], policy: MatchingPolicy) -> dict[str, int]:
    """How many each newcomer or small firm should receive at least."""
    if not policy.newcomer_floor:
        return {}
    newcomers = (
        Membership.objects.approved()
        .filter(bridge_id=bridge_id, organisation__in=set(organisation_ids))
        .filter(Q(decided_at__gte=timezone.now() - NEWCOMER_FOR) | Q(organisation__size__in=SMALL))
    )
    return {str(pk): policy.newcomer_floor for pk in newcomers.values_list("organisation_id", flat=True)}
