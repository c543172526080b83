"""Proposals that hold on the bridge, as an organiser reads them: who would meet whom, and how strongly."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.common.pagination import page_of
from qiao.organiser.filters import ProposalFilter
from qiao.organiser.scope import desk_page, for_organisers


@for_organisers
@require_safe
def proposal_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Current proposals, strongest first."""
    base = (
        Proposal.objects.visible_to(request.user)
        .on_bridge(bridge)
        .current()
        .select_related("first", "second", "first_listing", "second_listing")
    )
    filters = ProposalFilter(request.GET, queryset=base)
    return desk_page(
        request, bridge, "organiser/proposal_list.html", filter=filters, page_obj=page_of(request, filters.qs)
    )
