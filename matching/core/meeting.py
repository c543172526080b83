"""Two organisations as a whole: their best evidence, and what further evidence adds.

The score of a meeting is that of its best pair of listings; each of up to two further pairs, of other listings on at
least one side, closes `FURTHER` of the gap to 1 in proportion to its own score:

    s = 1 - (1 - s1) * (1 - FURTHER * s2) * (1 - FURTHER * s3)
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from matching.core.limits import limits_between, limits_on
from matching.core.profiles import OrganisationProfile
from matching.core.scoring import PRIORS, PairScore, Weights, band_of, score_pair

FURTHER = 0.12
MOST_FURTHER = 2


@dataclass(frozen=True)
class Meeting:
    """Why two organisations should meet. `best` is the evidence shown first; `further` follow, best first."""

    first: str
    second: str
    best: PairScore
    further: tuple[PairScore, ...]

    @property
    def score(self) -> float:
        """The reciprocal score with what further evidence adds, from 0 to 1."""
        return _raised(self.best.score, self.further)

    @property
    def score_for_first(self) -> float:
        """How likely the second side is to accept: what the first side hopes for."""
        return self.best.by_second.probability

    @property
    def score_for_second(self) -> float:
        """How likely the first side is to accept."""
        return self.best.by_first.probability

    @property
    def band(self) -> str:
        """How the score is said."""
        return band_of(self.score)


def meeting_of(
    first: OrganisationProfile,
    second: OrganisationProfile,
    similarities: Mapping[tuple[str, str], float],
    *,
    today: datetime.date,
    weights: Weights = PRIORS,
) -> Meeting | None:
    """The best evidence for the two, or None when a limit forbids every pair of their listings.

    `similarities` holds the standardised similarity of pairs of listings (first's id, second's id); a pair that is not
    in it is scored without: not known is not unlike.
    """
    if limits_between(first, second):
        return None
    scored = [
        score_pair(
            first,
            one,
            second,
            other,
            standardised_similarity=similarities.get((one.id, other.id)),
            today=today,
            weights=weights,
        )
        for one in first.listings
        for other in second.listings
        if not limits_on(first, one, second, other, today=today)
    ]
    if not scored:
        return None
    scored.sort(key=lambda pair: (-pair.score, pair.first_listing, pair.second_listing))
    best, *rest = scored
    further: list[PairScore] = []
    used = {best.first_listing, best.second_listing}
    for pair in rest:
        if len(further) == MOST_FURTHER:
            break
        if not {pair.first_listing, pair.second_listing} <= used:
            further.append(pair)
            used |= {pair.first_listing, pair.second_listing}
    return Meeting(first=first.id, second=second.id, best=best, further=tuple(further))


def _raised(best: float, further: tuple[PairScore, ...]) -> float:
    gap = 1.0 - best
    for pair in further:
        gap *= 1.0 - FURTHER * pair.score
    return 1.0 - gap
