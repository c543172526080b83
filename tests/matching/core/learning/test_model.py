"""Fitting: towards the truth, near the priors, never against a fit, the same each time."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.core.learning.model import Layout, fit, weights_from_json, weights_to_json
from matching.core.learning.responses import Example, Verdict
from matching.core.scoring import PRIORS, Weights
from tests.matching.core.learning.simulated import HIDDEN, contributions, drawn_values, responses

LAYOUT = Layout(PRIORS)


def fitted(examples: list[Example]) -> Weights:
    signs = np.array([1.0 if one.verdict.positive else -1.0 for one in examples])
    weight = np.array([one.verdict.weight for one in examples])
    return fit(LAYOUT, LAYOUT.rows([one.values for one in examples]), signs, weight)


def distance(one: Weights, other: Weights) -> float:
    return float(np.linalg.norm(LAYOUT.coefficients(one) - LAYOUT.coefficients(other)))


def test_weights_move_towards_the_hidden_ones_the_more_responses_there_are() -> None:
    away = [distance(fitted(responses(count)), HIDDEN) for count in (50, 400, 4000)]
    assert distance(PRIORS, HIDDEN) > away[0] > away[1] > away[2]
    assert away[2] < distance(PRIORS, HIDDEN) / 3


def test_five_responses_change_next_to_nothing() -> None:
    after = fitted(responses(5))
    assert np.abs(LAYOUT.coefficients(after) - LAYOUT.coefficients(PRIORS)).max() < 0.25


def test_without_a_response_for_it_a_term_keeps_its_prior() -> None:
    examples = [replace(one, values=dict(one.values) | {"ticket": None, "region": None}) for one in responses(300)]
    after = fitted(examples)
    for code in ("ticket", "region", "country_sought"):
        assert after.terms[code] == PRIORS.terms[code]
    assert after.terms["text"] != PRIORS.terms["text"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans(), st.floats(0.1, 50)), min_size=1, max_size=60))
def test_no_fit_is_ever_punished_for_being_good(drawn: list[tuple[int, bool, float]]) -> None:
    examples = [
        Example(str(seed), "one", drawn_values(random.Random(seed)), Verdict(positive, weight))
        for seed, positive, weight in drawn
    ]
    after = fitted(examples)
    assert all(term.weight >= 0 and term.penalty >= 0 for term in after.terms.values())
    assert np.isfinite([after.bias, *LAYOUT.coefficients(after)]).all()
    better = dict.fromkeys(PRIORS.terms, 1.0)
    worse = dict.fromkeys(PRIORS.terms, 0.3)
    assert contributions(after, dict(better)) >= contributions(after, dict(worse))


def test_people_who_like_the_opposite_bring_a_weight_to_nothing_and_not_below() -> None:
    contrary = [
        Example(str(n), "one", {"freshness": value, "text": 0.7}, Verdict(value < 0.5, 1.0))
        for n in range(400)
        for value in (0.0, 1.0)
    ]
    after = fitted(contrary).terms["freshness"]
    assert (after.weight, after.penalty) == (0.0, 0.0)


def test_saves_alone_do_not_lift_the_level_of_all_scores() -> None:
    """Who responds is not who is asked: the mean log-odds of what was shown stay those of the priors."""
    for positive in (True, False):
        examples = [replace(one, verdict=Verdict(positive, 1.0)) for one in responses(200)]
        after = fitted(examples)
        before = np.mean([PRIORS.bias + contributions(PRIORS, dict(one.values)) for one in examples])
        assert np.mean([after.bias + contributions(after, dict(one.values)) for one in examples]) == pytest.approx(
            before, abs=1e-3
        )


def test_a_row_gives_back_what_a_term_contributes() -> None:
    for seed in range(50):
        values = drawn_values(random.Random(seed))
        row = LAYOUT.rows([values])[0]
        assert row @ LAYOUT.coefficients(HIDDEN) == pytest.approx(contributions(HIDDEN, values))


def test_the_same_responses_give_the_same_weights() -> None:
    assert fitted(responses(200)) == fitted(responses(200))


def test_weights_survive_being_stored_and_terms_that_came_later_have_their_prior() -> None:
    after = fitted(responses(200))
    stored = weights_to_json(after)
    assert weights_from_json(stored, version=3, priors=PRIORS) == replace(after, version=3)
    del stored["terms"]["sector"]
    assert weights_from_json(stored, version=3, priors=PRIORS).terms["sector"] == PRIORS.terms["sector"]


@pytest.mark.parametrize("stored", [{"weight": -0.1}, {"penalty": float("inf")}, {"weight": float("nan")}])
def test_weights_no_fit_can_have_are_refused(stored: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="sector"):
        weights_from_json({"bias": 0.0, "terms": {"sector": stored}}, version=1, priors=PRIORS)


def test_nothing_but_the_documented_terms_is_learned() -> None:
    assert {code for code, _ in LAYOUT.columns} == set(PRIORS.terms)
    strange = [replace(one, values=dict(one.values) | {"name": 1.0, "popularity": 9.0}) for one in responses(100)]
    assert fitted(strange) == fitted(responses(100))
