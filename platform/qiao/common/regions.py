"""Countries and their names in both languages."""

from __future__ import annotations

import gettext
from functools import lru_cache

import pycountry

from qiao.common.languages import interface_text_language


@lru_cache(maxsize=2)
def _names(language: str) -> dict[str, str]:
    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    if language == "zh":
        catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"], fallback=True)
    return {
        country.alpha_2: catalogue.gettext(getattr(country, "common_name", country.name))
        for country in pycountry.countries
    }


def country_name(code: str, language: str | None = None) -> str:
    """Name of an ISO 3166 two-letter code in the wanted language, or the code itself when unknown."""
    return _names(language or interface_text_language()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """All countries, by name in the interface's language."""
    return sorted(_names(interface_text_language()).items(), key=lambda pair: pair[1])


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166 two-letter code."""
    return code in _names("en")
