"""Texts before they meet a model: languages, passages, words, and vectors kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.embedding import detect_language, split_passages
from matching.embedding.centres import LanguageStatistics
from matching.embedding.lexical import terms, tokens
from matching.embedding.passages import split_sentences
from matching.embedding.term_space import grams_of, term_vectors, words_of
from matching.embedding.text import fit_for_encoding
from matching.embedding.vector_cache import VectorCache
from matching.embedding.word_hash import WordHashEncoder

MIXED = "我们需要一种用于MRI的软体机器人。A soft robot for MRI is wanted; it must be sterile! 可穿戴傳感器，"


@pytest.mark.parametrize(
    ("text", "language"),
    [("", "en"), ("\x00 123 !?", "en"), ("Soft robots", "en"), ("软体机器人", "zh"), ("用于MRI的CNN与LSTM模型", "zh")],
)
def test_language_is_told_by_the_letters(text: str, language: str) -> None:
    assert detect_language(text) == language


@given(text=st.text(max_size=400), longest=st.integers(20, 200))
def test_passages_hold_every_visible_character(text: str, longest: int) -> None:
    for found in (split_passages(text, longest), split_sentences(text, longest)):
        assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())
        assert all(text[one.start : one.end] == one.text and len(one.text) <= longest for one in found)


def test_passages_of_a_very_long_text_are_whole_sentences() -> None:
    found = split_passages("软体机器人用于微创手术。" * 8000)
    assert len(found) > 100
    assert all(one.text.endswith("。") for one in found)


def test_traditional_and_simplified_meet_and_keep_their_places() -> None:
    assert tokens("醫療傳感器") == tokens("医疗传感器")
    assert {MIXED[one.start : one.end] for one in terms(MIXED)} >= {"机器人", "傳感器", "robot"}


def test_a_lead_counts_twice_and_words_meet_in_pieces() -> None:
    assert words_of("wearable sensors", "sensors") == ["wearable", "sensor", "sensor"]
    assert grams_of(["sensor", "AI", "机器人"]) == ["^sen", "sens", "enso", "nsor", "sor$", "^AI$", "机器", "器人"]


def test_terms_that_few_texts_have_tell_more() -> None:
    vectors = term_vectors([["blood", "sensor"], ["sensor"], ["sensor", "robot"], []])
    assert vectors[0, 0] > vectors[0, 1]
    assert np.allclose(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel(), [1, 1, 1, 0])


def test_vectors_are_kept_by_their_text(tmp_path: Path) -> None:
    encoder = WordHashEncoder()
    made = VectorCache(tmp_path).encode(encoder, ["robot", "sensor", "robot"])
    assert made.shape == (3, encoder.dimension)
    assert np.array_equal(VectorCache(tmp_path).encode(encoder, ["sensor"])[0], made[1])
    kept = list(tmp_path.glob("*"))
    kept[0].write_bytes(b"half")
    assert np.array_equal(VectorCache(tmp_path).encode(encoder, ["sensor"])[0], made[1])
    assert len(kept) == 1


def test_centring_moves_languages_onto_one_another_and_survives_json() -> None:
    generator = np.random.default_rng(2)
    meaning = generator.normal(size=(200, 32)).astype(np.float32)
    shift = np.zeros(32, dtype=np.float32)
    shift[0] = 5
    vectors = np.concatenate([meaning + shift, meaning - shift])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = ["en"] * 200 + ["zh"] * 200
    statistics = LanguageStatistics.fit(vectors, languages)
    centred = statistics.centre(vectors, languages)
    crossing = centred[:200] @ centred[200:].T
    assert (crossing.argmax(axis=1) == np.arange(200)).mean() > 0.9
    again = LanguageStatistics.from_json(statistics.to_json())
    assert np.allclose(again.centre(vectors, languages), centred, atol=1e-4)


def test_encoders_read_both_spellings_of_chinese_as_one() -> None:
    assert fit_for_encoding("臺灣的醫療機器人\x00 尋求  臨床驗證") == fit_for_encoding("台湾的医疗机器人 寻求 临床验证")
    assert fit_for_encoding("No Chinese  here") == "No Chinese here"
    assert fit_for_encoding("\x00\ud800") == ""
