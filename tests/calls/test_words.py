"""Length of a text in both languages."""

from __future__ import annotations

import pytest

from qiao.calls.words import count_words, most_characters


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n ", 0),
        ("One two, three.", 3),
        ("It's state-of-the-art 3.5 mm", 4),
        ("传感器可以", 3),
        ("我们用AI诊断", 4),
        ("。，！", 0),
    ],
)
def test_words_are_counted_alike_in_both_languages(text: str, words: int) -> None:
    assert count_words(text) == words


def test_limit_tells_its_chinese_characters() -> None:
    assert most_characters(300) == 500
    assert count_words("字" * most_characters(300)) == 300
    assert count_words("字" * (most_characters(300) + 1)) == 301
