"""How well weights foretell responses they have not seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: One pair of organisations in so many is never learned from, only asked.
HELD_OUT_ONE_IN = 4


@dataclass(frozen=True)
class Quality:
    """Mean log loss (lower is better) and the area under the ROC curve (higher is better), on held-out responses."""

    log_loss: float
    auc: float


def is_held_out(pair: str) -> bool:
    """Whether a pair is kept for asking only. By a hash, so that it stays so for ever: no model in use has seen it."""
    return int.from_bytes(hashlib.sha256(pair.encode()).digest()[:8], "big") % HELD_OUT_ONE_IN == 0


def quality_of(log_odds: Array, signs: Array, weight: Array) -> Quality:
    """Quality of foretold log-odds. Both kinds of response must be among them."""
    loss = float(weight @ np.logaddexp(0.0, -signs * log_odds) / weight.sum())
    return Quality(log_loss=round(loss, 6), auc=round(_auc(log_odds, signs, weight), 6))


def _auc(log_odds: Array, signs: Array, weight: Array) -> float:
    """How often a response for the fit was foretold higher than one against it; a tie counts half."""
    _, place = np.unique(log_odds, return_inverse=True)
    positive = np.bincount(place, weight * (signs > 0))
    negative = np.bincount(place, weight * (signs < 0))
    below = np.cumsum(negative) - negative
    return float(positive @ (below + negative / 2) / (positive.sum() * negative.sum()))
