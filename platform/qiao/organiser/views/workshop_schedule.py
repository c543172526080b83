"""Runs of the scheduler of meetings: begun, watched, shown for comment, applied and taken back; and repairs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_meetings import RepairForm, RunForm, ShowForm
from qiao.organiser.views.workshop_meetings import for_planners, show_meetings
from qiao.organiser.workshop_scope import workshop_desk_page
from qiao.workshops.domain.applying import apply_run, roll_back_run
from qiao.workshops.domain.repairing import repair_schedule
from qiao.workshops.domain.schedule_runs import answer_comment, discard_run, request_run, show_provisionally
from qiao.workshops.enums import RunState
from qiao.workshops.models import MeetingTable, Registration, ScheduleRun, Slot, Workshop

UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)
PLACES_A_PAGE = 60


@for_planners
@require_POST
def workshop_schedule_new(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Ask for a run."""
    form = RunForm(request.POST)
    if form.is_valid():
        try:
            run = request_run(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return _to(run, bridge)
    return show_meetings(request, workshop, form, status=422)


@for_planners
@require_safe
def workshop_schedule_run(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """What a run is about, how far it is, and what it has found."""
    return _show(request, workshop, _found(workshop, run), ShowForm(zone=workshop.zone))


@for_planners
@require_safe
def workshop_schedule_progress(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """How far it is, for the page that asks again by itself; when it has ended, the page is loaded anew."""
    found = _found(workshop, run)
    response = render(
        request,
        "organiser/_workshop_schedule_progress.html",
        {"bridge": bridge, "workshop": workshop, "run": found, "under_way": found.state in UNDER_WAY},
    )
    if found.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@for_planners
@require_POST
def workshop_schedule_act(request: HttpRequest, bridge: Bridge, workshop: Workshop, run: str) -> HttpResponse:
    """Apply a run, take it back, put it aside, show it for comment, or mark a comment."""
    found = _found(workshop, run)
    act = request.POST.get("act", "")
    if act == "apply":
        found = apply_run(found, actor=request.user)
        messages.success(request, _("Applied. Everybody it touches is told once."))
    elif act == "roll_back":
        found = roll_back_run(found, actor=request.user)
        messages.success(request, _("Rolled back. What was changed by hand since is kept and named below."))
    elif act == "discard":
        discard_run(found, actor=request.user)
        messages.success(request, _("Put aside. Its figures stay here."))
    elif act == "show":
        form = ShowForm(request.POST, zone=workshop.zone)
        if form.is_valid():
            try:
                show_provisionally(found, actor=request.user, until=form.cleaned_data["until"])
            except InvalidInput as refusal:
                show_refusal(form, refusal)
        if form.errors:
            return _show(request, workshop, found, form, status=422)
        messages.success(request, _("Shown. Everybody with meetings in it is told."))
    elif act == "comment":
        comment = get_object_or_404(found.comments, pk=_number(request.POST.get("comment", "")))
        answer_comment(comment, actor=request.user)
    else:
        raise InvalidInput
    return _to(found, bridge)


@for_planners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_repair(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Say who stays away or comes late, and have the schedule mended."""
    people = (
        Registration.objects.of_workshop(workshop).confirmed().select_related("organisation").order_by("name", "pk")
    )
    form = RepairForm(request.POST if request.method == "POST" else None, people=people, zone=workshop.zone)
    if form.is_bound and form.is_valid():
        try:
            run = repair_schedule(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return _to(run, bridge)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_repair.html",
        status=422 if form.errors else 200,
        form=form,
        away=[one for one in people if one.no_show_at is not None],
    )


def _show(
    request: HttpRequest, workshop: Workshop, run: ScheduleRun, form: ShowForm, *, status: int = 200
) -> HttpResponse:
    page = page_of(request, run.placed, size=PLACES_A_PAGE)
    named = [*run.figures.get("skipped", []), *run.figures.get("kept", [])]
    people = _people(workshop, [*page, *named])
    slots = {one.pk: one for one in Slot.objects.filter(workshop=workshop)}
    tables = {one.pk: one for one in MeetingTable.objects.filter(workshop=workshop)}
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_schedule_run.html",
        status=status,
        run=run,
        under_way=run.state in UNDER_WAY,
        page_obj=page,
        places=[_place(one, people, slots, tables) for one in page],
        skipped=[_place(one, people, slots, tables) for one in run.figures.get("skipped", [])],
        kept=[_place(one, people, slots, tables) for one in run.figures.get("kept", [])],
        comments=run.comments.select_related("registration", "registration__organisation"),
        show_form=form,
        gap=_percent(run.figures.get("gap")),
        wishes=_percent(_part(run.figures.get("wishes_met"), run.figures.get("wishes"))),
    )


def _people(workshop: Workshop, places: list[dict[str, Any]]) -> dict[str, Registration]:
    ids = {member for one in places for member in one["members"]}
    found = Registration.objects.of_workshop(workshop).filter(public_id__in=ids).select_related("organisation")
    return {one.public_id: one for one in found}


def _place(
    one: dict[str, Any],
    people: dict[str, Registration],
    slots: dict[int, Slot],
    tables: dict[int, MeetingTable],
) -> dict[str, Any]:
    return {
        "people": [people[member] for member in one["members"] if member in people],
        "meeting": one.get("meeting"),
        "slot": slots.get(one.get("slot") or 0),
        "table": tables.get(one.get("table") or 0),
        "score": one.get("score"),
        "interpreter": one.get("interpreter"),
        "away": one.get("away"),
        "why": _WHY.get(one.get("why", "")),
    }


_WHY: dict[str, Any] = {
    "gone": gettext_lazy("somebody is no longer registered"),
    "ended": gettext_lazy("it was cancelled or has ended meanwhile"),
    "people": gettext_lazy("other people are in it now"),
    "slot": gettext_lazy("the time is no longer there"),
    "table": gettext_lazy("the table is no longer there"),
    "locked": gettext_lazy("it was locked meanwhile"),
    "busy": gettext_lazy("somebody in it, or the table, is taken then"),
    "changed": gettext_lazy("it was changed by hand since"),
}


def _part(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.1f} %"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _found(workshop: Workshop, run: str) -> ScheduleRun:
    runs = ScheduleRun.objects.filter(workshop=workshop).select_related("workshop", "workshop__bridge", "asked_by")
    return get_object_or_404(runs, public_id=run)


def _to(run: ScheduleRun, bridge: Bridge) -> HttpResponse:
    return redirect("organiser:workshop_schedule_run", bridge.slug, run.workshop.public_id, run.public_id)
