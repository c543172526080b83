"""The nearest among those that may meet, against looking at every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core import nearest as module
from matching.core.nearest import Texts, nearest


def texts(generator: np.random.Generator, count: int, classes: int, organisations: int) -> Texts:
    """Coarse vectors, so that ties occur."""
    vectors = generator.integers(-2, 3, size=(count, 4)).astype(np.float32)
    return Texts(
        vectors=vectors,
        classes=generator.integers(0, classes, count),
        organisations=generator.integers(0, organisations, count),
    )


def by_looking(rows: Texts, columns: Texts, may_meet: np.ndarray, top: int) -> list[list[tuple[float, int]]]:
    found = []
    for row in range(len(rows.vectors)):
        allowed = [
            (-float(rows.vectors[row] @ columns.vectors[column]), column)
            for column in range(len(columns.vectors))
            if may_meet[rows.classes[row], columns.classes[column]]
            and rows.organisations[row] != columns.organisations[column]
        ]
        found.append(sorted(allowed)[:top])
    return found


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sizes=st.tuples(st.integers(0, 30), st.integers(0, 40)),
    top=st.integers(1, 6),
    blocks=st.tuples(st.integers(1, 9), st.integers(1, 12)),
    density=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_it_finds_what_looking_at_every_pair_finds(
    seed: int, sizes: tuple[int, int], top: int, blocks: tuple[int, int], density: float
) -> None:
    generator = np.random.default_rng(seed)
    rows, columns = texts(generator, sizes[0], 4, 9), texts(generator, sizes[1], 5, 9)
    may_meet = generator.random((4, 5)) < density
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROWS", blocks[0])
        patch.setattr(module, "COLUMNS", blocks[1])
        found = nearest(rows, columns, may_meet, top=top)
    for row, wanted in enumerate(by_looking(rows, columns, may_meet, top)):
        filled = len(wanted)
        assert found.columns[row, :filled].tolist() == [column for _, column in wanted]
        assert found.similarities[row, :filled].tolist() == [-value for value, _ in wanted]
        assert (found.columns[row, filled:] == -1).all()
        assert np.isneginf(found.similarities[row, filled:]).all()


def test_what_makes_no_sense_is_refused() -> None:
    one = texts(np.random.default_rng(0), 3, 1, 2)
    with pytest.raises(ValueError, match="at least 1"):
        nearest(one, one, np.ones((1, 1), dtype=bool), top=0)
    with pytest.raises(ValueError, match="outside of 0 to -1"):
        nearest(one, one, np.ones((1, 0), dtype=bool), top=1)
