"""Reading a document through its counterpart in the other language.

An encoder judges two texts of one language better than two of different ones. So each document is also judged by its
nearest document in the other language, as far as that is near: with c(j) the counterpart of j and a_j its closeness,

    s'_ij = (1 - a_j) s_ij + a_j s_ic(j)

(bridging by nearest neighbours, cf. Artetxe and Schwenk 2019, "Margin-based parallel corpus mining".)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.core.relevance.fusion import Scores

#: A counterpart counts as much as the document itself at most, from so many deviations above random on, and not at all
#: up to so many.
MOST = 0.5
FAR, NEAR = 1.5, 4.5


def read_through_counterparts(scores: Scores, alike: Scores, columns: NDArray[np.str_]) -> Scores:
    """`scores` of shape (queries, documents); `alike`, (documents, documents), in deviations above random pairs."""
    if len(set(columns.tolist())) < 2:
        return scores
    across = np.where(columns[:, None] == columns[None, :], -np.inf, alike)
    counterpart = across.argmax(axis=1)
    closeness = np.take_along_axis(across, counterpart[:, None], axis=1)[:, 0]
    share = (MOST * np.clip((closeness - FAR) / (NEAR - FAR), 0, 1)).astype(np.float32)
    made: Scores = (1 - share) * scores + share * scores[:, counterpart]
    return made
