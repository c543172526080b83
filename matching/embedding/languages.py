"""Which of the two languages a text is in, by its script."""

from __future__ import annotations

import re

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_LETTER = re.compile(r"[^\W\d_]")


def detect_language(text: str, sample: int = 4000) -> str:
    """`zh` when at least a fifth of the letters are Chinese, else `en`. Chinese technical text is full of Latin terms.

    Looks at the first `sample` characters only.
    """
    letters = _LETTER.findall(text[:sample])
    if not letters:
        return "en"
    return "zh" if sum(1 for letter in letters if _HAN.match(letter)) * 5 >= len(letters) else "en"
