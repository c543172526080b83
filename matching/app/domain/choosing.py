"""Choosing what each organisation receives: few, good, and fairly spread.

Both sides of a chosen pair receive it. Nobody receives more than the policy's number, nor more than those of whom it
may expect the policy's number of requests, so that those whom all would like to meet are not worn out; newcomers and
small firms receive at least the policy's floor where there are so many pairs for them. What a side has dismissed or
acted on takes no place in its list. A run chooses over the whole bridge at once; a change chooses anew around what
changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from matching.app.domain.locks import lock_bridge
from matching.app.domain.proposals import order_lists
from matching.app.enums import ResponseKind
from matching.app.models import Proposal, Response
from matching.core.choice import best_first, flow, prices
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair
from matching.core.choice.spread import Spread, spread_of
from qiao.bridges.models import MatchingPolicy
from qiao.directory.enums import OrganisationSize
from qiao.directory.models import Membership

#: Who became a member this lately is a newcomer.
NEWCOMER_FOR = timedelta(days=90)
SMALL = (OrganisationSize.MICRO, OrganisationSize.SMALL)

Key = tuple[int, int]


@dataclass(frozen=True)
class Choice:
    """What was chosen over a whole bridge, under which limit of requests, and what spreading attention cost."""

    solution: ChoiceSolution
    spread: Spread
    requests: int


@transaction.atomic
def choose_proposals(bridge_id: int, *, fixed: Iterable[Key] = ()) -> Choice:
    """Choose over the whole bridge. The same pairs give the same choice. `fixed` are chosen whatever they cost."""
    lock_bridge(bridge_id)
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    proposals = _current(bridge_id, Q())
    organisations = {end for key in proposals for end in key}
    problem = _problem(bridge_id, proposals, organisations, policy, staying=fixed)
    try:
        solution = flow.solve(problem)
    except flow.NotTwoSided:  # a bridge of three sides or more
        solution = prices.solve(problem)
    order_lists(proposals, solution.pairs, organisations)
    return Choice(solution, spread_of(problem, solution), policy.requests_per_organisation)


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
    tries = {key for key, row in near.items() if row.to_try and (row.rank_for_first or row.rank_for_second)}
    problem = _problem(bridge_id, near | staying, ends, policy, staying={*staying, *tries})
    order_lists(near | staying, best_first.solve(problem).pairs, ends)


def _problem(
    bridge_id: int,
    proposals: dict[Key, Proposal],
    organisations: set[int],
    policy: MatchingPolicy,
    *,
    staying: Iterable[Key] = (),
) -> ChoiceProblem:
    return ChoiceProblem(
        pairs=_pairs(proposals, policy, _dismissed(bridge_id, proposals)),
        default_capacity=policy.proposals_per_organisation,
        default_requests=float(policy.requests_per_organisation),
        floor=_floors(bridge_id, organisations, policy),
        fixed=frozenset((str(first), str(second)) for first, second in staying),
    )


def _current(bridge_id: int, condition: Q, *, chosen: bool = False) -> dict[Key, Proposal]:
    rows = Proposal.objects.current().filter(condition, bridge_id=bridge_id)
    if chosen:
        rows = rows.filter(Q(rank_for_first__isnull=False) | Q(rank_for_second__isnull=False))
    rows = rows.only(
        "first_id", "second_id", "score", "score_for_first", "score_for_second", "rank_for_first", "rank_for_second",
        "to_try",
    ).order_by("pk")  # fmt: skip
    return {(row.first_id, row.second_id): row for row in rows}


def _pairs(proposals: dict[Key, Proposal], policy: MatchingPolicy, dismissed: set[tuple[int, int]]) -> tuple[Pair, ...]:
    """What may be chosen. `dismissed` names who has dismissed whom.

    The other side keeps what it has in its list, for it must not learn of it; it is not proposed to it anew.
    """
    pairs = []
    for (first, second), proposal in proposals.items():
        by_first, by_second = (first, second) in dismissed, (second, first) in dismissed
        listed_by_first = not by_first and (not by_second or proposal.rank_for_first is not None)
        listed_by_second = not by_second and (not by_first or proposal.rank_for_second is not None)
        if proposal.score < policy.least_score or not (listed_by_first or listed_by_second):
            continue
        pairs.append(
            Pair(
                first=str(first),
                second=str(second),
                score=proposal.score,
                # Who does not read it does not ask.
                requests_to_first=proposal.score_for_first if listed_by_second else 0.0,
                requests_to_second=proposal.score_for_second if listed_by_first else 0.0,
                listed_by_first=listed_by_first,
                listed_by_second=listed_by_second,
            )
        )
    return tuple(pairs)


#: What a side has answered: it is no proposal any more, and its place is free for another.
_ANSWERS = (ResponseKind.DISMISSED, ResponseKind.DECLINED, ResponseKind.INTERESTED, ResponseKind.INTRODUCED)


def _dismissed(bridge_id: int, proposals: dict[Key, Proposal]) -> set[tuple[int, int]]:
    """Who has dismissed whom, or answered otherwise, of those that these proposals are of."""
    ends = {end for key in proposals for end in key}
    standing = Response.objects.standing().filter(bridge=bridge_id, kind__in=_ANSWERS, organisation__in=ends)
    return set(standing.values_list("organisation_id", "other_id"))


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
