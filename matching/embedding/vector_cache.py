"""Vectors kept on disk by what was encoded and by which model, so that the same text is not encoded twice."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matching.embedding.protocol import Encoder, Vectors
from matching.embedding.text import content_hash


class VectorCache:
    """A folder with one file a model; vectors in half precision. Without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def encode(self, encoder: Encoder, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension): those known from the cache, the others made and kept."""
        hashes = [content_hash(text) for text in texts]
        known = self._read(encoder)
        missing = sorted({one: text for one, text in zip(hashes, texts, strict=True) if one not in known}.items())
        if missing:
            made = encoder.encode([text for _, text in missing]).astype(np.float16)
            known |= {one: vector for (one, _), vector in zip(missing, made, strict=True)}
            self._write(encoder, known)
        if not hashes:
            return np.zeros((0, encoder.dimension), dtype=np.float32)
        return np.stack([known[one] for one in hashes]).astype(np.float32)

    def _path(self, encoder: Encoder) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.npz"

    def _read(self, encoder: Encoder) -> dict[str, Vectors]:
        path = self._path(encoder)
        if path is None or not path.exists():
            return {}
        try:
            with np.load(path, allow_pickle=False) as stored:
                return dict(zip(stored["hashes"].tolist(), stored["vectors"], strict=True))
        except (OSError, ValueError, KeyError, EOFError):
            return {}  # half written by a process that was killed, or of another make: made anew

    def _write(self, encoder: Encoder, vectors: dict[str, Vectors]) -> None:
        path = self._path(encoder)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".unfinished")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, hashes=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)
