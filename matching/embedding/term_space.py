"""Texts as sparse vectors of their terms, weighted by how telling each term is in the pool at hand.

    v_t = (1 + ln f_t) * (1 + ln((1 + n) / (1 + n_t))),  then brought to length 1

with f_t how often the text has term t, n the number of texts of the pool and n_t how many of them have t (Salton and
Buckley 1988). The pool is the queries and the documents together: what is common among either says little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from matching.embedding.lexical import tokens

#: Letters of a word that make a gram; pairs of characters for Chinese.
LETTERS, CHARACTERS = 4, 2


def words_of(text: str, lead: str = "") -> list[str]:
    """Words of a text; those of its lead, its title as a rule, count twice (Robertson et al. 2004, weighted fields)."""
    return [*tokens(text), *(tokens(lead) if lead else ())]


def grams_of(words: Sequence[str]) -> list[str]:
    """Pieces of each word, marked at its ends: they meet where endings, compounds or segmentations differ."""
    grams: list[str] = []
    for word in words:
        if word[0].isascii():
            marked, length = f"^{word}$", LETTERS
        else:
            marked, length = word, CHARACTERS
        grams.extend(marked[start : start + length] for start in range(max(1, len(marked) - length + 1)))
    return grams


def term_vectors(pool: Sequence[Sequence[str]]) -> sp.csr_matrix:
    """Unit rows of the terms of each text of a pool: shape (texts, different terms)."""
    column_of: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, terms in enumerate(pool):
        rows.extend([row] * len(terms))
        columns.extend(column_of.setdefault(term, len(column_of)) for term in terms)
    shape = (len(pool), max(1, len(column_of)))
    counts = sp.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    texts_with = np.bincount(counts.indices, minlength=shape[1])
    telling = (1 + np.log((1 + len(pool)) / (1 + texts_with))).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * telling[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    scale = sp.diags(1 / np.maximum(lengths, 1e-9))
    return sp.csr_matrix(scale @ counts, dtype=np.float32)
