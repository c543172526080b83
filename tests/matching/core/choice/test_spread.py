"""The loss against everybody's own best list, on cases that can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from matching.core.choice import flow
from matching.core.choice.problem import ChoiceProblem, Pair
from matching.core.choice.spread import spread_of
from tests.matching.core.choice.problems import problems


def test_one_who_is_sought_by_all_is_relieved_and_the_others_gain() -> None:
    star = [Pair(f"l{n}", "r0", 0.8, 0.5, 0.5) for n in range(4)]
    plain = [Pair(f"l{n}", f"r{n + 1}", 0.4, 0.5, 0.5) for n in range(4)]
    problem = ChoiceProblem((*star, *plain), default_capacity=1, default_requests=1.0)
    spread = spread_of(problem, flow.solve(problem))
    # Unlimited: l0 to l3 and r0 list the star's pairs, r1 to r4 their own; the star would expect 4 * 0.5 requests.
    assert spread.unlimited == pytest.approx(5 * 0.8 + 4 * 0.4)
    # Chosen: the star meets one, and the other three meet their plain partners.
    assert spread.chosen == pytest.approx(2 * 0.8 + 6 * 0.4)
    assert spread.loss == pytest.approx(1 - 4.0 / 5.6)
    assert (spread.relieved, spread.most_unlimited, spread.most_chosen) == (1, 2.0, 0.5)
    # Three of r1 to r4, which stood in nobody's list; those on the left were in the star's or their own partner's.
    assert spread.gained == 3


def test_nothing_is_lost_where_nothing_is_limited() -> None:
    problem = ChoiceProblem((Pair("l0", "r0", 0.8), Pair("l1", "r0", 0.5)), default_capacity=2)
    spread = spread_of(problem, flow.solve(problem))
    assert (spread.loss, spread.gained, spread.relieved) == (0, 0, 0)


def test_a_loss_of_nothing_is_not_known() -> None:
    problem = ChoiceProblem((), default_capacity=2)
    assert spread_of(problem, flow.solve(problem)).loss is None


@given(problems(most=5, pairs=15))
@settings(max_examples=50, deadline=None)
def test_lists_are_never_worth_more_than_everybodys_own_best(problem: ChoiceProblem) -> None:
    unfixed = ChoiceProblem(
        problem.pairs, problem.default_capacity, problem.capacity, problem.floor, problem.default_requests
    )
    spread = spread_of(unfixed, flow.solve(unfixed))
    assert spread.chosen <= spread.unlimited + 1e-9
    assert spread.most_chosen <= (unfixed.default_requests or 99.0) + 1e-6
