"""What removes an encoder's pull towards its own language, measured on each bridge."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from django.db.models import Count, F, Func
from numpy.typing import NDArray

from matching.app.domain.encoders import encoder_in_use
from matching.app.halfvec import vector_bytes, vector_from_bytes
from matching.app.models import LanguageStatistics, ListingVector
from matching.embedding import LanguageStatistics as Statistics

#: Measuring more than this changes nothing that matters and would not fit in memory on a large bridge.
MOST_MEASURED = 10_000
#: Vectors read at once.
READ_AT_ONCE = 500


def fit_statistics(bridge_id: int, encoder: str | None = None) -> Statistics:
    """Measure the bridge's vectors and keep what was found, for one encoder: the one in service unless it is named.

    On a large bridge a sample is measured, the same each time; how many texts there are is counted over all.
    """
    name = encoder or encoder_in_use(bridge_id).name
    stored = ListingVector.objects.filter(bridge_id=bridge_id, encoder=name)
    counts = dict(stored.values_list("listing__direction").annotate(Count("pk")).order_by("listing__direction"))
    total = sum(counts.values())
    if not total:
        return Statistics()
    vectors, languages, directions = _sample(bridge_id, name)
    statistics = Statistics.fit(vectors, languages, directions).on(total, counts)
    LanguageStatistics.objects.update_or_create(
        bridge_id=bridge_id,
        encoder=name,
        defaults={"data": statistics.to_json(), "fitted_on": statistics.fitted_on},
    )
    return statistics


def statistics_of(bridge_id: int, encoder: str | None = None) -> Statistics:
    """What was last measured on the bridge for an encoder (by default the one in service), else what is assumed."""
    name = encoder or encoder_in_use(bridge_id).name
    stored = LanguageStatistics.objects.filter(bridge_id=bridge_id, encoder=name)
    found = stored.values_list("pk", "updated_at").first()
    return _parsed(*found) if found is not None else Statistics()


@lru_cache(maxsize=4)
def _parsed(pk: int, updated_at: Any) -> Statistics:
    """As last measured, at `updated_at`. Kept, since reading a megabyte anew for each organisation takes long.

    Nobody changes what it returns.
    """
    return Statistics.from_json(LanguageStatistics.objects.values_list("data", flat=True).get(pk=pk))


def _sample(bridge_id: int, encoder: str) -> tuple[NDArray[np.float32], list[str], list[str]]:
    """Vectors with their language and direction: all, or as many as are measured at most, spread over the bridge.

    Read in parts, so that nothing of a large bridge but the sample is ever in memory.
    """
    ids = _sampled_ids(bridge_id, encoder)
    rows: NDArray[np.float32] | None = None
    languages: list[str] = []
    directions: list[str] = []
    for start in range(0, len(ids), READ_AT_ONCE):
        part = ListingVector.objects.filter(pk__in=ids[start : start + READ_AT_ONCE]).order_by("pk")
        for value, language, direction in part.values_list(vector_bytes(), "language", "listing__direction"):
            vector = vector_from_bytes(value)
            if rows is None:
                rows = np.zeros((len(ids), len(vector)), dtype=np.float32)
            rows[len(languages)] = vector
            languages.append(language)
            directions.append(direction)
    if rows is None:  # all went away meanwhile
        return np.zeros((0, 1), dtype=np.float32), [], []
    return rows[: len(languages)], languages, directions


def _sampled_ids(bridge_id: int, encoder: str) -> list[int]:
    """Ids in their order. A hash of the id decides, so that neither the oldest nor the newest texts speak for all."""
    stored = ListingVector.objects.filter(bridge_id=bridge_id, encoder=encoder)
    spread = stored.order_by(Func(F("pk"), function="hashint8"), "pk")
    return sorted(spread.values_list("pk", flat=True)[:MOST_MEASURED])
