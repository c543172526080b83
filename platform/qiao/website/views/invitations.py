"""The page behind an invitation's link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qiao.bridges.models import Bridge
from qiao.directory.domain.people import accept_invitation, find_invitation
from qiao.directory.enums import InvitationPurpose
from qiao.directory.models import Organisation
from qiao.website.scope import choose_organisation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """See who invites to what, and accept. Signed out: sign up or in first, and come back here."""
    found = find_invitation(token)
    user: Any = request.user
    if request.method == "POST":
        if not user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        affiliation = accept_invitation(token, actor=user)
        choose_organisation(request, affiliation.organisation)
        messages.success(request, _("Welcome to %(name)s.") % {"name": affiliation.organisation.name})
        bridge = _bridge_for(request, affiliation.organisation)
        return redirect("website:my_organisation", bridge.slug) if bridge else redirect("website:home")
    return render(
        request,
        "website/invitation.html",
        {
            "invitation": found,
            "organisation": found.organisation,
            "is_claim": found.purpose == InvitationPurpose.CLAIM,
            "other_address": user.is_authenticated and user.email.lower() != found.email.lower(),
            "here": request.path,
        },
    )


def _bridge_for(request: HttpRequest, organisation: Organisation) -> Bridge | None:
    bridges = Bridge.objects.visible_to(request.user)
    return bridges.filter(memberships__organisation=organisation).order_by("id").first() or bridges.first()
