"""One's meetings at a workshop: the agenda, whom one should meet, and asking them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching.app.domain.workshop_people import ProposedPerson, proposed_people, reasons_for
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.workshop_meetings import AskForm, CommentForm, WalkInForm
from qiao.website.views.pagination import page_of
from qiao.website.wording.reasons import reason_words
from qiao.website.workshop_scope import of_participants, workshop_page
from qiao.workshops.domain.asking import ask_for_meeting, why_not_ask
from qiao.workshops.domain.meeting_case import is_live
from qiao.workshops.domain.meeting_hours import set_any_hour
from qiao.workshops.domain.meeting_limits import allowance_of
from qiao.workshops.domain.queries.asking import AskingRules
from qiao.workshops.domain.queries.free_times import FreeTimes
from qiao.workshops.domain.queries.my_meetings import my_meetings
from qiao.workshops.domain.schedule_runs import comment_on_schedule, is_open_for_comment, provisional_run
from qiao.workshops.domain.walk_ins import record_walk_in
from qiao.workshops.enums import MeetingAnswer
from qiao.workshops.models import Meeting, MeetingMember, MeetingTable, Registration, Slot, Workshop
from qiao.workshops.querysets.registration import RegistrationQuerySet

#: Reasons shown of why the other side would say yes.
REASONS = 4
PEOPLE_A_PAGE = 12


@of_participants
@require_safe
def workshop_meetings(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """My meetings by day, what waits for me, and what has ended."""
    return workshop_page(
        request,
        workshop,
        "website/workshop_meetings.html",
        registration=mine,
        meetings=my_meetings(workshop, mine),
        allowance=allowance_of(mine, workshop),
        provisional=provisional_run(workshop),
        has_slots=Slot.objects.filter(workshop=workshop).exists(),
    )


@of_participants
@require_POST
def workshop_meeting_hours(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration
) -> HttpResponse:
    """Say whether one would have meetings at any hour of one's own clock."""
    set_any_hour(mine, actor=request.user, at_any_hour=request.POST.get("at_any_hour") == "1")
    messages.success(request, _("Saved."))
    return redirect("website:workshop_meetings", bridge.slug, workshop.public_id)


@of_participants
@require_safe
def workshop_proposed(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """People whom one should meet, each with why they would say yes."""
    found = proposed_people(mine, user=request.user)
    words = request.GET.get("q", "").replace("\0", "").strip().casefold()
    if words:
        found = [one for one in found if words in f"{one.registration.name} {_names(one)}".casefold()]
    with_whom = _meetings_with(workshop, mine)
    rules = AskingRules(workshop)
    found = [one for one in found if one.registration.pk in with_whom or not why_not_ask(mine, one.registration, rules)]
    if request.GET.get("new"):
        found = [one for one in found if one.registration.pk not in with_whom]
    page = page_of(request, found, size=PEOPLE_A_PAGE)
    return workshop_page(
        request,
        workshop,
        "website/workshop_proposed.html",
        registration=mine,
        page_obj=page,
        people=[_card(one, mine, with_whom) for one in page],
        allowance=allowance_of(mine, workshop),
        query=request.GET.get("q", ""),
        only_new=bool(request.GET.get("new")),
    )


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _names(one: ProposedPerson) -> str:
    organisation = one.registration.organisation
    return f"{organisation.name_en} {organisation.name_zh}"


def _card(one: ProposedPerson, mine: Registration, with_whom: dict[int, Meeting]) -> dict[str, Any]:
    meeting = with_whom.get(one.registration.pk)
    return {
        "person": one.registration,
        "band": one.view.band,
        "reasons": [reason_words(reason) for reason in one.reasons[:REASONS]],
        "theirs": one.view.theirs.listing,
        "meeting": meeting,
    }


def _meetings_with(workshop: Workshop, mine: Registration) -> dict[int, Meeting]:
    """The meeting that something is still to come of, with each person."""
    # By number: after a schedule of thousands was applied the planner knows too little to join them well.
    ours = Meeting.objects.of_workshop(workshop).in_bulk(list(mine.meeting_places.values_list("meeting_id", flat=True)))
    live = [pk for pk, meeting in ours.items() if is_live(meeting)]
    places = MeetingMember.objects.filter(meeting__in=live).exclude(registration=mine)
    return {one.registration_id: ours[one.meeting_id] for one in places}


@of_participants
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_meeting_ask(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration, person: str
) -> HttpResponse:
    """Ask somebody for a meeting."""
    people = (
        Registration.objects.visible_to(request.user).of_workshop(workshop).confirmed().select_related("organisation")
    )
    asked = get_object_or_404(people.exclude(pk=mine.pk).exclude(organisation=mine.organisation), public_id=person)
    others = people.exclude(pk__in=(mine.pk, asked.pk)).order_by("name", "pk")
    rules = AskingRules(workshop)
    also = [one for one in others if not why_not_ask(mine, one, rules)]
    times = FreeTimes(workshop, [mine, asked])
    form = AskForm(_posted(request), times=times, mine=mine, reader=request.user, also=also)
    if form.is_bound and form.is_valid():
        try:
            meeting = ask_for_meeting(
                workshop,
                actor=request.user,
                asking=mine,
                asked=[asked, *form.cleaned_data.get("also", [])],
                message=form.cleaned_data["message"],
                slot=form.cleaned_data["slot"],
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Asked. You learn of their answer here and as you prefer."))
            return redirect("website:workshop_meeting", bridge.slug, workshop.public_id, meeting.public_id)
    views = reasons_for(mine, [asked.organisation_id], user=request.user)
    view = views.get(asked.organisation_id)
    return workshop_page(
        request,
        workshop,
        "website/workshop_meeting_ask.html",
        status=422 if form.errors else 200,
        registration=mine,
        person=asked,
        form=form,
        reasons=[reason_words(reason) for reason in view.reasons[:REASONS]] if view else [],
        allowance=allowance_of(mine, workshop),
        why_not=why_not_ask(mine, asked, rules),
    )


def _people(request: HttpRequest, workshop: Workshop) -> RegistrationQuerySet:
    """Who takes part, as far as the person may know."""
    return (
        Registration.objects.visible_to(request.user).of_workshop(workshop).confirmed().select_related("organisation")
    )


@of_participants
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_walk_in(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """Write down a meeting that nobody had planned."""
    people = (
        Registration.objects.visible_to(request.user).of_workshop(workshop).confirmed().select_related("organisation")
    )
    others = people.exclude(organisation=mine.organisation).order_by("name", "pk")
    form = WalkInForm(
        _posted(request), people=others, zone=workshop.zone, chosen=request.GET.get("with", "").replace("\0", "")
    )
    if form.is_bound and form.is_valid():
        try:
            meeting = record_walk_in(workshop, actor=request.user, registration=mine, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Written down. The other side is asked whether it was held."))
            return redirect("website:workshop_meeting", bridge.slug, workshop.public_id, meeting.public_id)
    return workshop_page(
        request,
        workshop,
        "website/workshop_walk_in.html",
        status=422 if form.errors else 200,
        registration=mine,
        form=form,
    )


@of_participants
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_provisional(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """My meetings in the provisional schedule, and what I say of them."""
    run = provisional_run(workshop)
    if run is None:  # it was applied or put aside since they were written to: their meetings are as they stand
        return redirect("website:workshop_meetings", bridge.slug, workshop.public_id)
    form = CommentForm(_posted(request))
    if form.is_bound and form.is_valid():
        try:
            comment_on_schedule(run, actor=request.user, registration=mine, text=form.cleaned_data["text"])
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The organisers read your comment before they fix the schedule."))
            return redirect("website:workshop_provisional", bridge.slug, workshop.public_id)
    return workshop_page(
        request,
        workshop,
        "website/workshop_provisional.html",
        status=422 if form.errors else 200,
        registration=mine,
        run=run,
        lines=_provisional_lines(workshop, mine, run.placed),
        form=form if is_open_for_comment(run) else None,
        comments=run.comments.filter(registration=mine),
    )


def _provisional_lines(workshop: Workshop, mine: Registration, placed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = [one for one in placed if mine.public_id in one["members"] and one.get("slot")]
    slots = {one.pk: one for one in Slot.objects.filter(workshop=workshop)}
    tables = {one.pk: one for one in MeetingTable.objects.filter(workshop=workshop).select_related("room")}
    names = {member for one in own for member in one["members"]} - {mine.public_id}
    people = {
        one.public_id: one
        for one in Registration.objects.of_workshop(workshop).filter(public_id__in=names).select_related("organisation")
    }
    before = {
        one.meeting.public_id: one.meeting.slot_id
        for one in mine.meeting_places.exclude(answer=MeetingAnswer.NO).select_related("meeting")
    }
    lines = [
        {
            "slot": slots[one["slot"]],
            "table": tables.get(one["table"]),
            "others": [people[member] for member in one["members"] if member in people],
            "is_new": before.get(one["meeting"] or "") is None,
            "moves": before.get(one["meeting"] or "") not in (None, one["slot"]),
        }
        for one in own
        if one["slot"] in slots
    ]
    return sorted(lines, key=lambda one: one["slot"].starts_at)
