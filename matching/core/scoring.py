"""The score of a pair: how likely each side is to accept the other, and both together.

Each side's acceptance is a logistic model whose terms are the reasons themselves:

    p = 1 / (1 + exp(-(BIAS + sum of contributions)))

A fit that is not known contributes nothing: unknown is not zero. The two acceptances join in their harmonic mean, which
is low when either is low (Pizzato et al. 2010, "RECON: a reciprocal recommender for online dating").
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matching.core import fits
from matching.core.complementarity import answers, helix_fit
from matching.core.profiles import ListingProfile, OrganisationProfile

BIAS = -1.6
STRONG, GOOD = 0.9, 0.7
TEXT_SLOPE, TEXT_OFFSET = 1.6, 1.8


@dataclass(frozen=True)
class Term:
    """How one fit enters: `weight * (value - neutral) / (1 - neutral)` above neutral, scaled to `-penalty` below."""

    code: str
    weight: float
    penalty: float
    neutral: float = 0.5

    def contribution(self, value: float) -> float:
        """Log-odds that a value from 0 to 1 adds (or takes away)."""
        if value >= self.neutral:
            return self.weight * (value - self.neutral) / (1 - self.neutral)
        return -self.penalty * (self.neutral - value) / self.neutral


#: Priors of a new bridge: judgements of ours, in log-odds. Responses refit them (`matching/core/learning`).
TERMS = {
    term.code: term
    for term in (
        Term("text", 3.0, 3.5),  # nothing else makes up for texts that are about different things
        Term("complement", 0.8, 1.0),
        Term("sector", 0.8, 0.8, neutral=0.4),
        Term("stage", 0.5, 0.6),
        Term("form", 0.4, 0.5),
        Term("ticket", 0.8, 1.0),
        Term("region", 0.4, 0.4),
        Term("protection", 0.3, 0.2),
        Term("helix", 0.4, 0.4),
        Term("freshness", 0.2, 0.2),
        Term("profile", 0.3, 0.4),
        Term("trust", 0.3, 0.0, neutral=0.0),  # a bridge limits what it may grow to (`matching/core/trust.py`)
        Term("kind_sought", 0.3, 0.0, neutral=0.0),
        Term("size_sought", 0.1, 0.0, neutral=0.0),
        Term("country_sought", 0.15, 0.0, neutral=0.0),
    )
}


@dataclass(frozen=True)
class Weights:
    """What a bridge scores with: the priors, or what its responses have made of them. `version` 0 are the priors."""

    bias: float = BIAS
    terms: Mapping[str, Term] = field(default_factory=lambda: TERMS)
    version: int = 0


PRIORS = Weights()


@dataclass(frozen=True)
class Contribution:
    """One fit's part in an acceptance. `value` is None, and `amount` 0, for what is not known."""

    code: str
    value: float | None
    amount: float
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Acceptance:
    """How likely one side is to accept the other, with everything that went into it."""

    contributions: tuple[Contribution, ...]
    bias: float = BIAS

    @property
    def values(self) -> dict[str, float | None]:
        """Each fit's value by its code: what the acceptance stands on, whatever the weights."""
        return {contribution.code: contribution.value for contribution in self.contributions}

    @property
    def probability(self) -> float:
        """From 0 to 1: recomputed from the contributions and the bias alone."""
        total = self.bias + sum(contribution.amount for contribution in self.contributions)
        return 1.0 / (1.0 + math.exp(-total))


@dataclass(frozen=True)
class PairScore:
    """Two listings as evidence: `by_first` is how likely the first side accepts, `by_second` the second."""

    first_listing: str
    second_listing: str
    by_first: Acceptance
    by_second: Acceptance

    @property
    def score(self) -> float:
        """The reciprocal score, from 0 to 1."""
        return reciprocal(self.by_first.probability, self.by_second.probability)


def reciprocal(one: float, other: float) -> float:
    """Harmonic mean of two probabilities."""
    return 0.0 if one <= 0 or other <= 0 else 2 * one * other / (one + other)


def band_of(score: float) -> str:
    """How a score is said: strong, good or possible."""
    return "strong" if score >= STRONG else "good" if score >= GOOD else "possible"


def text_value(standardised: float) -> float:
    """How likely two texts are about the same thing, from 0 to 1, from how rare their likeness is for both.

    The likeness comes in deviations above what is usual for each, less what chance gives among so many texts. Slope and
    offset are those of a logistic regression on judged pairs of five public sets (docs/matcher.md says which).
    """
    return 1.0 / (1.0 + math.exp(-(TEXT_SLOPE * standardised - TEXT_OFFSET)))


def score_pair(
    first: OrganisationProfile,
    first_listing: ListingProfile,
    second: OrganisationProfile,
    second_listing: ListingProfile,
    *,
    standardised_similarity: float | None,
    today: datetime.date,
    weights: Weights = PRIORS,
) -> PairScore:
    """Score two listings that no limit forbids. The similarity of their texts comes calibrated by pair of languages."""
    need, offer = (
        (first_listing, second_listing) if first_listing.direction == "need" else (second_listing, first_listing)
    )
    shared = [
        _made(weights, "text", None if standardised_similarity is None else text_value(standardised_similarity)),
        _made(weights, "complement", answers(need.kind, offer.kind), need_kind=need.kind, offer_kind=offer.kind),
        _made(
            weights,
            "sector",
            fits.sector_fit(first_listing, second_listing),
            sectors=list(fits.shared_sectors(first_listing, second_listing)),
        ),
        _made(
            weights,
            "form",
            fits.form_fit(first_listing, second_listing),
            forms=list(fits.shared_forms(first_listing, second_listing)),
            first_forms=list(first_listing.forms),
            second_forms=list(second_listing.forms),
        ),
        _made(weights, "ticket", fits.ticket_fit(first_listing, second_listing)) if need.kind == "investment" else None,
        _made(weights, "helix", helix_fit(first.kind, second.kind), first_kind=first.kind, second_kind=second.kind),
    ]
    common = [one for one in shared if one is not None]
    return PairScore(
        first_listing=first_listing.id,
        second_listing=second_listing.id,
        by_first=_acceptance(common, first_listing, second, second_listing, "first", "second", today, weights),
        by_second=_acceptance(common, second_listing, first, first_listing, "second", "first", today, weights),
    )


def _acceptance(
    common: list[Contribution],
    accepting: ListingProfile,
    other: OrganisationProfile,
    others_listing: ListingProfile,
    accepting_side: str,
    other_side: str,
    today: datetime.date,
    weights: Weights,
) -> Acceptance:
    own = [
        _made(
            weights,
            "stage",
            fits.stage_fit(accepting, others_listing),
            **{
                f"{accepting_side}_stages": list(accepting.stages_sought) or _one(accepting.stage),
                f"{other_side}_stages": list(others_listing.stages_sought) or _one(others_listing.stage),
            },
        ),
        _made(weights, "freshness", fits.freshness(others_listing, today)),
        _made(weights, "profile", other.completeness),
    ]
    trust = fits.trust(other)
    if trust is not None or weights.terms["trust"].weight > 0:  # where it counts for nothing, nobody asks for it
        own.append(_made(weights, "trust", trust, levels=list(fits.trust_levels(other))))
    protection = fits.protection_fit(accepting, others_listing)
    if protection is not None:
        own.append(_made(weights, "protection", protection, ip_status=others_listing.ip_status))
    if accepting.regions_sought:
        regions = fits.region_fit(accepting, other)
        own.append(_made(weights, "region", regions, regions=list(accepting.regions_sought)))
    if accepting.partner_kinds:
        own.append(_made(weights, "kind_sought", 1.0, kind=other.kind))
    if accepting.partner_sizes:
        own.append(_made(weights, "size_sought", None if other.size is None else 1.0, size=other.size))
    if accepting.countries:
        own.append(_made(weights, "country_sought", 1.0, country=other.country))
    return Acceptance((*common, *own), bias=weights.bias)


def _made(weights: Weights, code: str, value: float | None, **params: Any) -> Contribution:
    amount = 0.0 if value is None else weights.terms[code].contribution(value)
    return Contribution(code=code, value=value, amount=amount, params=params)


def _one(value: str | None) -> list[str]:
    return [] if value is None else [value]
