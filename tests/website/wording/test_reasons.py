"""Words for every code of the engine."""

from __future__ import annotations

import pytest
from django.utils import translation

from matching.app.domain.queries.proposal_view import Reason, Sense
from matching.core.scoring import TERMS
from qiao.website.wording import reasons
from qiao.website.wording.reasons import reason_words

#: Fits that a side either states or does not: they cannot speak against a meeting.
NEVER_AGAINST = {"kind_sought", "size_sought", "country_sought", "trust"}
#: What is always known.
NEVER_UNKNOWN = {"complement", "kind_sought", "country_sought"}


def _reason(code: str, sense: Sense, **params: object) -> Reason:
    return Reason(code=code, sense=sense, params=params, strength=0.5, mine=None, theirs=None)


def test_every_term_of_the_engine_has_words() -> None:
    told = {sense: set(reasons._WORDS[sense]) for sense in Sense}
    assert told[Sense.FOR] == set(TERMS) | {"text_further", "text_terms", "further"}
    assert told[Sense.AGAINST] == set(TERMS) - NEVER_AGAINST
    assert told[Sense.UNKNOWN] == set(TERMS) - NEVER_UNKNOWN


@pytest.mark.parametrize("sense", list(Sense))
def test_words_need_no_parameters_and_are_never_empty(sense: Sense) -> None:
    for code in reasons._WORDS[sense]:
        title, detail = reason_words(_reason(code, sense))
        assert title
        assert detail
        assert "%(" not in title + detail


def test_a_code_of_a_newer_engine_breaks_nothing() -> None:
    assert reason_words(_reason("moon_phase", Sense.FOR))[0]


def test_parameters_are_told_in_the_readers_language() -> None:
    field = _reason("sector", Sense.FOR, sectors=["health-devices", "health-imaging"])
    assert reason_words(field)[1] == "Both are in: Medical devices and surgery, Imaging and diagnostics equipment."
    with translation.override("zh-hans"):
        assert "医疗器械与手术、影像与诊断设备" in reason_words(field)[1]


def test_what_one_side_has_not_stated_is_asked_of_the_right_one() -> None:
    mine = _reason("stage", Sense.UNKNOWN, my_stages=[], their_stages=["prototype"])
    theirs = _reason("stage", Sense.UNKNOWN, my_stages=["prototype"], their_stages=[])
    assert reason_words(mine)[1].startswith("You do not state it")
    assert reason_words(theirs)[1].startswith("They do not state it")
