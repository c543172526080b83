"""Every method's choice keeps the rules; the flow's is the best there is, held against trying all on small cases."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.choice import best_first, flow, verify
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair


@st.composite
def problems(draw: st.DrawFn, most: int = 3) -> ChoiceProblem:
    """Two sides of at most `most` organisations, some pairs, small capacities, some floors."""
    left = [f"l{n}" for n in range(draw(st.integers(1, most)))]
    right = [f"r{n}" for n in range(draw(st.integers(1, most)))]
    edges = draw(st.lists(st.sampled_from([(a, b) for a in left for b in right]), unique=True, max_size=8))
    pairs = tuple(Pair(a, b, draw(st.integers(1, 1000)) / 1000) for a, b in edges)
    floor = draw(st.dictionaries(st.sampled_from(left + right), st.integers(1, 2), max_size=2))
    return ChoiceProblem(pairs=pairs, default_capacity=draw(st.integers(1, 2)), floor=floor)


def met(problem: ChoiceProblem, solution: ChoiceSolution) -> int:
    """Units of the floors that are met."""
    load = dict.fromkeys(problem.floor, 0)
    for pair in solution.pairs:
        for end in (pair.first, pair.second):
            if end in load:
                load[end] += 1
    return sum(min(load[end], problem.floor[end], problem.capacity_of(end)) for end in load)


def all_choices(problem: ChoiceProblem) -> list[ChoiceSolution]:
    """Every choice that keeps the rules."""
    made = (
        ChoiceSolution(pairs=chosen, status="feasible")
        for size in range(len(problem.pairs) + 1)
        for chosen in combinations(problem.pairs, size)
    )
    return [solution for solution in made if not verify.check(problem, solution)]


@given(problems())
@settings(max_examples=60, deadline=None)
def test_flow_is_optimal(problem: ChoiceProblem) -> None:
    solution = flow.solve(problem)
    assert verify.check(problem, solution) == []
    best = max((met(problem, one), one.total) for one in all_choices(problem))
    assert (met(problem, solution), solution.total) == pytest.approx(best)


@given(problems(most=5))
@settings(max_examples=60, deadline=None)
def test_best_first_keeps_the_rules_and_is_within_a_factor_of_two(problem: ChoiceProblem) -> None:
    solution = best_first.solve(problem)
    assert verify.check(problem, solution) == []
    if not problem.floor:
        assert solution.total >= flow.solve(problem).total / 2 - 1e-9


@given(problems(most=5), st.randoms())
@settings(max_examples=30, deadline=None)
def test_order_of_input_does_not_matter(problem: ChoiceProblem, random: object) -> None:
    shuffled = list(problem.pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = ChoiceProblem(tuple(shuffled), problem.default_capacity, problem.capacity, problem.floor)
    assert flow.solve(other) == flow.solve(problem)
    assert best_first.solve(other) == best_first.solve(problem)
    assert other.digest == problem.digest


def test_newcomer_gets_its_floor_though_others_score_higher() -> None:
    pairs = (Pair("l0", "r0", 0.9), Pair("l1", "r0", 0.4))
    problem = ChoiceProblem(pairs, default_capacity=1, floor={"l1": 1})
    for solve in (flow.solve, best_first.solve):
        assert [(pair.first, pair.second) for pair in solve(problem).pairs] == [("l1", "r0")]


def test_flow_refuses_a_circle_of_three_sides() -> None:
    pairs = (Pair("a", "b", 0.5), Pair("b", "c", 0.5), Pair("a", "c", 0.5))
    with pytest.raises(flow.NotTwoSided):
        flow.solve(ChoiceProblem(pairs, default_capacity=1))


def test_check_names_what_is_wrong() -> None:
    pair = Pair("l0", "r0", 0.5)
    problem = ChoiceProblem((pair, Pair("l1", "r0", 0.5)), default_capacity=1)
    over = ChoiceSolution((pair, Pair("l1", "r0", 0.5)), "feasible")
    assert verify.check(problem, over) == ["r0 has 2 proposals and room for 1"]
    assert verify.check(problem, ChoiceSolution((Pair("l0", "r0", 0.6),), "feasible")) != []
    assert verify.check(problem, ChoiceSolution((pair, pair), "feasible")) != []
