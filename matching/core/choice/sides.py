"""Telling the two sides of a problem apart."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from matching.core.choice.problem import ChoiceArrays


class NotTwoSided(ValueError):
    """The pairs do not run between two sides only: use another method."""


def on_the_left(arrays: ChoiceArrays) -> NDArray[np.bool_]:
    """Whether each organisation is on the left, shape (n,), so that no pair is within one side.

    Everybody stands twice in a graph, once on each side, and each pair joins its ends crosswise. Who can be reached
    from oneself on the other side is in an odd circle of pairs: then `NotTwoSided` is raised.
    """
    count = len(arrays.organisations)
    one, other = arrays.ends[:, 0], arrays.ends[:, 1]
    tails, heads = np.concatenate([one, other]), np.concatenate([other + count, one + count])
    doubled = sp.coo_matrix((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(2 * count, 2 * count))
    _, part = connected_components(doubled, directed=False)
    left, right = part[:count], part[count:]
    if (left == right).any():
        raise NotTwoSided(f"{arrays.organisations[int(np.argmax(left == right))]} is in an odd circle of pairs")
    return np.asarray(left < right, dtype=np.bool_)
