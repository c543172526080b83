"""Calendars to subscribe to, and the settings of one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qiao.bridges.models import Bridge
from qiao.website.workshop_scope import at_workshop
from qiao.workshops.calendars import personal_calendar, room_calendar, workshop_calendar
from qiao.workshops.calendars.feeds import Feed
from qiao.workshops.domain.calendar_keys import current_key, reader_of, renew_calendar_key, revoke_calendar_key
from qiao.workshops.models import Room, Workshop


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_settings(request: HttpRequest) -> HttpResponse:
    """Make, renew or end the address of one's own calendar. It is shown once, on the answer that makes it."""
    address = ""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        revoke_calendar_key(actor=request.user)
        messages.success(request, _("The address has ended."))
        return redirect("website:calendar_settings")
    if request.method == "POST":
        key = renew_calendar_key(actor=request.user)
        address = request.build_absolute_uri(reverse("website:calendar_feed", args=[key]))
    answer = render(
        request,
        "website/calendar_settings.html",
        {"address": address, "webcal": address.replace("https:", "webcal:", 1).replace("http:", "webcal:", 1),
         "key": current_key(request.user)},
    )  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def calendar_feed(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody's own calendar, for whoever has the address."""
    reader: Any = reader_of(key)
    if reader is None:
        raise Http404
    with translation.override(reader.language):
        return _answer(request, personal_calendar(reader), "qiao.ics", private=True)


@at_workshop
@require_safe
def workshop_calendar_feed(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The released programme."""
    return _answer(request, workshop_calendar(workshop), f"{workshop.public_id}.ics")


@at_workshop
@require_safe
def room_calendar_feed(request: HttpRequest, bridge: Bridge, workshop: Workshop, room: str) -> HttpResponse:
    """The released programme of one room."""
    found = get_object_or_404(Room, workshop=workshop, public_id=room)
    return _answer(request, room_calendar(workshop, found), f"{workshop.public_id}-{room}.ics")


def _answer(request: HttpRequest, feed: Feed, name: str, *, private: bool = False) -> HttpResponse:
    answer = HttpResponse(feed.content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["ETag"] = quote_etag(feed.etag)
    answer["Cache-Control"] = "private, no-cache" if private else "no-cache"
    stamp = None
    if feed.changed_at is not None:
        stamp = int(feed.changed_at.timestamp())
        answer["Last-Modified"] = http_date(stamp)
    found = get_conditional_response(request, etag=answer["ETag"], last_modified=stamp, response=answer)
    return found if isinstance(found, HttpResponse | HttpResponseNotModified) else answer
