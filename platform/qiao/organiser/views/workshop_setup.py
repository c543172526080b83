"""Setting a workshop up: what it is, who runs it, what is asked, who may ask whom; publishing and cancelling."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_setup import (
    AskingRuleFormSet,
    CancelForm,
    CopyForm,
    QuestionForm,
    QuestionFormSet,
    WorkshopForm,
    WorkshopStaffForm,
)
from qiao.organiser.scope import desk_page
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain import announcing
from qiao.workshops.domain.asking_rules import set_asking_rules
from qiao.workshops.domain.copying import copy_workshop
from qiao.workshops.domain.setting_up import (
    SettingsChanged,
    comparable,
    create_workshop,
    edition_of,
    set_questions,
    update_workshop,
)
from qiao.workshops.domain.staffing import set_workshop_roles
from qiao.workshops.enums import MeetingState, RegistrationState
from qiao.workshops.models import Registration, Workshop, WorkshopStaff
from qiao.workshops.rules import creates_workshops, handles_registrations, owns_workshop, runs_workshop


@login_required
@require_safe
def workshop_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """The bridge's workshops that this person has a part in."""
    found = _bridge_of(request)
    may_create = bool(creates_workshops(request.user, found))
    workshops = Workshop.objects.all().run_by(request.user).on_bridge(found)
    if not may_create and not workshops.exists():
        raise Http404
    confirmed = Count("registrations", filter=Q(registrations__state=RegistrationState.CONFIRMED))
    page = page_of(request, workshops.annotate(confirmed=confirmed).order_by("-first_day", "-pk"), size=20)
    return desk_page(request, found, "organiser/workshop_list.html", page_obj=page, may_create=may_create)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_new(request: HttpRequest, bridge: str) -> HttpResponse:
    """Make a draft."""
    found = _bridge_of(request)
    if not creates_workshops(request.user, found):
        if Workshop.objects.all().run_by(request.user).on_bridge(found).exists():
            raise NotAllowed
        raise Http404
    form = WorkshopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_workshop(found, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("A draft. Nobody else sees it until you publish it."))
            return redirect("organiser:workshop", found.slug, made.public_id)
    status = 422 if form.errors else 200
    return desk_page(request, found, "organiser/workshop_new.html", form=form, status=status, within="workshop_list")


@at_workshop_desk(runs_workshop)
@require_safe
def workshop(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Where it stands and what is missing."""
    states = dict(Registration.objects.of_workshop(workshop).order_by().values_list("state").annotate(Count("pk")))
    meetings = dict(workshop.meetings.order_by().values_list("state").annotate(Count("pk")))
    owns = bool(owns_workshop(request.user, workshop))
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop.html",
        confirmed=states.get(RegistrationState.CONFIRMED, 0),
        applied=states.get(RegistrationState.APPLIED, 0),
        waiting=states.get(RegistrationState.WAITING, 0),
        sessions=workshop.sessions.active().count(),
        scheduled=meetings.get(MeetingState.SCHEDULED, 0),
        requested=meetings.get(MeetingState.REQUESTED, 0),
        owns=owns,
        may_copy=owns and bool(creates_workshops(request.user, bridge)),
        missing=announcing.missing_in(workshop) if owns else [],
        advice=announcing.advice_for(workshop) if owns else [],
    )


@at_workshop_desk(owns_workshop)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_settings(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Change what it is."""
    form = WorkshopForm(request.POST or None, workshop=workshop)
    others: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            update_workshop(workshop, actor=request.user, seen=request.POST.get("seen"), **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except SettingsChanged as refusal:
            form.add_error(None, str(refusal))
            others = _as_they_are(workshop, form)
        else:
            messages.success(request, _("Saved."))
            return _to("workshop_settings", workshop)
    # What was typed stays; who saves again has seen what the other did.
    context = {"seen": edition_of(workshop), "others": others}
    return _form_page(request, workshop, "organiser/workshop_settings.html", form, **context)


@at_workshop_desk(owns_workshop)
@require_POST
def workshop_state(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Publish it, take it out of sight, or take a cancelled one up again."""
    acts = {
        "publish": (announcing.publish_workshop, _("Published. Everybody sees it now.")),
        "unpublish": (announcing.unpublish_workshop, _("Out of sight. It is a draft again.")),
        "reopen": (announcing.reopen_workshop, _("A draft again. Set its days and publish it.")),
    }
    try:
        act, words = acts[request.POST.get("act", "")]
    except KeyError:
        raise Http404 from None
    try:
        act(workshop, actor=request.user)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    except TransitionNotAllowed:
        messages.error(request, _("Somebody else has changed it meanwhile. Look at it again."))
    else:
        messages.success(request, words)
    return _to("workshop", workshop)


@at_workshop_desk(owns_workshop)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_cancel(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Call it off, after being asked once more."""
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            announcing.cancel_workshop(workshop, actor=request.user, reason=form.cleaned_data["reason"])
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed:
            messages.error(request, _("Somebody else has changed it meanwhile. Look at it again."))
            return _to("workshop", workshop)
        else:
            messages.success(request, _("Cancelled. Everybody who is registered is told."))
            return _to("workshop", workshop)
    registered = Registration.objects.of_workshop(workshop).confirmed().count()
    return _form_page(request, workshop, "organiser/workshop_cancel.html", form, registered=registered)


@at_workshop_desk(owns_workshop)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_copy(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Begin a new one with what this one is."""
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = copy_workshop(workshop, actor=request.user, **form.cleaned_data)
        messages.success(request, _("A draft with everything but people. Look through its settings."))
        return _to("workshop_settings", made)
    return _form_page(request, workshop, "organiser/workshop_copy.html", form)


@at_workshop_desk(owns_workshop)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_staff(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Who runs it."""
    form = WorkshopStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        if person is None:
            form.add_error("email", _("Nobody has signed up with this address yet. Ask the person to do so first."))
        else:
            try:
                set_workshop_roles(workshop, actor=request.user, user=person, roles=form.cleaned_data["roles"])
            except InvalidInput as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                # Roles are kept with a person for the length of a request: they may have taken off their own.
                if runs_workshop(User.objects.get(email=request.user.get_username()), workshop):
                    return _to("workshop_staff", workshop)
                return redirect("website:workshop", bridge.slug, workshop.public_id)
    people: dict[int, dict[str, Any]] = {}
    for one in WorkshopStaff.objects.filter(workshop=workshop).select_related("user"):
        row = people.setdefault(one.user_id, {"user": one.user, "roles": []})
        row["roles"].append(one.get_role_display())
    return _form_page(request, workshop, "organiser/workshop_staff.html", form, people=list(people.values()))


@at_workshop_desk(handles_registrations)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_questions(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """What is asked of those who register."""
    initial = [
        {
            "id": one.pk,
            "text": one.text,
            "kind": one.kind,
            "choices": QuestionForm.as_lines(one.choices),
            "is_required": one.is_required,
        }
        for one in workshop.questions.all()
    ]
    formset = QuestionFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and formset.is_valid():
        rows = [form.row for form in formset.ordered_forms if any((form.row["text"].data or {}).values())]
        try:
            set_questions(workshop, actor=request.user, questions=rows)
        except InvalidInput as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return _to("workshop_questions", workshop)
    bad = request.method == "POST"
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_questions.html",
        formset=formset,
        answered=workshop.registrations.filter(answers__isnull=False).distinct().count(),
        status=422 if bad else 200,
    )


@at_workshop_desk(owns_workshop)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_asking(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Who may ask whom for a meeting."""
    initial = [
        {
            "asking_sides": [str(side.pk) for side in rule.asking_sides.all()],
            "asking_kinds": rule.asking_kinds,
            "asked_sides": [str(side.pk) for side in rule.asked_sides.all()],
            "asked_kinds": rule.asked_kinds,
        }
        for rule in workshop.asking_rules.prefetch_related("asking_sides", "asked_sides")
    ]
    formset = AskingRuleFormSet(request.POST or None, initial=initial, form_kwargs={"bridge": bridge})
    if request.method == "POST" and formset.is_valid():
        rules = []
        for form in formset.forms:
            row = dict(form.cleaned_data)
            if not row or row.pop("DELETE", False) or not any(row.values()):
                continue
            for end in ("asking_sides", "asked_sides"):
                row[end] = [int(side) for side in row[end]]
            rules.append(row)
        try:
            set_asking_rules(workshop, actor=request.user, rules=rules)
        except InvalidInput as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved. Requests that were made stay."))
            return _to("workshop_asking", workshop)
    return workshop_desk_page(request, workshop, "organiser/workshop_asking.html", formset=formset)


def _bridge_of(request: HttpRequest) -> Bridge:
    found: Bridge | None = getattr(request, "bridge", None)  # the middleware has looked it up
    if found is None:
        raise Http404
    return found


def _as_they_are(workshop: Workshop, form: WorkshopForm) -> list[tuple[str, str]]:
    """Labels and present values of what is stored otherwise than it was typed."""
    found = []
    for name, field in form.fields.items():
        now, typed = getattr(workshop, name), form.cleaned_data.get(name)
        if comparable(now) == comparable(typed):
            continue
        label = getattr(workshop, f"get_{name}_display", None)
        if isinstance(now, datetime.datetime):
            now = f"{now.astimezone(workshop.zone):%Y-%m-%d %H:%M}"
        text = str(label()) if label is not None else ", ".join(now) if isinstance(now, list) else str(now or "")
        found.append((str(field.label), text or "–"))
    return found


def _form_page(request: HttpRequest, workshop: Workshop, template: str, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return workshop_desk_page(request, workshop, template, status=status, form=form, **context)


def _to(name: str, workshop: Workshop) -> HttpResponse:
    return redirect(f"organiser:{name}", workshop.bridge.slug, workshop.public_id)
