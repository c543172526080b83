"""Registering for a workshop, oneself and others; who takes part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.enums import MembershipState, OrganisationKind
from qiao.directory.models import Membership, Organisation
from qiao.website.forms.workshop_registrations import ColleagueForm, DelegationForm, RegistrationForm
from qiao.website.scope import chosen_organisation, organisations_of
from qiao.website.workshop_scope import at_workshop, of_participants, workshop_page
from qiao.workshops.domain.delegations import read_people, register_delegation
from qiao.workshops.domain.registering import (
    ALIVE,
    change_registration,
    register,
    register_other,
    withdraw_registration,
)
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.rules import registers_for, registration_of


@at_workshop
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_registration(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Register, see where one's registration stands, and change it."""
    user: Any = request.user
    mine = registration_of(user, workshop)
    organisation = mine.organisation if mine is not None else _organisation(request, bridge)
    alive = mine is not None and mine.state in ALIVE and mine.state != RegistrationState.INVITED
    can_enter = workshop.takes_registrations and organisation is not None and not alive
    can_enter = can_enter and (mine is None or mine.state != RegistrationState.DECLINED)
    form = None
    if alive or can_enter:
        initial = {} if mine is not None else {"name": user.display_name, "time_zone": user.time_zone or ""}
        form = RegistrationForm(request.POST or None, workshop=workshop, one=mine, initial=initial)
    if request.method == "POST":
        if form is None:
            raise NotAllowed
        if form.is_valid():
            answer = _write(request, workshop, organisation, mine if alive else None, form)
            if answer is not None:
                return answer
    return workshop_page(
        request,
        workshop,
        "website/workshop_registration.html",
        status=422 if form is not None and form.errors else 200,
        registration=mine,
        form=form,
        organisation=organisation,
        alive=alive,
        may_bring=organisation is not None and registers_for(user, organisation),
    )


@at_workshop
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_withdraw(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Come no longer, after being asked once more."""
    mine = registration_of(request.user, workshop)
    if mine is None:
        raise Http404
    if request.method == "POST":
        try:
            withdraw_registration(mine, actor=request.user)
        except TransitionNotAllowed:
            messages.error(request, _("Your registration has ended already."))
        else:
            messages.success(request, _("Withdrawn. Your meetings there are called off, and others move up."))
        return redirect("website:workshop_registration", bridge.slug, workshop.public_id)
    meetings = mine.meeting_places.filter(meeting__state="scheduled").count()
    return workshop_page(request, workshop, "website/workshop_withdraw.html", registration=mine, meetings=meetings)


@at_workshop
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_colleagues(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Register others of one's organisation: one by one, or a delegation from a table."""
    organisation = _organisation(request, bridge)
    if organisation is None:
        raise Http404
    if not registers_for(request.user, organisation):
        raise NotAllowed
    one = ColleagueForm(request.POST if "email" in request.POST else None)
    table = DelegationForm(request.POST, request.FILES) if "table" in request.POST else DelegationForm()
    report = None
    if one.is_bound and one.is_valid():
        try:
            made = register_other(workshop, actor=request.user, organisation=organisation, **one.cleaned_data)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(one, refusal)
        else:
            said = {"name": made.name, "state": made.get_state_display()}
            messages.success(request, _("%(name)s: %(state)s.") % said)
            return redirect("website:workshop_colleagues", bridge.slug, workshop.public_id)
    if table.is_bound and table.is_valid():
        try:
            people = read_people(table.cleaned_data["file"].read())
            report = register_delegation(
                workshop,
                actor=request.user,
                organisation=organisation,
                name=table.cleaned_data["name"],
                people=people,
                dry_run="check" in request.POST,
                all_or_nothing=table.cleaned_data["all_or_nothing"],
            )
        except InvalidInput as refusal:
            show_refusal(table, refusal)
        else:
            if report.delegation is not None:
                words = ngettext("%(count)d person registered.", "%(count)d people registered.", len(report.good))
                messages.success(request, words % {"count": len(report.good)})
    ours = Registration.objects.visible_to(request.user).of_workshop(workshop).filter(organisation=organisation)
    return workshop_page(
        request,
        workshop,
        "website/workshop_colleagues.html",
        status=422 if one.errors or table.errors else 200,
        form=one,
        table=table,
        report=report,
        checked="check" in request.POST,
        organisation=organisation,
        ours=list(ours.select_related("user").order_by("name", "pk")[:300]),
    )


@of_participants
@require_safe
def workshop_people(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """Who takes part and lets themselves be seen: by side, kind, language and words."""
    people = Registration.objects.visible_to(request.user).of_workshop(workshop).confirmed()
    people = people.filter(Q(is_listed=True) | Q(pk=mine.pk)).select_related("organisation")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    kind, side, language = (request.GET.get(name, "")[:24] for name in ("kind", "side", "language"))
    if words:
        people = people.filter(
            Q(name__icontains=words)
            | Q(organisation__name_en__icontains=words)
            | Q(organisation__name_zh__icontains=words)
            | Q(goals__icontains=words)
        )
    if kind in OrganisationKind.values:
        people = people.filter(organisation__kind=kind)
    if language in ("en", "zh"):
        people = people.filter(languages__contains=[language])
    if side:
        members = Membership.objects.filter(bridge=bridge, state=MembershipState.APPROVED, side__code=side)
        people = people.filter(organisation__in=members.values("organisation"))
    return workshop_page(
        request,
        workshop,
        "website/workshop_people.html",
        registration=mine,
        page_obj=page_of(request, people.order_by("name", "pk"), size=30),
        kinds=OrganisationKind.choices,
        sides=list(bridge.sides.all()),
        chosen={"q": words, "kind": kind, "side": side, "language": language},
        narrowed=bool(words or kind or side or language),
    )


def _write(
    request: HttpRequest,
    workshop: Workshop,
    organisation: Organisation | None,
    mine: Registration | None,
    form: RegistrationForm,
) -> HttpResponse | None:
    """Register or change; None when something is to be mended first."""
    try:
        if mine is not None:
            change_registration(mine, actor=request.user, **form.values)
            messages.success(request, _("Saved."))
        else:
            assert organisation is not None  # noqa: S101 - there is no form without one
            made = register(workshop, actor=request.user, organisation=organisation, **form.values)
            said = {
                RegistrationState.CONFIRMED: _("You have a place."),
                RegistrationState.WAITING: _(
                    "All places are taken. You are on the waiting list and move up by itself."
                ),
                RegistrationState.APPLIED: _("The organisers have your registration. You hear from them."),
            }
            messages.success(request, said[RegistrationState(made.state)])
    except (InvalidInput, Duplicate) as refusal:
        show_refusal(form, refusal)
        return None
    except TransitionNotAllowed:
        messages.error(request, _("Your registration has ended already."))
    return redirect("website:workshop_registration", workshop.bridge.slug, workshop.public_id)


def _organisation(request: HttpRequest, bridge: Bridge) -> Organisation | None:
    """The organisation one acts for, if it is a member here, else another of one's own that is."""
    members = Membership.objects.filter(bridge=bridge, state=MembershipState.APPROVED)
    own = organisations_of(request.user)
    here = set(members.filter(organisation__in=own).values_list("organisation_id", flat=True))
    chosen = chosen_organisation(request)
    if chosen is not None and chosen.pk in here:
        return chosen
    return next((one for one in own if one.pk in here), None)
