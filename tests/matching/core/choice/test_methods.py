"""Every method's choice keeps the rules and its bound; the flow's is the best there is where it says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.choice import best_first, flow, prices, verify
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair
from tests.matching.core.choice.problems import best_worth, problems

METHODS = [best_first.solve, flow.solve, prices.solve]


@given(problems())
@settings(max_examples=80, deadline=None)
def test_every_choice_keeps_the_rules_and_no_choice_exceeds_its_bound(problem: ChoiceProblem) -> None:
    best = best_worth(problem)
    for solve in METHODS:
        solution = solve(problem)
        assert verify.check(problem, solution) == []
        assert solution.worth <= best + 1e-6
        if solution.bound is not None:
            assert solution.bound >= best - 1e-6
        if solution.status == "optimal":
            assert solution.worth == pytest.approx(best, abs=1e-5)


@given(problems(limited=False))
@settings(max_examples=60, deadline=None)
def test_flow_is_optimal_where_requests_are_not_limited(problem: ChoiceProblem) -> None:
    solution = flow.solve(problem)
    assert solution.status == "optimal"
    assert solution.worth == pytest.approx(best_worth(problem), abs=1e-5)


@given(problems(sides=3, pairs=6))
@settings(max_examples=30, deadline=None)
def test_prices_choose_for_three_sides(problem: ChoiceProblem) -> None:
    solution = prices.solve(problem)
    assert verify.check(problem, solution) == []
    assert solution.bound is not None
    assert best_worth(problem) <= solution.bound + 1e-6


@given(problems(most=8, pairs=40))
@settings(max_examples=40, deadline=None)
def test_larger_choices_keep_the_rules(problem: ChoiceProblem) -> None:
    for solve in METHODS:
        assert verify.check(problem, solve(problem)) == []


@given(problems(most=5, limited=False))
@settings(max_examples=60, deadline=None)
def test_best_first_is_within_a_factor_of_two(problem: ChoiceProblem) -> None:
    plain = ChoiceProblem(
        tuple(Pair(pair.first, pair.second, pair.score) for pair in problem.pairs), problem.default_capacity
    )
    assert best_first.solve(plain).total >= flow.solve(plain).total / 2 - 1e-9


@given(problems(most=5), st.randoms())
@settings(max_examples=30, deadline=None)
def test_order_of_input_does_not_matter(problem: ChoiceProblem, random: object) -> None:
    shuffled = list(problem.pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = dataclasses.replace(problem, pairs=tuple(shuffled))
    for solve in METHODS:
        assert solve(other) == solve(problem)
    assert other.digest == problem.digest


@pytest.mark.parametrize("solve", METHODS)
def test_newcomer_gets_its_floor_though_others_score_higher(solve: Callable[[ChoiceProblem], ChoiceSolution]) -> None:
    pairs = (Pair("l0", "r0", 0.9), Pair("l1", "r0", 0.4))
    problem = ChoiceProblem(pairs, default_capacity=1, floor={"l1": 1})
    assert [(pair.first, pair.second) for pair in solve(problem).pairs] == [("l1", "r0")]


@pytest.mark.parametrize("solve", METHODS)
def test_who_is_sought_by_all_expects_no_more_requests_than_the_limit(
    solve: Callable[[ChoiceProblem], ChoiceSolution],
) -> None:
    pairs = tuple(Pair(f"l{n}", "r0", 0.9 - n / 100, 0.1, 0.5) for n in range(8))
    problem = ChoiceProblem(pairs, default_capacity=12, default_requests=2.0)
    assert [pair.first for pair in solve(problem).pairs] == ["l0", "l1", "l2", "l3"]


@pytest.mark.parametrize("solve", METHODS)
def test_a_pair_that_one_side_does_not_list_takes_no_place_there(
    solve: Callable[[ChoiceProblem], ChoiceSolution],
) -> None:
    pairs = (Pair("l0", "r0", 0.9, listed_by_first=False), Pair("l0", "r1", 0.4))
    assert len(solve(ChoiceProblem(pairs, default_capacity=1)).pairs) == 2


@pytest.mark.parametrize("solve", METHODS)
def test_fixed_pairs_stay_and_nothing_is_added_where_they_pass_a_limit(
    solve: Callable[[ChoiceProblem], ChoiceSolution],
) -> None:
    pairs = tuple(Pair(f"l{n}", "r0", score, 0.0, 1.0) for n, score in enumerate((0.9, 0.3, 0.2)))
    fixed = frozenset({("l1", "r0"), ("l2", "r0")})
    for capacity, requests in ((1, None), (9, 1.0)):
        chosen = solve(ChoiceProblem(pairs, capacity, default_requests=requests, fixed=fixed)).pairs
        assert [pair.first for pair in chosen] == ["l1", "l2"]


@pytest.mark.parametrize("solve", METHODS)
def test_nothing_to_choose_from(solve: Callable[[ChoiceProblem], ChoiceSolution]) -> None:
    assert solve(ChoiceProblem((), default_capacity=3)).pairs == ()


def test_prices_come_near_the_optimum_on_a_crowded_bridge() -> None:
    pairs = tuple(
        Pair(f"l{a:02}", f"r{b:02}", round((b + 1) / 60 + ((a * 7 + b * 13) % 29) / 60, 4), 0.6, 0.4)
        for a in range(40)
        for b in range(30)
    )
    problem = ChoiceProblem(pairs, default_capacity=6, floor={"l03": 6, "r01": 4})
    best, near = flow.solve(problem), prices.solve(problem)
    assert verify.check(problem, near) == []
    assert best.status == "optimal"
    assert near.worth > 0.998 * best.worth
    assert near.gap is not None
    assert near.gap < 0.005


def test_flow_refuses_a_circle_of_three_sides() -> None:
    pairs = (Pair("a", "b", 0.5), Pair("b", "c", 0.5), Pair("a", "c", 0.5))
    with pytest.raises(flow.NotTwoSided):
        flow.solve(ChoiceProblem(pairs, default_capacity=1))
