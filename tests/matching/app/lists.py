"""What holds of all lists of a bridge, whatever was written in whichever order."""

from __future__ import annotations

import numpy as np

from matching.app.domain.choosing import Market
from matching.app.domain.choosing_pairs import keys_of
from matching.app.models import Proposal
from matching.core.choice import verify
from qiao.bridges.models import Bridge


def assert_lists_are_whole() -> None:
    """Every list counts from 1 without gaps or doubles, and both sides of a chosen pair have it."""
    lists: dict[int, list[int]] = {}
    for proposal in Proposal.objects.current():
        assert (proposal.rank_for_first is None) == (proposal.rank_for_second is None)
        if proposal.rank_for_first is not None and proposal.rank_for_second is not None:
            lists.setdefault(proposal.first_id, []).append(proposal.rank_for_first)
            lists.setdefault(proposal.second_id, []).append(proposal.rank_for_second)
    assert lists
    for places in lists.values():
        assert sorted(places) == list(range(1, len(places) + 1))


def assert_limits_hold(bridge: Bridge) -> None:
    """What the lists hold is a choice that keeps every limit of the policy in force, by `verify.check`."""
    market = Market.of(bridge.pk)
    problem = market.problem
    placed = (market.rows["place_first"] > 0) | (market.rows["place_second"] > 0)
    chosen = {(str(first), str(second)) for first, second in keys_of(market.rows[placed])}
    taken = np.array([(pair.first, pair.second) in chosen for pair in problem.arrays.pairs], dtype=np.bool_)
    assert taken.sum() == len(chosen), "something is listed that may not be chosen"
    assert verify.check(problem, problem.arrays.solution(taken, status="feasible", bound=None)) == []
