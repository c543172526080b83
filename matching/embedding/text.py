"""Making any text fit for an encoder, and telling whether it has changed."""

from __future__ import annotations

import hashlib
import re

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def fit_for_encoding(text: str) -> str:
    """Without control characters and lone surrogates, white space folded."""
    return _SPACES.sub(" ", _UNFIT.sub(" ", text)).strip()


def content_hash(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
