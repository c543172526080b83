"""The desk of a workshop's meetings: all of them, one of them, setting one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_meetings import ArrangeForm, MeetingFilter, PlaceForm, RunForm, SettleForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.answering import cancel_meeting
from qiao.workshops.domain.meeting_case import is_live
from qiao.workshops.domain.meeting_times import arrange_meeting, lock_meeting, set_join_url, set_time
from qiao.workshops.domain.outcomes import begins_at, settle_outcome
from qiao.workshops.enums import MeetingOutcome, MeetingState
from qiao.workshops.models import Meeting, Registration, ScheduleRun, Workshop
from qiao.workshops.rules import plans_programme

for_planners = at_workshop_desk(plans_programme)
RUNS_SHOWN = 8


@for_planners
@require_safe
def workshop_meetings(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """All meetings with filters, and the runs of the scheduler."""
    return show_meetings(request, workshop, RunForm())


def show_meetings(request: HttpRequest, workshop: Workshop, form: RunForm, *, status: int = 200) -> HttpResponse:
    """The list; `form` is what the scheduler is asked, when it was refused."""
    found = MeetingFilter(request.GET, queryset=Meeting.objects.of_workshop(workshop))
    page = page_of(request, found.qs.in_full().order_by("slot__starts_at", "pk"))
    counts = dict(
        Meeting.objects.of_workshop(workshop)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
        .values_list("state", "n")
    )
    disputed = Meeting.objects.of_workshop(workshop).filter(outcome=MeetingOutcome.DISPUTED).count()
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_meetings.html",
        status=status,
        filter=found,
        page_obj=page,
        counts=[(MeetingState(state).label, counts[state], state) for state in MeetingState.values if state in counts],
        disputed=disputed,
        runs=ScheduleRun.objects.filter(workshop=workshop).select_related("asked_by")[:RUNS_SHOWN],
        run_form=form,
        has_slots=workshop.slots.exists(),
    )


def _found(workshop: Workshop, meeting: str) -> Meeting:
    return get_object_or_404(Meeting.objects.of_workshop(workshop).in_full(), public_id=meeting)


@for_planners
@require_safe
def workshop_meeting(request: HttpRequest, bridge: Bridge, workshop: Workshop, meeting: str) -> HttpResponse:
    """One meeting, with what an organiser can do with it. Notes of members are not among what they read."""
    return _show(request, workshop, _found(workshop, meeting))


def _show(
    request: HttpRequest, workshop: Workshop, meeting: Meeting, *, form: forms.BaseForm | None = None
) -> HttpResponse:
    begins = begins_at(meeting)
    place = form if isinstance(form, PlaceForm) else _place_form(workshop, meeting)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_meeting.html",
        status=422 if form is not None else 200,
        meeting=meeting,
        members=list(meeting.members.all()),
        begins=begins,
        is_live=is_live(meeting),
        may_place=is_live(meeting) and not meeting.outcome and meeting.starts_at is None,
        place_form=place,
        cancel_form=form if isinstance(form, SettleForm) else SettleForm(auto_id="id_cancel_%s"),
    )


def _place_form(workshop: Workshop, meeting: Meeting) -> PlaceForm:
    return PlaceForm(workshop=workshop, initial={"slot": meeting.slot_id or "", "table": meeting.table_id or ""})


@for_planners
@require_POST
def workshop_meeting_act(request: HttpRequest, bridge: Bridge, workshop: Workshop, meeting: str) -> HttpResponse:
    """Do one thing with a meeting."""
    found = _found(workshop, meeting)
    act = request.POST.get("act", "")
    form: forms.BaseForm | None = None
    try:
        if act == "place":
            form = PlaceForm(request.POST, workshop=workshop)
            if not form.is_valid():
                return _show(request, workshop, found, form=form)
            set_time(found, actor=request.user, slot=form.cleaned_data["slot"], table=form.cleaned_data["table"])
            messages.success(request, _("Saved. Everybody in the meeting is told."))
        elif act in ("lock", "unlock"):
            lock_meeting(found, actor=request.user, locked=act == "lock")
            messages.success(request, _("It keeps its time.") if act == "lock" else _("It can be moved again."))
        elif act == "cancel":
            form = SettleForm(request.POST, auto_id="id_cancel_%s")
            if not form.is_valid():
                return _show(request, workshop, found, form=form)
            cancel_meeting(found, actor=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Cancelled. The members are told."))
        elif act == "settle":
            settle_outcome(found, actor=request.user, outcome=request.POST.get("outcome", ""))
            messages.success(request, _("Settled."))
        elif act == "link":
            set_join_url(found, actor=request.user, url=request.POST.get("join_url", ""))
            messages.success(request, _("Saved. The others find the link here as well."))
        else:
            raise InvalidInput
    except InvalidInput as refusal:
        if form is not None:
            show_refusal(form, refusal)
            return _show(request, workshop, found, form=form)
        messages.error(request, _first_of(refusal))
    return redirect("organiser:workshop_meeting", bridge.slug, workshop.public_id, meeting)


def _first_of(refusal: InvalidInput) -> str:
    return next((str(one) for errors in refusal.errors.values() for one in errors), str(refusal))


@for_planners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_meeting_new(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Set a meeting of two people or more."""
    people = (
        Registration.objects.of_workshop(workshop).confirmed().select_related("organisation").order_by("name", "pk")
    )
    form = ArrangeForm(request.POST if request.method == "POST" else None, workshop=workshop, people=people)
    if form.is_bound and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        try:
            found = arrange_meeting(
                workshop, actor=request.user, people=values["people"], slot=values["slot"], message=values["message"]
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Set. Everybody in the meeting is told."))
            return redirect("organiser:workshop_meeting", bridge.slug, workshop.public_id, found.public_id)
    return workshop_desk_page(
        request, workshop, "organiser/workshop_meeting_new.html", status=422 if form.errors else 200, form=form
    )
