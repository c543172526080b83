"""Balanced k-means: groups around means, none larger than it may be.

Plain spherical k-means finds the means; then, in turns, items are given to means by a flow of least cost with the
largest size as each mean's places, and means are taken anew (Bradley, Bennett and Demiriz 2000, "Constrained k-means
clustering"). What is made least is the sum over items of 1 - cos(item, its mean).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from matching.core.assignment import flow
from matching.core.assignment.problem import AssignmentProblem
from matching.core.grouping.problem import GroupingProblem, GroupingSolution

#: Beginnings tried, and turns of the balanced part at most.
BEGINNINGS, TURNS = 10, 8


def solve(problem: GroupingProblem, *, seed: int = 0) -> GroupingSolution:
    """Group. The same problem and seed give the same groups."""
    order = np.array(sorted(range(len(problem.items)), key=lambda index: problem.items[index]), dtype=np.intp)
    vectors = problem.vectors[order]
    count = min(problem.groups, len(vectors))
    if not count:
        return GroupingSolution({})
    labels = KMeans(count, n_init=BEGINNINGS, random_state=seed).fit_predict(vectors).astype(np.int64)
    for _ in range(TURNS):
        if np.bincount(labels, minlength=count).max() <= problem.most:
            break
        given = _given(vectors @ _means(vectors, labels, count).T, problem.most)
        if np.array_equal(given, labels):
            break
        labels = given
    number: dict[int, int] = {}
    for label in labels.tolist():
        number.setdefault(label, len(number))
    return GroupingSolution(
        {problem.items[index]: number[label] for index, label in zip(order, labels.tolist(), strict=True)}
    )


def _given(likeness: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Each item's mean when no mean may have more than `most`: shape (items,)."""
    items, means = likeness.shape
    width = len(str(max(items, means)))
    askers = tuple(f"{index:0{width}}" for index in range(items))
    hosts = tuple(f"{index:0{width}}" for index in range(means))
    solution = flow.solve(AssignmentProblem(askers, hosts, (most,) * means, likeness))
    return np.array([int(solution.host_of[asker]) for asker in askers], dtype=np.int64)


def _means(vectors: NDArray[np.float32], labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Unit means, shape (count, dimension)."""
    total = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(total, labels, vectors)
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    means: NDArray[np.float32] = total / np.maximum(lengths, 1e-9)
    return means
