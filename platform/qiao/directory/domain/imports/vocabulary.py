"""Words that people use for our fields and codes in their files: `directory/data/import_words.yaml`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parents[2] / "data" / "import_words.yaml"

Words = dict[str, tuple[str, ...]]


def folded(text: str) -> str:
    """For comparing words: full-width folded to half, lower case, no spaces, hyphens, underscores or brackets."""
    return re.sub(r"[\s_\-–—‐()\[\]{}:.*?!#'’\"“”]+", "", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1)
def _loaded() -> tuple[Words, dict[str, Words]]:
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    headers = {code: tuple(words) for code, words in data["headers"].items()}
    values = {name: {code: tuple(words) for code, words in codes.items()} for name, codes in data["values"].items()}
    return headers, values


def headers_of(target: str) -> tuple[str, ...]:
    """Headers of columns that go to a target."""
    return _loaded()[0].get(target, ())


def words_for(values: str) -> Words:
    """Words for each code of one kind of value."""
    return _loaded()[1][values]


@lru_cache(maxsize=2)
def words_meaning(answer: str) -> frozenset[str]:
    """Words that mean `yes` or `no`, folded."""
    return frozenset(folded(word) for word in words_for("truth")[answer])
