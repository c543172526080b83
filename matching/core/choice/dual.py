"""Prices of places and of requests: the dual of the choice, which bounds it from above and says what is worth taking.

A place in the list of e costs mu_e, a request it expects lambda_e, and a place of its floor is worth nu_e <= W, the
worth of a floor. Pair p is then worth

    r_p = score_p - sum over its ends e that list it of (mu_e - nu_e) - sum over its ends of lambda_e * requests_pe

and no choice is worth more than

    D = sum_e (room_e mu_e + allowance_e lambda_e + floor_e (W - nu_e)) + sum_p max(0, r_p)

whatever the prices. D is convex and has corners; we descend on it with max(0, r) rounded to t log(1 + exp(r / t)), for
smaller and smaller t (Nesterov 2005, "Smooth minimization of non-smooth functions"; the steps are L-BFGS-B's).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from matching.core.choice.problem import FLOOR_WORTH, ChoiceArrays

Floats = NDArray[np.float64]

#: How far corners are rounded off, in scores: from afar to near.
ROUNDINGS = (0.1, 0.02, 0.004)
STEPS = 60


@dataclass(frozen=True)
class Prices:
    """`of_place` is mu - nu and `of_request` lambda, shape (n,); `left` what each pair is worth at them, (m,).

    No choice is worth more than `bound`.
    """

    of_place: Floats
    of_request: Floats
    left: Floats
    bound: float


def prices_of(arrays: ChoiceArrays) -> Prices:
    """The prices at which what is wanted nearly fits. The same arrays give the same prices."""
    market = _Market(arrays)
    best = market.start
    for rounding in ROUNDINGS if len(best) else ():  # nothing can bind: everything is free
        found = minimize(
            market.rounded,
            best,
            args=(rounding,),
            jac=True,
            method="L-BFGS-B",
            bounds=market.bounds,
            options={"maxiter": STEPS, "maxcor": 20, "ftol": 1e-9, "gtol": 1e-6},
        )
        best = np.clip(found.x, market.bounds[:, 0], market.bounds[:, 1])
    return market.prices(best)


class _Market:
    """The dual as a function of one vector: mu, nu and lambda of those organisations whose limits can bind at all."""

    def __init__(self, arrays: ChoiceArrays) -> None:
        self._arrays = arrays
        free = ~arrays.fixed
        self._free = free
        self._room = arrays.room - arrays.places(arrays.fixed)
        self._allowance = arrays.allowance - arrays.load(arrays.fixed)
        floor = np.minimum(arrays.floor, arrays.places(arrays.fixed))
        self._floor = arrays.floor - floor
        #: What the fixed pairs are worth in any case.
        self._begun = float(arrays.score[arrays.fixed].sum() + FLOOR_WORTH * floor.sum())
        self._crowded = np.flatnonzero(arrays.places(free) > self._room)
        self._wanting = np.flatnonzero(self._floor)
        self._sought = np.flatnonzero(arrays.load(free) > self._allowance)
        sizes = len(self._crowded), len(self._wanting), len(self._sought)
        self._cuts = np.cumsum(sizes)[:-1]
        #: (variables, 2): lowest and highest price. One of a place above the best score and two floors wins nothing.
        highest = np.repeat([1.0 + 2 * FLOOR_WORTH, FLOOR_WORTH, np.inf], sizes)
        self.bounds = np.stack([np.zeros_like(highest), highest], axis=1)

    @property
    def start(self) -> Floats:
        """Everything for nothing."""
        return np.zeros(len(self.bounds))

    def rounded(self, variables: Floats, rounding: float) -> tuple[float, Floats]:
        """D with its corners rounded off, and its slope."""
        mu, nu, request = np.split(variables, self._cuts)
        left = self._left(mu, nu, request)[self._free] / rounding
        wanted = np.zeros(len(self._free))
        wanted[self._free] = expit(left)
        places, load = self._arrays.places(wanted), self._arrays.load(wanted)
        value = self._limits(mu, nu, request) + rounding * float(np.logaddexp(0.0, left).sum())
        slope = np.concatenate(
            [
                (self._room - places)[self._crowded],
                (places - self._floor)[self._wanting],
                (self._allowance - load)[self._sought],
            ]
        )
        return value, slope

    def prices(self, variables: Floats) -> Prices:
        """The prices by organisation, what they leave of each pair, and the bound."""
        mu, nu, request = np.split(variables, self._cuts)
        left = self._left(mu, nu, request)
        bound = self._begun + self._limits(mu, nu, request) + float(np.maximum(left[self._free], 0.0).sum())
        of_place, of_request = self._by_organisation(mu, nu, request)
        return Prices(of_place=of_place, of_request=of_request, left=left, bound=bound)

    def _limits(self, mu: Floats, nu: Floats, request: Floats) -> float:
        return float(
            self._room[self._crowded] @ mu
            + self._floor[self._wanting] @ (FLOOR_WORTH - nu)
            + self._allowance[self._sought] @ request
        )

    def _left(self, mu: Floats, nu: Floats, request: Floats) -> Floats:
        of_place, of_request = self._by_organisation(mu, nu, request)
        ends = self._arrays.ends
        spent = of_place[ends] * self._arrays.listed + of_request[ends] * self._arrays.requests
        return cast("Floats", self._arrays.score - spent.sum(axis=1))

    def _by_organisation(self, mu: Floats, nu: Floats, request: Floats) -> tuple[Floats, Floats]:
        of_place, of_request = np.zeros(len(self._room)), np.zeros(len(self._room))
        of_place[self._crowded] = mu
        of_place[self._wanting] -= nu
        of_request[self._sought] = request
        return of_place, of_request
