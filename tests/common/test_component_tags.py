"""Marking words in a text, cutting a text short, saying a strength."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qiao.common.templatetags.components import excerpt, fifths, marked, state_tone


def test_marked_finds_a_passage_whatever_its_spaces_and_case() -> None:
    assert marked("We use  Hand\nexoskeletons.", "hand exoskeletons") == "We use  <mark>Hand\nexoskeletons</mark>."


def test_marked_prefers_the_longer_passage() -> None:
    assert marked("手功能外骨骼", ["外骨骼", "手功能外骨骼"]) == "<mark>手功能外骨骼</mark>"


def test_marked_leaves_out_a_passage_that_is_not_there() -> None:
    assert marked("a text", ["another"]) == "a text"


def test_marked_without_passages_escapes_the_text() -> None:
    assert marked("<b>", []) == "&lt;b&gt;"


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_marked_never_lets_markup_through(text: str, quotes: list[str]) -> None:
    html = marked(text, quotes).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in html
    assert ">" not in html


def test_excerpt_cuts_at_a_word() -> None:
    assert excerpt("one two three four", "", width=10) == "one two…"


def test_excerpt_counts_a_chinese_character_as_two_letters() -> None:
    assert excerpt("", "手功能外骨骼临床验证", width=8) == '<span lang="zh-Hans">手功能外…</span>'


def test_excerpt_drops_the_signs_of_markdown() -> None:
    assert excerpt("## Need\n\n- **one**", "") == "Need one"


def test_fifths_tells_unknown_from_weak() -> None:
    assert [fifths(value) for value in (None, 0.0, 0.5, 0.94, 1.0)] == [0, 1, 2, 5, 5]


def test_state_tone_is_neutral_for_a_draft() -> None:
    assert [state_tone(state) for state in ("draft", "published", "in_review", "rejected")] == [
        "neutral",
        "jade",
        "amber",
        "red",
    ]
