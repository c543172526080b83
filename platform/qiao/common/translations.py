"""The translation catalogue: collecting what the sources say, compiling it, and checking that nothing is missing.

Babel does this with pip packages alone, where gettext's own tools would have to be installed on the system.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from qiao.settings.env import ROOT

LOCALE = "zh_Hans"
CATALOGUE = ROOT / "platform" / "qiao" / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
SOURCES = (
    (ROOT / "platform", "*.py"),
    (ROOT / "matching" / "app", "*.py"),
    (ROOT / "templates", "*.html"),
    (ROOT / "templates", "*.txt"),
)
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_PLACES = re.compile(r"%\((\w+)\)|\{(\w*)\}")


@dataclass(frozen=True)
class Problem:
    """A message that is not fit to be shown in Chinese."""

    what: str
    message: str


def collected() -> Catalog:
    """What the sources say now, in English, with the files it is said in."""
    catalogue = Catalog(locale=LOCALE, project="Qiao", charset="utf-8")
    for path in _files():
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Calls of gettext among rows of X: tokens of Python, but indented like HTML.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators:",))
        for _line, message, comments, context in found:
            # No line numbers: they would change the catalogue with every edit above a message.
            place = str(path.relative_to(ROOT))
            catalogue.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalogue


def stored() -> Catalog:
    """The catalogue as it is kept."""
    if not CATALOGUE.exists():
        return Catalog(locale=LOCALE, project="Qiao", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update() -> Catalog:
    """Bring the kept catalogue up to date with the sources; translations stay, what is no longer said goes."""
    new, old = collected(), stored()
    for message in new:
        if not message.id:
            continue
        known = old.get(message.id, context=message.context)
        if known is not None and any(known.string if isinstance(known.string, tuple) else [known.string]):
            message.string = known.string
            message.flags = set(known.flags) & {"fuzzy"} | {flag for flag in message.flags if flag.endswith("-format")}
    write(new)
    return new


def write(catalogue: Catalog) -> None:
    """Keep a catalogue, sorted, so that two people's changes seldom meet on one line."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, sort_output=True, width=110, omit_header=False, include_lineno=False)
    lines = [
        line
        for line in buffer.getvalue().decode().splitlines()
        # Dates and versions of tools change without anything having changed.
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator'))
    ]
    CATALOGUE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def compile_catalogue() -> bool:
    """Make the binary that Django reads, if the catalogue is newer; returns whether it was made."""
    target = CATALOGUE.with_suffix(".mo")
    if not CATALOGUE.exists() or (target.exists() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime):
        return False
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        write_mo(file, stored())
    partial.replace(target)
    return True


def problems() -> list[Problem]:
    """What is missing, uncertain, out of date, or names other places to fill than the English does."""
    said, kept = collected(), stored()
    found: list[Problem] = []
    for message in said:
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        known = kept.get(message.id, context=message.context)
        translations = _strings(known) if known is not None else []
        if known is None:
            found.append(Problem("not in the catalogue", text))
        elif not translations or not all(translations):
            found.append(Problem("not translated", text))
        elif known.fuzzy:
            found.append(Problem("uncertain", text))
        elif any(_places_in(translation) != _places_in(_last(message)) for translation in translations):
            found.append(Problem("fills other places", text))
    found.extend(
        Problem("no longer said", message.id if isinstance(message.id, str) else message.id[0])
        for message in kept
        if message.id and said.get(message.id, context=message.context) is None
    )
    return found


def _files() -> Iterator[Path]:
    for folder, pattern in SOURCES:
        yield from sorted(folder.rglob(pattern))


def _strings(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return [string or "" for string in strings]


def _last(message: Message) -> str:
    """The plural of a message that has one: the form that names every place."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def _places_in(text: str) -> set[str]:
    return {match.group(1) or match.group(2) for match in _PLACES.finditer(text)}
