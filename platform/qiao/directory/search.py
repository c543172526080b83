"""Full-text search in both languages: words are split by us, so PostgreSQL needs no dictionary of Chinese."""

from __future__ import annotations

import re

from qiao.common.text import search_words

# Longest text that is indexed: a tsvector holds at most one megabyte.
INDEXED_CHARACTERS = 50_000
_LEXEME = re.compile(r"[^\w+#.\-]", re.UNICODE)


def document_of(text: str) -> str:
    """Words of a text, separated by spaces, ready for `to_tsvector('simple', …)`."""
    return " ".join(_stem(word) for word in search_words(text[:INDEXED_CHARACTERS]))


def query_of(words: str, *, weight: str = "") -> str | None:
    """A raw tsquery that wants every word of the query, the last as a prefix; None when there is no word in it.

    With a weight (A: names and titles) it wants them in that part of the text.
    """
    lexemes = [_LEXEME.sub("", _stem(word)) for word in search_words(words[:200], query=True)]
    lexemes = [lexeme for lexeme in lexemes if lexeme]
    if not lexemes:
        return None
    within = f":{weight}" if weight else ""
    return " & ".join([*(f"'{lexeme}'{within}" for lexeme in lexemes[:-1]), f"'{lexemes[-1]}':*{weight}"])


def _stem(word: str) -> str:
    """English plurals fold into the singular; everything else stays."""
    if len(word) > 4 and word.isascii():
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            return word[:-1]
    return word
