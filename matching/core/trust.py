"""The bridge's limit on what trust may count, whatever its responses have taught."""

from __future__ import annotations

import math
from dataclasses import replace

from matching.core.scoring import Weights

CODE = "trust"


def limited(weights: Weights, most: float) -> Weights:
    """The weights with trust adding at most `most` log-odds and taking nothing away. Raises `ValueError` below 0."""
    if not 0 <= most < math.inf:
        raise ValueError(f"limit of trust: {most}")
    term = weights.terms[CODE]
    if term.weight <= most and term.penalty == 0:
        return weights
    return replace(weights, terms={**weights.terms, CODE: replace(term, weight=min(term.weight, most), penalty=0.0)})
