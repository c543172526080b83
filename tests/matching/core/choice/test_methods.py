"""Every method of choice against its checks, and the optimal ones against trying everything."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.choice import best_first, flow, prices, verify
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair

METHODS = {"best_first": best_first.solve, "flow": flow.solve, "prices": prices.solve}
#: What one unit of a met floor is worth beside scores from 0 to 1.
REWARD = 4.0


@st.composite
def problems(draw: st.DrawFn, most: int = 3) -> ChoiceProblem:
    left = [f"l{index}" for index in range(draw(st.integers(1, most)))]
    right = [f"r{index}" for index in range(draw(st.integers(1, most)))]
    pairs = tuple(
        Pair(one, other, draw(st.integers(1, 1000)) / 1000)
        for one, other in itertools.product(left, right)
        if draw(st.booleans())
    )
    everybody = left + right
    return ChoiceProblem(
        pairs=pairs,
        default_capacity=draw(st.integers(1, 3)),
        capacity=draw(st.dictionaries(st.sampled_from(everybody), st.integers(0, 3), max_size=3)),
        floor=draw(st.dictionaries(st.sampled_from(everybody), st.integers(0, 2), max_size=3)),
    )


def worth(problem: ChoiceProblem, pairs: tuple[Pair, ...]) -> float:
    """The sum of scores, and the reward for every unit of a floor that is met."""
    load = Counter(end for pair in pairs for end in (pair.first, pair.second))
    return sum(pair.score for pair in pairs) + REWARD * sum(
        min(load[one], floor, problem.capacity_of(one)) for one, floor in problem.floor.items()
    )


def greatest_worth(problem: ChoiceProblem) -> float:
    best = 0.0
    for size in range(len(problem.pairs) + 1):
        for pairs in itertools.combinations(problem.pairs, size):
            if not verify.check(problem, ChoiceSolution(pairs, "feasible")):
                best = max(best, worth(problem, pairs))
    return best


@pytest.mark.parametrize("method", METHODS)
@given(problem=problems(most=5))
def test_methods_keep_every_limit_and_say_the_same_again(method: str, problem: ChoiceProblem) -> None:
    solution = METHODS[method](problem)
    assert verify.check(problem, solution) == []
    assert METHODS[method](problem) == solution


@given(problem=problems())
def test_flow_is_as_good_as_trying_everything(problem: ChoiceProblem) -> None:
    assert worth(problem, flow.solve(problem).pairs) == pytest.approx(greatest_worth(problem), abs=1e-5)


@given(problem=problems())
def test_prices_come_within_a_step_a_pair_of_trying_everything(problem: ChoiceProblem) -> None:
    solution = prices.solve(problem)
    allowed = prices.STEP * (len(problem.pairs) + 1)
    assert greatest_worth(problem) - worth(problem, solution.pairs) <= allowed


@given(problem=problems(most=5))
def test_best_first_without_floors_reaches_half_of_the_best(problem: ChoiceProblem) -> None:
    free = ChoiceProblem(problem.pairs, problem.default_capacity, problem.capacity)
    assert best_first.solve(free).total * 2 >= flow.solve(free).total - 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_methods_give_a_newcomer_its_floor(method: str) -> None:
    problem = ChoiceProblem(
        pairs=(Pair("known", "sought", 0.9), Pair("newcomer", "sought", 0.2)),
        default_capacity=1,
        floor={"newcomer": 1},
    )
    assert METHODS[method](problem).pairs == (Pair("newcomer", "sought", 0.2),)


@pytest.mark.parametrize("method", [flow, prices])
def test_two_sided_methods_refuse_three_sides(method: object) -> None:
    circle = ChoiceProblem((Pair("a", "b", 0.5), Pair("b", "c", 0.5), Pair("a", "c", 0.5)), default_capacity=1)
    with pytest.raises(flow.NotTwoSided):
        method.solve(circle)  # type: ignore[attr-defined]  # both modules have it
    assert verify.check(circle, best_first.solve(circle)) == []


def test_check_names_what_is_wrong() -> None:
    problem = ChoiceProblem((Pair("a", "x", 0.5), Pair("a", "y", 0.4)), default_capacity=1)
    assert verify.check(problem, ChoiceSolution(problem.pairs, "feasible")) == ["a has 2 proposals and room for 1"]
    assert verify.check(problem, ChoiceSolution((Pair("b", "x", 0.5),), "feasible")) == [
        "('b', 'x') is not a pair of the problem"
    ]
