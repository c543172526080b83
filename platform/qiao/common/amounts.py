"""Amounts of money as people write them in either language."""

from __future__ import annotations

import re
import unicodedata

LARGEST = 10**13
_UNITS = {
    "": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "bn": 10**9, "billion": 10**9,
    "千": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8,
}  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([a-z]*|[\u4e00-\u9fff]*?)元?")


def amount_of(text: str) -> int | None:
    """Whole units in what was typed: 500000, 1,500,000, 1.5m, 300万. None when it is no amount from 1 on."""
    plain = re.sub(r"[,，\s_]", "", unicodedata.normalize("NFKC", text)).lower().lstrip("£¥€$₪")
    match = _AMOUNT.fullmatch(plain)
    if match is None or match.group(2) not in _UNITS:
        return None
    amount = round(float(match.group(1)) * _UNITS[match.group(2)])
    return amount if 1 <= amount <= LARGEST else None
