"""Finding an encoder by its name in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from matching.embedding.passages import split_passages
from matching.embedding.protocol import Encoder, Vectors, unit
from matching.embedding.text import fit_for_encoding


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by folder or by name; on the GPU if there is one. Long texts by passages."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(name)
        self.name = f"st-{Path(name).name}"[:80]
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        owners: list[int] = []
        pieces: list[str] = []
        for index, text in enumerate(texts):
            for passage in split_passages(fit_for_encoding(text)):
                owners.append(index)
                pieces.append(passage.text)
        if pieces:
            made = self._model.encode(pieces, show_progress_bar=False, normalize_embeddings=True)
            np.add.at(vectors, owners, np.asarray(made, dtype=np.float32))
        return unit(vectors)


@lru_cache(maxsize=4)
def load_encoder(name: str) -> Encoder:
    """The encoder a setting names: `bridge`, `word-hash`, one packaged model, a folder or a sentence-transformers name.

    Models are loaded when they first encode, except one given by folder or name, which must be read to be known.
    """
    if name == "bridge":
        from matching.embedding.bridge import BridgeEncoder

        return BridgeEncoder()
    if name == "word-hash":
        from matching.embedding.word_hash import WordHashEncoder

        return WordHashEncoder()
    from matching.embedding import packaged

    for model in (packaged.ENGLISH, packaged.MANY_LANGUAGES, packaged.UNIVERSAL):
        if name == model.name:
            return model
    return SentenceTransformerEncoder(name)
