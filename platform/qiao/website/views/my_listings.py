"""Writing and running one's needs and offers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory import rules as may
from qiao.directory.domain.listings import copy_listing, create_listing, submit_listing, update_listing
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing, Organisation
from qiao.website.forms.listing import ListingForm, partner_values, what_values
from qiao.website.forms.refusals import show_refusal
from qiao.website.listing_actions import ACTIONS, rows_with_actions
from qiao.website.views.my_organisation import of_my_organisation, page_context


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def listing_new(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Write a need or an offer."""
    if not may.writes_for(request.user, organisation):
        raise NotAllowed
    initial = what_values(None, organisation) | partner_values(None)
    if request.GET.get("direction") in ("need", "offer"):
        initial["direction"] = request.GET["direction"]
    form = ListingForm(request.POST or None, initial=initial, bridge=bridge, organisation=organisation)
    if form.is_bound and form.is_valid():
        try:
            listing = create_listing(
                organisation, actor=request.user, bridge=bridge, sectors=form.cleaned_data["sectors"], **form.wishes
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return _after_saving(request, bridge, listing)
    context = page_context(request, bridge, organisation, form=form, listing=None)
    return render(request, "website/listing_edit.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def listing_edit(request: HttpRequest, bridge: Bridge, organisation: Organisation, public_id: str) -> HttpResponse:
    """Change a need or an offer."""
    listing = _own(request, bridge, public_id)
    if not may.writes_listing(request.user, listing):
        raise NotAllowed
    organisation = listing.organisation
    initial = what_values(listing, organisation) | partner_values(listing)
    form = ListingForm(request.POST or None, initial=initial, bridge=bridge, organisation=organisation)
    if form.is_bound and form.is_valid():
        try:
            listing = update_listing(listing, actor=request.user, sectors=form.cleaned_data["sectors"], **form.wishes)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return _after_saving(request, bridge, listing)
    row = rows_with_actions([listing], organisation)[0]
    context = page_context(request, bridge, organisation, form=form, listing=listing, row=row)
    return render(request, "website/listing_edit.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def listing_action(
    request: HttpRequest, bridge: Bridge, organisation: Organisation, public_id: str, action: str
) -> HttpResponse:
    """Take one step with a need or an offer. What cannot be undone is asked for first."""
    listing = _own(request, bridge, public_id)
    step = ACTIONS.get(action)
    if step is None:
        raise Http404
    if not may.writes_listing(request.user, listing):
        raise NotAllowed
    if request.method != "POST":
        context = page_context(request, bridge, listing.organisation, listing=listing, action=step)
        return render(request, "website/listing_action.html", context)
    try:
        step.take(listing, actor=request.user)
    except InvalidInput as refusal:
        messages.error(request, " ".join(m for each in refusal.errors.values() for m in each) or str(refusal))
        if "valid_until" in refusal.errors:
            return redirect("website:listing_edit", bridge.slug, listing.public_id)
    else:
        messages.success(request, str(step.done))
    return redirect("website:my_organisation", bridge.slug)


@of_my_organisation
@require_POST
def listing_copy(request: HttpRequest, bridge: Bridge, organisation: Organisation, public_id: str) -> HttpResponse:
    """Begin a new draft from an old one."""
    made = copy_listing(_own(request, bridge, public_id), actor=request.user)
    messages.success(request, _("Here is the copy, as a draft."))
    return redirect("website:listing_edit", bridge.slug, made.public_id)


def _own(request: HttpRequest, bridge: Bridge, public_id: str) -> Listing:
    """A listing that the person has a part in. What they may only read as a stranger is not here."""
    listing = get_object_or_404(
        Listing.objects.visible_to(request.user).on_bridge(bridge).select_related("organisation__managed_by", "bridge"),
        public_id=public_id,
    )
    if not (may.is_person_of(request.user, listing.organisation) or may.writes_listing(request.user, listing)):
        raise Http404
    return listing


def _after_saving(request: HttpRequest, bridge: Bridge, listing: Listing) -> HttpResponse:
    """Saved as it is; or sent on to review, when that was the button."""
    if request.POST.get("go") == "submit" and listing.state == ListingState.DRAFT:
        try:
            submit_listing(listing, actor=request.user)
        except InvalidInput as refusal:
            messages.warning(request, _("The draft is saved. %(why)s") % {"why": str(refusal)})
            return redirect("website:my_organisation", bridge.slug)
        messages.success(request, _("It is with the organisers."))
    elif listing.state == ListingState.DRAFT:
        messages.success(request, _("The draft is saved. Send it to review when it is ready."))
    else:
        messages.success(request, _("Your changes are saved."))
    return redirect("website:my_organisation", bridge.slug)
