"""Splitting a text into passages that an encoder can take whole, at the ends of sentences where there are any."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Ends of sentences and clauses in both languages, strongest first.
_PARAGRAPH = re.compile(r"\n\s*\n|\n")
_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=[.])(?=\s)")
_CLAUSE = re.compile(r"(?<=[，、：,:])|(?<=\s)")


@dataclass(frozen=True)
class Passage:
    """`text` is the original's characters from `start` to `end`, without white space around them."""

    start: int
    end: int
    text: str


def split_sentences(text: str, longest: int = 320) -> list[Passage]:
    """Sentences in their order; one longer than `longest` characters is split at clauses, then wherever it must."""
    spans = _cut(text, [(0, len(text))], _PARAGRAPH)
    spans = _cut(text, spans, _SENTENCE)
    return _passages(text, _shorten(text, spans, longest))


def split_passages(text: str, longest: int = 900) -> list[Passage]:
    """Passages of at most `longest` characters made of whole sentences. Together they hold every word of the text."""
    joined: list[tuple[int, int]] = []
    for sentence in split_sentences(text, longest):
        if joined and sentence.end - joined[-1][0] <= longest:
            joined[-1] = (joined[-1][0], sentence.end)
        else:
            joined.append((sentence.start, sentence.end))
    return _passages(text, joined)


def _cut(text: str, spans: list[tuple[int, int]], at: re.Pattern[str]) -> list[tuple[int, int]]:
    cut: list[tuple[int, int]] = []
    for start, end in spans:
        last = start
        for match in at.finditer(text, start, end):
            if match.end() > last:
                cut.append((last, match.end()))
                last = match.end()
        if last < end:
            cut.append((last, end))
    return cut


def _shorten(text: str, spans: list[tuple[int, int]], longest: int) -> list[tuple[int, int]]:
    short: list[tuple[int, int]] = []
    for span in spans:
        if span[1] - span[0] <= longest:
            short.append(span)
            continue
        pieces = [
            (at, min(at + longest, end))
            for start, end in _cut(text, [span], _CLAUSE)
            for at in range(start, end, longest)
        ]
        merged = [pieces[0]]
        for start, end in pieces[1:]:
            if end - merged[-1][0] <= longest:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        short.extend(merged)
    return short


def _passages(text: str, spans: list[tuple[int, int]]) -> list[Passage]:
    found = []
    for start, end in spans:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            begin = start + len(piece) - len(piece.lstrip())
            found.append(Passage(begin, begin + len(stripped), stripped))
    return found
