"""Verifying organisations at the desk: what waits, and one organisation's standing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.bridges.models import Bridge, Side
from qiao.common.errors import InvalidInput, NotAllowed, QiaoError, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.domain.queries.verified import verifications_of, verified_on
from qiao.directory.domain.trust.verifying import (
    decline_request,
    record_document,
    vouch_for,
    withdraw_verification,
)
from qiao.directory.models import Membership, Organisation, Verification, VerificationRequest
from qiao.directory.trust_rules import verifies_on, vouches_for_side
from qiao.directory.trust_words import VerificationState
from qiao.organiser.forms.trust import DeclineForm, DocumentForm, VouchForm
from qiao.organiser.scope import desk_page, for_organisers

#: Checks that run out this soon are shown, so that they are renewed in time.
SOON = timedelta(days=45)


@for_organisers
@require_safe
def verification_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Requests for verification, longest first; or checks that soon run out; or members without any."""
    part = request.GET.get("show", "requests")
    requests = VerificationRequest.objects.visible_to(request.user).on_bridge(bridge).waiting()
    soon = (
        Verification.objects.holding()
        .filter(bridge=bridge, expires_on__lte=timezone.localdate() + SOON)
        .order_by("expires_on", "id")
    )
    members = Organisation.objects.visible_to(request.user).on_bridge(bridge)
    held = Verification.objects.holding().on_bridge(bridge)
    without = members.exclude(pk__in=held.values("organisation"))
    parts: dict[str, tuple[str, Any]] = {
        "requests": (_("Requests"), requests.select_related("organisation")),
        "soon": (_("Soon running out"), soon.select_related("organisation")),
        "without": (_("Members without any"), without.order_by("name_en", "name_zh", "id")),
    }
    part = part if part in parts else "requests"
    tabs = [
        {"label": label, "url": f"?show={name}", "current": name == part, "count": rows.count()}
        for name, (label, rows) in parts.items()
    ]
    page = page_of(request, parts[part][1])
    ids = [one.pk if part == "without" else one.organisation_id for one in page]
    verified = verified_on(bridge, ids)
    rows = [
        {
            "organisation": one if part == "without" else one.organisation,
            "one": None if part == "without" else one,
            "verified": verified.get(pk, []),
        }
        for one, pk in zip(page, ids, strict=True)
    ]
    return desk_page(
        request, bridge, "organiser/verification_list.html", tabs=tabs, part=part, page_obj=page, rows=rows
    )


@for_organisers
@require_safe
def verification(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One organisation: its profile, what holds, what waits, and what can be recorded."""
    return _page(request, bridge, _organisation(request, bridge, public_id))


@for_organisers
@require_POST
def verification_act(request: HttpRequest, bridge: Bridge, public_id: str, act: str) -> HttpResponse:
    """Record a document, vouch, decline what waits, or withdraw what holds."""
    organisation = _organisation(request, bridge, public_id)
    if act == "withdraw":
        return _withdraw(request, bridge, organisation)
    form = _form(request, bridge, act)
    if form is None:
        return redirect("organiser:verification", bridge.slug, organisation.public_id)
    if form.is_valid():
        values = form.cleaned_data
        try:
            if act == "document":
                record_document(organisation, actor=request.user, bridge=bridge, **values)
            elif act == "vouch":
                vouch_for(organisation, actor=request.user, **values)
            else:
                waiting = _waiting(bridge, organisation)
                if waiting is not None:
                    decline_request(waiting, actor=request.user, **values)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Recorded, and told to the organisation."))
            return redirect("organiser:verification", bridge.slug, organisation.public_id)
    return _page(request, bridge, organisation, refused={act: form})


def _withdraw(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    held = get_object_or_404(
        Verification.objects.select_related("bridge", "organisation"),
        bridge=bridge,
        organisation=organisation,
        public_id=request.POST.get("verification", "")[:12].replace("\x00", ""),
    )
    try:
        withdraw_verification(held, actor=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("Withdrawn. The organisation has been told why."))
    except NotAllowed:
        raise
    except (InvalidInput, TransitionNotAllowed) as refusal:
        messages.error(request, _words_of(refusal))
    return redirect("organiser:verification", bridge.slug, organisation.public_id)


def _page(
    request: HttpRequest, bridge: Bridge, organisation: Organisation, *, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    refused = refused or {}
    sides = _sides(request, bridge)
    ended = (
        Verification.objects.on_bridge(bridge).filter(organisation=organisation).exclude(state=VerificationState.HELD)
    )
    return desk_page(
        request,
        bridge,
        "organiser/verification.html",
        status=422 if refused else 200,
        organisation=organisation,
        membership=Membership.objects.filter(bridge=bridge, organisation=organisation).select_related("side").first(),
        people=organisation.affiliations.select_related("user"),
        verified=verifications_of(organisation, bridge),
        waiting=_waiting(bridge, organisation),
        page_obj=page_of(request, ended.select_related("bridge", "side", "verified_by"), size=20),
        may_verify=verifies_on(request.user, bridge, organisation),
        document_form=refused.get("document") or DocumentForm(auto_id="id_document_%s"),
        vouch_form=(refused.get("vouch") or VouchForm(sides=sides, auto_id="id_vouch_%s")) if sides else None,
        decline_form=refused.get("decline") or DeclineForm(auto_id="id_decline_%s"),
    )


def _form(request: HttpRequest, bridge: Bridge, act: str) -> forms.Form | None:
    if act == "document":
        return DocumentForm(request.POST, auto_id="id_document_%s")
    if act == "vouch":
        return VouchForm(request.POST, sides=_sides(request, bridge), auto_id="id_vouch_%s")
    if act == "decline":
        return DeclineForm(request.POST, auto_id="id_decline_%s")
    return None


def _sides(request: HttpRequest, bridge: Bridge) -> list[Side]:
    """Sides with a guiding body for which the person may speak."""
    return [side for side in bridge.sides.all() if str(side.guiding_body) and vouches_for_side(request.user, side)]


def _waiting(bridge: Bridge, organisation: Organisation) -> VerificationRequest | None:
    waiting = VerificationRequest.objects.on_bridge(bridge).of_organisation(organisation).waiting()
    return waiting.select_related("organisation", "bridge", "asked_by").first()


def _organisation(request: HttpRequest, bridge: Bridge, public_id: str) -> Organisation:
    members = Organisation.objects.visible_to(request.user).filter(memberships__bridge=bridge)
    return get_object_or_404(members, public_id=public_id)


def _words_of(refusal: QiaoError) -> str:
    errors: dict[str, list[str]] = getattr(refusal, "errors", {})
    return " ".join(message for each in errors.values() for message in each) or str(refusal)
