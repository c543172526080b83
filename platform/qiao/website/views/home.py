"""The start page, a bridge's own page, and where a person lands after signing in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from matching.app.models import Proposal
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.directory.enums import MembershipState
from qiao.directory.models import Affiliation, Membership
from qiao.insights.bridge_figures import bridge_figures
from qiao.website.scope import bridge_at


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a bridge is, in one screen, and every bridge one may enter."""
    bridges = Bridge.objects.visible_to(request.user).prefetch_related("sides")
    figures = [(found, bridge_figures(found)) for found in bridges]
    figures.sort(key=lambda pair: -pair[1].members)
    rows = [{"bridge": found, "figures": counted} for found, counted in figures]
    return render(request, "website/home.html", {"rows": rows})


@require_safe
def bridge(request: HttpRequest, bridge: str) -> HttpResponse:
    """One bridge: its sides, what goes on on it, how to join."""
    found_bridge = bridge_at(request, bridge)
    figures = bridge_figures(found_bridge)
    members = {side.code: side.members for side in figures.sides}
    sides = [{"side": side, "members": members.get(side.code, 0)} for side in found_bridge.sides.all()]
    user: Any = request.user
    context = {
        "bridge": found_bridge,
        "figures": figures,
        "near": sides[:1],
        "far": sides[1:],
        "membership": _membership_of(user, found_bridge),
    }
    return render(request, "website/bridge.html", context)


@never_cache
@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends a person on to what waits for them."""
    return redirect(_next_place(request))


def _next_place(request: HttpRequest) -> str:
    user: Any = request.user
    if not user.is_authenticated:
        return reverse("website:home")
    membership = _first_membership(user)
    if membership is None:
        desk = BridgeStaff.objects.filter(user=user).select_related("bridge").order_by("id").first()
        if desk is not None:
            return reverse("organiser:desk", args=[desk.bridge.slug])
        return _where_to_register(request)
    slug = membership.bridge.slug
    if membership.state != MembershipState.APPROVED:
        return reverse("website:my_organisation", args=[slug])
    received = Proposal.objects.current().on_bridge(membership.bridge).received_by(membership.organisation)
    return reverse("website:proposal_list" if received.exists() else "website:my_organisation", args=[slug])


def _first_membership(user: Any) -> Membership | None:
    """The person's place on a bridge: an approved one before others, the oldest first."""
    mine = Membership.objects.filter(
        organisation__in=Affiliation.objects.filter(user=user).values("organisation_id"),
        bridge__in=Bridge.objects.visible_to(user),
    )
    memberships = list(mine.select_related("bridge", "organisation").order_by("id"))
    approved = [membership for membership in memberships if membership.state == MembershipState.APPROVED]
    return next(iter([*approved, *memberships]), None)


def _where_to_register(request: HttpRequest) -> str:
    """The wizard of the bridge they began to register on, or of the only open one, else the start page to choose."""
    bridges = list(Bridge.objects.visible_to(request.user).filter(state=BridgeState.OPEN))
    begun = request.session.get("registration", {})
    wanted = [found for found in bridges if str(found.pk) in begun] or bridges
    if len(wanted) != 1 or request.user.is_superuser:
        return reverse("website:home")
    return reverse("website:register", args=[wanted[0].slug])


def _membership_of(user: Any, found_bridge: Bridge) -> Membership | None:
    if not user.is_authenticated:
        return None
    mine = Affiliation.objects.filter(user=user).values("organisation_id")
    return (
        Membership.objects.on_bridge(found_bridge)
        .filter(organisation__in=mine)
        .select_related("organisation")
        .order_by("id")
        .first()
    )
