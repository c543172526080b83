"""What keeps a text that is a little like everything from meeting everybody.

A short or general text lies near to all others, and a similarity that is rare for one text is daily bread for
another. So a similarity is told against what is usual for *both* of its texts: each is compared with a cohort, a sample
of what it could meet (offers for a need, needs for an offer, in the language of the other text), and

    z = ((s - mean_a) / deviation_a + (s - mean_b) / deviation_b) / 2

This is the symmetric normalisation of speaker verification (Shum et al. 2010, "Unsupervised speaker adaptation based on
the cosine similarity for text-independent speaker verification"). Among many one meets a rare similarity by chance
sooner: `allowance` takes that away, so that the same value means as much on a bridge of fifty texts as on one of a
million.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from matching.core.scoring import TEXT_SLOPE
from matching.embedding.protocol import Vectors

#: Texts compared with, for each direction and language.
COHORT = 200
#: Fewer texts than this say little of what is usual: what was measured counts in proportion.
ENOUGH = 30
#: No text's similarities are taken to spread less.
LEAST_DEVIATION = 0.02
#: So many of those that a text faces are worth a talk, whatever their number: a judgement of ours, from reading.
WORTH_A_TALK = 9.0


@dataclass(frozen=True)
class Usual:
    """Mean and deviation of the similarities of n texts with one cohort; two arrays of shape (n,)."""

    mean: Vectors
    deviation: Vectors


@dataclass(frozen=True)
class Cohorts:
    """Samples of centred vectors by direction and language (`need-en`), and how many texts there are by direction."""

    samples: dict[str, Vectors] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def draw(cls, centred: Vectors, languages: list[str], directions: list[str], *, seed: int = 0) -> Cohorts:
        """Samples from centred vectors, shape (n, dimension), with a language and a direction for each row."""
        generator = np.random.default_rng(seed)
        keys = [f"{direction}-{language}" for direction, language in zip(directions, languages, strict=True)]
        samples = {}
        for key in sorted(set(keys)):
            rows = np.array([index for index, one in enumerate(keys) if one == key])
            drawn = np.sort(generator.choice(rows, min(COHORT, len(rows)), replace=False))
            samples[key] = centred[drawn].astype(np.float16).astype(np.float32)
        return cls(samples=samples, counts={one: directions.count(one) for one in sorted(set(directions))})

    def usual(self, centred: Vectors, facing: str, language: str, assumed: tuple[float, float]) -> Usual:
        """What is usual for texts, shape (n, dimension), that face a direction in a language.

        `assumed` is the mean and deviation that hold as far as the cohort is too small to tell.
        """
        sample = self.samples.get(f"{facing}-{language}")
        n = len(centred)
        mean = np.full(n, assumed[0], dtype=np.float32)
        deviation = np.full(n, assumed[1], dtype=np.float32)
        if sample is not None and n:
            similarities = centred @ sample.T
            weight = np.float32(len(sample) / (len(sample) + ENOUGH))
            mean = weight * similarities.mean(axis=1) + (1 - weight) * mean
            deviation = weight * similarities.std(axis=1) + (1 - weight) * deviation
        return Usual(mean=mean, deviation=np.maximum(deviation, np.float32(LEAST_DEVIATION)))

    @property
    def allowance(self) -> float:
        """Deviations that chance alone would give among so many, in proportion to the logarithm of their number."""
        faced = math.sqrt(max(1, self.counts.get("need", 0)) * max(1, self.counts.get("offer", 0)))
        return max(0.0, math.log(faced / WORTH_A_TALK)) / TEXT_SLOPE

    def to_json(self) -> dict[str, Any]:
        """As plain data: halves in base64."""
        return {
            "counts": self.counts,
            "samples": {
                key: [len(sample), base64.b64encode(sample.astype("<f2").tobytes()).decode("ascii")]
                for key, sample in self.samples.items()
            },
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Cohorts:
        """Back from plain data; an empty dictionary gives none."""
        return cls(
            samples={
                key: np.frombuffer(base64.b64decode(text), dtype="<f2").reshape(int(rows), -1).astype(np.float32)
                for key, (rows, text) in data.get("samples", {}).items()
            },
            counts={key: int(count) for key, count in data.get("counts", {}).items()},
        )
