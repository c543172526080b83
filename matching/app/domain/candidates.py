"""Who may be worth scoring: the nearest listings on the other sides, from pgvector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Cast
from numpy.typing import NDArray
from pgvector.django import CosineDistance, HalfVectorField

from matching.app.domain.pool import Member
from matching.app.domain.vector_index import indexed_languages
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
#: Vectors that are looked at at most for one query, in several walks of the index: some 50 ms.
MOST_LOOKED_AT = 10_000

_SETTINGS = (
    "SELECT set_config('hnsw.iterative_scan', %s, true), set_config('hnsw.max_scan_tuples', %s, true),"
    " set_config('enable_sort', %s, true), set_config('enable_hashjoin', %s, true),"
    " set_config('enable_mergejoin', %s, true), set_config('enable_seqscan', %s, true)"
)
_THROUGH_INDEX = ("relaxed_order", str(MOST_LOOKED_AT), "off", "off", "off", "off")
_AS_ELSEWHERE = ("off", str(MOST_LOOKED_AT), "on", "on", "on", "on")


def candidate_partners(
    member: Member, *, bridge_id: int, encoder: str, statistics: LanguageStatistics, languages: Sequence[str]
) -> list[int]:
    """Organisations of other sides with a live listing that may answer one of the member's, nearest first.

    Needs face offers of the kinds that answer them. Each language of the bridge is asked for itself, at the place where
    a listing in it of the same meaning would lie: that keeps the encoder's pull towards its own language out of it.
    """
    found: dict[int, float] = {}
    indexed = indexed_languages(bridge_id, encoder)
    for language in languages:
        with _searching(through_index=language in indexed):
            for row, listing_id in enumerate(member.raw.listing_ids):
                query = statistics.towards(member.raw.vectors[row : row + 1], member.raw.languages[row], language)[0]
                facing = _facing(member.listings[listing_id], bridge_id, member.side_id)
                nearest = (
                    ListingVector.objects.filter(
                        Exists(facing), bridge_id=bridge_id, encoder=encoder, language=language
                    )
                    .annotate(distance=_distance(query))
                    .order_by("distance")
                    .values_list("listing__organisation_id", "distance")[:CANDIDATES_A_LANGUAGE]
                )
                for organisation_id, distance in nearest:
                    found[organisation_id] = min(distance, found.get(organisation_id, distance))
    return sorted(found, key=lambda pk: (found[pk], pk))[:MOST_PARTNERS]


@contextmanager
def _searching(*, through_index: bool) -> Iterator[None]:
    """Have PostgreSQL walk the index of nearest vectors and look each one up, when there is one.

    By its own estimates it would rather go over the bridge and sort, which grows with the bridge. Filters come after
    the index: without iterating it would run dry when most of what is near is filtered out. Part of a transaction.
    """
    if not through_index:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS, _THROUGH_INDEX)
        yield
        cursor.execute(_SETTINGS, _AS_ELSEWHERE)


def _facing(listing: Listing, bridge_id: int, side_id: int) -> ListingQuerySet:
    """The listing of a vector, if this one could meet it: live, on another side, by direction and kind."""
    if listing.direction == Direction.NEED:
        kinds, opposite = offers_that_answer(listing.kind), Direction.OFFER
    else:
        kinds, opposite = needs_answered_by(listing.kind), Direction.NEED
    of_other_side = (
        Membership.objects.approved()
        .filter(bridge_id=bridge_id, organisation=OuterRef("organisation_id"))
        .exclude(side_id=side_id)
    )
    live = Listing.objects.live().filter(bridge_id=bridge_id, direction=opposite, kind__in=kinds)
    return live.filter(Exists(of_other_side), pk=OuterRef("listing_id"))


def _distance(query: NDArray[np.float32]) -> CosineDistance:
    """The expression that indexes are on: the column itself is of no fixed length."""
    return CosineDistance(Cast(F("vector"), HalfVectorField(dimensions=len(query))), [float(value) for value in query])
