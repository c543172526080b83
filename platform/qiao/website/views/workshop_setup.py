"""What workshops a bridge has, and what each is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qiao.bridges.models import Bridge
from qiao.common.pagination import page_of
from qiao.website.scope import bridge_at
from qiao.website.workshop_scope import at_workshop, workshop_page
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.rules import registration_of, runs_workshop


@require_safe
def workshop_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """Those to come, and those that are past."""
    found = bridge_at(request, bridge)
    workshops = Workshop.objects.visible_to(request.user).on_bridge(found).select_related("bridge")
    mine: dict[int, str] = {}
    if request.user.is_authenticated:
        own = Registration.objects.filter(user=request.user, workshop__bridge=found)
        mine = {one.workshop_id: one.get_state_display() for one in own}
    coming = [{"workshop": one, "my_state": mine.get(one.pk, "")} for one in workshops.to_come()[:50]]
    context = {"bridge": found, "coming": coming, "page_obj": page_of(request, workshops.past(), size=20)}
    return render(request, "website/workshop_list.html", context)


@at_workshop
@require_safe
def workshop(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """What it is about, when and where."""
    mine = registration_of(request.user, workshop)
    register_url = ""
    if workshop.takes_registrations or mine is not None:
        try:
            register_url = reverse("website:workshop_registration", args=[bridge.slug, workshop.public_id])
        except NoReverseMatch:
            register_url = ""
    desk_url = ""
    if runs_workshop(request.user, workshop):
        desk_url = reverse("organiser:workshop", args=[bridge.slug, workshop.public_id])
    opens = workshop.registration_opens_at
    return workshop_page(
        request,
        workshop,
        "website/workshop.html",
        registration=mine,
        takes_part=mine is not None and mine.state == RegistrationState.CONFIRMED,
        register_url=register_url,
        desk_url=desk_url,
        registration_opens=opens is not None and opens > timezone.now(),
    )
