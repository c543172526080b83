"""Rooms, tables and slots of a workshop."""

from __future__ import annotations

import datetime
from itertools import groupby

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_setup import RoomForm, SlotForm, SlotsForm, TablesForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.places import remove_room, restore_room, save_room, set_tables
from qiao.workshops.domain.slots import Span, add_slot, make_slots, remove_slots
from qiao.workshops.models import Meeting, MeetingTable, Room, Slot, Workshop
from qiao.workshops.rules import owns_workshop

for_owners = at_workshop_desk(owns_workshop)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_rooms(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Rooms and tables; a post adds a room."""
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_room(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return _to("workshop_rooms", workshop)
    return _rooms_page(request, workshop, form)


@for_owners
@require_POST
def workshop_tables_set(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """How many tables there are."""
    form = TablesForm(request.POST, workshop=workshop)
    if form.is_valid():
        try:
            set_tables(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return _to("workshop_rooms", workshop)
    return _rooms_page(request, workshop, RoomForm(), tables_form=form)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_room(request: HttpRequest, bridge: Bridge, workshop: Workshop, room: str) -> HttpResponse:
    """Change one room."""
    found = _room(workshop, room)
    names = ("name", "site", "capacity", "has_interpreting", "online_url")
    form = RoomForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            save_room(workshop, actor=request.user, room=found, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return _to("workshop_rooms", workshop)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_room.html",
        status=422 if form.errors else 200,
        form=form,
        room=found,
        sessions=found.sessions.active().count(),
    )


@for_owners
@require_POST
def workshop_room_remove(request: HttpRequest, bridge: Bridge, workshop: Workshop, room: str) -> HttpResponse:
    """Remove a room, or bring it back."""
    found = _room(workshop, room)
    if "restore" in request.POST:
        restore_room(found, actor=request.user)
        return _to("workshop_rooms", workshop)
    try:
        lost = remove_room(found, actor=request.user)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    else:
        words = ngettext(
            "Removed. %(count)d session needs another room in the draft.",
            "Removed. %(count)d sessions need another room in the draft.",
            len(lost),
        )
        messages.success(request, words % {"count": len(lost)} if lost else _("Removed. You can bring it back below."))
    return _to("workshop_rooms", workshop)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_slots(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Slots by day; a post makes those of some days anew."""
    initial = {
        "days": [day.isoformat() for day in workshop.days],
        "begins": datetime.time(9),
        "ends": datetime.time(17),
        "minutes": 20,
        "pause": 5,
        "break_begins": datetime.time(12),
        "break_ends": datetime.time(13, 30),
    }
    adds_one = request.method == "POST" and "add" in request.POST
    form = SlotsForm(None if adds_one else request.POST or None, workshop=workshop, initial=initial)
    one = SlotForm(request.POST if adds_one else None, workshop=workshop)
    if adds_one and one.is_valid():
        try:
            add_slot(workshop, actor=request.user, **one.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(one, refusal)
        else:
            messages.success(request, _("Slot added."))
            return _to("workshop_slots", workshop)
    if request.method == "POST" and not adds_one and form.is_valid():
        given = form.cleaned_data
        breaks = [Span(given["break_begins"], given["break_ends"])] if given["break_begins"] else []
        try:
            made = make_slots(
                workshop,
                actor=request.user,
                days=[datetime.date.fromisoformat(day) for day in given["days"]],
                begins=given["begins"],
                ends=given["ends"],
                minutes=given["minutes"],
                pause=given["pause"],
                breaks=breaks,
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            words = ngettext("These days have %(count)d slot.", "These days have %(count)d slots.", len(made))
            messages.success(request, words % {"count": len(made)})
            return _to("workshop_slots", workshop)
    met = Meeting.objects.live().filter(slot=OuterRef("pk"))
    slots = Slot.objects.filter(workshop=workshop).annotate(taken=Exists(met))
    days = groupby(slots, lambda one: one.starts_at.astimezone(workshop.zone).date())
    by_day = [(day, list(of_day)) for day, of_day in days]
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_slots.html",
        status=422 if form.errors or one.errors else 200,
        form=form,
        one=one,
        by_day=by_day,
    )


@for_owners
@require_POST
def workshop_slots_remove(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Remove the slots that were marked."""
    chosen = [int(one) for one in request.POST.getlist("slots") if one.isdigit() and len(one) < 16]
    try:
        removed = remove_slots(
            workshop, actor=request.user, slots=list(Slot.objects.filter(workshop=workshop, pk__in=chosen))
        )
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    else:
        words = ngettext("%(count)d slot removed.", "%(count)d slots removed.", removed)
        messages.success(request, words % {"count": removed})
    return _to("workshop_slots", workshop)


def _rooms_page(
    request: HttpRequest, workshop: Workshop, form: RoomForm, *, tables_form: TablesForm | None = None
) -> HttpResponse:
    tables = list(MeetingTable.objects.filter(workshop=workshop, removed_at=None).select_related("room"))
    first = tables[0] if tables else None
    initial = {
        "count": len(tables),
        "seats": first.seats if first else 4,
        "room": first.room.public_id if first is not None and first.room is not None else None,
    }
    rooms = Room.objects.filter(workshop=workshop).annotate(n=Count("sessions"))
    shown = tables_form or TablesForm(workshop=workshop, initial=initial)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_rooms.html",
        status=422 if form.errors or shown.errors else 200,
        form=form,
        tables_form=shown,
        rooms=[room for room in rooms if room.removed_at is None],
        removed=[room for room in rooms if room.removed_at is not None],
    )


def _room(workshop: Workshop, public_id: str) -> Room:
    return get_object_or_404(Room, workshop=workshop, public_id=public_id)


def _to(name: str, workshop: Workshop) -> HttpResponse:
    return redirect(f"organiser:{name}", workshop.bridge.slug, workshop.public_id)
