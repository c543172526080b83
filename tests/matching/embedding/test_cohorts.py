"""Likeness told against what is usual for both texts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from matching.embedding.centres import ASSUMED_DEVIATION, ASSUMED_MEAN, LanguageStatistics
from matching.embedding.cohorts import COHORT, ENOUGH, LEAST_DEVIATION, WORTH_A_TALK, Cohorts
from matching.embedding.protocol import Vectors, unit


def texts(count: int, *, seed: int = 3) -> Vectors:
    """Unit vectors of nothing in particular."""
    return unit(np.random.default_rng(seed).normal(size=(count, 48)).astype(np.float32))


def test_a_text_that_is_like_everything_is_no_news_to_anybody() -> None:
    offers = texts(300)
    common = unit(offers.mean(axis=0, keepdims=True))
    cohorts = Cohorts.draw(offers, ["en"] * 300, ["offer"] * 300)
    usual = cohorts.usual(np.concatenate([common, texts(1, seed=9)]), "offer", "en", (0.2, 0.1))
    assert usual.mean[0] > usual.mean[1] + 0.02
    alike = float((common @ offers[0]).item())
    assert (alike - usual.mean[0]) / usual.deviation[0] < (alike - usual.mean[1]) / usual.deviation[1]


def test_a_sample_is_bounded_and_the_same_each_time() -> None:
    vectors, languages = texts(COHORT + 50), ["en"] * (COHORT + 50)
    directions = ["need"] * (COHORT + 40) + ["offer"] * 10
    cohorts = Cohorts.draw(vectors, languages, directions)
    assert {key: len(sample) for key, sample in cohorts.samples.items()} == {"need-en": COHORT, "offer-en": 10}
    assert cohorts.counts == {"need": COHORT + 40, "offer": 10}
    again = Cohorts.draw(vectors, languages, directions)
    assert np.array_equal(cohorts.samples["need-en"], again.samples["need-en"])


def test_few_texts_count_in_proportion_and_none_leave_what_is_assumed() -> None:
    offers = texts(10)
    cohorts = Cohorts.draw(offers, ["zh"] * 10, ["offer"] * 10)
    need = texts(1, seed=5)
    measured = need @ offers.T
    usual = cohorts.usual(need, "offer", "zh", (0.4, 0.2))
    weight = 10 / (10 + ENOUGH)
    assert_allclose(usual.mean, weight * measured.mean() + (1 - weight) * 0.4, atol=2e-3)
    none = cohorts.usual(need, "offer", "en", (0.4, 0.2))
    assert_allclose([none.mean[0], none.deviation[0]], [0.4, 0.2])
    same = Cohorts.draw(np.repeat(offers[:1], 400, axis=0), ["en"] * 400, ["offer"] * 400)
    assert same.usual(need, "offer", "en", (0.4, 0.0)).deviation[0] == pytest.approx(LEAST_DEVIATION)
    assert len(same.usual(need[:0], "offer", "en", (0.4, 0.2)).mean) == 0


def test_chance_is_allowed_for_by_how_many_there_are() -> None:
    assert Cohorts().allowance == 0
    assert Cohorts(counts={"need": 3, "offer": int(WORTH_A_TALK)}).allowance == 0
    small = Cohorts(counts={"need": 100, "offer": 100}).allowance
    large = Cohorts(counts={"need": 10_000, "offer": 10_000}).allowance
    assert 0 < small < large


def test_statistics_keep_their_cohorts_as_plain_data() -> None:
    vectors = texts(80)
    languages, directions = ["en", "zh"] * 40, ["need"] * 40 + ["offer"] * 40
    statistics = LanguageStatistics.fit(vectors, languages, directions)
    again = LanguageStatistics.from_json(json.loads(json.dumps(statistics.to_json())))
    centred = statistics.centre(vectors[:1], ["en"])
    one = statistics.usual(centred, "en", facing="offer", other_language="zh")
    other = again.usual(centred, "en", facing="offer", other_language="zh")
    assert_allclose([one.mean, one.deviation], [other.mean, other.deviation], atol=1e-5)
    neutral = LanguageStatistics.from_json({}).usual(centred, "en", facing="offer", other_language="zh")
    assert_allclose([neutral.mean[0], neutral.deviation[0]], [ASSUMED_MEAN, ASSUMED_DEVIATION], atol=1e-6)
