"""What removes the pull of each encoder towards its own language.

An encoder of many languages puts each language in a corner of its own, so that in a pool of both a text finds its own
language first. Taking each language's mean away, measured on the pool itself, moves the corners onto one another
(cf. Libovický et al. 2020, "On the Language Neutrality of Pre-trained Multilingual Representations"). What is left is
calibrated: a similarity is told in standard deviations above what is usual for both texts (`cohorts.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matching.embedding.cohorts import ENOUGH, Cohorts, Usual
from matching.embedding.protocol import Vectors, unit

#: Random pairs looked at for each pair of languages.
SAMPLED_PAIRS = 20_000
#: Spread of random similarities assumed before a pool has been measured.
ASSUMED_MEAN, ASSUMED_DEVIATION = 0.20, 0.11


@dataclass(frozen=True)
class LanguageStatistics:
    """Means by language, each of shape (dimension,), (mean, deviation) of random pairs by language pair, cohorts.

    Where fewer than `ENOUGH` texts tell of a language, its mean shrinks towards nothing in proportion.
    """

    means: dict[str, Vectors] = field(default_factory=dict)
    pairs: dict[str, tuple[float, float]] = field(default_factory=dict)
    fitted_on: int = 0
    cohorts: Cohorts = field(default_factory=Cohorts)

    @classmethod
    def fit(
        cls, vectors: Vectors, languages: list[str], directions: list[str] | None = None, *, seed: int = 0
    ) -> LanguageStatistics:
        """Measure a pool: `vectors` of shape (n, dimension), one language for each row, and `need` or `offer`."""
        rows = {language: np.array([i for i, one in enumerate(languages) if one == language]) for language in languages}
        means = {
            language: (vectors[at].mean(axis=0) * (len(at) / (len(at) + ENOUGH))).astype(np.float32)
            for language, at in rows.items()
        }
        fitted = cls(means=means, fitted_on=len(vectors))
        centred = fitted.centre(vectors, languages)
        generator = np.random.default_rng(seed)
        pairs: dict[str, tuple[float, float]] = {}
        known = sorted(rows)
        for index, one in enumerate(known):
            for other in known[index:]:
                left = generator.choice(rows[one], SAMPLED_PAIRS)
                right = generator.choice(rows[other], SAMPLED_PAIRS)
                apart = left != right
                if apart.sum() < ENOUGH:
                    continue
                similarities = np.einsum("ij,ij->i", centred[left[apart]], centred[right[apart]])
                weight = min(1.0, len(rows[one]) * len(rows[other]) / ENOUGH**2)
                pairs[_key(one, other)] = (
                    float(weight * similarities.mean() + (1 - weight) * ASSUMED_MEAN),
                    float(max(weight * similarities.std() + (1 - weight) * ASSUMED_DEVIATION, 0.02)),
                )
        cohorts = Cohorts() if directions is None else Cohorts.draw(centred, languages, directions, seed=seed)
        return cls(means=means, pairs=pairs, fitted_on=len(vectors), cohorts=cohorts)

    def on(self, total: int, counts: dict[str, int]) -> LanguageStatistics:
        """As measured on a sample of a pool of `total` texts, so many of each direction."""
        return replace(self, fitted_on=total, cohorts=replace(self.cohorts, counts=counts))

    def centre(self, vectors: Vectors, languages: list[str]) -> Vectors:
        """Unit vectors without their language's mean; shape as given."""
        moved = vectors.astype(np.float32, copy=True)
        for language in set(languages):
            mean = self.means.get(language)
            if mean is not None:
                moved[[i for i, one in enumerate(languages) if one == language]] -= mean
        return unit(moved)

    def towards(self, vectors: Vectors, language: str, target: str) -> Vectors:
        """Where these texts of `language` would lie among raw vectors of `target`: for looking up candidates."""
        if language == target:
            return vectors
        moved = vectors.astype(np.float32, copy=True)
        if language in self.means and target in self.means:
            moved = moved - self.means[language] + self.means[target]
        return unit(moved)

    def usual(self, centred: Vectors, language: str, *, facing: str, other_language: str) -> Usual:
        """What similarities are usual for these centred texts of `language` with a direction in another language."""
        assumed = self.pairs.get(_key(language, other_language), (ASSUMED_MEAN, ASSUMED_DEVIATION))
        return self.cohorts.usual(centred, facing, other_language, assumed)

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be kept beside the vectors."""
        return {
            "means": {language: [round(float(value), 6) for value in mean] for language, mean in self.means.items()},
            "pairs": {key: list(values) for key, values in self.pairs.items()},
            "fitted_on": self.fitted_on,
            "cohorts": self.cohorts.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LanguageStatistics:
        """Back from plain data; an empty dictionary gives the neutral one."""
        return cls(
            means={language: np.array(mean, dtype=np.float32) for language, mean in data.get("means", {}).items()},
            pairs={key: (float(mean), float(deviation)) for key, (mean, deviation) in data.get("pairs", {}).items()},
            fitted_on=int(data.get("fitted_on", 0)),
            cohorts=Cohorts.from_json(data.get("cohorts", {})),
        )


def _key(one: str, other: str) -> str:
    return "-".join(sorted((one, other)))
