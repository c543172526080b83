"""The bridge's log as the desk shows it: in words, with addresses at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.urls import reverse

from matching.app.models import ScoringModel
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.directory.models import ImportJob, Listing, Membership
from qiao.insights.history.lines import HistoryLine, desk_lines, history_of
from qiao.partnerships.models import Introduction


def log_lines(bridge: Bridge, entries: list[AuditEntry]) -> list[HistoryLine]:
    """Lines of a page of the log, in a number of queries that does not grow with it."""
    return desk_lines(bridge.pk, entries, address=addresses_at(bridge))


def desk_history(bridge: Bridge, obj: Model, user: Any) -> list[HistoryLine]:
    """The last acts on an object, for its page at the desk. None for those at the desk who may not read the log."""
    return history_of(obj, user, address=addresses_at(bridge), at_desk=True)


def addresses_at(bridge: Bridge) -> Callable[[Model], str]:
    """Where each thing is at the bridge's desk."""

    def address_of(thing: Model) -> str:
        match thing:
            case Listing():
                return reverse("organiser:review_listing", args=[bridge.slug, thing.public_id])
            case Membership():
                return reverse("organiser:review_membership", args=[bridge.slug, thing.public_id])
            case ImportJob():
                return reverse("organiser:import_job", args=[bridge.slug, thing.public_id])
            case Introduction():
                return reverse("organiser:case", args=[bridge.slug, thing.public_id])
            case ScoringModel():
                return reverse("organiser:learning", args=[bridge.slug])
        return ""

    return address_of
