"""Names of sectors by their codes, without asking the database for each."""

from __future__ import annotations

from functools import lru_cache

import yaml

from qiao.common.languages import preferred
from qiao.directory.domain.taxonomy import FILE


def sector_label(code: str) -> str:
    """Name of a sector in the interface's language, or the code itself when unknown."""
    names = _names().get(code)
    return code if names is None else preferred(*names)[0]


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, str]]:
    names = {}
    for top in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        for sector in (top, *top["children"]):
            names[sector["code"]] = (sector["en"], sector["zh"])
    return names
