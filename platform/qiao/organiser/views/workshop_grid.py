"""The grid of the programme: sessions are put into rooms and times by dragging, or by keyboard."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, QiaoError, TransitionNotAllowed
from qiao.organiser.views.workshop_programme import for_planners, session_at
from qiao.organiser.workshop_conflict_words import conflict_words
from qiao.organiser.workshop_scope import workshop_desk_page
from qiao.workshops.domain import sessions as domain
from qiao.workshops.domain.queries.conflicts import draft_of
from qiao.workshops.domain.queries.programme_grid import against_everywhere, grid_of
from qiao.workshops.models import Room, Session, Workshop


@for_planners
@never_cache
@require_safe
def workshop_grid(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """A day of the draft."""
    return workshop_desk_page(request, workshop, "organiser/workshop_grid.html", **_context(request, workshop))


@for_planners
@never_cache
@require_safe
def workshop_grid_board(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The board alone, for who looks at it: 204 as long as it is the one they have."""
    context = _context(request, workshop)
    if request.GET.get("version") == context["grid"].version:
        return HttpResponse(status=204)
    return _board(request, bridge, workshop, context)


@for_planners
@never_cache
@require_safe
def workshop_grid_against(request: HttpRequest, bridge: Bridge, workshop: Workshop, session: str) -> HttpResponse:
    """Where on the day the session would conflict with something, by room and moment."""
    one = session_at(workshop, session)
    draft = draft_of(workshop)
    grid = grid_of(workshop, draft, _day(request, workshop))
    return JsonResponse({"against": against_everywhere(grid, draft, one)})


@for_planners
@require_POST
def workshop_grid_place(request: HttpRequest, bridge: Bridge, workshop: Workshop, session: str) -> HttpResponse:
    """Put a session somewhere, take it off the grid, change its length, or lock it; answers with the board."""
    one = session_at(workshop, session)
    said, status = "", 200
    try:
        said = _place(request, workshop, one)
    except InvalidInput as refusal:
        texts = [text for texts in refusal.errors.values() for text in texts]
        said, status = " ".join(texts) or str(refusal), 422
    except QiaoError as refusal:
        said, status = str(refusal), refusal.status
    if request.headers.get("X-Requested-With") != "fetch":
        (messages.success if status == 200 else messages.error)(request, said)
        address = reverse("organiser:workshop_grid", args=[bridge.slug, workshop.public_id])
        return redirect(f"{address}?day={_day(request, workshop).isoformat()}")
    return _board(request, bridge, workshop, _context(request, workshop) | {"said": said}, status=status)


def _place(request: HttpRequest, workshop: Workshop, one: Session) -> str:
    given = request.POST
    edition = int(given.get("edition", "0")) if given.get("edition", "0").isdigit() else 0
    lock = {"1": True, "0": False}.get(given.get("lock", ""))
    if lock is not None:
        domain.place_session(
            one, actor=request.user, edition=edition, starts_at=one.starts_at, room=one.room, is_locked=lock
        )
        words = _("“%(title)s” keeps its room and time.") if lock else _("“%(title)s” can be moved again.")
        return words % {"title": one.title}
    if one.is_locked:
        raise TransitionNotAllowed(_("“%(title)s” is locked. Unlock it to move it.") % {"title": one.title})
    starts_at = _moment(given.get("at", ""))
    room = None
    if starts_at is not None and given.get("room"):
        room = Room.objects.filter(workshop=workshop, public_id=given["room"], removed_at=None).first()
        if room is None:
            raise InvalidInput(_("This room is not there any more."))
    minutes = given.get("minutes", "")
    moved = domain.place_session(
        one,
        actor=request.user,
        edition=edition,
        starts_at=starts_at,
        room=room,
        minutes=int(minutes) if minutes.isdigit() and len(minutes) < 5 else None,
    )
    if starts_at is None:
        return _("“%(title)s” has no time now.") % {"title": one.title}
    told = {
        "title": one.title,
        "time": f"{starts_at.astimezone(workshop.zone):%H:%M}",
        "room": room or _("no room yet"),
        "minutes": moved.minutes,
    }
    return _("“%(title)s”: %(time)s, %(minutes)d minutes, %(room)s.") % told


def _moment(text: str) -> datetime.datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput(_("Choose a time."))
    return found


def _context(request: HttpRequest, workshop: Workshop) -> dict[str, Any]:
    draft = draft_of(workshop)
    grid = grid_of(workshop, draft, _day(request, workshop))
    return {
        "grid": grid,
        "days": workshop.days,
        "conflicts": [(one, conflict_words(one)) for one in grid.conflicts],
        "zone": workshop.time_zone,
    }


def _board(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    more = {"bridge": bridge, "workshop": workshop}
    return render(request, "organiser/_workshop_grid_board.html", context | more, status=status)


def _day(request: HttpRequest, workshop: Workshop) -> datetime.date:
    """The day that was asked for, else the first; never one outside the workshop."""
    days = workshop.days
    given = request.GET.get("day") or request.POST.get("day") or ""
    return next((one for one in days if one.isoformat() == given), days[0])
