"""The index of nearest vectors."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.app.domain.candidates import candidate_partners
from matching.app.domain.pool import load_pool
from matching.app.models import ListingVector
from matching.embedding import load_encoder
from qiao.directory.models import Listing
from tests.factories import BridgeFactory
from tests.matching.app.sensors import sensor_need, sensor_offer


def test_the_index_is_of_the_default_encoder_and_its_length() -> None:
    encoder = load_encoder("bridge")
    index = next(index for index in ListingVector._meta.indexes if index.name == "vector_nearest_bridge_1")
    assert str(index.condition) == f"(AND: ('encoder', '{encoder.name}'))"
    cast = index.expressions[0].get_source_expressions()[0]
    assert cast.output_field.dimensions == encoder.dimension


@pytest.mark.django_db
def test_candidates_are_looked_up_in_the_index_and_not_cut_short_by_filters(settings: object) -> None:
    settings.ENCODER = "bridge"  # type: ignore[attr-defined]
    generator = np.random.default_rng(0)
    bridge, elsewhere = BridgeFactory(), BridgeFactory()
    need, offer, other = sensor_need(bridge), sensor_offer(bridge), sensor_offer(elsewhere)
    encoder = load_encoder("bridge")

    def store(listing: Listing, vector: np.ndarray, language: str = "en") -> None:
        ListingVector.objects.create(
            listing=listing, bridge=listing.bridge, encoder=encoder.name, language=language,
            content_hash="", vector=vector.tolist(),
        )  # fmt: skip

    centre = generator.normal(size=encoder.dimension)
    store(need, centre)
    # Everything near is on another bridge; the one that counts is farther away than all of it.
    others = Listing.objects.bulk_create(
        Listing(
            organisation=other.organisation, bridge=elsewhere, direction="offer", kind=other.kind, language="en",
            title="Near", text="Near.", state="published",
        )
        for _ in range(600)
    )  # fmt: skip
    ListingVector.objects.bulk_create(
        ListingVector(
            listing=near, bridge=elsewhere, encoder=encoder.name, language="en", content_hash="",
            vector=(centre + 0.1 * generator.normal(size=encoder.dimension)).tolist(),
        )
        for near in others
    )  # fmt: skip
    store(offer, centre + 3 * generator.normal(size=encoder.dimension))
    pool = load_pool(bridge.pk, [need.organisation_id])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE matching_listingvector")
        for other_way in ("seqscan", "sort", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
    with CaptureQueriesContext(connection) as queries:
        found = candidate_partners(
            pool.members[need.organisation_id], bridge_id=bridge.pk, encoder=encoder.name, statistics=pool.statistics,
            languages=["en"],
        )  # fmt: skip
    assert found == [offer.organisation_id]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[-1]["sql"])
        assert "vector_nearest_bridge_1" in str(cursor.fetchall())
