"""Who may be at the desk of a workshop, and its tabs. Those who only help there need no part in the bridge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.organiser.scope import desk_page
from qiao.workshops.models import Workshop
from qiao.workshops.rules import checks_in, handles_registrations, owns_workshop, plans_programme, runs_workshop

WorkshopDeskView = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class _Tab:
    name: str
    label: Any
    allowed: Any
    #: View names of pages that belong under it.
    covers: tuple[str, ...] = ()


_TABS = (
    _Tab("workshop", _("Overview"), runs_workshop, ("workshop_cancel", "workshop_copy")),
    _Tab(
        "workshop_settings",
        _("Settings"),
        owns_workshop,
        ("workshop_rooms", "workshop_room", "workshop_slots", "workshop_staff", "workshop_asking"),
    ),
    _Tab(
        "workshop_registrations",
        _("Registrations"),
        handles_registrations,
        ("workshop_registration", "workshop_questions"),
    ),
    _Tab("workshop_suggestions", _("Proposed sessions"), plans_programme, ("workshop_suggestion",)),
    _Tab(
        "workshop_programme",
        _("Programme"),
        plans_programme,
        ("workshop_session", "workshop_grid", "workshop_releases", "workshop_placing", "workshop_placing_run"),
    ),
    _Tab(
        "workshop_meetings",
        _("Meetings"),
        plans_programme,
        (
            "workshop_schedule_run",
            "workshop_schedule_new",
            "workshop_meeting",
            "workshop_meeting_new",
            "workshop_repair",
        ),
    ),
    _Tab(
        "workshop_day",
        _("On the day"),
        checks_in,
        ("workshop_badges", "workshop_tables", "workshop_notices", "workshop_door", "workshop_door_badge"),
    ),
    _Tab("workshop_report", pgettext_lazy("workshop", "Report"), runs_workshop, ("workshop_after",)),
)


def at_workshop_desk(allowed: Callable[[Any, Workshop], bool]) -> Callable[[WorkshopDeskView], WorkshopDeskView]:
    """A page of a workshop's desk: called with the bridge and the workshop.

    Raises `Http404` for people who have no part in running it, `NotAllowed` for those who may not do this.
    """

    def wrapped(view: WorkshopDeskView) -> WorkshopDeskView:
        @login_required
        @wraps(view)
        def scoped(request: HttpRequest, bridge: str, public_id: str, **kwargs: Any) -> HttpResponseBase:
            found: Bridge | None = getattr(request, "bridge", None)  # the middleware has looked it up
            if found is None:
                raise Http404
            workshops = Workshop.objects.all().run_by(request.user).on_bridge(found)
            workshop = get_object_or_404(workshops.select_related("bridge"), public_id=public_id)
            if not allowed(request.user, workshop):
                raise NotAllowed
            return view(request, found, workshop, **kwargs)

        return scoped

    return wrapped


def workshop_desk_page(
    request: HttpRequest, workshop: Workshop, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of a workshop's desk with its tabs."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    tabs = []
    for tab in _TABS:
        if not tab.allowed(request.user, workshop):
            continue
        try:
            url = reverse(f"organiser:{tab.name}", args=[workshop.bridge.slug, workshop.public_id])
        except NoReverseMatch:
            continue
        tabs.append({"label": tab.label, "url": url, "current": here == tab.name or here in tab.covers})
    return desk_page(
        request,
        workshop.bridge,
        template,
        status=status,
        within="workshop_list",
        workshop=workshop,
        workshop_tabs=tabs,
        **context,
    )
