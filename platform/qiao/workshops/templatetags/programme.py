"""Template filters for programmes and their changes."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.workshops.models import Workshop

register = template.Library()


@register.filter
def change_words(change: dict[str, Any], workshop: Workshop) -> str:
    """A change of a release in a sentence, times by the workshop's clock."""
    told = {"title": str(LazyI18nString(change.get("title") or {}))}
    match change.get("code"):
        case "added":
            return _("New: %(title)s, %(to)s") % (told | {"to": moment_words(change.get("to"), workshop)})
        case "cancelled":
            return _("Cancelled: %(title)s") % told
        case "moved":
            times = {
                "from": moment_words(change.get("from"), workshop),
                "to": moment_words(change.get("to"), workshop),
            }
            return _("%(title)s: now %(to)s instead of %(from)s") % (told | times)
        case "minutes":
            return _("%(title)s: now %(to)s minutes instead of %(from)s") % (
                told | {"from": change.get("from"), "to": change.get("to")}
            )
        case "details":
            return _("%(title)s: the description has changed") % told
        case "room":
            return _("%(title)s: now in %(to)s") % (told | {"to": _room(change.get("to"))})
        case "title":
            return _("%(title)s: a new title") % told
        case "people":
            return _("%(title)s: other people speak or moderate") % told
    return told["title"]


@register.filter
def moment_words(value: Any, workshop: Workshop) -> str:
    """Day and time by the workshop's clock."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    if moment is None:
        return _("no time yet")
    local = moment.astimezone(workshop.zone)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"


def _room(told: Any) -> str:
    return str(LazyI18nString(told["name"])) if isinstance(told, dict) else _("no room yet")
