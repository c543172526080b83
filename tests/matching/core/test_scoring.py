"""The score: unknown is not zero, either side can spoil it, and the reasons give it back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.explanation import Evidence, Quote, QuotePair, explain
from matching.core.meeting import Meeting, meeting_of
from matching.core.profiles import ListingProfile, MoneyRange, OrganisationProfile
from matching.core.scoring import BIAS, PRIORS, TERMS, Term, Weights, reciprocal
from tests.matching.core.profiles import TODAY, hospital, need, offer, startup


def meeting(similarity: float | None = 3.0, **changes: Any) -> Meeting:
    similarities = {} if similarity is None else {("need", "offer"): similarity}
    found = meeting_of(
        startup(listings=(changes.get("need", need()),), **changes.get("startup", {})),
        hospital(listings=(changes.get("offer", offer()),), **changes.get("hospital", {})),
        similarities,
        today=TODAY,
        weights=changes.get("weights", PRIORS),
    )
    assert found is not None
    return found


def test_nearer_texts_score_higher() -> None:
    scores = [meeting(similarity).score for similarity in (-2.0, 0.0, 2.0, 4.0)]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1] - 0.3


def test_what_is_not_known_counts_neither_for_nor_against() -> None:
    unknown = meeting(need=need(sectors=(), stage=None, forms=()))
    agreeing = meeting()
    clashing = meeting(need=need(sectors=("energy-grid",), stage="in_use", forms=("investment",)))
    assert clashing.score < unknown.score < agreeing.score


def test_texts_that_were_not_compared_are_not_taken_for_unlike() -> None:
    assert meeting(None).score > meeting(-2.0).score


def test_score_is_low_when_one_side_would_decline() -> None:
    both, one = reciprocal(0.8, 0.8), reciprocal(0.8, 0.1)
    assert one < 0.2 < both
    assert reciprocal(0.0, 1.0) == 0.0


def test_an_investor_declines_what_is_too_early_and_too_large() -> None:
    def with_investor(**changes: Any) -> Meeting:
        seeking = ListingProfile("need", "need", "investment", **({"stage": "demonstration"} | changes))
        thesis = ListingProfile(
            "offer", "offer", "investment", stages_sought=("demonstration",), money=MoneyRange(500_000, 2_000_000)
        )
        fund = OrganisationProfile("b", "cn", "investor", "CN", listings=(thesis,))
        found = meeting_of(startup(listings=(seeking,)), fund, {("need", "offer"): 2.0}, today=TODAY)
        assert found is not None
        return found

    fits = with_investor(money=MoneyRange(1_000_000, 1_500_000))
    too_early = with_investor(stage="concept", money=MoneyRange(1_000_000, 1_500_000))
    too_large = with_investor(money=MoneyRange(40_000_000, None))
    assert too_early.score_for_first < fits.score_for_first
    assert too_large.score < fits.score


def test_further_evidence_raises_a_meeting_but_never_past_one() -> None:
    listings = tuple(need(id=f"need{n}") for n in range(4))
    answers = tuple(offer(id=f"offer{n}") for n in range(4))
    similarities = {(a.id, b.id): 5.0 for a in listings for b in answers}
    alone = meeting_of(startup(listings=listings[:1]), hospital(listings=answers[:1]), similarities, today=TODAY)
    many = meeting_of(startup(listings=listings), hospital(listings=answers), similarities, today=TODAY)
    assert alone is not None
    assert many is not None
    assert alone.score < many.score < 1.0
    assert len(many.further) == 2


_listings: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    sectors=st.lists(st.sampled_from(["health-devices", "health-ai", "energy-grid"]), max_size=2).map(tuple),
    stage=st.sampled_from([None, "concept", "prototype", "in_use"]),
    forms=st.lists(st.sampled_from(["licence", "rd_cooperation", "memorandum_first"]), max_size=2).map(tuple),
    countries=st.sampled_from([(), ("CN", "GB")]),
    ip_status=st.sampled_from([None, "none", "patent_granted"]),
)
_verified = st.lists(st.sampled_from(["email_domain", "document", "vouched"]), unique=True).map(tuple)


_amounts = st.one_of(st.just(0.0), st.floats(0.001, 6))
_weights: st.SearchStrategy[Weights] = st.builds(
    lambda bias, amounts: Weights(
        bias=bias,
        terms={
            code: Term(code, weight=amounts[code][0], penalty=amounts[code][1], neutral=term.neutral)
            for code, term in TERMS.items()
        },
    ),
    st.floats(-4, 2),
    st.fixed_dictionaries({code: st.tuples(_amounts, _amounts) for code in TERMS}),
)


@given(
    _listings, _listings, st.one_of(st.none(), st.floats(-6, 10)), st.booleans(), st.just(PRIORS) | _weights, _verified
)
def test_reasons_give_back_the_score(
    mine: Any, theirs: Any, similarity: float | None, with_words: bool, weights: Weights, verified: tuple[str, ...]
) -> None:
    """With the priors and with weights that responses have made."""
    found = meeting(
        similarity, need=need(**mine), offer=offer(**theirs), weights=weights, startup={"verified": verified}
    )
    evidence = {("need", "offer"): _words()} if with_words else {}
    explanation = explain(found, evidence)
    assert explanation.first.probability == pytest.approx(found.score_for_first)
    assert explanation.second.probability == pytest.approx(found.score_for_second)
    told = json.loads(json.dumps(explanation.to_json()))
    for side, probability in (("first", found.score_for_first), ("second", found.score_for_second)):
        total = told["bias"] + sum(entry["amount"] for entry in told[side])
        total += sum(entry["amount"] for entry in told["misfits"] if side in entry["sides"])
        assert total == pytest.approx(_logit(probability), abs=1e-4)
        assert sum(entry["share"] for entry in told[side]) == pytest.approx(1.0 if told[side] else 0.0, abs=1e-4)


def test_an_explanation_keeps_each_sides_values_whatever_the_weights() -> None:
    told = explain(meeting(), {}).to_json()["values"]
    assert told == explain(meeting(weights=Weights(bias=0.0, terms=TERMS)), {}).to_json()["values"]
    assert told["first"] == meeting().best.by_first.values
    assert meeting(weights=Weights(bias=0.0, terms=TERMS)).score > meeting().score
    assert BIAS < 0


def test_every_fit_is_told_once_as_reason_misfit_or_unknown() -> None:
    explanation = explain(meeting(None, need=need(stage=None)), {})
    codes = [r.code for r in (*explanation.first.reasons, *explanation.first.misfits, *explanation.first.unknown)]
    assert len(codes) == len(set(codes))
    assert {"text", "stage"} <= {reason.code for reason in explanation.first.unknown}


def test_no_weight_is_negative_and_every_term_is_named_by_its_code() -> None:
    assert all(term.weight >= 0 and term.penalty >= 0 and code == term.code for code, term in TERMS.items())


def _words() -> Evidence:
    pair = QuotePair(Quote("need", "text", "en", 0, 4, "Test"), Quote("offer", "text", "zh", 0, 2, "验证"))
    return Evidence(passages=(pair, pair), terms=QuotePair(pair.first, pair.second, terms=("ce",)), titles=pair)


def _logit(probability: float) -> float:
    import math

    return math.log(probability / (1 - probability))
