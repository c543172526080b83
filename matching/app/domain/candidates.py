"""Who may be worth scoring: the nearest listings on the other sides, from pgvector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.db.models import F
from django.db.models.functions import Cast
from numpy.typing import NDArray
from pgvector.django import CosineDistance, HalfVectorField

from matching.app.domain.pool import Member
from matching.app.models import ListingVector
from matching.core.complementarity import needs_answered_by, offers_that_answer
from matching.embedding import LanguageStatistics
from qiao.directory.enums import Direction
from qiao.directory.models import Listing, Membership
from qiao.directory.querysets.listing import ListingQuerySet

#: How many listings in each language are looked at for one listing. Scoring then takes hard limits and fits into
#: account, so this is several times what an organisation receives.
CANDIDATES_A_LANGUAGE = 30
#: How many organisations are scored for one at most.
MOST_PARTNERS = 150


def candidate_partners(
    member: Member, *, bridge_id: int, encoder: str, statistics: LanguageStatistics, languages: Sequence[str]
) -> list[int]:
    """Organisations of other sides with a live listing that may answer one of the member's, nearest first.

    Needs face offers of the kinds that answer them. Each language of the bridge is asked for itself, at the place where
    a listing in it of the same meaning would lie: that keeps the encoder's pull towards its own language out of it.
    """
    others = (
        Membership.objects.approved().filter(bridge_id=bridge_id).exclude(side_id=member.side_id).values("organisation")
    )
    found: dict[int, float] = {}
    with connection.cursor() as cursor:
        # Filters come after the index: without iterating it would run dry when most of what is near is filtered out.
        cursor.execute("SET LOCAL hnsw.iterative_scan = 'relaxed_order'")
    for row, listing_id in enumerate(member.raw.listing_ids):
        facing = _facing(member.listings[listing_id], bridge_id)
        for language in languages:
            query = statistics.towards(member.raw.vectors[row : row + 1], member.raw.languages[row], language)[0]
            nearest = (
                ListingVector.objects.filter(bridge_id=bridge_id, encoder=encoder, language=language)
                .filter(listing__in=facing, listing__organisation__in=others)
                .annotate(distance=_distance(query))
                .order_by("distance")
                .values_list("listing__organisation_id", "distance")[:CANDIDATES_A_LANGUAGE]
            )
            for organisation_id, distance in nearest:
                found[organisation_id] = min(distance, found.get(organisation_id, distance))
    return sorted(found, key=lambda pk: (found[pk], pk))[:MOST_PARTNERS]


def _facing(listing: Listing, bridge_id: int) -> ListingQuerySet:
    """Live listings that this one could meet, by direction and kind."""
    if listing.direction == Direction.NEED:
        kinds, opposite = offers_that_answer(listing.kind), Direction.OFFER
    else:
        kinds, opposite = needs_answered_by(listing.kind), Direction.NEED
    return Listing.objects.live().filter(bridge_id=bridge_id, direction=opposite, kind__in=kinds)


def _distance(query: NDArray[np.float32]) -> CosineDistance:
    """The expression that the index of the default encoder is on: the column itself is of no fixed length."""
    return CosineDistance(Cast(F("vector"), HalfVectorField(dimensions=len(query))), [float(value) for value in query])
