"""A few proposals of a bridge that are shown though slightly below the choice, so that something is learned of them."""

from __future__ import annotations

import datetime

from django.db import transaction

from matching.app.domain.choosing import Choice, choose_proposals
from matching.app.domain.locks import lock_bridge
from matching.app.enums import ResponseKind
from matching.app.models import Proposal, Response
from matching.core.choice.problem import Pair
from matching.core.learning.exploration import choose_tries, places_to_try
from qiao.bridges.models import MatchingPolicy

Key = tuple[int, int]

_COLUMNS = (
    "first_id", "second_id", "score", "score_for_first", "score_for_second", "rank_for_first", "rank_for_second",
    "kept_for_first", "kept_for_second",
)  # fmt: skip


@transaction.atomic
def choose_with_tries(bridge_id: int, *, on: datetime.date) -> tuple[Choice, int]:
    """Choose over the whole bridge, draw the tries from what was left, and choose again around them.

    The second choice keeps every limit of the first: a try takes the place of a list's weakest, and nobody's floor.
    Returns the choice and how many tries are in it. The draw is by bridge and week: runs in one week agree.
    """
    lock_bridge(bridge_id)
    Proposal.objects.filter(bridge=bridge_id, to_try=True).update(to_try=False)
    choice = choose_proposals(bridge_id)
    tries = _tries(bridge_id, on)
    if not tries:
        return choice, 0
    choice = choose_proposals(bridge_id, fixed=tries)
    Proposal.objects.filter(pk__in=tries.values()).update(to_try=True)
    return choice, len(tries)


def _tries(bridge_id: int, on: datetime.date) -> dict[Key, int]:
    """Ids of the proposals to try, by their organisations."""
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    places = places_to_try(policy.proposals_per_organisation, policy.one_try_in)
    if not places:
        return {}
    refused = set(
        Response.objects.standing()
        .filter(bridge=bridge_id, kind__in=(ResponseKind.DISMISSED, ResponseKind.DECLINED))
        .values_list("organisation_id", "other_id")
    )
    chosen: list[Pair] = []
    left: list[Pair] = []
    ids: dict[Key, int] = {}
    rows = Proposal.objects.current().filter(bridge=bridge_id, score__gte=policy.least_score).order_by("pk")
    for row in rows.only(*_COLUMNS).iterator():
        listed = row.rank_for_first is not None, row.rank_for_second is not None
        if any(listed):
            chosen.append(_pair(row, *listed))
        elif (
            not (row.kept_for_first or row.kept_for_second)
            and (row.first_id, row.second_id) not in refused
            and (row.second_id, row.first_id) not in refused
        ):
            left.append(_pair(row, True, True))
            ids[row.first_id, row.second_id] = row.pk
    year, week, _ = on.isocalendar()
    tries = choose_tries(
        left,
        chosen,
        places=places,
        requests=float(policy.requests_per_organisation),
        seed=f"{bridge_id}:{year}-{week}",
    )
    keys = [(int(pair.first), int(pair.second)) for pair in tries]
    return {key: ids[key] for key in keys}


def _pair(row: Proposal, listed_by_first: bool, listed_by_second: bool) -> Pair:
    return Pair(
        first=str(row.first_id),
        second=str(row.second_id),
        score=row.score,
        requests_to_first=row.score_for_first if listed_by_second else 0.0,
        requests_to_second=row.score_for_second if listed_by_first else 0.0,
        listed_by_first=listed_by_first,
        listed_by_second=listed_by_second,
    )
