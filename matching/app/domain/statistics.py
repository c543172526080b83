"""What removes an encoder's pull towards its own language, measured on each bridge."""

from __future__ import annotations

import numpy as np

from matching.app.encoder import encoder_name
from matching.app.halfvec import vector_bytes, vector_from_bytes
from matching.app.models import LanguageStatistics, ListingVector
from matching.embedding import LanguageStatistics as Statistics

#: Measuring more than this changes nothing that matters and would not fit in memory on a large bridge.
MOST_MEASURED = 20_000


def fit_statistics(bridge_id: int) -> Statistics:
    """Measure the bridge's vectors and keep what was found for the encoder in use."""
    name = encoder_name()
    rows = list(
        ListingVector.objects.filter(bridge_id=bridge_id, encoder=name)
        .order_by("pk")
        .values_list(vector_bytes(), "language", "listing__direction")[:MOST_MEASURED]
    )
    if not rows:
        return Statistics()
    statistics = Statistics.fit(
        np.stack([vector_from_bytes(vector) for vector, _, _ in rows]),
        [language for _, language, _ in rows],
        [direction for _, _, direction in rows],
    )
    LanguageStatistics.objects.update_or_create(
        bridge_id=bridge_id,
        encoder=name,
        defaults={"data": statistics.to_json(), "fitted_on": statistics.fitted_on},
    )
    return statistics


def statistics_of(bridge_id: int) -> Statistics:
    """What was last measured on the bridge for the encoder in use, else what is assumed of any."""
    stored = LanguageStatistics.objects.filter(bridge_id=bridge_id, encoder=encoder_name()).first()
    return Statistics.from_json(stored.data) if stored else Statistics()
