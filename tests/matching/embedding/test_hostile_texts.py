"""Texts that a person may well paste: no encoder is harmed by them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from matching.embedding import load_encoder
from matching.embedding.evidence import MOST_SENTENCES, TextField, sentences_of

PACKAGED = ("bridge", "word-hash", "multilingual-use-v3", "minilm-l6-v2", "multilingual-e5-small-q4")
HOSTILE = {
    "empty": "",
    "white space": " \n\t\u3000 ",
    "null bytes": "\x00\x00\x00",
    "null bytes within": "a wearable\x00sensor\x00 for blood pressure",
    "lone surrogate": "\ud800 sensor \udfff",
    "one sign": "。",
    "one word without an end": "a" * 100_000,
    "a hundred thousand letters": "A wearable sensor for blood pressure. " * 2_632,
    "a hundred thousand characters": "可穿戴血压传感器的临床验证。" * 7_143,
    "emoji": "🧬" * 500,
}


@pytest.mark.parametrize("name", PACKAGED)
def test_no_text_harms_an_encoder(name: str) -> None:
    encoder = load_encoder(name)
    # The default one, and what needs no model, at full length; the others by themselves at less, for they take long.
    shorter = {"bridge": 1, "word-hash": 1, "multilingual-e5-small-q4": 50}.get(name, 10)
    texts = [text[: max(200, len(text) // shorter)] for text in HOSTILE.values()]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    lengths = dict(zip(HOSTILE, np.linalg.norm(vectors, axis=1), strict=True))
    assert all(length == pytest.approx(1, abs=0.01) or length == 0 for length in lengths.values())
    assert lengths["empty"] == lengths["white space"] == lengths["null bytes"] == 0
    assert encoder.encode([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize("name", ["bridge", "multilingual-use-v3"])
def test_what_stands_beside_a_hostile_text_is_not_changed_by_it(name: str) -> None:
    encoder = load_encoder(name)
    plain = "We look for a clinical partner."
    alone = encoder.encode([plain])[0]
    among = encoder.encode(["", plain, "\x00", "x" * 5_000])[1]
    assert float(alone @ among) > 0.999
    with_nulls = encoder.encode(["We look\x00for a clinical\x00partner."])[0]
    assert float(alone @ with_nulls) > 0.999


def test_a_very_long_text_keeps_what_stands_at_its_end() -> None:
    """By passages, not cut: what 100,000 characters end with moves the vector."""
    encoder = load_encoder("multilingual-use-v3")
    beginning = "A wearable sensor for blood pressure. " * 1_300
    end = "我们寻求动力电池回收合作伙伴。" * 3_300
    vectors = encoder.encode([beginning, beginning + end, "动力电池回收"])
    assert float(vectors[1] @ vectors[2]) > float(vectors[0] @ vectors[2]) + 0.1


def test_sentences_of_a_very_long_text_are_few_and_found_soon() -> None:
    encoder = load_encoder("word-hash")
    began = time.monotonic()
    fields = [TextField("title", "\x00"), TextField("text", HOSTILE["a hundred thousand letters"])]
    found = sentences_of(fields, encoder)
    assert 0 < len(found.spans) <= MOST_SENTENCES
    assert found.vectors.shape == (len(found.spans), encoder.dimension)
    assert time.monotonic() - began < 10
