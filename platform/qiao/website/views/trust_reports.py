"""Reporting what is wrong, blocking, and endorsements: what one organisation's page lets others do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.rules import reviews_for_bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.directory import rules as may
from qiao.directory.domain.saved import block_organisation, unblock_organisation
from qiao.directory.domain.trust.endorsing import hide_endorsement, show_endorsement, withdraw_endorsement
from qiao.directory.domain.trust.reporting import report_abuse
from qiao.directory.models import Block, Endorsement, Organisation, Report
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.trust import ReportForm
from qiao.website.reportable import REPORTABLE
from qiao.website.scope import bridge_at, organisations_of
from qiao.website.views.pagination import page_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: HttpRequest, bridge: str, kind: str, public_id: str) -> HttpResponse:
    """Report what `REPORTABLE` names to the organisers."""
    found_bridge = bridge_at(request, bridge)
    finder = REPORTABLE.get(kind)
    if finder is None:
        raise Http404
    subject = finder(request.user, found_bridge, public_id)
    form = ReportForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            report_abuse(
                subject,
                actor=request.user,
                bridge=found_bridge,
                category=form.cleaned_data["category"],
                text=form.cleaned_data["text"],
            )
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. The organisers look into it and tell you what they decide."))
            return redirect(subject.page or "website:my_reports")
    context = {"bridge": found_bridge, "subject": subject, "kind": kind, "form": form}
    return render(request, "website/report_new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    """Reports of mine, and what became of them."""
    reports = Report.objects.made_by(request.user).select_related("bridge")
    return render(request, "website/my_reports.html", {"page_obj": page_of(request, reports, size=20)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Ask whether to stop, or to allow again, proposals between an organisation of mine and this one; then do it."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(Organisation.objects.visible_to(request.user), public_id=public_id)
    own = _own_organisation(request, found)
    if own is None:
        return redirect("website:organisation", found_bridge.slug, found.public_id)
    blocked = Block.objects.filter(organisation=own, blocked=found).exists()
    if request.method != "POST":
        context = {"bridge": found_bridge, "organisation": found, "own": own, "blocked": blocked}
        return render(request, "website/block.html", context)
    if request.POST.get("allow"):
        unblock_organisation(own, actor=request.user, blocked=found)
        messages.success(request, _("Proposals between the two are allowed again."))
    else:
        block_organisation(own, actor=request.user, blocked=found)
        messages.success(request, _("You will not be proposed to each other. They are not told."))
    return redirect("website:organisation", found_bridge.slug, found.public_id)


@require_safe
def endorsement_list(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """All endorsements of an organisation."""
    found_bridge = bridge_at(request, bridge)
    found = get_object_or_404(
        Organisation.objects.visible_to(request.user).on_bridge(found_bridge), public_id=public_id
    )
    endorsements = Endorsement.objects.visible_to(request.user).on_bridge(found_bridge).of_organisation(found)
    context = {
        "bridge": found_bridge,
        "organisation": found,
        "page_obj": page_of(request, endorsements.select_related("by"), size=20),
        "may_write": (writes := may.writes_for(request.user, found)),
        "sees_hidden": writes or reviews_for_bridge(request.user, found_bridge),
        "own_ids": [own.pk for own in organisations_of(request.user) if may.writes_for(request.user, own)],
    }
    return render(request, "website/endorsement_list.html", context)


@login_required
@require_POST
def endorsement_act(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Hide or show an endorsement of my organisation, or take back one that mine has written (`act`)."""
    found_bridge = bridge_at(request, bridge)
    endorsement = get_object_or_404(
        Endorsement.objects.visible_to(request.user).on_bridge(found_bridge).select_related("by", "of", "bridge"),
        public_id=public_id,
    )
    of = endorsement.of
    act = request.POST.get("act")
    if act == "hide":
        hide_endorsement(endorsement, actor=request.user)
        messages.success(request, _("The endorsement is hidden. You can show it again."))
    elif act == "show":
        show_endorsement(endorsement, actor=request.user)
        messages.success(request, _("The endorsement is shown again."))
    elif act == "withdraw":
        withdraw_endorsement(endorsement, actor=request.user)
        messages.success(request, _("Your endorsement is taken back."))
    else:
        raise Http404
    return redirect("website:endorsement_list", found_bridge.slug, of.public_id)


def _own_organisation(request: HttpRequest, other: Organisation) -> Organisation | None:
    """The organisation of mine that is meant: by the form or the address, else the first that I write for.

    Raises `NotAllowed` for one that I only read for, `InvalidInput` for the other itself.
    """
    user: Any = request.user
    mine = organisations_of(user)
    wanted = request.POST.get("organisation") or request.GET.get("organisation", "")
    if not wanted:
        return next((one for one in mine if one.pk != other.pk and may.writes_for(user, one)), None)
    own = next((one for one in mine if one.public_id == wanted), None)
    if own is not None and own.pk == other.pk:
        raise InvalidInput(_("This is your own organisation."))
    if own is not None and not may.writes_for(user, own):
        raise NotAllowed
    return own
