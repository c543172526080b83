"""Letting documents choose too: a document that many queries are near to is no strong answer to any of them.

Each column is brought down by how much all queries together want the document, a soft maximum:

    s'_ij = s_ij - log( sum over i of exp(b s_ij) ) / b

(inverted softmax, Smith et al. 2017, "Offline bilingual word vectors, orthogonal transformations and the inverted
softmax"; also what corrects hubs, Dinu et al. 2015.) `b` is gentle unless the pool itself shows that each document is
the answer to one query: when the queries' first choices fall on more different documents than chance would let them.
The more queries a document, the likelier it is that some are wanted more in truth, and the less is taken away.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import logsumexp

from matching.core.relevance.fusion import Scores

GENTLE, SHARP = 0.5, 1.0
#: Halfway from chance to no two queries with the same first choice is taken as full evidence.
FULL_EVIDENCE = 0.5
#: At so many queries a document, half of it is taken away.
HALF_TRUST = 10.0


def with_competition(scores: Scores) -> Scores:
    """`scores`, shape (queries, documents), in deviations; the gentler and the sharper way in the evidence's shares."""
    if min(scores.shape) < 2:
        return scores
    evidence = one_to_one_evidence(scores)
    trust = 1 / (1 + (scores.shape[0] / scores.shape[1] / HALF_TRUST) ** 2)
    lowered = (1 - evidence) * _lowered(scores, GENTLE) + evidence * _lowered(scores, SHARP)
    made: Scores = ((1 - trust) * scores + trust * lowered).astype(np.float32)
    return made


def one_to_one_evidence(scores: Scores) -> float:
    """From 0 to 1: how far the first choices differ more than at random.

    n queries choosing among d documents at random meet d (1 - e^(-n/d)) different ones; at most min(n, d).
    """
    queries, documents = scores.shape
    chosen = len(np.unique(scores.argmax(axis=1)))
    by_chance = documents * (1 - math.exp(-queries / documents))
    most = min(queries, documents)
    if most - by_chance < 0.1 * most:  # so many queries a document that chance reaches all: it tells nothing
        return 0.0
    return float(np.clip((chosen - by_chance) / (most - by_chance) / FULL_EVIDENCE, 0, 1))


def _lowered(scores: Scores, sharpness: float) -> Scores:
    wanted = logsumexp(sharpness * scores.astype(np.float64), axis=0, keepdims=True) / sharpness
    lowered: Scores = (scores - (wanted - wanted.mean())).astype(np.float32)
    return lowered
