"""Members of the bridge, needs and offers in any state, and profiles that the organisers keep."""

from __future__ import annotations

from typing import Any

from defusedcsv import csv
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.domain.managed import create_managed_profile
from qiao.directory.domain.organisations import update_organisation
from qiao.directory.domain.people import invite_to_claim, revoke_invitation
from qiao.directory.domain.suspending import restore_membership, suspend_membership
from qiao.directory.models import Invitation, Listing, Membership, Organisation
from qiao.organiser.filters import DeskListingFilter, MembershipFilter
from qiao.organiser.forms.desk import ClaimForm, ManagedProfileForm, SuspensionForm
from qiao.organiser.scope import desk_page, for_organisers, for_reviewers
from qiao.organiser.tables import ListingTable, MembershipTable

ROWS = 30


@for_reviewers
@require_safe
def membership_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Members and applicants, filtered, sorted, as a table or as CSV."""
    base = Membership.objects.visible_to(request.user).on_bridge(bridge).select_related("organisation", "side")
    filters = MembershipFilter(request.GET, queryset=base, bridge=bridge)
    if request.GET.get("format") == "csv":
        return _members_csv(bridge, filters.qs)
    table = MembershipTable(filters.qs, bridge=bridge, caption=_("Members"))
    RequestConfig(request, paginate={"per_page": ROWS, "silent": True}).configure(table)
    return desk_page(request, bridge, "organiser/membership_list.html", table=table, filter=filters)


@for_organisers
@require_POST
def membership_suspend(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Suspend a member, or restore it."""
    membership = get_object_or_404(
        Membership.objects.visible_to(request.user).on_bridge(bridge).select_related("bridge"), public_id=public_id
    )
    try:
        if request.POST.get("restore"):
            restore_membership(membership, actor=request.user)
            messages.success(request, _("Restored."))
        else:
            form = SuspensionForm(request.POST)
            reason = form.cleaned_data["reason"] if form.is_valid() else ""
            suspend_membership(membership, actor=request.user, reason=reason)
            messages.success(request, _("Suspended. Its needs and offers are out of sight until you restore it."))
    except InvalidInput as refusal:
        messages.error(request, " ".join(m for each in refusal.errors.values() for m in each) or str(refusal))
    except TransitionNotAllowed as refusal:
        messages.info(request, str(refusal))
    return redirect("organiser:review_membership", bridge.slug, membership.public_id)


@for_reviewers
@require_safe
def listing_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Needs and offers in any state."""
    base = Listing.objects.visible_to(request.user).on_bridge(bridge).select_related("organisation")
    filters = DeskListingFilter(request.GET, queryset=base)
    table = ListingTable(filters.qs, bridge=bridge, caption=_("Needs and offers"))
    RequestConfig(request, paginate={"per_page": ROWS, "silent": True}).configure(table)
    return desk_page(request, bridge, "organiser/listing_list.html", table=table, filter=filters)


@for_organisers
@require_safe
def managed_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Profiles the organisers keep, with who was asked to take them over."""
    managed = Organisation.objects.visible_to(request.user).filter(managed_by=bridge)
    page = page_of(request, managed.matching_words(request.GET.get("q", "").replace("\x00", "")))
    invited = dict(
        Invitation.objects.open()
        .filter(organisation__in=[organisation.pk for organisation in page], purpose="claim")
        .values_list("organisation_id", "email")
    )
    rows = [{"organisation": organisation, "invited": invited.get(organisation.pk)} for organisation in page]
    return desk_page(request, bridge, "organiser/managed_list.html", page_obj=page, rows=rows)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def managed_new(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Make a profile for an organisation without an account; it is a member at once."""
    form = ManagedProfileForm(request.POST or None, bridge=bridge)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = create_managed_profile(bridge, actor=request.user, **form.cleaned_data)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The profile is on the bridge. Invite its people to take it over."))
            return redirect("organiser:managed", bridge.slug, organisation.public_id)
    return desk_page(request, bridge, "organiser/managed_form.html", form=form, status=422 if form.errors else 200)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def managed(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Change a managed profile."""
    organisation = _managed_or_404(request, bridge, public_id)
    form = ManagedProfileForm(request.POST or None, instance=organisation, bridge=bridge)
    if request.method == "POST" and form.is_valid():
        try:
            update_organisation(organisation, actor=request.user, **form.cleaned_data)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("organiser:managed", bridge.slug, organisation.public_id)
    return desk_page(
        request,
        bridge,
        "organiser/managed_form.html",
        form=form,
        organisation=organisation,
        claim_form=ClaimForm(),
        invitation=Invitation.objects.open().filter(organisation=organisation, purpose="claim").first(),
        status=422 if form.errors else 200,
    )


@for_organisers
@require_POST
def managed_invite(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Send, or take back, the link with which a profile is taken over."""
    organisation = _managed_or_404(request, bridge, public_id)
    if request.POST.get("revoke"):
        for invitation in Invitation.objects.open().filter(organisation=organisation, purpose="claim"):
            revoke_invitation(invitation, actor=request.user)
        messages.success(request, _("The link no longer works."))
        return redirect("organiser:managed", bridge.slug, organisation.public_id)
    form = ClaimForm(request.POST)
    if form.is_valid():
        try:
            invite_to_claim(organisation, actor=request.user, email=form.cleaned_data["email"])
            messages.success(request, _("The link has been sent."))
        except (InvalidInput, Duplicate) as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, _("This is not an e-mail address."))
    return redirect("organiser:managed", bridge.slug, organisation.public_id)


def _managed_or_404(request: HttpRequest, bridge: Bridge, public_id: str) -> Organisation:
    return get_object_or_404(
        Organisation.objects.visible_to(request.user).filter(managed_by=bridge).select_related("managed_by"),
        public_id=public_id,
    )


def _members_csv(bridge: Bridge, memberships: Any) -> HttpResponse:
    """CSV with a byte-order mark for spreadsheets; cells cannot be taken for formulas."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{bridge.slug}-members.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [_("Name in English"), _("Name in Chinese"), _("Kind"), _("Side"), _("Place"), _("State"), _("Applied")]
    )
    for membership in memberships.order_by("-applied_at").iterator(chunk_size=1000):
        one = membership.organisation
        writer.writerow(
            [one.name_en, one.name_zh, one.get_kind_display(), str(membership.side), one.place,
             membership.get_state_display(), membership.applied_at.date().isoformat()]
        )  # fmt: skip
    return response
