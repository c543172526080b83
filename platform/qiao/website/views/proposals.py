"""Proposed partnerships: the list of one's organisation, one proposal in full, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching.app.domain.queries.proposal_view import ProposalView, proposal_view, proposal_views
from matching.app.domain.queries.readiness import readiness_of
from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.directory.models import Organisation
from qiao.partnerships.domain.marks import (
    dismiss_proposal,
    mark_proposals_seen,
    remove_saved_proposal,
    restore_proposal,
    save_proposal,
)
from qiao.partnerships.enums import DismissalReason
from qiao.partnerships.models import ProposalMark
from qiao.partnerships.rules import responds_for
from qiao.website.scope import bridge_at, chosen_organisation, organisations_of
from qiao.website.span import IN_FULL, Span, span_of

TABS = ("open", "saved", "dismissed")


@login_required
@require_safe
def proposal_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """The proposals of one of the person's organisations, in its order."""
    found_bridge = bridge_at(request, bridge)
    organisations = organisations_of(request.user)
    organisation = chosen_organisation(request)
    tab = request.GET.get("tab", "open")
    context: dict[str, Any] = {
        "bridge": found_bridge,
        "organisations": organisations,
        "organisation": organisation,
        "tab": tab if tab in TABS else "open",
        "dismissal_reasons": DismissalReason.choices,
    }
    if organisation is not None:
        rows = _rows(request, organisation, found_bridge)
        by_tab = {name: [row for row in rows if row.tab in _SHOWN[name]] for name in TABS}
        may_respond = bool(rows) and responds_for(request.user, rows[0].view.proposal, organisation)
        context |= {
            "rows": by_tab[context["tab"]],
            "tabs": [
                {
                    "label": label,
                    "url": f"?organisation={organisation.public_id}&tab={name}",
                    "current": name == context["tab"],
                    "count": len(by_tab[name]),
                }
                for name, label in zip(TABS, (_("Proposed"), _("Saved"), _("Dismissed")), strict=True)
            ],
            "readiness": readiness_of(organisation, found_bridge),
            "may_respond": may_respond,
        }
        unseen = [row.view.proposal.pk for row in rows if row.mark is None or row.mark.seen_at is None]
        if may_respond and unseen:
            mark_proposals_seen(unseen, actor=request.user, organisation=organisation)
    htmx: Any = getattr(request, "htmx", None)
    template = "website/proposal_list.html"
    if htmx and htmx.target == "proposals":
        template = "website/_proposals.html"
    return render(request, template, context)


@login_required
@require_safe
def proposal(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """One proposal in full, seen from one's own side."""
    found_bridge = bridge_at(request, bridge)
    found = _proposal_or_404(request, found_bridge, public_id)
    organisation = _own_side(request, found_bridge, found)
    view = proposal_view(request.user, organisation, found)
    if view is None:
        raise Http404
    mark = ProposalMark.objects.visible_to(request.user).filter(proposal=found, organisation=organisation).first()
    context = {
        "bridge": found_bridge,
        "organisation": organisation,
        "view": view,
        "mark": mark,
        "span": span_of(view, found_bridge, excerpt=IN_FULL),
        "dismissal_reasons": DismissalReason.choices,
        "may_respond": responds_for(request.user, found, organisation),
    }
    return render(request, "website/proposal.html", context)


@login_required
@require_POST
def proposal_mark(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Save, no longer save, dismiss or restore a proposal for one's organisation."""
    found_bridge = bridge_at(request, bridge)
    found = _proposal_or_404(request, found_bridge, public_id)
    organisation = _own_side(request, found_bridge, found)
    act = request.POST.get("act")
    if act == "save":
        save_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Saved for later."))
    elif act == "unsave":
        remove_saved_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("No longer saved."))
    elif act == "dismiss":
        dismiss_proposal(
            found,
            actor=request.user,
            organisation=organisation,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
        messages.success(request, _("Dismissed. They are not told, and the matcher learns from it."))
    elif act == "restore":
        restore_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Back in your list."))
    else:
        raise InvalidInput
    if request.POST.get("back") == "proposal":
        return redirect("website:proposal", found_bridge.slug, found.public_id)
    tab = request.POST.get("tab", "open")
    query = f"?organisation={organisation.public_id}" + (f"&tab={tab}" if tab in TABS else "")
    return redirect(reverse("website:proposal_list", args=[found_bridge.slug]) + query)


_SHOWN = {"open": ("open", "saved"), "saved": ("saved",), "dismissed": ("dismissed",)}


@dataclass(frozen=True)
class Row:
    """A proposal in the list, with what one's own organisation has done with it."""

    view: ProposalView
    mark: ProposalMark | None
    span: Span

    @property
    def tab(self) -> str:
        """The part of the list it belongs to."""
        if self.mark is not None and self.mark.dismissed_at:
            return "dismissed"
        return "saved" if self.mark is not None and self.mark.saved_at else "open"


def _rows(request: HttpRequest, organisation: Organisation, bridge: Bridge) -> list[Row]:
    """Current proposals, and saved ones that no longer hold."""
    marks = {mark.proposal_id: mark for mark in ProposalMark.objects.filter(organisation=organisation)}
    kept = [pk for pk, mark in marks.items() if mark.saved_at]
    views = proposal_views(request.user, organisation, bridge, also=kept)
    return [Row(view, marks.get(view.proposal.pk), span_of(view, bridge)) for view in views]


def _proposal_or_404(request: HttpRequest, bridge: Bridge, public_id: str) -> Proposal:
    return get_object_or_404(
        Proposal.objects.visible_to(request.user).on_bridge(bridge).select_related("first", "second"),
        public_id=public_id,
    )


def _own_side(request: HttpRequest, bridge: Bridge, found: Proposal) -> Organisation:
    """The organisation in the pair that the person acts for. 404 for others: organisers look at their desk."""
    for organisation in (chosen_organisation(request), *organisations_of(request.user)):
        if organisation is not None and organisation.pk in (found.first_id, found.second_id):
            return organisation
    raise Http404
