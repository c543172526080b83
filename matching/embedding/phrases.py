"""Words and pairs of neighbouring words of texts, and how each is written most often."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from matching.embedding.lexical import terms

#: What needs and offers say of themselves, which names no topic.
_OF_LISTINGS = frozenset((Path(__file__).parent / "data" / "words_of_listings.txt").read_text(encoding="utf-8").split())


class Phrases:
    """Terms of several texts: `of` gives those of one, `written` says how a term is written most often."""

    def __init__(self) -> None:
        self._written: dict[str, Counter[str]] = defaultdict(Counter)

    def of(self, text: str) -> list[str]:
        """Words of a text, and pairs of words that stand side by side. Words that every listing has are left out."""
        found: list[str] = []
        before = None
        for term in terms(text):
            if term.word in _OF_LISTINGS or term.word.isdigit():
                before = None
                continue
            self._note(found, term.word, text[term.start : term.end])
            if before is not None and text[before.end : term.start] in ("", " ", "-"):
                joint = " " if term.word.isascii() else ""
                self._note(found, f"{before.word}{joint}{term.word}", text[before.start : term.end])
            before = term
        return found

    def written(self, term: str) -> str:
        """As most texts write it; small letters before capitals where both are as many."""
        ways = self._written[term]
        return max(sorted(ways, reverse=True), key=lambda way: ways[way]) if ways else term

    def _note(self, found: list[str], key: str, written: str) -> None:
        found.append(key)
        # A capital at the beginning of a sentence is no part of the word; an abbreviation's are.
        small = written if any(one.isupper() for one in written[1:]) else written[:1].lower() + written[1:]
        self._written[key][small] += 1
