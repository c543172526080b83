"""A small encoder without a model: words hashed into a vector. For tests, and for machines too small for models.

It knows a handful of terms in both languages, so that crossing languages can be tested without loading a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from matching.embedding.lexical import tokens
from matching.embedding.protocol import Vectors, unit

_SAME = {
    "传感器": "sensor",
    "血压": "blood",
    "可穿戴": "wearable",
    "穿戴": "wearable",
    "验证": "validation",
    "临床": "clinical",
    "机器人": "robot",
    "手术": "surgical",
    "电池": "battery",
    "投资": "investment",
    "疫苗": "vaccine",
    "康复": "rehabilitation",
    "水": "water",
    "制造": "manufacturing",
    "生产": "manufacturing",
    "影像": "imaging",
    "糖尿病": "diabetes",
}


class WordHashEncoder:
    """Each word adds ±1 at a place that its hash names."""

    name = "word-hash-1"
    dimension = 256

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in tokens(text):
                digest = hashlib.blake2b(_SAME.get(word, word).encode(), digest_size=8).digest()
                place = int.from_bytes(digest[:4], "little") % self.dimension
                vectors[row, place] += 1.0 if digest[4] & 1 else -1.0
        return unit(vectors)
