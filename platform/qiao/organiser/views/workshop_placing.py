"""Automatic placement of a programme: asked for, watched, read with its reasons, applied and taken back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_placing import PlacingForm
from qiao.organiser.workshop_placing_words import instead_words, reason_words
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.applying_places import apply_placement, roll_back_placement
from qiao.workshops.domain.placing import UNDER_WAY, discard_placement, request_placement, stop_placement
from qiao.workshops.models import PlacementRun, Registration, Room, Session, Workshop
from qiao.workshops.rules import plans_programme

PLACES_A_PAGE = 60
RUNS_A_PAGE = 10

for_planners = at_workshop_desk(plans_programme)


@for_planners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_placing(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """What is to be placed, asking for it, and the runs so far."""
    form = PlacingForm(request.POST if request.method == "POST" else None, workshop=workshop)
    if form.is_bound and form.is_valid():
        try:
            run = request_placement(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return _to(run, bridge)
    active = Session.objects.of_workshop(workshop).active()
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_placing.html",
        status=422 if form.errors else 200,
        form=form,
        waiting=active.filter(starts_at=None).count(),
        locked=active.filter(is_locked=True).count(),
        sessions=active.count(),
        rooms=Room.objects.filter(workshop=workshop, removed_at=None).count(),
        page_obj=page_of(
            request, PlacementRun.objects.filter(workshop=workshop).select_related("asked_by"), size=RUNS_A_PAGE
        ),
    )


@for_planners
@require_safe
def workshop_placing_run(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """How far a run is, what it has found, what it could not place and why."""
    found = _found(workshop, run)
    sessions = {one.public_id: one for one in Session.objects.of_workshop(workshop).select_related("room")}
    rooms = {one.public_id: one for one in Room.objects.filter(workshop=workshop)}
    ids = {who for one in found.unplaced for who in one["people"]}
    people = dict(Registration.objects.of_workshop(workshop).filter(public_id__in=ids).values_list("public_id", "name"))
    never_small = bool(found.options.get("never_small"))
    places = [_place(key, one, sessions, rooms, workshop) for key, one in found.placed.items() if key in sessions]
    # By day, time and room; what has none comes last.
    last = workshop.ends_at + datetime.timedelta(days=400)
    places.sort(key=lambda one: (one["starts_at"] or last, str(one["room"] or "")))
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_placing_run.html",
        run=found,
        under_way=found.state in UNDER_WAY,
        stopping=bool(found.options.get("stop")),
        figures=found.figures,
        is_best=found.figures.get("bound") is not None and found.figures["bound"] == found.figures["weight"],
        unplaced=[
            {
                "session": sessions[one["session"]],
                "why": reason_words(one, people, sessions, never_small=never_small),
                "instead": instead_words(one, sessions, rooms, workshop.zone),
            }
            for one in found.unplaced
            if one["session"] in sessions
        ],
        skipped=_named(found.figures.get("skipped", []), sessions),
        kept=_named(found.figures.get("kept", []), sessions),
        rooms=[rooms[key] for key in found.options.get("rooms", []) if key in rooms],
        page_obj=page_of(request, places, size=PLACES_A_PAGE),
    )


@for_planners
@require_safe
def workshop_placing_progress(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """How far it is, for the page that asks again by itself; when it has ended, the page is loaded anew."""
    found = _found(workshop, run)
    under_way = found.state in UNDER_WAY
    context = {"bridge": bridge, "workshop": workshop, "run": found, "under_way": under_way}
    context["stopping"] = bool(found.options.get("stop"))
    response = render(request, "organiser/_workshop_placing_progress.html", context)
    if not under_way:
        response["HX-Refresh"] = "true"
    return response


@for_planners
@require_POST
def workshop_placing_act(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """Stop a run, apply it, take it back, or put it aside. Raises `InvalidInput` for anything else."""
    found = _found(workshop, run)
    act = request.POST.get("act", "")
    if act not in _ACTS:
        raise InvalidInput
    done, said = _ACTS[act]
    try:
        found = done(found, actor=request.user)
    except TransitionNotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(said))
    return _to(found, bridge)


_ACTS: dict[str, Any] = {
    "apply": (apply_placement, gettext_lazy("Applied to the draft. Participants see it with the next release.")),
    "roll_back": (
        roll_back_placement,
        gettext_lazy("Rolled back. What was changed by hand since is kept and named below."),
    ),
    "discard": (discard_placement, gettext_lazy("Put aside. Its figures stay here.")),
    "stop": (stop_placement, gettext_lazy("It stops within moments. The best found so far is kept.")),
}


def _place(
    key: str, place: Mapping[str, Any], sessions: Mapping[str, Session], rooms: Mapping[str, Room], workshop: Workshop
) -> dict[str, Any]:
    was = place["was"]
    return {
        "session": sessions[key],
        "starts_at": _moment(place["starts_at"], workshop),
        "room": rooms.get(place["room"] or ""),
        "was_at": _moment(was["starts_at"], workshop),
        "was_room": rooms.get(was["room"] or ""),
        "changes": (place["starts_at"], place["room"]) != (was["starts_at"], was["room"]),
    }


def _moment(text: str | None, workshop: Workshop) -> datetime.datetime | None:
    return None if text is None else datetime.datetime.fromisoformat(text).astimezone(workshop.zone)


_WHY: dict[str, Any] = {
    "gone": gettext_lazy("it was cancelled meanwhile"),
    "room": gettext_lazy("the room is no longer there"),
    "locked": gettext_lazy("it was locked meanwhile"),
    "changed": gettext_lazy("it was changed by hand since"),
    "clash": gettext_lazy("the room, or somebody in it, is not free then by now"),
}


def _named(items: list[dict[str, str]], sessions: Mapping[str, Session]) -> list[dict[str, Any]]:
    return [
        {"session": sessions[one["session"]], "why": _WHY.get(one["why"], "")}
        for one in items
        if one["session"] in sessions
    ]


def _found(workshop: Workshop, run: str) -> PlacementRun:
    runs = PlacementRun.objects.filter(workshop=workshop).select_related("workshop__bridge", "asked_by")
    return get_object_or_404(runs, public_id=run)


def _to(run: PlacementRun, bridge: Bridge) -> HttpResponse:
    return redirect("organiser:workshop_placing_run", bridge.slug, run.workshop.public_id, run.public_id)
