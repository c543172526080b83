"""Looking up the nearest listings: through an index on a large bridge, one by one on a small one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.app.domain import vector_index
from matching.app.domain.candidates import CANDIDATES_A_LANGUAGE, candidate_partners
from matching.app.domain.encoders import put_in_service
from matching.app.domain.pool import load_pool
from matching.app.domain.refreshing import refresh_listing
from matching.app.domain.vector_index import index_large_bridges, index_name, index_vectors, indexed_languages
from matching.app.encoder import configured_encoder
from matching.app.models import ListingVector
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing, Membership, Organisation
from tests.factories import BridgeFactory
from tests.matching.app.sensors import is_proposed, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db

ENCODER = "word-hash-1"
DIMENSION = 256


def _populate(
    bridge: Bridge, count: int, *, centre: np.ndarray | None = None, spread: float = 1.0, **fields: Any
) -> None:
    """So many offers, each of a member of its own on the Chinese side unless `fields` say otherwise."""
    generator = np.random.default_rng(count)
    values = {"direction": "offer", "kind": "clinical_validation", "language": "en", "text": "…"} | fields
    side = bridge.sides.get(country=values.pop("country", "CN"))
    organisations = Organisation.objects.bulk_create(
        Organisation(name_en=f"Other {number}", kind="hospital", country=side.country) for number in range(count)
    )
    Membership.objects.bulk_create(
        Membership(bridge=bridge, organisation=one, side=side, state="approved") for one in organisations
    )
    listings = Listing.objects.bulk_create(
        Listing(organisation=one, bridge=bridge, title="Other", state="published", **values) for one in organisations
    )
    vectors = generator.normal(size=(count, DIMENSION)) * spread + (0 if centre is None else centre)
    ListingVector.objects.bulk_create(
        ListingVector(
            listing=one, bridge=bridge, encoder=ENCODER, language="en", content_hash="", vector=vector.tolist()
        )
        for one, vector in zip(listings, vectors, strict=True)
    )
    put_in_service(bridge.pk, configured_encoder())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an index is built in this test's own transaction
        cursor.execute("ANALYZE")


def _need(bridge: Bridge, vector: np.ndarray) -> Listing:
    need = sensor_need(bridge)
    ListingVector.objects.create(
        listing=need, bridge=bridge, encoder=ENCODER, language="en", content_hash="", vector=vector.tolist()
    )
    return need


def _candidates(listing: Listing) -> tuple[list[int], str]:
    """Organisations found, and how PostgreSQL found them."""
    pool = load_pool(listing.bridge_id, [listing.organisation_id])
    with CaptureQueriesContext(connection) as queries:
        found = candidate_partners(
            pool.members[listing.organisation_id], bridge_id=listing.bridge_id, encoder=ENCODER,
            statistics=pool.statistics, languages=["en"],
        )  # fmt: skip
    settings = [one["sql"] for one in queries if "set_config" in one["sql"]][:1]
    (search,) = [one["sql"] for one in queries if "<=>" in one["sql"]]
    with connection.cursor() as cursor:
        for one in settings:
            cursor.execute(one)
        cursor.execute("EXPLAIN " + search)
        plan = "\n".join(row for (row,) in cursor.fetchall())
        cursor.execute("SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name LIKE 'enable_%'")
    return found, plan


def test_a_bridge_is_indexed_once_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "FEWEST_INDEXED", 40)
    large, small = BridgeFactory(), BridgeFactory()
    _populate(large, 40)
    _populate(small, 39)
    index_large_bridges()
    assert indexed_languages(large.pk, ENCODER) == {"en"}, "nobody writes Chinese there"
    assert indexed_languages(small.pk, ENCODER) == set()
    assert index_vectors(large.pk, ENCODER) == [], "it is there"
    assert index_vectors(large.pk, "unknown", fewest=0) == []


def test_a_large_bridge_is_searched_through_its_index_and_finds_the_nearest() -> None:
    bridge = BridgeFactory()
    _populate(bridge, 3_000)
    need = _need(bridge, np.random.default_rng(7).normal(size=DIMENSION))
    exact, plan = _candidates(need)
    assert index_name(bridge.pk, ENCODER, "en") not in plan
    assert len(exact) == CANDIDATES_A_LANGUAGE
    assert index_vectors(bridge.pk, ENCODER, fewest=3_000)
    found, plan = _candidates(need)
    assert f"Index Scan using {index_name(bridge.pk, ENCODER, 'en')}" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
    assert len(set(found) & set(exact)) >= 0.7 * len(exact), "random vectors are the hardest: nothing is near"


def test_filters_do_not_cut_the_search_short() -> None:
    """Everything near is a need, of the wrong kind, or on our own side; what counts is farther away than all of it."""
    bridge = BridgeFactory()
    centre = np.random.default_rng(3).normal(size=DIMENSION)
    _populate(bridge, 300, centre=centre, spread=0.1, direction="need")
    _populate(bridge, 301, centre=centre, spread=0.1, kind="investment")
    _populate(bridge, 302, centre=centre, spread=0.1, country="GB")
    _populate(bridge, 20, centre=centre, spread=2.0)
    index_vectors(bridge.pk, ENCODER, fewest=1)
    need = _need(bridge, centre)
    found, plan = _candidates(need)
    assert index_name(bridge.pk, ENCODER, "en") in plan
    assert len(found) == 20


def test_a_small_bridge_beside_a_large_one_finds_its_own() -> None:
    large, small = BridgeFactory(), BridgeFactory()
    centre = np.random.default_rng(3).normal(size=DIMENSION)
    _populate(large, 1_000, centre=centre, spread=0.1)
    index_vectors(large.pk, ENCODER, fewest=1_000)
    _populate(small, 5, centre=centre, spread=3.0)
    found, plan = _candidates(_need(small, centre))
    assert len(found) == 5
    assert index_name(large.pk, ENCODER, "en") not in plan


def _rows_read() -> Counter[str]:
    """Rows read in this transaction, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables")
        return Counter({str(name): int(count) for name, count in cursor.fetchall()})


def test_a_changed_listing_costs_its_neighbourhood_and_not_the_bridge() -> None:
    """As many listings and vectors are read, and pairs scored, with ten times as many other listings."""
    bridges = {}
    for others in (300, 3_000):
        bridges[others] = BridgeFactory()
        _populate(bridges[others], others)
    for bridge in bridges.values():
        index_vectors(bridge.pk, ENCODER, fewest=1)
    cost = {}
    for others, bridge in bridges.items():
        need, offer = sensor_need(bridge), sensor_offer(bridge)
        refresh_listing(offer.pk)
        refresh_listing(need.pk)
        Listing.objects.filter(pk=need.pk).update(text=f"{need.text} Now.", updated_at=need.updated_at)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        before = _rows_read()
        with CaptureQueriesContext(connection) as queries:
            assert refresh_listing(need.pk)
        read = _rows_read() - before
        # Not counted: memberships. PostgreSQL reads them at one go while they fit on a few pages, as here.
        cost[others] = {
            "listings": read["directory_listing"],
            "vectors": read["matching_listingvector"],
            "partners": read["directory_organisation"],
            "queries": len(queries),
        }
        assert is_proposed(need, offer)
    small, large = cost[300], cost[3_000]
    assert large["queries"] == small["queries"]
    assert large["partners"] == small["partners"], "each partner is loaded once and scored once"
    for table in ("listings", "vectors"):
        assert large[table] < 1.5 * small[table], cost
