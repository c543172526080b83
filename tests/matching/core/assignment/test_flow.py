"""Assignment against its checks and against trying everything."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.assignment import flow, verify
from matching.core.assignment.problem import AssignmentProblem, AssignmentSolution


@st.composite
def problems(draw: st.DrawFn, most: int = 4) -> AssignmentProblem:
    askers = tuple(f"q{index}" for index in range(draw(st.integers(0, most))))
    hosts = tuple(f"d{index}" for index in range(draw(st.integers(1, 3))))
    value = st.one_of(st.just(math.nan), st.integers(-50, 50).map(float))
    scores = [[draw(value) for _ in hosts] for _ in askers]
    return AssignmentProblem(
        askers,
        hosts,
        tuple(draw(st.integers(0, 2)) for _ in hosts),
        np.array(scores, dtype=np.float64).reshape(len(askers), len(hosts)),
    )


def best_by_trying(problem: AssignmentProblem) -> tuple[int, float]:
    """(number placed, total): the most placed, and the greatest total among those."""
    best = (0, 0.0)
    for hosts in itertools.product([None, *problem.hosts], repeat=len(problem.askers)):
        host_of = {asker: host for asker, host in zip(problem.askers, hosts, strict=True) if host is not None}
        total = sum(
            float(problem.scores[problem.askers.index(asker), problem.hosts.index(host)])
            for asker, host in host_of.items()
        )
        left = tuple(asker for asker in problem.askers if asker not in host_of)
        if not verify.check(problem, AssignmentSolution(host_of, left, total, "feasible")):
            best = max(best, (len(host_of), total))
    return best


@given(problem=problems())
def test_assignment_is_as_good_as_trying_everything(problem: AssignmentProblem) -> None:
    solution = flow.solve(problem)
    assert verify.check(problem, solution) == []
    placed, total = best_by_trying(problem)
    assert len(solution.host_of) == placed
    assert solution.total == pytest.approx(total, abs=1e-3)
    assert flow.solve(problem) == solution


def test_assignment_of_many_looks_at_the_nearest_hosts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MOST_PAIRS", 40)
    scores = np.random.default_rng(3).random((20, 12))
    problem = AssignmentProblem(
        tuple(f"q{index:02}" for index in range(20)), tuple(f"d{index:02}" for index in range(12)), (2,) * 12, scores
    )
    solution = flow.solve(problem)
    assert verify.check(problem, solution) == []
    assert solution.unplaced == ()


def test_check_names_what_is_wrong() -> None:
    problem = AssignmentProblem(("q",), ("d",), (0,), np.array([[1.0]]))
    assert verify.check(problem, AssignmentSolution({"q": "d"}, (), 1.0, "feasible")) == ["d has 1 askers and 0 places"]


def test_problem_refuses_what_does_not_fit_together() -> None:
    with pytest.raises(ValueError, match="shape"):
        AssignmentProblem(("q",), ("d",), (1,), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="twice"):
        AssignmentProblem(("q", "q"), ("d",), (1,), np.zeros((2, 1)))
