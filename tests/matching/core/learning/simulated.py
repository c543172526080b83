"""Responses of simulated people, who decide by weights that the matcher does not know."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from matching.core.learning.responses import Example, Verdict
from matching.core.scoring import PRIORS, Weights

#: What these people care about: fields and stages far more than we thought, texts less, freshness not at all.
HIDDEN = Weights(
    bias=PRIORS.bias,
    terms=dict(PRIORS.terms)
    | {
        "text": replace(PRIORS.terms["text"], weight=1.4, penalty=2.0),
        "sector": replace(PRIORS.terms["sector"], weight=2.2, penalty=2.4),
        "stage": replace(PRIORS.terms["stage"], weight=1.8, penalty=2.2),
        "freshness": replace(PRIORS.terms["freshness"], weight=0.0, penalty=0.0),
    },
)


def contributions(weights: Weights, values: dict[str, float | None]) -> float:
    """Log-odds that the values come to, without the bias."""
    return sum(weights.terms[code].contribution(value) for code, value in values.items() if value is not None)


def drawn_values(draw: random.Random) -> dict[str, float | None]:
    """Values of a proposal as people see them: mostly good texts, other fits anywhere or not known."""
    values: dict[str, float | None] = {
        code: draw.choice((None, 0.0, 0.25, 0.5, 0.75, 1.0)) for code in PRIORS.terms if not code.endswith("_sought")
    }
    return values | {"text": draw.betavariate(4, 2), "kind_sought": draw.choice((None, 1.0))}


def responses(count: int, *, seed: int = 7, organisations: int = 24, hidden: Weights = HIDDEN) -> list[Example]:
    """So many responses, spread over organisations, each to a pair of its own."""
    draw = random.Random(seed)
    made = []
    for number in range(count):
        values = drawn_values(draw)
        chance = 1 / (1 + math.exp(-(hidden.bias + contributions(hidden, values))))
        made.append(
            Example(
                pair=f"{number}",
                organisation=f"{draw.randrange(organisations)}",
                values=values,
                verdict=Verdict(draw.random() < chance, 1.0),
            )
        )
    return made
