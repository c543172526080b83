"""Where a person can go from here, as the site's head shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qiao.bridges.models import Bridge
from qiao.bridges.rules import reviews_for_bridge
from qiao.partnerships.domain.queries.attention import waiting_for


@dataclass(frozen=True)
class NavigationItem:
    """One link. `current` is this very page, `within` a page below it."""

    label: Any
    address: str
    current: bool
    within: bool
    #: How much waits there.
    count: int = 0


@dataclass(frozen=True)
class _Place:
    name: str
    label: Any
    signed_in: bool = False
    #: View names of pages that belong under it.
    covers: tuple[str, ...] = ()


_BRIDGE_PLACES = (
    _Place("website:organisation_list", _("Directory"), covers=("website:organisation",)),
    _Place("website:listing_list", _("Needs and offers"), covers=("website:listing",)),
    _Place(
        "website:my_organisation",
        _("My organisation"),
        signed_in=True,
        covers=("website:listing_new", "website:listing_edit", "website:people"),
    ),
    _Place("website:proposal_list", _("Proposals"), signed_in=True, covers=("website:proposal",)),
    _Place(
        "website:introduction_list",
        _("Introductions"),
        signed_in=True,
        covers=("website:introduction", "website:introduction_milestone", "website:introduction_close"),
    ),
    _Place(
        "website:call_list",
        pgettext_lazy("navigation", "Calls"),
        covers=(
            "website:call",
            "website:call_entry",
            "website:call_review",
            "website:my_calls",
            "website:my_call",
            "website:call_new",
            "website:call_edit",
        ),
    ),
    _Place(
        "website:workshop_list",
        pgettext_lazy("navigation", "Workshops"),
        covers=(
            "website:workshop",
            "website:workshop_programme",
            "website:workshop_people",
            "website:workshop_meetings",
            "website:workshop_registration",
            "website:workshop_now",
            "website:workshop_after",
        ),
    ),
    _Place(
        "website:standards",
        pgettext_lazy("navigation", "Standards"),
        covers=("website:standards_committee", "website:standards_body"),
    ),
    _Place("website:saved_list", _("Saved"), signed_in=True),
)
_ACCOUNT_PLACES = (
    _Place("website:inbox", _("Inbox"), signed_in=True),
    _Place("website:settings", _("Settings"), signed_in=True, covers=("website:account_export",)),
)


def bridge_navigation(request: HttpRequest, bridge: Bridge) -> list[NavigationItem]:
    """The bridge's own pages; the person's and the desk only for whom they are."""
    signed_in = request.user.is_authenticated
    items = [_item(request, place, bridge.slug) for place in _BRIDGE_PLACES if signed_in or not place.signed_in]
    if signed_in:
        waiting = waiting_for(request.user, bridge)
        introductions = reverse("website:introduction_list", args=[bridge.slug])
        items = [replace(item, count=waiting) if item and item.address == introductions else item for item in items]
    if signed_in and reviews_for_bridge(request.user, bridge):
        items.append(_item(request, _Place("organiser:desk", _("Organiser's desk")), bridge.slug))
    return [item for item in items if item is not None]


def account_navigation(request: HttpRequest) -> list[NavigationItem]:
    """The person's own pages that belong to no bridge."""
    items = [_item(request, place) for place in _ACCOUNT_PLACES]
    return [item for item in items if item is not None]


def _item(request: HttpRequest, place: _Place, *args: str) -> NavigationItem | None:
    try:
        address = reverse(place.name, args=args)
    except NoReverseMatch:
        return None
    here = request.resolver_match.view_name if request.resolver_match else ""
    namespace = place.name.partition(":")[0]
    within = here in place.covers or (namespace == "organiser" and here.startswith("organiser:"))
    return NavigationItem(
        label=place.label, address=address, current=here == place.name, within=within and here != place.name
    )
