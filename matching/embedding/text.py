"""Making any text fit for an encoder, and telling whether it has changed."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SPACES = re.compile(r"\s+")


def fit_for_encoding(text: str) -> str:
    """Without control characters and lone surrogates, white space folded, Chinese in simplified characters.

    The models have read little in traditional ones: a text from Hong Kong should meet one from Guangzhou.
    """
    fit = _SPACES.sub(" ", _UNFIT.sub(" ", text)).strip()
    return str(_simplifier().convert(fit)) if _HAN.search(fit) else fit


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def content_hash(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
