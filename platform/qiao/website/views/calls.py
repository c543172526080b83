"""Calls of a bridge, and one of them, as everybody may read them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.calls.domain.invitations import decline_invitation, undo_decline
from qiao.calls.enums import PUBLISHED, CallState
from qiao.calls.models import Call, CallInvitation, Entry
from qiao.calls.rules import enters_for, manages_call, reviewer_of, reviews_call
from qiao.common.pagination import page_of
from qiao.directory.enums import OrganisationKind
from qiao.directory.models import Organisation
from qiao.website.scope import bridge_at, chosen_organisation

TABS = ("open", "to_come", "ended", "mine")


@require_safe
def call_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """Calls that take entries, that open later, that are over, and those of one's own organisation."""
    found = bridge_at(request, bridge)
    organisation = chosen_organisation(request)
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS and (tab != "mine" or organisation is not None) else "open"
    now = timezone.now()
    shown = Call.objects.visible_to(request.user).on_bridge(found).filter(state__in=PUBLISHED)
    parts: dict[str, Any] = {
        "open": shown.filter(state=CallState.OPEN, opens_at__lte=now, closes_at__gt=now).order_by("closes_at", "pk"),
        "to_come": shown.filter(state=CallState.OPEN, opens_at__gt=now).order_by("opens_at", "pk"),
        "ended": shown.exclude(state=CallState.OPEN, closes_at__gt=now).order_by("-closes_at", "-pk"),
    }
    labels = {"open": _("Open"), "to_come": _("To come"), "ended": _("Over")}
    entries: dict[int, str] = {}
    invited: set[int] = set()
    if organisation is not None:
        own = Entry.objects.visible_to(request.user).of_organisation(organisation).on_bridge(found)
        entries = {one.call_id: one.get_state_display() for one in own}
        waiting = CallInvitation.objects.visible_to(request.user).of_organisation(organisation).on_bridge(found)
        invited = set(waiting.filter(declined_at=None).values_list("call_id", flat=True))
        mine = Call.objects.visible_to(request.user).on_bridge(found).filter(pk__in=entries)
        parts["mine"] = mine.order_by("-closes_at", "-pk")
        labels["mine"] = _("Entered by us")
    address = reverse("website:call_list", args=[found.slug])
    tabs = [
        {"label": labels[name], "url": f"{address}?tab={name}", "current": name == tab, "count": parts[name].count()}
        for name in parts
    ]
    page = page_of(request, parts[tab].in_full(), size=15)
    context = {
        "bridge": found,
        "tabs": tabs,
        "tab": tab,
        "page_obj": page,
        "rows": [{"call": one, "entry": entries.get(one.pk, ""), "invited": one.pk in invited} for one in page],
        "organisation": organisation,
    }
    return render(request, "website/call_list.html", context)


@require_safe
def call(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """The challenge, what it is judged by, its dates, and what this person can do."""
    found = bridge_at(request, bridge)
    one = get_object_or_404(Call.objects.visible_to(request.user).on_bridge(found).in_full(), public_id=public_id)
    organisation = chosen_organisation(request)
    entry = invitation = None
    may_enter = False
    if organisation is not None:
        entry = Entry.objects.visible_to(request.user).filter(call=one, organisation=organisation).first()
        invitation = CallInvitation.objects.visible_to(request.user).filter(call=one, organisation=organisation).first()
        may_enter = enters_for(request.user, one, organisation)
    return render(
        request,
        "website/call.html",
        {
            "bridge": found,
            "call": one,
            "texts": texts_of(one),
            "organisation": organisation,
            "entry": entry,
            "invitation": invitation,
            "may_enter": may_enter,
            "partner_kinds": [OrganisationKind(kind).label for kind in one.partner_kinds],
            "kind_fits": not one.partner_kinds or (organisation is not None and organisation.kind in one.partner_kinds),
            "manages": bool(manages_call(request.user, one)),
            "reviews": reviewer_of(request.user, one) is not None,
            "desk": bool(reviews_call(request.user, one)),
        },
    )


@login_required
@require_POST
def call_invitation(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Say that one does not want to enter, or take that back."""
    found = bridge_at(request, bridge)
    invitation = get_object_or_404(
        CallInvitation.objects.visible_to(request.user).on_bridge(found).select_related("organisation", "call"),
        call__public_id=public_id,
        organisation=_organisation(request),
    )
    if "undo" in request.POST:
        undo_decline(invitation, actor=request.user)
    else:
        decline_invitation(invitation, actor=request.user)
        messages.success(request, _("Noted. You can take it back as long as the call is open."))
    return redirect("website:call", found.slug, public_id)


def texts_of(one: Call) -> dict[str, str]:
    """Title, challenge and offer in the reader's language, or the one there is; `language` says which."""
    reader = "zh" if (get_language() or "en").startswith("zh") else "en"
    if one.language == reader or not one.other_brief:
        return {"title": one.title, "brief": one.brief, "offers": one.offers, "language": one.language}
    return {
        "title": one.other_title or one.title,
        "brief": one.other_brief,
        "offers": one.other_offers or one.offers,
        "language": reader,
    }


def _organisation(request: HttpRequest) -> Organisation | None:
    return chosen_organisation(request)
