"""What a person keeps: organisations, needs and offers, proposals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.directory.domain.queries.authorship import Readership
from qiao.directory.domain.queries.verified import verified_on
from qiao.directory.domain.saved import remove_saved_item, save_item
from qiao.directory.models import Listing, Organisation, SavedItem
from qiao.partnerships.models import ProposalMark
from qiao.website.scope import bridge_at
from qiao.website.views.listings import listing_rows
from qiao.website.views.pagination import page_of


@login_required
@require_safe
def saved_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """Saved organisations, listings and proposals on this bridge."""
    found_bridge = bridge_at(request, bridge)
    tab = request.GET.get("tab", "listings")
    saved = SavedItem.objects.visible_to(request.user).filter(bridge=found_bridge)
    listings = (
        saved.filter(listing__in=Listing.objects.visible_to(request.user))
        .select_related("listing__organisation")
        .prefetch_related("listing__sectors")
    )
    organisations = (
        saved.filter(organisation__in=Organisation.objects.visible_to(request.user))
        .select_related("organisation")
        .prefetch_related("organisation__sectors")
    )
    proposals = ProposalMark.objects.visible_to(request.user).filter(
        proposal__bridge=found_bridge, saved_at__isnull=False
    )
    parts = {
        "listings": (_("Needs and offers"), listings),
        "organisations": (_("Organisations"), organisations),
        "proposals": (_("Proposals"), proposals),
    }
    tab = tab if tab in parts else "listings"
    tabs = [
        {"label": label, "url": f"?tab={name}", "current": name == tab, "count": found.count()}
        for name, (label, found) in parts.items()
    ]
    context: dict[str, Any] = {"bridge": found_bridge, "tab": tab, "tabs": tabs}
    if tab == "organisations":
        page = page_of(request, organisations)
        verified = verified_on(found_bridge, [item.organisation_id for item in page])
        context["rows"] = [
            {
                "organisation": item.organisation,
                "side": None,
                "saved": True,
                "verified": verified.get(item.organisation_id, []),
            }
            for item in page
        ]
    elif tab == "proposals":
        page = page_of(
            request,
            # One query each instead of one over nine tables, which the planner can only guess at.
            proposals.select_related("proposal")
            .prefetch_related("proposal__first_listing__organisation", "proposal__second_listing__organisation")
            .order_by("-saved_at", "-id"),
        )
        context["rows"] = _proposal_rows(request, found_bridge, list(page))
    else:
        page = page_of(request, listings)
        context["rows"] = listing_rows(request, found_bridge, [item.listing for item in page if item.listing])
    context["page_obj"] = page
    return render(request, "website/saved_list.html", context)


@login_required
@require_POST
def save_listing(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Keep a listing, or keep it no longer."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(Listing.objects.visible_to(request.user).on_bridge(found_bridge), public_id=public_id)
    return _toggle(request, found_bridge, found)


@login_required
@require_POST
def save_organisation(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Keep an organisation, or keep it no longer."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(
        Organisation.objects.visible_to(request.user).on_bridge(found_bridge), public_id=public_id
    )
    return _toggle(request, found_bridge, found)


def _toggle(request: HttpRequest, bridge: Any, item: Listing | Organisation) -> HttpResponse:
    wanted = request.POST.get("saved") == "1"
    if wanted:
        save_item(item, actor=request.user, bridge=bridge)
    else:
        remove_saved_item(item, actor=request.user, bridge=bridge)
    if getattr(request, "htmx", False):
        kind = "listing" if isinstance(item, Listing) else "organisation"
        return render(
            request,
            "website/_save_button.html",
            {"bridge": bridge, "item": item, "kind": kind, "saved": wanted, "next": request.POST.get("next", "")},
        )
    messages.success(request, _("Saved for later.") if wanted else _("No longer saved."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("website:saved_list", bridge.slug)


def _proposal_rows(request: HttpRequest, bridge: Any, marks: list[ProposalMark]) -> list[dict[str, Any]]:
    reader = Readership(request.user, bridge)
    rows = []
    for mark in marks:
        proposal = mark.proposal
        theirs = proposal.second_listing if proposal.first_id == mark.organisation_id else proposal.first_listing
        rows.append({"mark": mark, "proposal": proposal, "listing": theirs, "author": reader.author_of(theirs)})
    return rows
