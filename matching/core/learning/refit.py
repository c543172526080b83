"""One refit: from examples to new weights, or to the reason why the old ones stay."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matching.core.learning.model import Layout, fit, intercept_of
from matching.core.learning.quality import Quality, is_held_out, quality_of
from matching.core.learning.responses import Example
from matching.core.scoring import Weights

Array = NDArray[np.float64]

#: Fewer than these, and nothing is learned: chance would speak.
LEAST_EXAMPLES = 40
LEAST_OF_EACH_SIGN = 8
LEAST_ORGANISATIONS = 6
LEAST_HELD_OUT = 10
LEAST_HELD_OUT_OF_EACH_SIGN = 2
#: No organisation counts for more than this share of all; among fewer than twenty, for more than twice its even share.
MOST_OF_ONE = 0.1
#: The log loss must fall by so much, or a new version would be made each night for nothing, ...
LEAST_GAIN = 0.0005
#: ... and the order of responses may not get worse by more than this.
MOST_LOST_AUC = 0.01


class Outcome(StrEnum):
    """What came of a refit."""

    BETTER = "better"
    TOO_FEW = "too_few"
    NOT_BETTER = "not_better"


@dataclass(frozen=True)
class Refit:
    """What came of it. `known` counts, for each term, the responses in which its fit was known.

    `quality` is by `priors`, `in_use` and `fitted`; it is empty, and `weights` None, where responses were too few.
    """

    outcome: Outcome
    examples: int
    organisations: int
    held_out: int
    known: dict[str, int] = field(default_factory=dict)
    weights: Weights | None = None
    quality: dict[str, Quality] = field(default_factory=dict)


def refit(examples: Iterable[Example], *, in_use: Weights, priors: Weights) -> Refit:
    """Fit on the examples that are not held out and compare on those that are. Their order is of no matter."""
    ordered = sorted(examples, key=lambda one: (one.pair, one.organisation))
    learned = [one for one in ordered if not is_held_out(one.pair)]
    asked = [one for one in ordered if is_held_out(one.pair)]
    counts = {
        "examples": len(ordered),
        "organisations": len({one.organisation for one in ordered}),
        "held_out": len(asked),
        "known": dict(Counter(code for one in ordered for code, value in one.values.items() if value is not None)),
    }
    if not _enough(learned, asked):
        return Refit(Outcome.TOO_FEW, **counts)  # type: ignore[arg-type]  # each by its name
    layout = Layout(priors)
    rows, signs, weight = _arrays(layout, learned)
    fitted = fit(layout, rows, signs, weight)
    asked_rows, asked_signs, asked_weight = _arrays(layout, asked)
    quality = {
        name: quality_of(
            asked_rows @ layout.coefficients(weights) + intercept_of(layout, weights, rows, signs, weight),
            asked_signs,
            asked_weight,
        )
        for name, weights in (("priors", priors), ("in_use", in_use), ("fitted", fitted))
    }
    better = (
        quality["fitted"].log_loss <= quality["in_use"].log_loss - LEAST_GAIN
        and quality["fitted"].auc >= quality["in_use"].auc - MOST_LOST_AUC
    )
    outcome = Outcome.BETTER if better else Outcome.NOT_BETTER
    return Refit(outcome, **counts, weights=fitted, quality=quality)  # type: ignore[arg-type]


def capped(examples: list[Example]) -> Array:
    """The weight of each example, so that no organisation counts for more than its share of all.

    The cap c on an organisation's weight solves c = share * sum(min(own, c)); who is below keeps what it has.
    """
    total: dict[str, float] = {}
    for one in examples:
        total[one.organisation] = total.get(one.organisation, 0.0) + one.verdict.weight
    cap = _cap(sorted(total.values(), reverse=True))
    return np.array([one.verdict.weight * min(1.0, cap / total[one.organisation]) for one in examples])


def _cap(descending: list[float]) -> float:
    """With the k busiest capped at c and the rest r below: c = share (k c + r), so c = share r / (1 - share k)."""
    share, rest = most_of_one(len(descending)), sum(descending)
    cap = math.inf
    for capped_ones, own in enumerate(descending):
        cap = share * rest / (1.0 - share * capped_ones)
        if own <= cap:
            return cap
        rest -= own
    return cap


def most_of_one(organisations: int) -> float:
    """The greatest share of all that one of so many organisations may have."""
    return max(MOST_OF_ONE, 2 / max(organisations, 1))


def _enough(learned: list[Example], asked: list[Example]) -> bool:
    signs = Counter(one.verdict.positive for one in (*learned, *asked))
    asked_signs = Counter(one.verdict.positive for one in asked)
    learned_signs = Counter(one.verdict.positive for one in learned)
    organisations = {one.organisation for one in learned}
    return (
        len(learned) + len(asked) >= LEAST_EXAMPLES
        and min(signs[True], signs[False]) >= LEAST_OF_EACH_SIGN
        and min(learned_signs[True], learned_signs[False]) >= 1
        and len(organisations) >= LEAST_ORGANISATIONS
        and len(asked) >= LEAST_HELD_OUT
        and min(asked_signs[True], asked_signs[False]) >= LEAST_HELD_OUT_OF_EACH_SIGN
    )


def _arrays(layout: Layout, examples: list[Example]) -> tuple[Array, Array, Array]:
    rows = layout.rows([one.values for one in examples])
    signs = np.array([1.0 if one.verdict.positive else -1.0 for one in examples])
    return rows, signs, capped(examples)
