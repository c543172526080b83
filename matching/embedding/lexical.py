"""Words of a text in either language, so that the same term meets itself in both spellings of Chinese."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[a-z0-9][a-z0-9+#\-]*|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_lock = threading.Lock()

#: Words that carry no topic.
STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "across",
        "after",
        "against",
        "all",
        "also",
        "am",
        "among",
        "an",
        "and",
        "another",
        "any",
        "are",
        "around",
        "as",
        "at",
        "available",
        "based",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "cannot",
        "could",
        "currently",
        "did",
        "do",
        "does",
        "doing",
        "during",
        "each",
        "either",
        "etc",
        "every",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "including",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "least",
        "less",
        "like",
        "made",
        "mainly",
        "make",
        "many",
        "may",
        "more",
        "most",
        "much",
        "must",
        "need",
        "needs",
        "needed",
        "new",
        "next",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "offer",
        "offers",
        "on",
        "once",
        "one",
        "only",
        "onto",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "partner",
        "partners",
        "per",
        "provide",
        "provided",
        "provides",
        "rather",
        "same",
        "seek",
        "seeking",
        "should",
        "since",
        "so",
        "some",
        "such",
        "support",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "three",
        "through",
        "thus",
        "to",
        "too",
        "two",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "use",
        "used",
        "using",
        "via",
        "very",
        "want",
        "was",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "work",
        "working",
        "would",
        "year",
        "years",
        "you",
        "your",
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "在",
        "是",
        "为",
        "对",
        "将",
        "等",
        "以",
        "其",
        "中",
        "可",
        "有",
        "被",
        "并",
        "由",
        "从",
        "到",
        "于",
        "我们",
        "本",
        "该",
        "各",
        "个",
        "种",
        "进行",
        "通过",
        "具有",
        "可以",
        "能够",
        "以及",
        "需要",
        "提供",
        "希望",
        "寻求",
        "寻找",
        "合作",
        "伙伴",
        "公司",
        "企业",
        "目前",
        "已",
        "已有",
        "拥有",
        "相关",
        "开展",
        "实现",
        "包括",
        "采用",
        "使用",
        "要求",
        "支持",
        "方面",
        "不",
        "也",
        "还",
        "后",
        "前",
        "内",
        "上",
        "下",
        "年",
        "月",
    ]
)


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
