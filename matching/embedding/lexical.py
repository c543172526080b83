"""Words of a text in either language, so that the same term meets itself in both spellings of Chinese."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_WORD = re.compile(r"[a-z0-9][a-z0-9+#\-]*|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_lock = threading.Lock()

#: Words that carry no topic.
STOP_WORDS = frozenset((Path(__file__).parent / "data" / "stop_words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class Term:
    """A word as it is compared, and where it stands in the text."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _tools() -> tuple[Any, Any]:
    import jieba
    import opencc

    jieba.setLogLevel(60)
    jieba.initialize()
    return jieba, opencc.OpenCC("t2s")


def terms(text: str) -> list[Term]:
    """Words with their places; stop words and single Chinese characters are left out.

    Full-width letters become half-width and traditional characters simplified, one for one, so that places stay.
    """
    folded = "".join(_fold(character) for character in text)
    found: list[Term] = []
    for match in _WORD.finditer(folded):
        word = match.group()
        if not _HAN.match(word):
            stem = _stem(word)
            if stem not in STOP_WORDS and word not in STOP_WORDS and (len(stem) > 1):
                found.append(Term(stem, match.start(), match.end()))
            continue
        with _lock:
            jieba, simplify = _tools()
            simplified = simplify.convert(word)
            if len(simplified) != len(word):  # no one-for-one reading: keep the places, compare what is written
                simplified = word
            pieces = list(jieba.tokenize(simplified))
        found.extend(
            Term(piece, match.start() + start, match.start() + end)
            for piece, start, end in pieces
            if len(piece) > 1 and piece not in STOP_WORDS
        )
    return found


def tokens(text: str) -> list[str]:
    """Words alone, in their order."""
    return [term.word for term in terms(text)]


@lru_cache(maxsize=65536)
def _fold(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def _stem(word: str) -> str:
    """English plurals and a few endings fold together; short words and terms with digits stay."""
    if len(word) <= 4 or any(character.isdigit() for character in word):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
