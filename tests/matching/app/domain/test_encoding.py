"""Hostile texts of listings, from the row to the stored vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from matching.app.adapters import text_fields
from matching.app.domain.encoding import encode_listings, versions_of
from matching.app.models import ListingSentences, ListingVector
from matching.embedding import load_encoder
from matching.embedding.evidence import sentences_of
from qiao.directory.models import Listing
from tests.factories import BridgeFactory
from tests.matching.app.sensors import is_proposed, refresh, sensor_need, sensor_offer


@pytest.mark.django_db
@pytest.mark.parametrize("encoder", ["word-hash", "bridge"])
def test_empty_and_very_long_texts_are_encoded_beside_plain_ones_and_harm_none(encoder: str, settings: Any) -> None:
    settings.ENCODER = encoder
    bridge = BridgeFactory()
    hostile = [
        sensor_need(bridge, title=" ", text=""),
        sensor_need(bridge, title="。", text="🧬" * 500),
        sensor_need(bridge, text="A wearable sensor for blood pressure. " * 2_632),
    ]
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    assert encode_listings([listing.pk for listing in (*hostile, need, offer)]) == 5
    assert encode_listings([listing.pk for listing in hostile]) == 0, "none is tried again and again"
    for vector in ListingVector.objects.all():
        numbers = np.array(vector.vector, dtype=np.float32)
        assert np.isfinite(numbers).all()
        assert np.linalg.norm(numbers) == pytest.approx(1, abs=0.01) or not numbers.any()
    assert ListingSentences.objects.count() == 5
    refresh(*hostile, need, offer)
    assert is_proposed(need, offer)


def test_null_bytes_do_not_reach_the_encoder() -> None:
    """PostgreSQL stores none and forms refuse them; a row made in memory may still have some."""
    listing = Listing(title="A sensor\x00", text="for\x00blood pressure", other_title="\x00", other_text="\x00")
    encoder = load_encoder("word-hash")
    versions = versions_of(listing)
    assert [version.language for version in versions] == ["en"]
    made = encoder.encode([version.text for version in versions])
    assert np.linalg.norm(made[0]) == pytest.approx(1)
    assert sentences_of(text_fields(listing), encoder).vectors.shape[1] == encoder.dimension
