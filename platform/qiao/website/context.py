"""What the head of every page shows: the bridge, the other bridges, where one can go, what waits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from qiao.bridges.models import Bridge
from qiao.notifications.models import Notification
from qiao.website.navigation import account_navigation, bridge_navigation


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Each value is looked up when a template first asks for it: fragments and partners' answers pay for none."""
    bridge = getattr(request, "bridge", None)
    user = getattr(request, "user", None)
    context: dict[str, Any] = {"bridge": bridge}
    if user is None:  # the request failed before anybody was known
        return context
    context["site_bridges"] = SimpleLazyObject(lambda: list(Bridge.objects.visible_to(user)))
    if bridge is not None:
        context["navigation"] = SimpleLazyObject(lambda: bridge_navigation(request, bridge))
    if user.is_authenticated:
        context["account_navigation"] = SimpleLazyObject(lambda: account_navigation(request))
        context["unread_count"] = SimpleLazyObject(lambda: Notification.objects.visible_to(user).unread().count())
    return context
