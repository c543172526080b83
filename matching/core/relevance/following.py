"""Letting the queries that chose a document speak for it.

A short document says little of itself; the queries that find it say more. In turns, every query shares itself out over
the documents, P = softmax(b s) by rows, and each document is also judged by its following, the mean likeness to those
who chose it, a query's own choice left out:

    f_ij = sum over k != i of g_ik P_kj / (sum over k != i of P_kj + m),     s'_ij = s_ij + w z(f_ij)

(self-training of prototypes, as in transductive classification; cf. Zhou et al. 2004, "Learning with local and global
consistency".) The weight w grows with the number of queries a document: with one each there is nothing to learn.
"""

from __future__ import annotations

import numpy as np

from matching.core.relevance.fusion import Scores

ROUNDS = 3
SHARPNESS = 2.0
#: Followers that a document is taken to have had before, so that one follower does not become the document.
PRIOR = 2.0
#: At so many queries a document, their following counts half.
HALF_WEIGHT = 10.0


def with_following(scores: Scores, alike: Scores) -> Scores:
    """`scores`, (queries, documents), in deviations by row; `alike`, (queries, queries), in deviations."""
    queries, documents = scores.shape
    if documents < 2 or queries <= documents:
        return scores
    ratio = queries / documents
    weight = np.float32(ratio**2 / (ratio**2 + HALF_WEIGHT**2))
    others = alike.copy()
    np.fill_diagonal(others, 0)
    judged = scores
    for _ in range(ROUNDS):
        shares = np.exp(SHARPNESS * (judged - judged.max(axis=1, keepdims=True)))
        shares /= shares.sum(axis=1, keepdims=True)
        following = (others @ shares) / (shares.sum(axis=0) - shares + np.float32(PRIOR))
        spread = following.std(axis=1, keepdims=True) + np.float32(1e-9)
        judged = scores + weight * (following - following.mean(axis=1, keepdims=True)) / spread
    return judged
