"""The check finds each kind of fault."""

from __future__ import annotations

import pytest

from matching.core.choice import verify
from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair

PAIR = Pair("l0", "r0", 0.5, 0.2, 0.7)
OTHER = Pair("l1", "r0", 0.5, 0.2, 0.7)
LIMITED = ChoiceProblem((PAIR, OTHER), default_capacity=1)
SOUGHT = ChoiceProblem((PAIR, OTHER), default_capacity=2, default_requests=1.0)
FIXED = ChoiceProblem((PAIR, OTHER), default_capacity=1, fixed=frozenset({("l1", "r0")}))
FLOOR = ChoiceProblem((PAIR, OTHER), default_capacity=2, floor={"l0": 3})


def solution(
    *pairs: Pair, worth: float | None = None, status: str = "feasible", bound: float | None = None
) -> ChoiceSolution:
    return ChoiceSolution(pairs, status, sum(pair.score for pair in pairs) if worth is None else worth, bound)


@pytest.mark.parametrize(
    ("problem", "given", "wrong"),
    [
        (LIMITED, solution(PAIR, OTHER), ["r0 has 2 proposals and room for 1"]),
        (LIMITED, solution(Pair("l0", "r0", 0.6, 0.2, 0.7)), ["('l0', 'r0') is not a pair of the problem"]),
        (LIMITED, solution(Pair("l0", "r0", 0.5, 0.2, 0.1)), ["('l0', 'r0') is not a pair of the problem"]),
        (
            LIMITED,
            solution(PAIR, PAIR),
            ["('l0', 'r0') is chosen twice", "l0 has 2 proposals and room for 1", "r0 has 2 proposals and room for 1"],
        ),
        (SOUGHT, solution(PAIR, OTHER), ["r0 may expect 1.400 requests and not more than 1.000"]),
        (FIXED, solution(PAIR), ["('l1', 'r0') is fixed and not chosen"]),
        (FIXED, solution(PAIR, OTHER), ["r0 has 2 proposals and room for 1"]),
        (LIMITED, solution(PAIR, worth=0.9), ["it is worth 0.5 and is said to be worth 0.9"]),
        (LIMITED, solution(PAIR, bound=0.4), ["it is worth 0.5 and exceeds the bound 0.4"]),
        (LIMITED, solution(status="optimal", bound=0.5), ["it is called optimal, is worth 0.0 and may be up to 0.5"]),
        (LIMITED, solution(status="optimal"), ["it is called optimal, is worth 0.0 and may be up to None"]),
        (FLOOR, solution(PAIR), ["it is worth 4.5 and is said to be worth 0.5"]),
        (FLOOR, solution(PAIR, worth=4.5, bound=4.5, status="optimal"), []),
    ],
)  # fmt: skip
def test_check_names_what_is_wrong(problem: ChoiceProblem, given: ChoiceSolution, wrong: list[str]) -> None:
    assert verify.check(problem, given) == wrong
