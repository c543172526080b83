"""Who may see cases at the desk: those who broker. Reviewers of texts see none."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation
from qiao.organiser.scope import DeskView, restricted_to
from qiao.partnerships.models import Introduction
from qiao.partnerships.querysets.introductions import IntroductionQuerySet
from qiao.partnerships.rules import brokers_on


def for_brokers(view: DeskView) -> DeskView:
    """A page for those who bring organisations together."""
    return restricted_to(brokers_on, view)


def cases_at(request: HttpRequest, bridge: Bridge) -> IntroductionQuerySet:
    """Every case of the bridge but those of the person's own organisations: these they read as a participant does."""
    user: Any = request.user
    own = list(Affiliation.objects.filter(user=user).values_list("organisation_id", flat=True))
    cases: IntroductionQuerySet = Introduction.objects.visible_to(user).on_bridge(bridge)
    return cases.exclude(Q(first__in=own) | Q(second__in=own)) if own else cases


def without_nul(text: str) -> str:
    """What no identifier has, and the database refuses."""
    return text.replace("\x00", "")


def case_at(request: HttpRequest, bridge: Bridge, public_id: str) -> Introduction:
    """One case in full. Raises `Http404`."""
    return get_object_or_404(cases_at(request, bridge).in_full(), public_id=public_id)
