"""The directory of organisations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from qiao.bridges.rules import reviews_for_bridge
from qiao.directory import rules as may
from qiao.directory.domain.queries.authorship import Readership
from qiao.directory.domain.queries.verified import verifications_of, verified_on
from qiao.directory.enums import Direction
from qiao.directory.filters import OrganisationFilter
from qiao.directory.models import Affiliation, Block, Endorsement, Listing, Membership, Organisation, SavedItem
from qiao.website.scope import bridge_at, organisations_of
from qiao.website.views.pagination import page_of

#: Endorsements on an organisation's own page; the others are a page further.
ENDORSEMENTS_SHOWN = 5


@require_safe
def organisation_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """Members of the bridge, searched and filtered."""
    found_bridge = bridge_at(request, bridge)
    base = Organisation.objects.visible_to(request.user).on_bridge(found_bridge)
    filters = OrganisationFilter(request.GET, queryset=base, bridge=found_bridge)
    page = page_of(request, filters.qs.with_listing_counts(found_bridge).prefetch_related("sectors"))
    saved = _saved_ids(request, found_bridge)
    sides = dict(
        Membership.objects.approved()
        .on_bridge(found_bridge)
        .filter(organisation__in=[o.pk for o in page])
        .values_list("organisation_id", "side_id")
    )
    names = {side.pk: side for side in found_bridge.sides.all()}
    verified = verified_on(found_bridge, [o.pk for o in page])
    rows = [
        {
            "organisation": o,
            "side": names.get(sides.get(o.pk, 0)),
            "saved": o.pk in saved,
            "verified": verified.get(o.pk, []),
        }
        for o in page
    ]
    narrowed = any(request.GET.get(name) for name in filters.filters if name != "q")
    context = {"bridge": found_bridge, "filter": filters, "page_obj": page, "rows": rows, "narrowed": narrowed}
    template = "website/_organisation_results.html" if _results_only(request) else "website/organisation_list.html"
    return render(request, template, context)


@require_safe
def organisation(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """One organisation: its profile, its needs and offers, its people as far as the reader may see them."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(
        Organisation.objects.visible_to(request.user).prefetch_related("sectors__parent"), public_id=public_id
    )
    membership = get_object_or_404(
        Membership.objects.visible_to(request.user).select_related("side"), bridge=found_bridge, organisation=found
    )
    reader = Readership(request.user, found_bridge)
    knows_all = reader.sees_all or found.pk in reader.own_organisation_ids
    listings = Listing.objects.of_organisation(found).on_bridge(found_bridge).live().prefetch_related("sectors")
    shown: list[dict[str, Any]] = [
        {"listing": one, "author": reader.author_of(one)}
        for one in listings.select_related("organisation")
        if knows_all or not one.anonymous
    ]
    endorsements = Endorsement.objects.visible_to(request.user).on_bridge(found_bridge).of_organisation(found)
    newest = list(endorsements.select_related("by")[: ENDORSEMENTS_SHOWN + 1])
    mine = [own for own in organisations_of(request.user) if own.pk != found.pk and may.writes_for(request.user, own)]
    blocked = set(Block.objects.filter(organisation__in=mine, blocked=found).values_list("organisation_id", flat=True))
    context: dict[str, Any] = {
        "bridge": found_bridge,
        "organisation": found,
        "membership": membership,
        "needs": [row for row in shown if row["listing"].direction == Direction.NEED],
        "offers": [row for row in shown if row["listing"].direction == Direction.OFFER],
        "people": Affiliation.objects.filter(organisation=found, is_public=True).select_related("user")
        if request.user.is_authenticated
        else (),
        "saved": found.pk in _saved_ids(request, found_bridge),
        "may_write": (writes := may.writes_for(request.user, found)),
        "sees_hidden": writes or reviews_for_bridge(request.user, found_bridge),
        "verified": verifications_of(found, found_bridge),
        "endorsements": newest[:ENDORSEMENTS_SHOWN],
        "more_endorsements": len(newest) > ENDORSEMENTS_SHOWN,
        "own_ids": [own.pk for own in mine],
        "is_own": found.pk in reader.own_organisation_ids,
        "blockers": [(own, own.pk in blocked) for own in mine],
    }
    return render(request, "website/organisation.html", context)


def _saved_ids(request: HttpRequest, bridge: Any) -> set[int]:
    saved = SavedItem.objects.visible_to(request.user).filter(bridge=bridge, organisation__isnull=False)
    return {pk for pk in saved.values_list("organisation_id", flat=True) if pk is not None}


def _results_only(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == "results"
