"""What every encoder can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product tells how near their meanings are.

    `name` is stored beside every vector: it names the model and the version of our use of it, so that vectors of
    different makes are never compared.
    """

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """An array of shape (len(texts), dimension), float32, each row of length 1 (or 0 for a text without words)."""
        ...


def unit(vectors: Vectors) -> Vectors:
    """Rows brought to length 1; a row of (almost) nothing becomes zeros. Shape as given."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)
    return rows
