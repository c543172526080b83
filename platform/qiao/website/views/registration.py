"""Registration: who you are, what you need or offer, which partner you seek, send. Each step is stored when done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.common.errors import Duplicate, InvalidInput
from qiao.directory.domain.joining import ask_to_join
from qiao.directory.domain.listings import create_listing, update_listing
from qiao.directory.domain.organisations import create_organisation, update_organisation
from qiao.directory.domain.queries.similar import similar_organisations
from qiao.directory.domain.registration import send_registration
from qiao.directory.listing_facts import listing_facts
from qiao.directory.models import Organisation
from qiao.website.forms.listing import PartnerForm, WhatForm, partner_values, what_values
from qiao.website.forms.organisation import IdentityForm, profile_values
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.registration import SendForm
from qiao.website.registration import (
    CHECK,
    LISTING,
    ORGANISATION,
    PARTNER,
    STEPS,
    Registration,
    drop_typed,
    forget,
    keep_typed,
    registered_membership,
    registration_of,
    remember,
    typed_values,
)
from qiao.website.scope import bridge_at, choose_organisation

Step = Callable[[HttpRequest, Registration], HttpResponse]


@require_safe
def register(request: HttpRequest, bridge: str) -> HttpResponse:
    """The door: says what to expect, and goes on where the person stopped. `?new=1` begins another organisation."""
    found = bridge_at(request, bridge)
    if not request.user.is_authenticated:
        return render(request, "website/register.html", {"bridge": found})
    if request.GET.get("new"):
        forget(request, found)
        remember(request, found, new=True)
        return redirect("website:register_organisation", found.slug)
    under_way = registration_of(request, found)
    if under_way.organisation is None:
        membership = registered_membership(request.user, found)
        if membership is not None:
            messages.info(request, _("Your organisation is registered. Add needs and offers here."))
            choose_organisation(request, membership.organisation)
            return redirect("website:my_organisation", found.slug)
    return redirect(under_way.address(under_way.next_step))


def _step(view: Step) -> Callable[..., HttpResponse]:
    """A step of the registration: signed in, on a bridge one may see, after the steps before it."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def stepped(request: HttpRequest, bridge: str) -> HttpResponse:
        found = bridge_at(request, bridge)
        if not request.user.is_authenticated:
            return redirect("website:register", found.slug)
        return view(request, registration_of(request, found))

    return stepped


@_step
def register_organisation(request: HttpRequest, under_way: Registration) -> HttpResponse:
    """Step 1: who you are."""
    bridge, organisation = under_way.bridge, under_way.organisation

    def store(form: IdentityForm) -> None:
        if organisation is None:
            made = create_organisation(actor=request.user, sectors=form.cleaned_data["sectors"], **form.profile)
        else:
            made = update_organisation(
                organisation, actor=request.user, sectors=form.cleaned_data["sectors"], **form.profile
            )
        remember(request, bridge, organisation=made.public_id, new=False)
        choose_organisation(request, made)

    similar_url = "" if organisation else reverse("website:register_similar", args=[bridge.slug])
    values = profile_values(organisation, IdentityForm)
    form = _form(request, IdentityForm, ORGANISATION, values, bridge=bridge, similar_url=similar_url)
    answer = _answer(request, under_way, ORGANISATION, form, store)
    if answer is not None:
        return answer
    similar = []
    if form.is_bound and organisation is None:
        names = (form.data.get("name_en", ""), form.data.get("name_zh", ""))
        similar = _similar(request, names)
    return _page(request, under_way, ORGANISATION, form, similar=similar)


@_step
def register_listing(request: HttpRequest, under_way: Registration) -> HttpResponse:
    """Step 2: the first need or offer."""
    bridge, organisation, listing = under_way.bridge, under_way.organisation, under_way.listing
    if organisation is None:
        return redirect(under_way.address(ORGANISATION))

    def store(form: WhatForm) -> None:
        sectors = form.cleaned_data["sectors"]
        if listing is None:
            made = create_listing(organisation, actor=request.user, bridge=bridge, sectors=sectors, **form.wishes)
        else:
            made = update_listing(listing, actor=request.user, sectors=sectors, **form.wishes)
        remember(request, bridge, listing=made.public_id)

    values = what_values(listing, organisation)
    form = _form(request, WhatForm, LISTING, values, bridge=bridge, organisation=organisation)
    return _answer(request, under_way, LISTING, form, store) or _page(request, under_way, LISTING, form)


@_step
def register_partner(request: HttpRequest, under_way: Registration) -> HttpResponse:
    """Step 3: the partner you seek."""
    bridge, organisation, listing = under_way.bridge, under_way.organisation, under_way.listing
    if organisation is None or listing is None:
        return redirect(under_way.address(under_way.next_step))

    def store(form: PartnerForm) -> None:
        update_listing(listing, actor=request.user, **form.wishes)

    values = partner_values(listing)
    if listing.version == 1 and listing.valid_until is None:
        # Nothing of this step has been stored yet: offer the usual date.
        values |= partner_values(None)
    form = _form(request, PartnerForm, PARTNER, values, bridge=bridge, organisation=organisation)
    return _answer(request, under_way, PARTNER, form, store) or _page(request, under_way, PARTNER, form)


@_step
def register_check(request: HttpRequest, under_way: Registration) -> HttpResponse:
    """Step 4: see it as others will, agree, send."""
    bridge, organisation, listing = under_way.bridge, under_way.organisation, under_way.listing
    if organisation is None:
        return redirect(under_way.address(ORGANISATION))
    form = SendForm(request.POST or None, bridge=bridge, organisation=organisation)
    if form.is_bound and form.is_valid():
        try:
            send_registration(
                organisation,
                actor=request.user,
                bridge=bridge,
                side=form.sides.get(form.cleaned_data.get("side", "")),
                listing=listing,
            )
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            forget(request, bridge)
            choose_organisation(request, organisation)
            return redirect("website:register_done", bridge.slug)
    return _page(request, under_way, CHECK, form, facts=listing_facts(listing) if listing else [])


@require_safe
def register_done(request: HttpRequest, bridge: str) -> HttpResponse:
    """What happens next."""
    found = bridge_at(request, bridge)
    if not request.user.is_authenticated:
        return redirect("website:register", found.slug)
    membership = registered_membership(request.user, found)
    if membership is None:
        return redirect("website:register", found.slug)
    return render(request, "website/register_done.html", {"bridge": found, "membership": membership})


@require_safe
def register_similar(request: HttpRequest, bridge: str) -> HttpResponse:
    """Organisations with such a name, while it is being typed."""
    found = bridge_at(request, bridge)
    names = (request.GET.get("name_en", ""), request.GET.get("name_zh", ""))
    similar = _similar(request, names) if request.user.is_authenticated else []
    return render(request, "website/_similar_organisations.html", {"bridge": found, "similar": similar})


@require_POST
def register_join(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Ask to join an organisation instead of adding it again. What was typed is kept."""
    found = bridge_at(request, bridge)
    if not request.user.is_authenticated:
        return redirect("website:register", found.slug)
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), public_id=public_id)
    keep_typed(request, found, ORGANISATION)
    try:
        told = ask_to_join(organisation, actor=request.user, bridge=found)
    except Duplicate as refusal:
        messages.warning(request, str(refusal))
    else:
        if told:
            messages.success(request, _("We have told its owners. You will get an invitation by e-mail."))
        else:
            messages.warning(request, _("Nobody looks after this profile now. Write to the organisers of the bridge."))
    return redirect("website:register_organisation", found.slug)


def _similar(request: HttpRequest, names: tuple[str, str]) -> list[Organisation]:
    found: dict[int, Organisation] = {}
    for name in names:
        for organisation in similar_organisations(name, user=request.user):
            found[organisation.pk] = organisation
    return list(found.values())[:5]


def _form(request: HttpRequest, form_class: type[Any], step: str, values: dict[str, Any], **scope: Any) -> Any:
    """The step's form: bound to what was sent, else with what was typed before, else with what is stored."""
    if request.method == "POST":
        return form_class(request.POST, initial=values, **scope)
    form = form_class(initial=values, **scope)
    typed = typed_values(request, scope["bridge"], step, form)
    return form_class(initial=values | typed, **scope) if typed else form


def _answer(
    request: HttpRequest, under_way: Registration, step: str, form: Any, store: Callable[[Any], None]
) -> HttpResponse | None:
    """Store what was sent and go on; None when the form is to be shown (again).

    Going back stores what is right, and keeps what is not yet for when the person returns.
    """
    if not form.is_bound:
        return None
    go = request.POST.get("go")
    place = STEPS.index(step)
    before = under_way.address(STEPS[max(place - 1, 0)])
    if form.is_valid():
        try:
            store(form)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            drop_typed(request, under_way.bridge, step)
            if go == "leave":
                messages.success(request, _("Saved. Come back to go on whenever you like."))
                return redirect("website:my_organisation", under_way.bridge.slug)
            return redirect(before if go == "back" else under_way.address(STEPS[place + 1]))
    if go in ("back", "leave"):
        keep_typed(request, under_way.bridge, step)
    if go == "leave":
        messages.info(request, _("What you typed is kept in this browser until you sign out."))
        return redirect("website:bridge", under_way.bridge.slug)
    return redirect(before) if go == "back" and place else None


def _page(request: HttpRequest, under_way: Registration, step: str, form: Form, **extra: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "bridge": under_way.bridge,
        "organisation": under_way.organisation,
        "listing": under_way.listing,
        "registration": under_way,
        "steps": under_way.steps(),
        "current": STEPS.index(step) + 1,
        "back": under_way.address(STEPS[STEPS.index(step) - 1]) if step != ORGANISATION else "",
        "form": form,
        **extra,
    }
    status = 422 if form.errors else 200
    return render(request, f"website/register_{step}.html", context, status=status)
