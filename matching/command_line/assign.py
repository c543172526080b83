"""One document for each query, within the documents' places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from matching.command_line.rows import Row
from matching.command_line.scoring import score_in_slices
from matching.core.assignment import flow, verify
from matching.core.assignment.problem import AssignmentProblem
from matching.embedding.vector_cache import VectorCache


def assign(queries: Sequence[Row], documents: Sequence[Row], cache: VectorCache) -> Iterator[dict[str, str]]:
    """The assignment with the greatest sum of scores among those that place as many queries as can be."""
    if not queries or not documents:
        return
    scores = np.full((len(queries), len(documents)), np.nan, dtype=np.float32)
    for part, found in score_in_slices(queries, documents, cache, compete=False):
        scores[part] = found
    column_of = {document.id: index for index, document in enumerate(documents)}
    for row, query in enumerate(queries):
        if query.id in column_of:
            scores[row, column_of[query.id]] = np.nan
    problem = AssignmentProblem(
        askers=tuple(query.id for query in queries),
        hosts=tuple(document.id for document in documents),
        places=tuple(document.capacity or 0 for document in documents),
        scores=scores,
    )
    solution = flow.solve(problem)
    wrong = verify.check(problem, solution)
    if wrong:
        raise RuntimeError("the assignment breaks its own limits: " + "; ".join(wrong[:3]))
    host_of: dict[str, Any] = solution.host_of
    for query in queries:
        if query.id in host_of:
            yield {"query": query.id, "document": host_of[query.id]}
