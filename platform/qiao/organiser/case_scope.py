"""Who may see cases at the desk: those who broker. Reviewers of texts see none."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from qiao.bridges.models import Bridge
from qiao.organiser.scope import DeskView, restricted_to
from qiao.partnerships.models import Introduction
from qiao.partnerships.querysets.introductions import IntroductionQuerySet
from qiao.partnerships.rules import brokers_on


def for_brokers(view: DeskView) -> DeskView:
    """A page for those who bring organisations together."""
    return restricted_to(brokers_on, view)


def cases_at(request: HttpRequest, bridge: Bridge) -> IntroductionQuerySet:
    """Every case of the bridge."""
    cases: IntroductionQuerySet = Introduction.objects.visible_to(request.user).on_bridge(bridge)
    return cases


def case_at(request: HttpRequest, bridge: Bridge, public_id: str) -> Introduction:
    """One case in full. Raises `Http404`."""
    return get_object_or_404(cases_at(request, bridge).in_full(), public_id=public_id)
