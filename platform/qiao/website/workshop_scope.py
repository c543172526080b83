"""Which workshop a participant's page is about, and its tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qiao.bridges.models import Bridge
from qiao.website.scope import bridge_at
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.rules import registration_of

WorkshopPage = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class _Tab:
    name: str
    label: Any
    #: Only for people with a confirmed place.
    takes_part: bool = False
    #: View names of pages that belong under it.
    covers: tuple[str, ...] = ()


_TABS = (
    _Tab("workshop", pgettext_lazy("workshop", "About")),
    _Tab("workshop_programme", _("Programme"), covers=("workshop_session", "workshop_releases")),
    _Tab("workshop_people", _("Participants"), takes_part=True, covers=("workshop_person",)),
    _Tab(
        "workshop_meetings",
        _("My meetings"),
        takes_part=True,
        covers=(
            "workshop_meeting",
            "workshop_proposed",
            "workshop_meeting_ask",
            "workshop_meeting_cancel",
            "workshop_walk_in",
            "workshop_provisional",
        ),
    ),
    _Tab("workshop_now", _("Now and next"), takes_part=True, covers=("workshop_badge",)),
    _Tab("workshop_registration", _("My registration")),
    _Tab("workshop_after", _("Afterwards"), covers=("workshop_feedback",)),
)


def at_workshop(view: WorkshopPage) -> WorkshopPage:
    """A page for everybody who sees the workshop: called with the bridge and it. Raises `Http404`."""

    @wraps(view)
    def scoped(request: HttpRequest, bridge: str, public_id: str, **kwargs: Any) -> HttpResponseBase:
        found, workshop = workshop_at(request, bridge, public_id)
        return view(request, found, workshop, **kwargs)

    return scoped


def of_participants(view: WorkshopPage) -> WorkshopPage:
    """A page for people with a confirmed place: called with the bridge, the workshop and the registration.

    Raises `Http404` for everybody else; organisers look at the workshop's desk.
    """

    @login_required
    @wraps(view)
    def scoped(request: HttpRequest, bridge: str, public_id: str, **kwargs: Any) -> HttpResponseBase:
        found, workshop = workshop_at(request, bridge, public_id)
        mine = registration_of(request.user, workshop)
        if mine is None or mine.state != RegistrationState.CONFIRMED:
            raise Http404
        return view(request, found, workshop, mine, **kwargs)

    return scoped


def workshop_at(request: HttpRequest, bridge: str, public_id: str) -> tuple[Bridge, Workshop]:
    """The workshop of an address, with its bridge. Raises `Http404`."""
    found = bridge_at(request, bridge)
    workshop = get_object_or_404(
        Workshop.objects.visible_to(request.user).on_bridge(found).select_related("bridge"), public_id=public_id
    )
    return found, workshop


def workshop_page(
    request: HttpRequest,
    workshop: Workshop,
    template: str,
    *,
    status: int = 200,
    registration: Registration | None = None,
    **context: Any,
) -> HttpResponse:
    """Render a page of a workshop with its tabs. `registration` spares looking up the person's own."""
    mine = registration or registration_of(request.user, workshop)
    here = request.resolver_match.url_name if request.resolver_match else ""
    tabs = []
    for tab in _TABS:
        if tab.takes_part and (mine is None or mine.state != RegistrationState.CONFIRMED):
            continue
        try:
            url = reverse(f"website:{tab.name}", args=[workshop.bridge.slug, workshop.public_id])
        except NoReverseMatch:
            continue
        tabs.append({"label": tab.label, "url": url, "current": here == tab.name or here in tab.covers})
    page = {"bridge": workshop.bridge, "workshop": workshop, "registration": mine, "workshop_tabs": tabs, **context}
    return render(request, template, page, status=status)
