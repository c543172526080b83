"""My organisation: profile, membership, needs and offers, history."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.keyset import keyset_page
from qiao.directory import rules as may
from qiao.directory.domain.organisations import apply_to_bridge, leave_bridge, update_organisation
from qiao.directory.domain.queries.completeness import completeness_of
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Block, Listing, Membership, Organisation
from qiao.directory.transitions import MEMBERSHIP
from qiao.insights.history.lines import entries_of, people_lines
from qiao.website.forms.organisation import ProfileForm, profile_values
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.registration import SendForm
from qiao.website.history import address_of, own_history
from qiao.website.listing_actions import rows_with_actions
from qiao.website.scope import bridge_at, chosen_organisation, organisations_of
from qiao.website.views.pagination import page_of

MyView = Callable[..., HttpResponse]
#: States in the order in which they want attention.
STATE_ORDER = (
    ListingState.DRAFT,
    ListingState.IN_REVIEW,
    ListingState.PUBLISHED,
    ListingState.PAUSED,
    ListingState.EXPIRED,
    ListingState.FULFILLED,
    ListingState.WITHDRAWN,
)


def of_my_organisation(view: MyView) -> MyView:
    """A page for the people of an organisation: called with the bridge and the organisation they act for.

    Who has no organisation is shown how to get one.
    """

    @login_required
    @wraps(view)
    def scoped(request: HttpRequest, bridge: str, **kwargs: Any) -> HttpResponse:
        found = bridge_at(request, bridge)
        organisation = chosen_organisation(request)
        if organisation is None:
            return render(request, "website/my_organisation_none.html", {"bridge": found})
        return view(request, found, organisation, **kwargs)

    return scoped


def page_context(request: HttpRequest, bridge: Bridge, organisation: Organisation, **extra: Any) -> dict[str, Any]:
    """What each page of my organisation shows around its content."""
    return {
        "bridge": bridge,
        "organisation": organisation,
        "organisations": organisations_of(request.user),
        "may_write": may.writes_for(request.user, organisation),
        "may_own": may.owns(request.user, organisation),
        "membership": _membership(bridge, organisation),
        **extra,
    }


@of_my_organisation
@require_safe
def my_organisation(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """The organisation at a glance: what is missing, where the membership stands, needs and offers by state."""
    listings = Listing.objects.visible_to(request.user).on_bridge(bridge).of_organisation(organisation)
    counts: dict[str, int] = dict.fromkeys(STATE_ORDER, 0)
    for state in listings.order_by().values_list("state", flat=True):
        counts[state] += 1
    wanted = request.GET.get("state", "")
    if wanted in counts:
        listings = listings.filter(state=wanted)
    page = page_of(request, listings.order_by("-updated_at", "-id").prefetch_related("sectors"))
    membership = _membership(bridge, organisation)
    review = membership.reviews.first() if membership else None
    context = page_context(
        request,
        bridge,
        organisation,
        completeness=completeness_of(organisation),
        review=review,
        needs_answer=membership is not None and membership.state == MembershipState.CHANGES_REQUESTED,
        may_leave=membership is not None and MembershipState.LEFT in MEMBERSHIP.after(membership.state),
        may_apply=membership is None or MembershipState.APPLIED in MEMBERSHIP.after(membership.state),
        state=wanted if wanted in counts else "",
        tabs=_tabs(request, counts, wanted),
        total=sum(counts.values()),
        membership_history=own_history(membership, request.user) if membership is not None else [],
        page_obj=page,
        rows=rows_with_actions(list(page), organisation),
    )
    return render(request, "website/my_organisation.html", context)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def my_profile(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Change the profile."""
    if not may.writes_for(request.user, organisation):
        raise NotAllowed
    form = ProfileForm(request.POST or None, initial=profile_values(organisation, ProfileForm), bridge=bridge)
    if form.is_bound and form.is_valid():
        try:
            update_organisation(organisation, actor=request.user, sectors=form.cleaned_data["sectors"], **form.profile)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The profile is saved."))
            return redirect("website:my_organisation", bridge.slug)
    context = page_context(request, bridge, organisation, form=form)
    return render(request, "website/my_profile.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def my_application(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Apply for membership, or apply again after a change."""
    if not may.writes_for(request.user, organisation):
        raise NotAllowed
    form = SendForm(request.POST or None, bridge=bridge, organisation=organisation)
    if form.is_bound and form.is_valid():
        side = form.sides.get(form.cleaned_data.get("side", ""))
        try:
            apply_to_bridge(organisation, actor=request.user, bridge=bridge, side=side)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your application is with the organisers."))
            return redirect("website:my_organisation", bridge.slug)
    membership = _membership(bridge, organisation)
    review = membership.reviews.first() if membership else None
    context = page_context(request, bridge, organisation, form=form, review=review)
    return render(request, "website/my_application.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def my_leaving(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Leave the bridge, after a question."""
    if not may.owns(request.user, organisation):
        raise NotAllowed
    membership = get_object_or_404(Membership, bridge=bridge, organisation=organisation)
    if request.method == "POST":
        leave_bridge(membership, actor=request.user)
        messages.success(request, _("Your organisation has left the bridge. You can apply again at any time."))
        return redirect("website:my_organisation", bridge.slug)
    published = Listing.objects.live().on_bridge(bridge).of_organisation(organisation).count()
    context = page_context(request, bridge, organisation, published=published)
    return render(request, "website/my_leaving.html", context)


@of_my_organisation
@require_safe
def my_history(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Who did what: for the organisation's people only."""
    if not (may.is_person_of(request.user, organisation) or may.writes_for(request.user, organisation)):
        raise NotAllowed
    page = keyset_page(request, entries_of(organisation, request.user))
    lines = people_lines(page.rows, request.user, own={organisation.pk}, address=address_of)
    return render(
        request,
        "website/my_history.html",
        page_context(request, bridge, organisation, page=page, lines=lines),
    )


@of_my_organisation
@require_safe
def my_blocks(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Organisations this one is never proposed to."""
    blocks = Block.objects.filter(organisation=organisation).select_related("blocked").order_by("-id")
    context = page_context(request, bridge, organisation, page_obj=page_of(request, blocks))
    return render(request, "website/my_blocks.html", context)


def _membership(bridge: Bridge, organisation: Organisation) -> Membership | None:
    return Membership.objects.on_bridge(bridge).filter(organisation=organisation).select_related("side").first()


def _tabs(request: HttpRequest, counts: dict[str, int], wanted: str) -> list[dict[str, Any]]:
    tabs: list[dict[str, Any]] = [
        {"label": _("All"), "url": request.path, "current": wanted not in counts, "count": sum(counts.values())}
    ]
    tabs += [
        {
            "label": ListingState(state).label,
            "url": f"{request.path}?state={state}",
            "current": state == wanted,
            "count": count,
        }
        for state, count in counts.items()
        if count
    ]
    return tabs
