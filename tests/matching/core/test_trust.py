"""Verification in the score: neutral where there is none, small where there is, and never above the bridge's limit."""

from __future__ import annotations

from itertools import combinations

import pytest

from matching.core import fits
from matching.core.learning.model import weights_from_json, weights_to_json
from matching.core.meeting import Meeting, meeting_of
from matching.core.scoring import PRIORS, Term, Weights
from matching.core.trust import limited
from tests.matching.core.profiles import TODAY, hospital, startup

LEVELS = ("email_domain", "document", "vouched")


def meeting(*verified: str, weights: Weights = PRIORS) -> Meeting:
    """A startup verified so far, as a hospital is proposed to it."""
    found = meeting_of(startup(verified=verified), hospital(), {("need", "offer"): 2.0}, today=TODAY, weights=weights)
    assert found is not None
    return found


def test_organisation_without_verification_is_neither_raised_nor_lowered() -> None:
    unverified = meeting()
    without_term = meeting(weights=limited(PRIORS, 0.0))
    assert fits.trust(startup()) is None
    assert unverified.score == without_term.score


def test_each_level_raises_the_other_side_s_acceptance_alone() -> None:
    unverified, verified = meeting(), meeting("email_domain")
    assert verified.score_for_first > unverified.score_for_first
    assert verified.score_for_second == unverified.score_for_second


def test_more_looks_count_more_and_all_of_them_less_than_certainty() -> None:
    value = {levels: fits.trust(startup(verified=levels)) for n in (1, 2, 3) for levels in combinations(LEVELS, n)}
    for more, known in value.items():
        for fewer, counted in value.items():
            if set(fewer) < set(more):
                assert counted is not None
                assert known is not None
                assert counted < known < 1


def test_trust_moves_a_score_by_little() -> None:
    assert meeting(*LEVELS).score - meeting().score < 0.06


def test_level_of_a_newer_directory_counts_nothing() -> None:
    assert fits.trust(startup(verified=("moon_phase",))) is None


def test_bridge_limits_what_responses_have_taught() -> None:
    taught = Weights(terms={**PRIORS.terms, "trust": Term("trust", weight=2.5, penalty=0.4, neutral=0.0)}, version=3)
    held = limited(taught, 0.5)
    assert (held.terms["trust"].weight, held.terms["trust"].penalty, held.version) == (0.5, 0.0, 3)
    assert {code: term for code, term in held.terms.items() if code != "trust"} == {
        code: term for code, term in PRIORS.terms.items() if code != "trust"
    }
    assert limited(PRIORS, 0.9) is PRIORS


def test_limit_of_nothing_leaves_trust_out_and_out_of_what_is_unknown() -> None:
    none = limited(PRIORS, 0.0)
    assert meeting(*LEVELS, weights=none).score == meeting(weights=none).score
    assert "trust" not in meeting(weights=none).best.by_second.values


@pytest.mark.parametrize("limit", [-0.1, float("nan"), float("inf")])
def test_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="limit of trust"):
        limited(PRIORS, limit)


def test_weights_stored_before_there_was_trust_still_load() -> None:
    stored = weights_to_json(PRIORS)
    del stored["terms"]["trust"]
    assert weights_from_json(stored, version=2, priors=PRIORS).terms["trust"] == PRIORS.terms["trust"]
