"""Groups against their checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.grouping import balanced_means, verify
from matching.core.grouping.problem import GroupingProblem, GroupingSolution


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 24), groups=st.integers(1, 5), spare=st.integers(0, 3), seed=st.integers(0, 99))
def test_groups_keep_every_limit_and_say_the_same_again(count: int, groups: int, spare: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    problem = GroupingProblem(
        tuple(f"i{index:02}" for index in range(count)), vectors, groups, -(-count // groups) + spare
    )
    solution = balanced_means.solve(problem, seed=1)
    assert verify.check(problem, solution) == []
    assert balanced_means.solve(problem, seed=1) == solution


def test_groups_put_like_with_like() -> None:
    vectors = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    problem = GroupingProblem(tuple(f"i{index:02}" for index in range(12)), vectors, 3, 4)
    assert list(balanced_means.solve(problem).group_of.values()) == [0] * 4 + [1] * 4 + [2] * 4


def test_problem_says_when_there_is_no_room() -> None:
    with pytest.raises(ValueError, match="no room for 3 items"):
        GroupingProblem(("a", "b", "c"), np.zeros((3, 2), dtype=np.float32), 1, 2)


def test_check_names_what_is_wrong() -> None:
    problem = GroupingProblem(("a", "b"), np.eye(2, dtype=np.float32), 2, 1)
    assert verify.check(problem, GroupingSolution({"a": 0, "b": 0})) == ["group 0 has 2 items and may have 1"]
