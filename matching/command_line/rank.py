"""Best documents for each query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from matching.command_line.rows import Row
from matching.command_line.scoring import score_in_slices
from matching.embedding.vector_cache import VectorCache


def rank(queries: Sequence[Row], documents: Sequence[Row], *, top: int, cache: VectorCache) -> Iterator[dict[str, Any]]:
    """Up to `top` documents a query, best first; ties go to the document whose id comes first.

    A document with the query's own id is not its answer.
    """
    if not queries or not documents:
        return
    by_id = np.array(sorted(range(len(documents)), key=lambda index: documents[index].id))
    for part, scores in score_in_slices(queries, documents, cache):
        for query, row in zip(queries[part], scores, strict=True):
            found = 0
            for index in by_id[np.argsort(-row[by_id], kind="stable")[: top + 1]]:
                document = documents[index]
                if document.id == query.id or found == top:
                    continue
                found += 1
                yield {"query": query.id, "document": document.id, "score": round(float(row[index]), 5)}
