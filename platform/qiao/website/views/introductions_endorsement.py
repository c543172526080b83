"""Recommending the other side of an introduction after a meeting, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.languages import interface_text_language
from qiao.directory.domain.trust.endorsing import withdraw_endorsement
from qiao.directory.models import Organisation
from qiao.partnerships.domain.endorsing import endorse_partner
from qiao.partnerships.domain.queries.introduction_view import introduction_view
from qiao.partnerships.models import Introduction
from qiao.website.forms.introductions_endorsement import EndorsementForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.views.introductions_scope import address_of, of_my_introduction


@of_my_introduction
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_endorse(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Write an endorsement of the other side; where there is one, read it and take it back."""
    view = introduction_view(request.user, introduction, organisation)
    if view is None or not view.have_met:
        raise Http404
    if not view.may_act:
        raise NotAllowed
    form = EndorsementForm(request.POST or None, initial={"language": interface_text_language()})
    if request.POST.get("act") == "withdraw":
        if view.endorsement is not None:  # else another has taken it back a moment ago
            withdraw_endorsement(view.endorsement, actor=request.user)
        messages.success(request, _("Your endorsement is taken back."))
        return redirect(address_of(introduction, at="endorsement"))
    if form.is_bound and form.is_valid():
        try:
            endorse_partner(introduction, actor=request.user, organisation=organisation, **form.cleaned_data)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. It stands on their page, and they are told."))
            return redirect(address_of(introduction, at="endorsement"))
    context = {
        "bridge": bridge,
        "organisation": organisation,
        "introduction": introduction,
        "view": view,
        "row": view.row,
        "form": form,
    }
    return render(request, "website/introduction_endorse.html", context, status=422 if form.errors else 200)
