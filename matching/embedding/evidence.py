"""The words of two texts that met: passages by meaning, across languages, and terms that both use."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.embedding.languages import detect_language
from matching.embedding.lexical import Term, terms
from matching.embedding.passages import split_sentences
from matching.embedding.protocol import Encoder, Vectors

#: Sentences shorter than this say too little to be quoted, and no more than this many of a text are looked at.
LEAST_CHARACTERS = {"en": 24, "zh": 8}
MOST_SENTENCES = 40
MOST_TERMS = 6


@dataclass(frozen=True)
class TextField:
    """A named piece of a listing: its title, its text, or either in the other language."""

    name: str
    text: str


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the field `field`, which read `text`, in `language`."""

    field: str
    start: int
    end: int
    text: str
    language: str


@dataclass(frozen=True)
class SpanVectors:
    """Sentences of a listing with their vectors, shape (number of spans, dimension), unit rows."""

    spans: tuple[Span, ...]
    vectors: Vectors

    def to_json(self) -> dict[str, Any]:
        """As plain data; vectors in half precision, so that they can be kept beside the listing's own."""
        return {
            "spans": [[span.field, span.start, span.end, span.language] for span in self.spans],
            "vectors": base64.b64encode(self.vectors.astype(np.float16).tobytes()).decode("ascii"),
            "dimension": int(self.vectors.shape[1]) if self.vectors.size else 0,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], fields: Sequence[TextField]) -> SpanVectors:
        """Back from plain data and the listing's present fields. A field that became shorter loses what is cut off."""
        texts = {one.name: one.text for one in fields}
        spans = tuple(
            Span(name, start, end, texts.get(name, "")[start:end], language)
            for name, start, end, language in data.get("spans", [])
        )
        dimension = data.get("dimension") or 1
        raw = np.frombuffer(base64.b64decode(data.get("vectors", "")), dtype=np.float16)
        return cls(spans=spans, vectors=raw.reshape(-1, dimension).astype(np.float32))


@dataclass(frozen=True)
class SpanPair:
    """Two spans that met, and their similarity (a cosine)."""

    first: Span
    second: Span
    similarity: float


@dataclass(frozen=True)
class SharedTerms:
    """Terms that both texts use, most telling first, with the sentences they stand in first."""

    words: tuple[str, ...]
    first: Span
    second: Span


def sentences_of(fields: Sequence[TextField], encoder: Encoder) -> SpanVectors:
    """Sentences of a listing, its title first, with their vectors."""
    spans: list[Span] = []
    for one in fields:
        language = detect_language(one.text)
        spans.extend(
            Span(one.name, passage.start, passage.end, passage.text, language)
            for passage in split_sentences(one.text)
            if one.name.endswith("title") or len(passage.text) >= LEAST_CHARACTERS[language]
        )
    spans = spans[:MOST_SENTENCES]
    if not spans:
        return SpanVectors((), np.zeros((0, encoder.dimension), dtype=np.float32))
    return SpanVectors(tuple(spans), encoder.encode([span.text for span in spans]))


def matched_sentences(first: SpanVectors, second: SpanVectors, *, most: int = 2) -> list[SpanPair]:
    """Pairs of sentences nearest in meaning, best first; no sentence is in two pairs. Body text goes before titles."""
    if not first.spans or not second.spans:
        return []
    similarities = first.vectors @ second.vectors.T
    # Two titles say only what the page shows anyway.
    titles = [np.array([span.field.endswith("title") for span in side.spans]) for side in (first, second)]
    similarities = similarities - 0.15 * (titles[0][:, None].astype(np.float32) + titles[1][None, :])
    found: list[SpanPair] = []
    left = similarities.copy()
    while len(found) < most:
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        best = float(left[row, column])
        if best <= 0.2:
            break
        found.append(
            SpanPair(first.spans[row], second.spans[column], float(first.vectors[row] @ second.vectors[column]))
        )
        left[row, :] = -1.0
        left[:, column] = -1.0
    return found


def shared_terms(first: Sequence[TextField], second: Sequence[TextField]) -> SharedTerms | None:
    """Terms that both use, in whichever languages both are written; None when there are fewer than two.

    Longer and rarer terms tell more: they are ranked by length, then by how often both use them.
    """
    places = [_places(fields) for fields in (first, second)]
    common = set(places[0]) & set(places[1])
    telling = {word for word in common if not word.isdigit()}
    if len(telling) < 2:
        return None
    counts = Counter({word: len(places[0][word]) + len(places[1][word]) for word in telling})
    ranked = sorted(telling, key=lambda word: (-min(_weight(word), 10), -counts[word], word))[:MOST_TERMS]
    return SharedTerms(tuple(ranked), _sentence_with(ranked, first), _sentence_with(ranked, second))


def _places(fields: Sequence[TextField]) -> dict[str, list[tuple[TextField, Term]]]:
    found: dict[str, list[tuple[TextField, Term]]] = {}
    for one in fields:
        for term in terms(one.text):
            found.setdefault(term.word, []).append((one, term))
    return found


def _weight(word: str) -> int:
    """A Chinese character carries about as much as three letters."""
    return len(word) if word.isascii() else 3 * len(word)


def _sentence_with(words: Sequence[str], fields: Sequence[TextField]) -> Span:
    """The sentence that holds most of the terms."""
    wanted = set(words)
    best: tuple[int, Span] | None = None
    for one in fields:
        language = detect_language(one.text)
        inside = [term for term in terms(one.text) if term.word in wanted]
        for passage in split_sentences(one.text):
            count = len({term.word for term in inside if passage.start <= term.start < passage.end})
            if best is None or count > best[0]:
                best = (count, Span(one.name, passage.start, passage.end, passage.text, language))
    assert best is not None  # noqa: S101 - both texts hold the terms, so there is a sentence
    return best[1]
