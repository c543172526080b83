"""The review queue: applications, needs and offers, each in full, decided one after the other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.domain.reviews import may_be_retracted, retract_publication
from qiao.directory.domain.reviews import review_listing as decide_on_listing
from qiao.directory.domain.reviews import review_membership as decide_on_membership
from qiao.directory.enums import ListingState, MembershipState, ReviewDecision
from qiao.directory.listing_facts import joined, listing_facts
from qiao.directory.models import Listing, Membership
from qiao.organiser.common_reasons import common_reasons
from qiao.organiser.forms.desk import ReviewForm
from qiao.organiser.log import desk_history
from qiao.organiser.scope import desk_page, for_reviewers


@for_reviewers
@require_safe
def review_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Everything that waits, longest first."""
    member = Membership.objects.approved().filter(organisation=OuterRef("organisation_id"), bridge=bridge)
    listings = _listings(request, bridge).waiting_for_review().annotate(of_member=Exists(member))
    applications = _memberships(request, bridge).waiting_for_review()
    of_listings = request.GET.get("of") == "listings"
    waiting = (
        listings.select_related("organisation") if of_listings else applications.select_related("organisation", "side")
    )
    tabs = [
        {"label": _("Applications"), "url": "?of=applications", "current": not of_listings,
         "count": applications.count()},
        {"label": _("Needs and offers"), "url": "?of=listings", "current": of_listings, "count": listings.count()},
    ]  # fmt: skip
    return desk_page(
        request,
        bridge,
        "organiser/review_list.html",
        tabs=tabs,
        of_listings=of_listings,
        page_obj=page_of(request, waiting),
    )


@for_reviewers
@require_http_methods(["GET", "HEAD", "POST"])
def review_membership(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One application: the profile in full, what it has written so far, and the decision."""
    membership = get_object_or_404(
        _memberships(request, bridge)
        .select_related("organisation", "side", "bridge")
        .prefetch_related("organisation__sectors"),
        public_id=public_id,
    )
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _decide(request, form, lambda **values: decide_on_membership(membership, **values))
        if done:
            messages.success(request, _said(form.cleaned_data["decision"], membership.organisation.name))
            return _next(request, bridge)
        membership.refresh_from_db(fields=["state"])
    waits = membership.state == MembershipState.APPLIED
    return desk_page(
        request,
        bridge,
        "organiser/review_membership.html",
        status=422 if form.errors else 200,
        membership=membership,
        organisation=membership.organisation,
        sectors=joined(map(str, membership.organisation.sectors.all())),
        listings=_listings(request, bridge).of_organisation(membership.organisation),
        people=membership.organisation.affiliations.select_related("user"),
        reviews=membership.reviews.select_related("reviewer"),
        form=form,
        waits=waits,
        within="review_list" if waits else "membership_list",
        may_suspend=runs_bridge(request.user, bridge),
        reasons=common_reasons(membership.organisation),
        history=desk_history(bridge, membership, request.user),
    )


@for_reviewers
@require_http_methods(["GET", "HEAD", "POST"])
def review_listing(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One need or offer: the text in full, who wrote it, and the decision."""
    listings = (
        _listings(request, bridge)
        .select_related("organisation", "bridge")
        .prefetch_related("sectors", "organisation__sectors")
    )
    listing = get_object_or_404(listings, public_id=public_id)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        done = _decide(request, form, lambda **values: decide_on_listing(listing, version=version, **values))
        if done:
            said = _said(form.cleaned_data["decision"], listing.title)
            if form.cleaned_data["decision"] == ReviewDecision.APPROVED:
                said = format_html('{} <a href="{}">{}</a>', said, request.path, _("Take it back?"))
            messages.success(request, said)
            return _next(request, bridge)
        listing = get_object_or_404(listings, public_id=public_id)  # what it says now is to be read
    waits = listing.state == ListingState.IN_REVIEW
    membership = (
        Membership.objects.filter(bridge=bridge, organisation=listing.organisation).select_related("side").first()
    )
    return desk_page(
        request,
        bridge,
        "organiser/review_listing.html",
        status=422 if form.errors else 200,
        listing=listing,
        facts=[{"label": _("Sectors"), "value": joined(map(str, listing.sectors.all()))}, *listing_facts(listing)],
        organisation=listing.organisation,
        sectors=joined(map(str, listing.organisation.sectors.all())),
        people=listing.organisation.affiliations.select_related("user"),
        membership=membership,
        reviews=listing.reviews.select_related("reviewer"),
        form=form,
        may_retract=may_be_retracted(listing),
        waits=waits,
        within="review_list" if waits else "listing_list",
        of_member=membership is not None and membership.state == MembershipState.APPROVED,
        reasons=common_reasons(listing.organisation),
        history=desk_history(bridge, listing, request.user),
    )


@for_reviewers
@require_POST
def review_retract(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Take an approval back that was just given."""
    listing = get_object_or_404(_listings(request, bridge).select_related("bridge"), public_id=public_id)
    try:
        retract_publication(listing, actor=request.user)
        messages.success(request, _("The approval is taken back: it waits for review again."))
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    return redirect("organiser:review_listing", bridge.slug, listing.public_id)


def _decide(request: HttpRequest, form: ReviewForm, decide: Any) -> bool:
    """Carry a decision out; a refusal, such as that somebody has decided meanwhile, is shown beside the form."""
    try:
        decide(actor=request.user, decision=form.cleaned_data["decision"], reason=form.cleaned_data["reason"])
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _next(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """The next thing that waits: applications before needs and offers, because these need a member."""
    application = _memberships(request, bridge).waiting_for_review().first()
    if application is not None:
        return redirect("organiser:review_membership", bridge.slug, application.public_id)
    member = Membership.objects.approved().filter(organisation=OuterRef("organisation_id"), bridge=bridge)
    listing = _listings(request, bridge).waiting_for_review().filter(Exists(member)).first()
    if listing is not None:
        return redirect("organiser:review_listing", bridge.slug, listing.public_id)
    return redirect("organiser:review_list", bridge.slug)


def _memberships(request: HttpRequest, bridge: Bridge) -> Any:
    return Membership.objects.visible_to(request.user).on_bridge(bridge)


def _listings(request: HttpRequest, bridge: Bridge) -> Any:
    return Listing.objects.visible_to(request.user).on_bridge(bridge)


def _said(decision: str, name: str) -> str:
    sentences = {
        ReviewDecision.APPROVED: _("Approved: %(name)s. Its people are told."),
        ReviewDecision.CHANGES_REQUESTED: _("Sent back with your reason: %(name)s."),
        ReviewDecision.REJECTED: _("Rejected with your reason: %(name)s."),
    }
    return sentences[ReviewDecision(decision)] % {"name": name}
