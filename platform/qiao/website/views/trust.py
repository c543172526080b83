"""What my organisation's standing rests on: its verification, and decisions against it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.directory import rules as may
from qiao.directory.domain.queries.verified import verifications_of
from qiao.directory.domain.trust.appealing import appeal_against, decisions_against
from qiao.directory.domain.trust.domains import domain_of_website
from qiao.directory.domain.trust.verifying import ask_for_verification, take_back_request
from qiao.directory.models import Appeal, Listing, Membership, Organisation, Verification, VerificationRequest
from qiao.directory.trust_words import VerificationLevel, VerificationState
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.trust import AppealForm, VerificationRequestForm
from qiao.website.views.my_organisation import of_my_organisation, page_context
from qiao.website.views.pagination import page_of


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def my_verification(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """What is verified of the organisation, how to get more, and what has ended."""
    form = VerificationRequestForm(request.POST or None)
    if request.method == "POST":
        if not may.owns(request.user, organisation):
            raise NotAllowed
        if form.is_valid():
            try:
                ask_for_verification(organisation, actor=request.user, bridge=bridge, note=form.cleaned_data["note"])
            except (InvalidInput, Duplicate) as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Your request is with the organisers."))
                return redirect("website:my_verification", bridge.slug)
    requests = VerificationRequest.objects.visible_to(request.user).on_bridge(bridge).of_organisation(organisation)
    held = verifications_of(organisation, bridge)
    ended = (
        Verification.objects.on_bridge(bridge).filter(organisation=organisation).exclude(state=VerificationState.HELD)
    )
    context = page_context(
        request,
        bridge,
        organisation,
        verified=held,
        levels={one.level for one in held},
        domain=domain_of_website(organisation.website) if organisation.website else None,
        email_domain=VerificationLevel.EMAIL_DOMAIN,
        waiting=requests.waiting().first(),
        answered=requests.exclude(decided_at=None).first(),
        page_obj=page_of(request, ended.select_related("bridge", "side"), size=20),
        form=form,
    )
    return render(request, "website/my_verification.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_POST
def my_verification_take_back(
    request: HttpRequest, bridge: Bridge, organisation: Organisation, public_id: str
) -> HttpResponse:
    """Ask no longer."""
    requests = VerificationRequest.objects.visible_to(request.user).on_bridge(bridge).of_organisation(organisation)
    take_back_request(
        get_object_or_404(requests.select_related("organisation"), public_id=public_id), actor=request.user
    )
    messages.success(request, _("Your request is taken back."))
    return redirect("website:my_verification", bridge.slug)


@of_my_organisation
@require_safe
def my_appeals(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Decisions that stand against the organisation, and its appeals."""
    return _appeals_page(request, bridge, organisation)


@of_my_organisation
@require_POST
def my_appeal(request: HttpRequest, bridge: Bridge, organisation: Organisation, subject: str) -> HttpResponse:
    """Appeal against the suspension (`membership`), or against the hiding of a listing (its id)."""
    if not (may.is_person_of(request.user, organisation) or may.writes_for(request.user, organisation)):
        raise Http404
    found: Membership | Listing
    if subject == "membership":
        found = get_object_or_404(
            Membership.objects.select_related("organisation", "bridge"), bridge=bridge, organisation=organisation
        )
    else:
        found = get_object_or_404(
            Listing.objects.select_related("organisation", "bridge"),
            bridge=bridge, organisation=organisation, public_id=subject,
        )  # fmt: skip
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            appeal_against(found, actor=request.user, text=form.cleaned_data["text"])
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your appeal is with the organisers."))
            return redirect("website:my_appeals", bridge.slug)
    return _appeals_page(request, bridge, organisation, refused={subject: form})


def _appeals_page(
    request: HttpRequest, bridge: Bridge, organisation: Organisation, *, refused: dict[str, AppealForm] | None = None
) -> HttpResponse:
    if not (may.is_person_of(request.user, organisation) or may.writes_for(request.user, organisation)):
        raise Http404
    refused = refused or {}
    rows = []
    for decision in decisions_against(organisation, bridge):
        subject = decision.listing.public_id if decision.listing is not None else "membership"
        form = refused.get(subject) or AppealForm(auto_id=f"id_{subject}_%s")
        rows.append({"decision": decision, "subject": subject, "form": form})
    standing = [row["decision"].act.pk for row in rows]  # type: ignore[attr-defined]  # a row is a plain dict
    earlier = Appeal.objects.visible_to(request.user).on_bridge(bridge).of_organisation(organisation)
    context = page_context(
        request,
        bridge,
        organisation,
        rows=rows,
        page_obj=page_of(request, earlier.exclude(decision__in=standing).select_related("listing"), size=20),
    )
    return render(request, "website/my_appeals.html", context, status=422 if refused else 200)
