"""Which introduction a page is about, and for which of the person's organisations."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from qiao.common.errors import NotAllowed
from qiao.directory.models import Organisation
from qiao.partnerships.domain.remembering import as_known_to
from qiao.partnerships.models import Introduction
from qiao.partnerships.rules import acts_for
from qiao.website.scope import bridge_at, chosen_organisation, organisations_of

IntroductionPage = Callable[..., HttpResponseBase]


def of_my_introduction(view: IntroductionPage) -> IntroductionPage:
    """A page for the people of a side that knows of the introduction: called with the bridge, it, and that side.

    404 for everybody else; organisers look at their desk. 403 for a form of who only reads.
    """

    @login_required
    @wraps(view)
    def scoped(request: HttpRequest, bridge: str, public_id: str, **kwargs: Any) -> HttpResponseBase:
        found = bridge_at(request, bridge)
        introduction = get_object_or_404(
            Introduction.objects.visible_to(request.user).on_bridge(found).in_full(), public_id=public_id
        )
        organisation = own_side(request, introduction)
        if request.method == "POST" and not acts_for(request.user, organisation):
            raise NotAllowed  # before what was typed is looked at
        return view(request, found, as_known_to(introduction, organisation.pk), organisation, **kwargs)

    return scoped


def own_side(request: HttpRequest, introduction: Introduction) -> Organisation:
    """The side that the person belongs to, the one chosen before if they belong to both. Raises `Http404`."""
    knowing = {
        party.organisation_id: party.organisation
        for party in introduction.parties.all()
        if party.knows or party.remembers
    }
    own = [organisation for organisation in organisations_of(request.user) if organisation.pk in knowing]
    if not own:
        raise Http404
    chosen = chosen_organisation(request)
    return chosen if chosen is not None and chosen in own else own[0]


def address_of(introduction: Introduction, *, at: str = "") -> str:
    """The page of an introduction, at one of its parts."""
    page = reverse("website:introduction", args=[introduction.bridge.slug, introduction.public_id])
    return f"{page}#{at}" if at else page
