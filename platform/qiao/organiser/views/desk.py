"""The desk: what waits, longest first, and how the bridge stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matching.app.models import MatchRun
from qiao.bridges.models import Bridge
from qiao.bridges.rules import runs_bridge
from qiao.directory.enums import Direction, ImportState, ListingState, MembershipState
from qiao.directory.models import ImportJob, Listing, Membership
from qiao.insights.bridge_figures import bridge_figures
from qiao.notifications.models import MailState, OutgoingMail
from qiao.organiser.scope import desk_page, for_reviewers
from qiao.partnerships.domain.queries.board import Column, in_column
from qiao.partnerships.models import Introduction
from qiao.partnerships.rules import brokers_on

SHOWN = 8
_ENDED_IMPORTS = (ImportState.DONE, ImportState.CANCELLED)


@for_reviewers
@require_safe
def desk(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """What waits for a decision, and the figures that lead to their lists."""
    memberships = Membership.objects.visible_to(request.user).on_bridge(bridge)
    listings = Listing.objects.visible_to(request.user).on_bridge(bridge)
    imports = ImportJob.objects.visible_to(request.user).filter(bridge=bridge).exclude(state__in=_ENDED_IMPORTS)
    applications, in_review = memberships.waiting_for_review(), listings.waiting_for_review()
    review, members = (reverse(f"organiser:{name}", args=[bridge.slug]) for name in ("review_list", "membership_list"))
    figures = [
        (_("Applications"), applications.count(), f"{review}?of=applications"),
        (_("Needs and offers in review"), in_review.count(), f"{review}?of=listings"),
        (_("Changes asked for"), memberships.filter(state=MembershipState.CHANGES_REQUESTED).count(),
         f"{members}?state={MembershipState.CHANGES_REQUESTED}"),
    ]  # fmt: skip
    if runs_bridge(request.user, bridge):
        figures.append((_("Open imports"), imports.count(), reverse("organiser:import_list", args=[bridge.slug])))
        failed = OutgoingMail.objects.of_bridge(bridge.pk).filter(state=MailState.FAILED).count()
        address = reverse("organiser:mail_list", args=[bridge.slug])
        figures.append((_("Failed mail"), failed, f"{address}?state={MailState.FAILED}"))
    if brokers_on(request.user, bridge):
        cases = Introduction.objects.visible_to(request.user).on_bridge(bridge)
        address = reverse("organiser:case_list", args=[bridge.slug])
        figures += [
            (
                _("Requests to pass on"),
                in_column(cases, Column.WITH_ADVISERS).count(),
                f"{address}?column=with_advisers",
            ),
            (_("Stuck cases"), cases.filter(is_held_up=True).count(), f"{address}?view=list&stuck=any"),
        ]
    return desk_page(
        request,
        bridge,
        "organiser/desk.html",
        waiting=figures,
        applications=applications.select_related("organisation", "side")[:SHOWN],
        in_review=in_review.select_related("organisation")[:SHOWN],
        imports=imports.order_by("id")[:SHOWN] if runs_bridge(request.user, bridge) else (),
        standing=_standing(request, bridge),
        latest_run=MatchRun.objects.filter(bridge=bridge).first(),
    )


def _standing(request: HttpRequest, bridge: Bridge) -> list[tuple[str, int, str]]:
    """How many take part, each figure with the address of what it counts. At most a minute old."""
    figures = bridge_figures(bridge)
    members, listings = (
        reverse(f"organiser:{name}", args=[bridge.slug]) for name in ("membership_list", "listing_list")
    )
    standing = [
        (_("Members"), figures.members, f"{members}?state={MembershipState.APPROVED}"),
        (_("Published needs"), figures.needs, f"{listings}?state={ListingState.PUBLISHED}&direction={Direction.NEED}"),
        (_("Published offers"), figures.offers,
         f"{listings}?state={ListingState.PUBLISHED}&direction={Direction.OFFER}"),
    ]  # fmt: skip
    if runs_bridge(request.user, bridge):
        address = reverse("organiser:proposal_list", args=[bridge.slug])
        standing.append((_("Proposals"), figures.proposals, address))
    return standing
