"""The model that is fitted: the score's own, read as a logistic regression.

A term adds `weight * up` for a value above its neutral point and takes `penalty * down` away below it, where `up` and
`down` run from 0 to 1 (`scoring.Term.contribution`). So the log-odds of an acceptance are linear in the weights and
penalties, and these are fitted by maximum a posteriori: with responses i of weight w, and x the ups and negative downs,

    minimise  sum_i w_i * log(1 + exp(-s_i * (a + x_i . theta)))  +  1/2 * sum_j k_j * (theta_j - mu_j)^2
    over      theta >= 0,   s_i = +1 for a response that speaks for the fit, -1 against

- **Prior.** Gaussian, centred on the weights of `scoring.TERMS` (mu). Its precision is told in pseudo-observations: the
  Fisher information that one response gives about a coefficient is p(1 - p)x^2, at most 1/4; a prior as firm as m such
  responses has precision k = m / 4. `PSEUDO_OBSERVATIONS` = 40 is a deviation of 0.32. The idea of priors as data that
  were not seen: Bedrick, Christensen and Johnson (1996), "A new perspective on priors for generalized linear models",
  JASA 91; the MAP estimate: Genkin, Lewis and Madigan (2007), "Large-scale Bayesian logistic regression for text
  categorization", Technometrics 49.
- **Signs.** Every theta is at least 0: a fit is never punished for being good, whatever a few responses say.
- **Level.** Who responds depends on what they would say, so the share of saves among responses is not that of saves
  among proposals. Such a choice of cases changes the intercept of a logistic model and nothing else (Prentice and Pyke
  1979, "Logistic disease incidence models and case-control studies", Biometrika 66). The intercept `a` is therefore
  fitted and thrown away. The bias kept for scoring is the one with which the responses' proposals have, on average, the
  log-odds that the priors give them: a refit changes what counts, not how many pairs are called good.

The objective is strictly convex, so its minimum is unique; rows come in a fixed order, so the same responses give the
same weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.core.scoring import Term, Weights

Array = NDArray[np.float64]

PSEUDO_OBSERVATIONS = 40.0
#: The intercept is a nuisance: hardly held at all.
INTERCEPT_PSEUDO_OBSERVATIONS = 4.0
#: Weights are kept as they are shown.
DECIMALS = 4


@dataclass(frozen=True)
class Layout:
    """Which coefficient stands in which column: each term's weight, and its penalty where it can have one."""

    priors: Weights

    @cached_property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Code and part (`weight` or `penalty`) of each column, in a fixed order."""
        codes = sorted(self.priors.terms)
        penal = [code for code in codes if self.priors.terms[code].neutral > 0]
        return (*((code, "weight") for code in codes), *((code, "penalty") for code in penal))

    def coefficients(self, weights: Weights) -> Array:
        """The weights as a vector."""
        return np.array([getattr(weights.terms[code], part) for code, part in self.columns])

    def rows(self, values: Sequence[Mapping[str, float | None]]) -> Array:
        """What each coefficient is multiplied with, shape (responses, columns). What is not known gives 0."""
        made = np.zeros((len(values), len(self.columns)))
        units = [_unit(self.priors.terms[code], part) for code, part in self.columns]
        for row, one in enumerate(values):
            for column, unit in enumerate(units):
                value = one.get(unit.code)
                if value is not None:
                    made[row, column] = unit.contribution(value)
        return made

    def weights(self, coefficients: Array, bias: float) -> Weights:
        """The vector as weights, rounded as they are kept."""
        parts: dict[str, dict[str, float]] = {}
        for (code, part), value in zip(self.columns, coefficients, strict=True):
            parts.setdefault(code, {})[part] = round(float(value), DECIMALS)
        terms = {
            code: replace(term, weight=parts[code]["weight"], penalty=parts[code].get("penalty", term.penalty))
            for code, term in self.priors.terms.items()
        }
        return Weights(bias=round(bias, DECIMALS), terms=terms)


def fit(layout: Layout, rows: Array, signs: Array, weight: Array) -> Weights:
    """The most probable weights given responses: `signs` are +1 for and -1 against, `weight` how much each counts."""
    from scipy.optimize import minimize  # only workers fit; the web process imports this module's neighbours

    prior = layout.coefficients(layout.priors)
    centre = np.concatenate(([layout.priors.bias], prior))
    precision = np.full(centre.size, PSEUDO_OBSERVATIONS / 4)
    precision[0] = INTERCEPT_PSEUDO_OBSERVATIONS / 4
    full = np.column_stack((np.ones(len(rows)), rows))

    def objective(at: Array) -> tuple[float, Array]:
        margins = signs * (full @ at)
        away = at - centre
        loss = float(weight @ np.logaddexp(0.0, -margins) + 0.5 * precision @ away**2)
        slope = -(weight * signs * np.exp(-np.logaddexp(0.0, margins)))
        return loss, full.T @ slope + precision * away

    found = minimize(
        objective,
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *((0.0, None) for _ in prior)],
        options={"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-8},
    )
    theta = np.maximum(found.x[1:], 0.0)
    usual = weight @ rows / weight.sum()
    return layout.weights(theta, layout.priors.bias + float(usual @ (prior - theta)))


def intercept_of(layout: Layout, weights: Weights, rows: Array, signs: Array, weight: Array) -> float:
    """The intercept that responses give to a model whose weights are fixed, so that models are compared on equal terms.

    By Newton's method on a strictly convex function of one number.
    """
    offset = rows @ layout.coefficients(weights)
    precision = INTERCEPT_PSEUDO_OBSERVATIONS / 4
    at = layout.priors.bias
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-np.clip(offset + at, -30, 30)))
        gradient = float(weight @ (chance - (signs > 0))) + precision * (at - layout.priors.bias)
        curvature = float(weight @ (chance * (1 - chance))) + precision
        step = max(-2.0, min(2.0, gradient / curvature))
        at -= step
        if abs(step) < 1e-10:
            break
    return at


def weights_to_json(weights: Weights) -> dict[str, Any]:
    """As plain data."""
    terms = {code: {"weight": term.weight, "penalty": term.penalty} for code, term in sorted(weights.terms.items())}
    return {"bias": weights.bias, "terms": terms}


def weights_from_json(data: Mapping[str, Any], *, version: int, priors: Weights) -> Weights:
    """From plain data. A term that came after it was stored has its prior; one that is no more is left out.

    Raises `ValueError` for a weight that no fit can have: below 0 or not a number.
    """
    terms = {}
    for code, prior in priors.terms.items():
        stored = data["terms"].get(code, {})
        term = replace(prior, weight=stored.get("weight", prior.weight), penalty=stored.get("penalty", prior.penalty))
        if not (0 <= term.weight < math.inf and 0 <= term.penalty < math.inf):
            raise ValueError(f"weights of {code}: {stored}")
        terms[code] = term
    if not math.isfinite(data["bias"]):
        raise ValueError(f"bias: {data['bias']}")
    return Weights(bias=data["bias"], terms=terms, version=version)


def _unit(term: Term, part: str) -> Term:
    """The term with nothing but one unit of weight or penalty: what it contributes is the coefficient's factor."""
    return replace(term, weight=float(part == "weight"), penalty=float(part == "penalty"))
