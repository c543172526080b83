"""A pool of texts seen in several ways at once: by words, by pieces of words, and by each encoder's meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matching.embedding.centres import LanguageStatistics
from matching.embedding.cohorts import ENOUGH
from matching.embedding.packaged import ENGLISH, MANY_LANGUAGES, UNIVERSAL, PackagedModel
from matching.embedding.passages import split_passages, split_sentences
from matching.embedding.protocol import Vectors, unit
from matching.embedding.term_space import grams_of, term_vectors, words_of
from matching.embedding.vector_cache import VectorCache

#: Characters that the models take whole, by language.
LONGEST = {"en": 1000, "zh": 400}
#: Sentences of a text that are encoded one by one, at most: of a longer text, evenly spread ones.
MOST_SENTENCES = 40
#: Which encoder is asked about which languages.
ENCODERS: dict[str, tuple[PackagedModel, frozenset[str]]] = {
    "universal": (UNIVERSAL, frozenset({"en", "zh"})),
    "many": (MANY_LANGUAGES, frozenset({"en", "zh"})),
    "english": (ENGLISH, frozenset({"en"})),
}
#: Encoders whose documents are looked at sentence by sentence too.
BY_SENTENCE = frozenset({"english"})
#: What each kind of similarity weighs, by the languages of the two texts. Chosen for their order (what knows a language
#: best weighs most), not fitted; see docs/matcher.md for what each earns.
_CROSS = {"universal": 1.0, "many": 0.5, "words": 0.15}
WEIGHTS: dict[tuple[str, str], dict[str, float]] = {
    ("en", "en"): {
        "words": 0.5, "grams": 0.5, "english": 0.5, "english_sentences": 0.5, "english_best": 0.5, "universal": 0.5,
        "many": 1.0,
    },
    ("zh", "zh"): {"words": 0.5, "grams": 0.5, "universal": 1.0, "many": 1.0},
    ("en", "zh"): _CROSS,
    ("zh", "en"): _CROSS,
}  # fmt: skip


@dataclass(frozen=True)
class Sentences:
    """Sentences of n texts: `vectors`, (sentences, dimension), text i from `first[i]` on; `mean`, (n, dimension)."""

    mean: Vectors
    vectors: Vectors
    first: NDArray[np.intp]

    def best(self, others: Vectors, texts: NDArray[np.intp]) -> NDArray[np.float32]:
        """Cosine of each other vector with the nearest sentence of each text: shape (others, texts)."""
        if not len(texts):
            return np.zeros((len(others), 0), dtype=np.float32)
        ends = np.append(self.first[1:], len(self.vectors))
        taken = np.concatenate([np.arange(self.first[one], ends[one]) for one in texts])
        starts = np.concatenate([[0], np.cumsum((ends - self.first)[texts])[:-1]])
        best: NDArray[np.float32] = np.maximum.reduceat(others @ self.vectors[taken].T, starts, axis=1)
        return best


@dataclass(frozen=True)
class Meaning:
    """What one encoder says of the texts `at` (rows of the pool, rising): centred unit rows, (len(at), dimension)."""

    at: NDArray[np.intp]
    whole: Vectors
    sentences: Sentences | None = None


@dataclass(frozen=True)
class TextPool:
    """The pool's texts with their languages, shape (n,), and what is known of each."""

    languages: NDArray[np.str_]
    words: sp.csr_matrix
    grams: sp.csr_matrix
    meanings: dict[str, Meaning]

    @classmethod
    def of(cls, texts: Sequence[str], languages: Sequence[str], cache: VectorCache, *, queries: int = 0) -> TextPool:
        """Look at texts. The first `queries` of them are asked with: their first sentence counts as their title, and
        they are not looked at sentence by sentence."""
        words = [words_of(text, _lead(text) if index < queries else "") for index, text in enumerate(texts)]
        spoken = np.array(languages, dtype=np.str_)
        meanings = {
            kind: _meaning(model, texts, np.flatnonzero(np.isin(spoken, sorted(asked))), spoken, cache, kind, queries)
            for kind, (model, asked) in ENCODERS.items()
        }
        return cls(
            languages=spoken,
            words=term_vectors(words),
            grams=term_vectors([grams_of(one) for one in words]),
            meanings=meanings,
        )

    def similarities(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> dict[str, NDArray[np.float32]]:
        """Cosines of every kind between texts `rows` and texts `columns`, each of shape (rows, columns).

        `<encoder>_best` is with the nearest sentence of the column's text, `<encoder>_sentences` with the mean of its
        sentences. Where an encoder was not asked, 0 stands: the weights of those languages leave it out.
        """
        found = {
            "words": (self.words[rows] @ self.words[columns].T).toarray(),
            "grams": (self.grams[rows] @ self.grams[columns].T).toarray(),
        }
        for kind, meaning in self.meanings.items():
            mine, ours = _within(rows, meaning.at), _within(columns, meaning.at)
            left = meaning.whole[mine[1]]
            at = np.ix_(mine[0], ours[0])

            def spread(values: NDArray[np.float32], at: tuple[NDArray[np.intp], ...] = at) -> NDArray[np.float32]:
                whole = np.zeros((len(rows), len(columns)), dtype=np.float32)
                whole[at] = values
                return whole

            found[kind] = spread(left @ meaning.whole[ours[1]].T)
            if meaning.sentences is not None:
                found[f"{kind}_sentences"] = spread(left @ meaning.sentences.mean[ours[1]].T)
                found[f"{kind}_best"] = spread(meaning.sentences.best(left, ours[1]))
        return found


def _within(wanted: NDArray[np.intp], at: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions in `wanted` that `at` has, and where in `at` they are. `at` is in rising order."""
    place = np.searchsorted(at, wanted)
    known = (place < len(at)) & (at[np.minimum(place, max(0, len(at) - 1))] == wanted) if len(at) else wanted < 0
    return np.flatnonzero(known), place[known]


def _meaning(
    model: PackagedModel,
    texts: Sequence[str],
    at: NDArray[np.intp],
    languages: NDArray[np.str_],
    cache: VectorCache,
    kind: str,
    queries: int,
) -> Meaning:
    passages: list[str] = []
    sentences: list[str] = []
    passage_owner: list[int] = []
    sentence_owner: list[int] = []
    for row, index in enumerate(at):
        found = [one.text for one in split_passages(texts[index], LONGEST[str(languages[index])])] or [""]
        passages += found
        passage_owner += [row] * len(found)
        if kind in BY_SENTENCE:
            apart = [one.text for one in split_sentences(texts[index])] if index >= queries else []
            few = _spread_out(apart) or found
            sentences += few
            sentence_owner += [row] * len(few)
    made = cache.encode(model, passages + sentences)
    spoken = [str(languages[index]) for index in at]
    whole = _mean(made[: len(passages)], passage_owner, [len(one) for one in passages], len(at))
    centres = _centres(model, whole, spoken, cache)
    whole = centres.centre(whole, spoken)
    if kind not in BY_SENTENCE:
        return Meaning(at, whole)
    single = made[len(passages) :]
    return Meaning(
        at,
        whole,
        Sentences(
            mean=centres.centre(_mean(single, sentence_owner, [1] * len(sentences), len(at)), spoken),
            vectors=centres.centre(single, [spoken[row] for row in sentence_owner]),
            first=np.searchsorted(np.array(sentence_owner, dtype=np.intp), np.arange(len(at))),
        ),
    )


def _centres(model: PackagedModel, whole: Vectors, spoken: list[str], cache: VectorCache) -> LanguageStatistics:
    """Means by language; where the pool has too few texts of one to tell, ordinary sentences stand in beside them."""
    means: dict[str, Vectors] = {}
    for language in sorted(set(spoken)):
        known = whole[[index for index, one in enumerate(spoken) if one == language]]
        if len(known) < ENOUGH:
            beside = cache.encode(model, [sentence[language] for sentence in _ordinary_sentences()])
            known = np.concatenate([known, beside])
        means[language] = known.mean(axis=0)
    return LanguageStatistics(means=means)


@lru_cache(maxsize=1)
def _ordinary_sentences() -> tuple[dict[str, str], ...]:
    """The same sentences about all sorts of things, by language."""
    path = Path(__file__).parent / "data" / "ordinary.jsonl"
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def _mean(vectors: Vectors, owners: Sequence[int], lengths: Sequence[int], count: int) -> Vectors:
    """Unit means of each owner's vectors, weighted: shape (count, dimension)."""
    total = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(total, list(owners), vectors * np.array(lengths, dtype=np.float32)[:, None])
    return unit(total)


def _spread_out(pieces: list[str]) -> list[str]:
    if len(pieces) <= MOST_SENTENCES:
        return pieces
    return [pieces[round(index * (len(pieces) - 1) / (MOST_SENTENCES - 1))] for index in range(MOST_SENTENCES)]


def _lead(text: str) -> str:
    first = split_sentences(text)
    return first[0].text if len(first) > 1 else ""
