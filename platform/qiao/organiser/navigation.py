"""The rail of the desk: where a person may go from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qiao.bridges.models import Bridge
from qiao.bridges.rules import owns_bridge, reviews_for_bridge, runs_bridge
from qiao.partnerships.rules import brokers_on
from qiao.workshops.models import Workshop


def has_workshops(user: Any, bridge: Bridge) -> bool:
    """Runs the bridge, or has a part in one of its workshops."""
    return bool(runs_bridge(user, bridge)) or Workshop.objects.all().run_by(user).on_bridge(bridge).exists()


@dataclass(frozen=True)
class _Place:
    name: str
    label: Any
    allowed: Any
    #: View names of pages that belong under it.
    covers: tuple[str, ...] = ()


_PLACES = (
    _Place("desk", _("What waits"), reviews_for_bridge),
    _Place("review_list", _("Review"), reviews_for_bridge, ("review", "review_listing", "review_membership")),
    _Place("membership_list", _("Members"), reviews_for_bridge, ("membership",)),
    _Place("listing_list", _("Needs and offers"), reviews_for_bridge),
    _Place("verification_list", _("Verification"), runs_bridge, ("verification", "verification_act")),
    _Place("report_list", _("Reports"), runs_bridge, ("report",)),
    _Place("case_list", _("Cases"), brokers_on, ("case", "case_new", "case_figures", "case_rules")),
    _Place("call_list", _("Calls"), runs_bridge, ("call",)),
    _Place("workshop_list", _("Workshops"), has_workshops, ("workshop_new",)),
    _Place("standards_syncs", pgettext_lazy("navigation", "Standards"), runs_bridge, ("standards_sync",)),
    _Place("managed_list", _("Managed profiles"), runs_bridge, ("managed_new", "managed", "managed_invite")),
    _Place("import_list", _("Imports"), runs_bridge, ("import_new", "import_job", "import_mapping", "import_cancel")),
    _Place("proposal_list", _("Proposals"), runs_bridge),
    _Place("matching", _("Matching"), runs_bridge, ("learning", "learning_version", "learning_use")),
    _Place("bridge_settings", _("Settings"), runs_bridge),
    _Place("staff_list", _("People at the desk"), owns_bridge),
    _Place("mail_list", _("Mail"), runs_bridge, ("mail", "letter_list", "letter_new", "letter", "letter_edit")),
    _Place("key_list", _("Keys for programs"), runs_bridge, ("key",)),
    _Place("audit_list", _("Log"), runs_bridge),
)


@dataclass(frozen=True)
class RailItem:
    """A link of the rail. `current` is this very page, `within` a page below it."""

    label: Any
    address: str
    current: bool
    within: bool


def desk_navigation(request: HttpRequest, bridge: Bridge, *, within: str = "") -> list[RailItem]:
    """Places that the person may go to. `within` is the place of a page that may belong under several."""
    here = request.resolver_match.url_name if request.resolver_match else ""

    def below(place: _Place) -> bool:
        return place.name == within if within else here in place.covers

    items = []
    for place in _PLACES:
        if not place.allowed(request.user, bridge):
            continue
        try:
            address = reverse(f"organiser:{place.name}", args=[bridge.slug])
        except NoReverseMatch:
            continue
        items.append(RailItem(place.label, address, here == place.name, below(place)))
    return items
