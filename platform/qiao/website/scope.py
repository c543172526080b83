"""Where a page is: on which bridge, and for which of the person's organisations."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation, Organisation
from qiao.directory.rules import role_in, writes_for

SESSION_KEY = "organisation"


def bridge_at(request: HttpRequest, slug: str) -> Bridge:
    """The bridge of the address. Raises `Http404` for one that is not there or not open to this person."""
    known: Bridge | None = getattr(request, "bridge", None)  # BridgeMiddleware has looked it up
    if known is not None and known.slug == slug:
        return known
    bridge = Bridge.objects.visible_to(request.user).filter(slug=slug).first()
    if bridge is None:
        raise Http404
    return bridge


def organisations_of(user: Any) -> list[Organisation]:
    """Organisations the person has a role in, in the order they joined them."""
    if not user.is_authenticated:
        return []
    affiliations = Affiliation.objects.filter(user=user).select_related("organisation").order_by("id")
    return [affiliation.organisation for affiliation in affiliations]


def chosen_organisation(request: HttpRequest) -> Organisation | None:
    """The organisation the person acts for: the one of `?organisation=`, else the one chosen before, else their first.

    An organiser may choose a managed profile of their bridge, and a superuser any. What is chosen by the query is
    kept in the session.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return None
    asked = request.GET.get("organisation", "")[:12]
    for wanted in (asked, request.session.get(SESSION_KEY, "")):
        organisation = _allowed(user, wanted)
        if organisation is not None:
            if wanted == asked:
                choose_organisation(request, organisation)
            return organisation
    own = organisations_of(user)
    return own[0] if own else None


def choose_organisation(request: HttpRequest, organisation: Organisation) -> None:
    """Keep the choice for this session."""
    if request.session.get(SESSION_KEY) != organisation.public_id:
        request.session[SESSION_KEY] = organisation.public_id


def _allowed(user: Any, wanted: str) -> Organisation | None:
    if not wanted or "\x00" in wanted:
        return None
    organisation = Organisation.objects.visible_to(user).select_related("managed_by").filter(public_id=wanted).first()
    if organisation is None or not (role_in(user, organisation) or writes_for(user, organisation)):
        return None
    return organisation
