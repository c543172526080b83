"""The marketplace of needs and offers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.directory import rules as may
from qiao.directory.domain.queries.authorship import Readership
from qiao.directory.filters import ListingFilter
from qiao.directory.listing_facts import listing_facts
from qiao.directory.models import Listing, Membership, SavedItem
from qiao.website.history import own_history
from qiao.website.scope import bridge_at
from qiao.website.views.pagination import page_of


@require_safe
def listing_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """Live needs and offers of the bridge, searched and filtered."""
    found_bridge = bridge_at(request, bridge)
    base = Listing.objects.visible_to(request.user).on_bridge(found_bridge).live()
    filters = ListingFilter(request.GET, queryset=base, bridge=found_bridge)
    page = page_of(request, filters.qs.select_related("organisation").prefetch_related("sectors"))
    context = {
        "bridge": found_bridge,
        "filter": filters,
        "page_obj": page,
        "narrowed": any(request.GET.get(name) for name in filters.filters if name != "q"),
        "rows": listing_rows(request, found_bridge, list(page)),
    }
    htmx: Any = getattr(request, "htmx", None)
    template = "website/listing_list.html"
    if htmx and htmx.target == "results":
        template = "website/_listing_results.html"
    return render(request, template, context)


@require_safe
def listing(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """One need or offer."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(
        Listing.objects.visible_to(request.user)
        .on_bridge(found_bridge)
        .select_related("organisation__managed_by", "bridge")
        .prefetch_related("sectors__parent"),
        public_id=public_id,
    )
    reader = Readership(request.user, found_bridge)
    membership = (
        Membership.objects.filter(bridge=found_bridge, organisation=found.organisation).select_related("side").first()
    )
    is_own = found.organisation_id in reader.own_organisation_ids
    may_write = may.writes_listing(request.user, found)
    context: dict[str, Any] = {
        "bridge": found_bridge,
        "listing": found,
        "author": reader.author_of(found),
        "facts": listing_facts(found, membership.side if membership else None),
        "saved": SavedItem.objects.visible_to(request.user).filter(listing=found).exists(),
        "is_own": is_own,
        "may_write": may_write,
        "history": own_history(found, request.user) if is_own or may_write else [],
        "latest_review": found.reviews.first() if is_own or reader.sees_all else None,
        "proposals": _proposals_with(request, found) if not is_own else [],
    }
    return render(request, "website/listing.html", context)


def listing_rows(request: HttpRequest, bridge: Bridge, listings: list[Listing]) -> list[dict[str, Any]]:
    """Each listing with its author as the reader may see it, and whether the reader has kept it."""
    reader = Readership(request.user, bridge)
    saved = set(
        SavedItem.objects.visible_to(request.user).filter(listing__in=listings).values_list("listing", flat=True)
    )
    return [{"listing": one, "author": reader.author_of(one), "saved": one.pk in saved} for one in listings]


def _proposals_with(request: HttpRequest, found: Listing) -> list[Proposal]:
    """Proposals to the reader's own organisations that this listing is the evidence of."""
    if not request.user.is_authenticated:
        return []
    proposals = Proposal.objects.visible_to(request.user).current()
    mine = request.user.affiliations.values("organisation_id")
    return [
        *proposals.filter(first_listing=found, second__in=mine)[:3],
        *proposals.filter(second_listing=found, first__in=mine)[:3],
    ]
