"""Each step from similarities to scores, on pools small enough to see through."""

from __future__ import annotations

import numpy as np
import pytest

from matching.core.relevance.competition import one_to_one_evidence, with_competition
from matching.core.relevance.counterparts import MOST, read_through_counterparts
from matching.core.relevance.following import with_following
from matching.core.relevance.fusion import fused, standardised, standardised_rows

EN_ZH = np.array(["en", "zh"])
GENERATOR = np.random.default_rng(5)


def test_fused_scores_mean_the_same_in_any_pair_of_languages() -> None:
    rows, columns = np.array(["en"] * 6 + ["zh"] * 4), np.array(["en"] * 5 + ["zh"] * 5)
    rows, columns = rows.repeat(20), columns.repeat(20)
    near = GENERATOR.normal(size=(200, 200)).astype(np.float32)
    near[np.ix_(rows == "en", columns == "zh")] = near[np.ix_(rows == "en", columns == "zh")] * 0.01 - 3
    one = {"a": 1.0}
    scores = fused({"a": near}, {(r, c): one for r in EN_ZH for c in EN_ZH}, rows, columns)
    for row in EN_ZH:
        for column in EN_ZH:
            block = scores[np.ix_(rows == row, columns == column)]
            assert block.mean() == pytest.approx(0, abs=0.05)
            assert block.std() == pytest.approx(1, abs=0.05)


def test_fused_leaves_out_a_kind_that_has_no_weight_there() -> None:
    known = GENERATOR.normal(size=(3, 4)).astype(np.float32)
    languages = np.array(["en"] * 3), np.array(["en"] * 4)
    with_noise = fused({"a": known, "b": known * 0}, {("en", "en"): {"a": 0.5}}, *languages)
    assert np.allclose(with_noise, fused({"a": known}, {("en", "en"): {"a": 0.5}}, *languages), atol=1e-6)


def test_a_small_pool_is_told_by_what_is_usual() -> None:
    alone = standardised(np.full((1, 1), 0.5, dtype=np.float32), 0.1)
    assert 4 < alone.item() < 6
    assert 0 < standardised_rows(np.full((1, 1), 4, dtype=np.float32), np.array(["zh"])).item() < 4
    assert standardised(np.zeros((0, 3), dtype=np.float32), 0.1).shape == (0, 3)


def test_a_document_is_read_through_its_near_counterpart_only() -> None:
    columns = np.array(["en", "zh", "zh"])
    scores = np.array([[4.0, 0.0, 1.0]], dtype=np.float32)
    alike = np.array([[9, 6, 0], [6, 9, 0], [0, 0, 9]], dtype=np.float32)  # the first two are translations
    read = read_through_counterparts(scores, alike, columns)
    assert read.tolist() == [[4 * (1 - MOST), 4 * MOST, 1.0]]
    assert read_through_counterparts(scores, alike, np.array(["en"] * 3)) is scores


def test_competition_gives_a_wanted_document_to_who_wants_it_most() -> None:
    scores = np.array([[3.0, 2.9, 0], [3.2, 0, 0], [0, 0, 3.0]], dtype=np.float32)
    assert with_competition(scores).argmax(axis=1).tolist() == [1, 0, 2]


def test_one_to_one_evidence_needs_more_different_choices_than_chance() -> None:
    assert one_to_one_evidence(np.eye(40, dtype=np.float32)) == 1
    assert one_to_one_evidence(np.tile(np.eye(1, 40, dtype=np.float32), (40, 1))) == 0
    assert one_to_one_evidence(np.tile(np.eye(4, dtype=np.float32), (40, 1))) == 0  # ten each: chance reaches all


def test_following_pulls_an_unsure_query_to_where_its_like_went() -> None:
    queries, documents = 60, 2
    side = np.arange(queries) % 2
    scores = np.where(side[:, None] == np.arange(documents), 1.5, -1.5).astype(np.float32)
    scores[0] = [-0.1, 0.1]  # belongs to document 0, and barely misses it
    alike = np.where(side[:, None] == side[None, :], 1.0, -1.0).astype(np.float32)
    assert with_following(scores, alike).argmax(axis=1).tolist() == side.tolist()


def test_following_says_nothing_with_one_query_a_document() -> None:
    scores = np.eye(5, dtype=np.float32)
    assert with_following(scores, np.ones((5, 5), dtype=np.float32)) is scores
