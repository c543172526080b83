"""The first agenda of an introduction in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.common.languages import interface_text_language

_POINTS: dict[str, Any] = {
    "ticket": gettext_lazy("the sum sought and what the investor puts in"),
    "form": gettext_lazy("how you want to work together"),
    "stage": gettext_lazy("the stage of development"),
    "protection": gettext_lazy("intellectual property"),
    "region": gettext_lazy("the place"),
    "complement": gettext_lazy("what exactly is sought and offered"),
    "sector": gettext_lazy("the field of use"),
}


@dataclass(frozen=True)
class AgendaItem:
    """A point of the agenda with the minutes it may take."""

    text: str
    minutes: int


def agenda_items(agenda: Iterable[Mapping[str, Any]], titles: Mapping[int, str]) -> list[AgendaItem]:
    """The agenda in the language in use. `titles` are those of the listings by id; one that is gone is left out."""
    return [AgendaItem(_words(item, titles), int(item.get("minutes", 0))) for item in agenda]


def _words(item: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    code = item.get("code")
    if code == "introduce":
        return _("Who we are: each side in five minutes")
    if code == "what_met":
        known = [titles[pk] for pk in item.get("listings", []) if pk in titles]
        if len(known) == 2:
            return _("What met: “%(first)s” and “%(second)s”") % {"first": known[0], "second": known[1]}
        return _("What met")
    if code == "unknown":
        return _("Still open: %(points)s") % {"points": _points(item)}
    if code == "misfit":
        return _("May not fit: %(points)s") % {"points": _points(item)}
    if code == "confidentiality":
        return _("What is confidential, and whether you need a confidentiality agreement first")
    if code == "next_step":
        return _("The next step: who does what by when")
    return _("Another point")


def _points(item: Mapping[str, Any]) -> str:
    separator = "、" if interface_text_language() == "zh" else ", "
    return separator.join(str(_POINTS[point]) for point in item.get("points", []) if point in _POINTS)
