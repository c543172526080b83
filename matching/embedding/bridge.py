"""The encoder of stored vectors: several models side by side in one vector.

Each part is of unit length times the square root of its weight, so the inner product of two whole vectors is the
weighted sum of the parts' cosines. The English model says nothing of a Chinese text: its part is left empty there, and
the whole is brought back to unit length. Long texts are encoded by passages, and each part is the mean over them,
weighted by length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.embedding.languages import detect_language
from matching.embedding.packaged import ENGLISH, UNIVERSAL, PackagedModel
from matching.embedding.passages import split_passages
from matching.embedding.protocol import Vectors, unit
from matching.embedding.text import fit_for_encoding

#: Characters that the models take whole, by language.
LONGEST = {"en": 1200, "zh": 400}
#: (model, weight, languages it is asked about). The third packaged model, multilingual e5, is the best of them on
#: Chinese against Chinese, but takes fifteen times as long as the universal one, and across a bridge a text seldom
#: meets its own language only: it is left out here.
PARTS: tuple[tuple[PackagedModel, float, frozenset[str]], ...] = (
    (UNIVERSAL, 0.6, frozenset({"en", "zh"})),
    (ENGLISH, 0.4, frozenset({"en"})),
)


class BridgeEncoder:
    """The default encoder."""

    name = "bridge-1"
    dimension = sum(model.dimension for model, _, _ in PARTS)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        languages = [detect_language(text) for text in texts]
        pieces: list[str] = []
        owners: list[int] = []
        for index, text in enumerate(texts):
            for passage in split_passages(fit_for_encoding(text), LONGEST[languages[index]]):
                pieces.append(passage.text)
                owners.append(index)
        owner = np.array(owners, dtype=int)
        length = np.array([len(piece) for piece in pieces], dtype=np.float32)
        whole = [self._part(model, weight, asked, pieces, owner, length, languages) for model, weight, asked in PARTS]
        vectors = np.concatenate(whole, axis=1)
        return unit(vectors)

    @staticmethod
    def _part(
        model: PackagedModel,
        weight: float,
        asked: frozenset[str],
        pieces: list[str],
        owner: np.ndarray,
        length: np.ndarray,
        languages: list[str],
    ) -> Vectors:
        """One model's part of every vector: shape (number of texts, the model's dimension)."""
        part = np.zeros((len(languages), model.dimension), dtype=np.float32)
        at = [index for index in range(len(pieces)) if languages[owner[index]] in asked]
        if at:
            made = model.encode([pieces[index] for index in at])
            np.add.at(part, owner[at], made * length[at, None])
        return unit(part) * np.float32(weight**0.5)
