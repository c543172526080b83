"""Who may be at the desk. Strangers are told nothing; staff who may not do a thing are told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from qiao.bridges.models import Bridge
from qiao.bridges.rules import owns_bridge, reviews_for_bridge, runs_bridge
from qiao.common.errors import NotAllowed
from qiao.organiser.navigation import desk_navigation

DeskView = Callable[..., HttpResponseBase]


def for_reviewers(view: DeskView) -> DeskView:
    """A page for everybody at the desk. Called with the bridge."""
    return restricted_to(reviews_for_bridge, view)


def for_organisers(view: DeskView) -> DeskView:
    """A page for those who run the bridge."""
    return restricted_to(runs_bridge, view)


def for_owners(view: DeskView) -> DeskView:
    """A page for the bridge's owners."""
    return restricted_to(owns_bridge, view)


def restricted_to(allowed: Callable[[Any, Bridge], bool], view: DeskView) -> DeskView:
    """Raises `Http404` for people who are not at the desk, `NotAllowed` for those who are and may not do this."""

    @login_required
    @wraps(view)
    def scoped(request: HttpRequest, bridge: str, **kwargs: Any) -> HttpResponseBase:
        found: Bridge | None = getattr(request, "bridge", None)  # the middleware has looked it up
        if found is None or not reviews_for_bridge(request.user, found):
            raise Http404
        if not allowed(request.user, found):
            raise NotAllowed
        return view(request, found, **kwargs)

    return scoped


def desk_page(
    request: HttpRequest, bridge: Bridge, template: str, *, status: int = 200, within: str = "", **context: Any
) -> HttpResponse:
    """Render a page of the desk with its rail. `within` is its place there if it may belong under several."""
    rail = desk_navigation(request, bridge, within=within)
    return render(request, template, {"bridge": bridge, "desk_nav": rail, **context}, status=status)
