"""The day for participants: now and next, the screen in the hall, one's own badge."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qiao.bridges.models import Bridge
from qiao.website.workshop_scope import at_workshop, of_participants, workshop_page
from qiao.workshops.badge_pictures import badge_picture
from qiao.workshops.domain.badges import badge_code, badge_token
from qiao.workshops.domain.now import now_and_next
from qiao.workshops.models import Registration, Workshop


@of_participants
@require_safe
def workshop_now(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """What is one's own next, what is on, what comes."""
    now = now_and_next(workshop, registration=mine)
    return workshop_page(request, workshop, "website/workshop_now.html", registration=mine, now=now)


@at_workshop
@require_safe
def workshop_screen(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The released programme for a display in the hall, which asks for itself again. It names no participant."""
    context = {"bridge": bridge, "workshop": workshop, "now": now_and_next(workshop)}
    return render(request, "website/workshop_screen.html", context)


@of_participants
@require_safe
def workshop_badge(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """One's own code to show at the door."""
    path = reverse("organiser:workshop_door_badge", args=[bridge.slug, workshop.public_id, badge_token(mine)])
    return workshop_page(
        request,
        workshop,
        "website/workshop_badge.html",
        registration=mine,
        picture=badge_picture(f"{settings.SITE_URL}{path}"),
        code=badge_code(mine),
    )
