"""How long a text is, alike in both languages."""

from __future__ import annotations

import math
import re

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")

#: What 500 Chinese characters say takes some 300 words of English.
WORDS_A_CHARACTER = 0.6


def count_words(text: str) -> int:
    """Words of a text; five Chinese characters count as three words."""
    characters = len(_CHINESE.findall(text))
    return len(_WORD.findall(_CHINESE.sub(" ", text))) + math.ceil(characters * WORDS_A_CHARACTER - 1e-9)


def most_characters(words: int) -> int:
    """How many Chinese characters a limit of words leaves room for."""
    return math.floor(words / WORDS_A_CHARACTER + 1e-9)
