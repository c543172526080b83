"""A refit: adopted when it foretells better, and not for chance or for one busy organisation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.learning.model import Layout, intercept_of
from matching.core.learning.quality import is_held_out, quality_of
from matching.core.learning.refit import LEAST_EXAMPLES, Outcome, capped, most_of_one, refit
from matching.core.learning.responses import Example, Verdict, verdict_of
from matching.core.scoring import PRIORS, Weights
from tests.matching.core.learning.simulated import HIDDEN, responses


def test_held_out_responses_are_foretold_better_after_a_refit() -> None:
    done = refit(responses(800), in_use=PRIORS, priors=PRIORS)
    assert done.outcome == Outcome.BETTER
    assert done.quality["fitted"].log_loss < done.quality["priors"].log_loss - 0.01
    assert done.quality["fitted"].auc > done.quality["priors"].auc
    assert done.quality["in_use"] == done.quality["priors"]
    assert (done.examples, done.organisations) == (800, 24)
    assert done.known["text"] == 800
    assert done.known["kind_sought"] < 800


def test_the_order_of_responses_changes_nothing() -> None:
    made = responses(200)
    assert refit(made, in_use=PRIORS, priors=PRIORS) == refit(made[::-1], in_use=PRIORS, priors=PRIORS)


@pytest.mark.parametrize("count", [0, 1, 5, LEAST_EXAMPLES - 1])
def test_few_responses_teach_nothing(count: int) -> None:
    done = refit(responses(count), in_use=PRIORS, priors=PRIORS)
    assert (done.outcome, done.weights, done.quality) == (Outcome.TOO_FEW, None, {})


def test_responses_of_one_kind_or_of_one_organisation_teach_nothing() -> None:
    praise = [replace(one, verdict=Verdict(True, 1.0)) for one in responses(300)]
    assert refit(praise, in_use=PRIORS, priors=PRIORS).outcome == Outcome.TOO_FEW
    assert refit(responses(300, organisations=3), in_use=PRIORS, priors=PRIORS).outcome == Outcome.TOO_FEW


def test_a_model_that_is_right_already_is_kept() -> None:
    assert refit(responses(800), in_use=HIDDEN, priors=PRIORS).outcome == Outcome.NOT_BETTER


def test_answers_by_chance_are_no_reason_to_change() -> None:
    """Where people decide as the priors say, a refit that has learned noise is not adopted as a rule."""
    adopted = sum(
        refit(responses(120, seed=seed, hidden=PRIORS), in_use=PRIORS, priors=PRIORS).outcome == Outcome.BETTER
        for seed in range(20)
    )
    assert adopted <= 10


def test_what_chance_gets_adopted_does_next_to_no_harm() -> None:
    """Asked of fresh responses, weights that were adopted for nothing foretell them nearly as well as the truth."""
    layout = Layout(PRIORS)
    fresh = responses(3000, seed=999, hidden=PRIORS, organisations=500)
    rows = layout.rows([one.values for one in fresh])
    signs = np.array([1.0 if one.verdict.positive else -1.0 for one in fresh])

    def loss(weights: Weights) -> float:
        level = intercept_of(layout, weights, rows, signs, np.ones(len(fresh)))
        return quality_of(rows @ layout.coefficients(weights) + level, signs, np.ones(len(fresh))).log_loss

    adopted = [
        done.weights
        for seed in range(12)
        if (done := refit(responses(120, seed=seed, hidden=PRIORS), in_use=PRIORS, priors=PRIORS)).outcome
        == Outcome.BETTER
    ]
    assert adopted
    assert max(loss(weights) for weights in adopted if weights) < loss(PRIORS) + 0.02


def test_one_busy_organisation_does_not_rule() -> None:
    """It presses a thousand times against what two dozen others say fifty times each."""
    others = responses(1200)
    loud = [
        Example(f"loud{n}", "loud", {"sector": value, "text": 0.8}, Verdict(value < 0.5, 1.0))
        for n in range(500)
        for value in (0.0, 1.0)
    ]
    done = refit([*others, *loud], in_use=PRIORS, priors=PRIORS)
    assert done.weights is not None
    assert done.weights.terms["sector"].weight > PRIORS.terms["sector"].weight


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30))
def test_no_organisation_weighs_more_than_its_share(counts: list[int]) -> None:
    made = [
        Example(f"{own}-{n}", str(own), {}, Verdict(True, 1.0))
        for own, count in enumerate(counts)
        for n in range(count)
    ]
    weight = capped(made)
    share = {
        own: sum(w for one, w in zip(made, weight, strict=True) if one.organisation == str(own))
        for own in range(len(counts))
    }
    assert (weight > 0).all()
    assert (weight <= 1).all()
    assert max(share.values()) <= most_of_one(len(counts)) * weight.sum() + 1e-9


def test_the_least_busy_keep_their_whole_weight() -> None:
    made = [
        Example(f"{own}-{n}", str(own), {}, Verdict(True, 1.0))
        for own in range(9)
        for n in range(40 if own == 0 else 2)
    ]
    weight = capped(made)
    # Nine may have two ninths each: of 16 for the eight others, the busy one has 32 / 7, spread over its 40.
    assert weight[0] == pytest.approx(32 / 7 / 40)
    assert weight[-1] == 1.0


def test_a_pair_is_held_out_for_ever_and_about_one_in_four_is() -> None:
    held = [is_held_out(f"{n}-{n + 1}") for n in range(4000)]
    assert 0.22 < sum(held) / len(held) < 0.28
    assert held == [is_held_out(f"{n}-{n + 1}") for n in range(4000)]


def test_quality_counts_ties_half_and_knows_the_best_and_the_worst() -> None:
    signs, weight = np.array([1.0, 1.0, -1.0, -1.0]), np.ones(4)
    assert quality_of(np.array([2.0, 1.0, 0.0, -1.0]), signs, weight).auc == 1.0
    assert quality_of(np.array([-2.0, -1.0, 0.0, 1.0]), signs, weight).auc == 0.0
    assert quality_of(np.zeros(4), signs, weight).auc == 0.5
    assert quality_of(np.zeros(4), signs, weight).log_loss == pytest.approx(np.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("given_responses", "expected"),
    [
        ([], None),
        ([("saved", "")], Verdict(True, 1.0)),
        ([("dismissed", "wrong_sector")], Verdict(False, 1.0)),
        ([("dismissed", "")], Verdict(False, 0.5)),
        ([("dismissed", "other")], Verdict(False, 0.5)),
        ([("dismissed", "capacity")], None),
        ([("dismissed", "in_contact")], None),
        ([("declined", "later")], None),
        ([("saved", ""), ("dismissed", "capacity")], Verdict(True, 1.0)),
        ([("saved", ""), ("declined", "too_early")], Verdict(False, 1.5)),
        ([("agreement", ""), ("saved", "")], Verdict(True, 4.0)),
        ([("interested", ""), ("declined", "wrong_sector"), ("saved", "")], Verdict(True, 1.0)),
    ],
)
def test_a_verdict_is_what_was_last_said_of_the_fit(
    given_responses: list[tuple[str, str]], expected: Verdict | None
) -> None:
    assert verdict_of(given_responses) == expected


def test_what_costs_more_effort_says_more() -> None:
    kinds = ("saved", "interested", "introduced", "meeting", "agreement")
    weights = [verdict_of([(kind, "")]) for kind in kinds]
    assert [one.weight for one in weights if one] == sorted(one.weight for one in weights if one)
    with pytest.raises(KeyError):
        verdict_of([("poked", "")])
