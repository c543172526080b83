"""One cell to one value. Each reader takes what a file holds and raises `BadCell` with a reason a person can act on."""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import override

from qiao.common.amounts import amount_of
from qiao.common.regions import country_choices, country_name, is_country
from qiao.directory.domain.imports import vocabulary
from qiao.directory.domain.imports.reading import CELL_LIMIT, UNSTORABLE

_LIST_SEPARATORS = re.compile(r"[,;|\n、，；]")
_MARKUP = re.compile(r"</?[a-z][^<>]{0,200}>|<!--", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.*)?")
_OTHER_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y")
_MOST_ITEMS = 50


class BadCell(Exception):
    """A cell that cannot be taken; its text is the reason."""


def text_of(value: Any) -> str:
    """What the cell says, as text."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(text_of(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if UNSTORABLE in text:
        raise BadCell(_("A character here cannot be stored (a null byte or a broken letter). Save the file as UTF-8."))
    if len(text) > CELL_LIMIT:
        raise BadCell(_("This cell holds more than %(limit)s characters.") % {"limit": f"{CELL_LIMIT:,}"})
    return text


def line_of(value: Any) -> str:
    """One line. Markup is refused: a name or title is plain words."""
    text = text_of(value)
    if _MARKUP.search(text):
        raise BadCell(_("Markup such as <b> does not belong here. Give plain words."))
    return text


def items_of(value: Any) -> list[str]:
    """Several values in one cell, separated as either language does it."""
    parts = [text_of(item) for item in value] if isinstance(value, list) else _LIST_SEPARATORS.split(text_of(value))
    items = [part.strip() for part in parts if part.strip()]
    if len(items) > _MOST_ITEMS:
        raise BadCell(_("More than %(most)s values in one cell.") % {"most": _MOST_ITEMS})
    return list(dict.fromkeys(items))


def choice_of(value: Any, choices: type[models.TextChoices], words: str) -> str:
    """A code of ours: from the code, its label in either language, or a word people use for it (see `words_for`)."""
    text = text_of(value).strip()
    if not text:
        return ""
    code = _codes(choices, words).get(vocabulary.folded(text))
    if code is None:
        known = ", ".join(map(str, choices.labels))
        raise BadCell(_("“%(text)s” is not one of: %(known)s.") % {"text": text[:60], "known": known})
    return code


def choices_of(value: Any, choices: type[models.TextChoices], words: str) -> list[str]:
    """Several codes."""
    return list(dict.fromkeys(choice_of(item, choices, words) for item in items_of(value)))


def integer_of(value: Any) -> int | None:
    """A whole number; full-width figures and a unit after it ("9级", "TRL 6", "2019年") are read."""
    if isinstance(value, bool):
        raise BadCell(_("A whole number is wanted here."))
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    if not text:
        return None
    match = re.fullmatch(r"(?:trl|ml)?\s*(-?\d{1,12})(?:\.0+)?\s*(?:级|年|人)?", text, re.IGNORECASE)
    if match is None:
        raise BadCell(_("“%(text)s” is not a whole number.") % {"text": text[:60]})
    return int(match.group(1))


def year_of(value: Any) -> int | None:
    """A year, also out of a date."""
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    match = _DATE.fullmatch(text)
    return int(match.group(1)) if match else integer_of(text)


def money_of(value: Any) -> int | None:
    """An amount in whole units: 500000, 1.5m, 300万, ５００，０００."""
    text = text_of(value).strip()
    if not text:
        return None
    amount = amount_of(text)
    if amount is None:
        raise BadCell(
            _("“%(text)s” is not an amount. Write it in figures, such as 500,000, 1.5m or 300万.") % {"text": text[:60]}
        )
    return amount


def date_of(value: Any) -> datetime.date | None:
    """A day: 2026-09-23, 2026/9/23, 2026年9月23日, 23 September 2026, or what a spreadsheet stores."""
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        if match:
            return datetime.date(*(int(part) for part in match.groups()))
        for pattern in _OTHER_DATES:
            try:
                return datetime.datetime.strptime(text, pattern).date()
            except ValueError:
                continue
    except ValueError as error:
        raise BadCell(_("There is no such day: “%(text)s”.") % {"text": text[:40]}) from error
    raise BadCell(_("“%(text)s” is not a date. Write it as 2026-09-23.") % {"text": text[:40]})


def truth_of(value: Any) -> bool:
    """Yes or no; an empty cell is no."""
    if isinstance(value, bool):
        return value
    word = vocabulary.folded(text_of(value))
    if not word or word in vocabulary.words_meaning("no"):
        return False
    if word in vocabulary.words_meaning("yes"):
        return True
    raise BadCell(_("Write yes or no (是 or 否)."))


def country_of(value: Any) -> str:
    """An ISO 3166 code: from the code of two or three letters, or the name in either language."""
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    if not text:
        return ""
    if is_country(text.upper()):
        return text.upper()
    code = _countries().get(vocabulary.folded(text))
    if code is None:
        raise BadCell(
            _("“%(text)s” is not a country we know. Write its two-letter code, such as CN or GB.") % {"text": text[:60]}
        )
    return code


def countries_of(value: Any) -> list[str]:
    """Several countries."""
    return list(dict.fromkeys(country_of(item) for item in items_of(value)))


def website_of(value: Any) -> str:
    """An address; the scheme may be left out."""
    text = unicodedata.normalize("NFKC", line_of(value)).strip()
    if not text or text.lower().startswith(("http://", "https://")):
        return text
    if re.match(r"[a-z][a-z0-9+.\-]*:", text, re.IGNORECASE):
        raise BadCell(_("A web address starts with https://."))
    return f"https://{text}"


def has_markup(text: str) -> bool:
    """Whether there are HTML tags in it."""
    return _MARKUP.search(text) is not None


@lru_cache(maxsize=32)
def _codes(choices: type[models.TextChoices], words: str) -> dict[str, str]:
    codes: dict[str, str] = {}
    for code, synonyms in vocabulary.words_for(words).items():
        codes |= {vocabulary.folded(word): code for word in synonyms}
    for language in ("zh-hans", "en"):
        with override(language):
            codes |= {vocabulary.folded(str(label)): code for code, label in choices.choices}
    return codes | {vocabulary.folded(code): code for code in choices.values}


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    import pycountry

    names = {vocabulary.folded(country.alpha_3): country.alpha_2 for country in pycountry.countries}
    for country in pycountry.countries:
        for name in (country.name, getattr(country, "official_name", ""), getattr(country, "common_name", "")):
            if name:
                names[vocabulary.folded(name)] = country.alpha_2
    for code, _name in country_choices():
        for language in ("en", "zh"):
            names[vocabulary.folded(country_name(code, language))] = code
    for code, words in vocabulary.words_for("country").items():
        names |= {vocabulary.folded(word): code for word in words}
    return names
