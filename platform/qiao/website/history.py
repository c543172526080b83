"""The history of what is a participant's own, with addresses on the site."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.urls import reverse

from matching.app.models import Proposal
from qiao.directory.models import Listing
from qiao.insights.history.lines import HistoryLine, history_of
from qiao.partnerships.models import Introduction


def own_history(obj: Model, user: Any) -> list[HistoryLine]:
    """The last acts on an object, for the people of its organisation."""
    return history_of(obj, user, address=address_of)


def address_of(thing: Model) -> str:
    """Its page on the site."""
    match thing:
        case Listing():
            return reverse("website:listing", args=[thing.bridge.slug, thing.public_id])
        case Proposal():
            return reverse("website:proposal", args=[thing.bridge.slug, thing.public_id])
        case Introduction():
            return reverse("website:introduction", args=[thing.bridge.slug, thing.public_id])
    return ""
