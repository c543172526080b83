"""Smoothing brings items of a group together; what it gives can be grouped."""

from __future__ import annotations

import numpy as np
import pytest

from matching.core.grouping import balanced_means
from matching.core.grouping.problem import GroupingProblem
from matching.core.grouping.smoothing import smooth


def _noisy(groups: int, each: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(groups, 64))
    truth = np.repeat(np.arange(groups), each)
    vectors = centres[truth] + noise * generator.normal(size=(groups * each, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), truth


def _right(vectors: np.ndarray, truth: np.ndarray, groups: int) -> float:
    """Part of all pairs of items that are rightly together or apart."""
    items = tuple(f"{number:04}" for number in range(len(truth)))
    made = balanced_means.solve(GroupingProblem(items, vectors, groups, len(items)))
    found = np.array([made.group_of[item] for item in items])
    together = found[:, None] == found[None, :]
    return float((together == (truth[:, None] == truth[None, :])).mean())


def test_noisy_groups_are_found_better_after_smoothing() -> None:
    vectors, truth = _noisy(8, 20, 3.2)
    smoothed = smooth(vectors, vectors @ vectors.T, groups=8, seed=0)
    assert _right(smoothed, truth, 8) > _right(vectors, truth, 8) + 0.01


@pytest.mark.parametrize("items", [1, 2, 3])
def test_few_items_are_left_to_be_grouped(items: int) -> None:
    vectors, _ = _noisy(1, items, 1.0)
    smoothed = smooth(vectors, vectors @ vectors.T, groups=2, seed=0)
    assert len(smoothed) == items
    assert np.isfinite(smoothed).all()


def test_the_same_input_gives_the_same_vectors() -> None:
    vectors, _ = _noisy(4, 12, 1.0)
    one = smooth(vectors, vectors @ vectors.T, groups=4, seed=3)
    assert np.array_equal(one, smooth(vectors, vectors @ vectors.T, groups=4, seed=3))


def test_equal_texts_do_no_harm() -> None:
    vectors = np.ones((6, 8), dtype=np.float32) / np.sqrt(8).astype(np.float32)
    assert np.isfinite(smooth(vectors, vectors @ vectors.T, groups=2, seed=0)).all()
