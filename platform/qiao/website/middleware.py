"""The bridge that a page is about, found once a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from qiao.bridges.models import Bridge

#: Namespaces whose addresses name a bridge by the keyword `bridge`. Partners' interfaces sign in in their own way.
SURFACES = frozenset({"website", "organiser"})


class BridgeMiddleware:
    """Sets `request.bridge` for addresses that name one: views and the site's head share the look-up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Raises `Http404` for a bridge that is not there or not open to this person."""
        match = request.resolver_match
        if match is None or "bridge" not in kwargs or not SURFACES.intersection(match.app_names):
            return
        bridge = Bridge.objects.visible_to(request.user).filter(slug=kwargs["bridge"]).first()
        if bridge is None:
            raise Http404
        request.bridge = bridge  # type: ignore[attr-defined]  # read by views and by the context processor
