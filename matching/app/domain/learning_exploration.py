"""A few proposals of a bridge that are shown though slightly below the choice, so that something is learned of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np

from matching.app.domain.choosing import Choice, Market, choose_proposals
from matching.app.domain.choosing_pairs import Key, are_chosen
from matching.app.enums import ResponseKind
from matching.app.models import Response
from matching.core.choice.problem import ChoiceSolution, Pair
from matching.core.learning.exploration import choose_tries, places_to_try


def choose_with_tries(
    bridge_id: int, *, on: datetime.date, alive: Callable[[], None] = lambda: None
) -> tuple[Choice, int]:
    """Choose over the whole bridge, draw the tries from what was left, and choose again around them.

    The second choice keeps every limit of the first: a try takes the place of a list's weakest, and nobody's floor.
    Returns the choice and how many tries are in it. The draw is by bridge and week: runs in one week agree.
    """
    choice = choose_proposals(bridge_id, draw=lambda market, solution: _tries(market, solution, on), alive=alive)
    return choice, choice.tries


def _tries(market: Market, solution: ChoiceSolution, on: datetime.date) -> list[Key]:
    """The pairs to try."""
    policy = market.policy
    places = places_to_try(policy.proposals_per_organisation, policy.one_try_in)
    if not places:
        return []
    refused = set(
        Response.objects.standing()
        .filter(bridge=market.bridge_id, kind__in=(ResponseKind.DISMISSED, ResponseKind.DECLINED))
        .values_list("organisation_id", "other_id")
    )
    is_chosen = are_chosen(market.rows, solution)
    chosen = [_pair(row) for row in market.rows[is_chosen]]
    left = [
        _pair(row)
        for row in market.rows[~is_chosen & ~market.rows["kept"] & (market.rows["score"] >= policy.least_score)]
        if (row["first"], row["second"]) not in refused and (row["second"], row["first"]) not in refused
    ]
    year, week, _ = on.isocalendar()
    tries = choose_tries(
        left,
        chosen,
        places=places,
        requests=float(policy.requests_per_organisation),
        seed=f"{market.bridge_id}:{year}-{week}",
    )
    return [(int(pair.first), int(pair.second)) for pair in tries]


def _pair(row: np.void) -> Pair:
    return Pair(
        first=str(row["first"]),
        second=str(row["second"]),
        score=float(row["score"]),
        requests_to_first=float(row["for_first"]),
        requests_to_second=float(row["for_second"]),
    )
