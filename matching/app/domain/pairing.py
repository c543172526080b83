"""Scoring and explaining pairs of members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.app.adapters import evidence_between, text_fields, titles_between
from matching.app.domain.pool import Member, Pool
from matching.app.models import ListingSentences
from matching.core.explanation import Evidence, explain
from matching.core.meeting import Meeting, meeting_of
from matching.embedding.evidence import SpanVectors
from qiao.directory.models import Listing


@dataclass(frozen=True)
class ScoredPair:
    """Two members that may be proposed to each other; `first` has the lower id."""

    first: Member
    second: Member
    meeting: Meeting

    @property
    def ids(self) -> tuple[int, int]:
        """Ids of the two organisations, the lower first."""
        return self.first.organisation.pk, self.second.organisation.pk


def score_partners(pool: Pool, member: Member) -> list[ScoredPair]:
    """The member with each other of the pool, best first, where no limit forbids it and it is good enough."""
    pairs = []
    for other in pool.members.values():
        if other is member:
            continue
        first, second = sorted((member, other), key=lambda one: one.organisation.pk)
        meeting = _meeting_between(pool, first, second)
        if meeting is not None and meeting.score >= pool.policy.least_score:
            pairs.append(ScoredPair(first, second, meeting))
    return sorted(pairs, key=lambda pair: (-pair.meeting.score, pair.ids))


def explanations(
    pool: Pool, pairs: Iterable[ScoredPair], *, spans: Mapping[int, SpanVectors] | None = None
) -> dict[tuple[int, int], dict[str, Any]]:
    """What is stored as the reasons of each pair, by the ids of its organisations.

    `spans` are the sentences of listings that are not stored, by their id.
    """
    pairs = list(pairs)
    spans = _sentences_of(pool, pairs) | dict(spans or {})
    return {pair.ids: _explanation(pair, spans) for pair in pairs}


def _meeting_between(pool: Pool, first: Member, second: Member) -> Meeting | None:
    similarities = _similarities(pool, first, second)
    meetings = [
        meeting
        for one in first.profiles
        for other in second.profiles
        if (meeting := meeting_of(one, other, similarities, today=pool.today, weights=pool.weights)) is not None
    ]
    # Ties go to what comes first: the names before the anonymous listings.
    return max(meetings, key=lambda meeting: meeting.score, default=None)


def _similarities(pool: Pool, first: Member, second: Member) -> dict[tuple[str, str], float]:
    """How rare the likeness of each two listings is for both: the best of the languages they are written in.

    In deviations above what is usual, less what chance would give on a bridge of this size (`embedding/cohorts.py`).
    """
    found: dict[tuple[str, str], float] = {}
    if not first.raw.listing_ids or not second.raw.listing_ids:
        return found
    cosines = first.centred @ second.centred.T
    allowance = pool.statistics.cohorts.allowance
    for row, column in np.ndindex(cosines.shape):
        key = str(first.raw.listing_ids[row]), str(second.raw.listing_ids[column])
        one, other = first.usual[second.raw.languages[column]], second.usual[first.raw.languages[row]]
        rare = (cosines[row, column] - one.mean[row]) / one.deviation[row]
        rare_too = (cosines[row, column] - other.mean[column]) / other.deviation[column]
        value = float(rare + rare_too) / 2 - allowance
        found[key] = max(value, found.get(key, value))
    return found


def _explanation(pair: ScoredPair, spans: dict[int, SpanVectors]) -> dict[str, Any]:
    met = [(int(one.first_listing), int(one.second_listing)) for one in (pair.meeting.best, *pair.meeting.further)]
    evidence = {
        (str(one), str(other)): Evidence(titles=titles_between(pair.first.listings[one], pair.second.listings[other]))
        for one, other in met[1:]
    }
    one, other = met[0]
    evidence[str(one), str(other)] = evidence_between(
        pair.first.listings[one], spans[one], pair.second.listings[other], spans[other]
    )
    return explain(pair.meeting, evidence).to_json() | {
        "listings": {
            "first": list(dict.fromkeys(one for one, _ in met)),
            "second": list(dict.fromkeys(other for _, other in met)),
        }
    }


def _sentences_of(pool: Pool, pairs: list[ScoredPair]) -> dict[int, SpanVectors]:
    """Stored sentences of the listings that are the best evidence of these pairs."""
    listings: dict[int, Listing] = {}
    for pair in pairs:
        met = pair.meeting.best
        listings[int(met.first_listing)] = pair.first.listings[int(met.first_listing)]
        listings[int(met.second_listing)] = pair.second.listings[int(met.second_listing)]
    stored = dict(
        ListingSentences.objects.filter(listing__in=listings, encoder=pool.sentences).values_list("listing_id", "data")
    )
    return {pk: SpanVectors.from_json(stored.get(pk, {}), text_fields(one)) for pk, one in listings.items()}
