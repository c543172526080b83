"""Text that people typed: cleaned on the way in, split into words for search."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

# Characters that reorder what is displayed (they can disguise a name) and ones PostgreSQL or XML cannot hold.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(
    r"[a-z0-9][a-z0-9+#.\-]*[a-z0-9+#]|[a-z0-9]|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+", re.IGNORECASE
)
# What makes a mail program see an address in a text: a scheme, or a full stop or an @ between letters.
_LINK_START = re.compile(r"((?<=\w):(?=//)|(?<=\w)[.．。｡](?=[a-z\u00a1-\uffff])|(?<=\w)@(?=\w))", re.IGNORECASE)
_lock = threading.Lock()


def clean_line(text: str) -> str:
    """One line: no control or direction characters, single spaces, NFC."""
    return " ".join(clean_text(text).split())


def clean_text(text: str) -> str:
    """Several lines: no control or direction characters, Unix line ends, at most one empty line in a row, NFC."""
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def plain_name(text: str, length: int = 80) -> str:
    """A name for the text of a message: one line, shortened, and nothing in it that a mail program makes a link of.

    Names are typed by strangers and mailed to strangers: one must not be able to carry an advertisement.
    """
    name = clean_line(text)
    if len(name) > length:
        name = name[: length - 1].rstrip() + "…"
    return _LINK_START.sub(r"[\1]", name)


def has_chinese(text: str) -> bool:
    """Whether there is at least one Chinese character."""
    return _CJK.search(text) is not None


def guess_language(text: str) -> str:
    """`zh` when Chinese characters are at least a tenth of what is neither space nor punctuation, else `en`."""
    letters = [c for c in text if c.isalnum()]
    return "zh" if letters and sum(1 for c in letters if _CJK.match(c)) * 10 >= len(letters) else "en"


@lru_cache(maxsize=1)
def _tools() -> tuple[Any, Any]:
    # The dictionaries take most of a second to load: not at import, so that the web process starts quickly.
    import jieba
    import opencc

    jieba.setLogLevel(60)
    jieba.initialize()
    return jieba, opencc.OpenCC("t2s")


def search_words(text: str, *, query: bool = False) -> list[str]:
    """Words of a text in either language, lower-cased; Chinese simplified and segmented.

    For a document, long Chinese words come with the shorter ones inside them: a query for a part finds the whole.
    """
    words: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).lower()):
        word = match.group()
        if _CJK.match(word):
            with _lock:
                jieba, simplify = _tools()
                simplified = simplify.convert(word)
                words.extend(jieba.cut(simplified) if query else jieba.cut_for_search(simplified))
        else:
            words.append(word)
    return words
