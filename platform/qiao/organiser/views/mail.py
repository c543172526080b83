"""Mail of the bridge on its way: what waits, what was given up, and why. Never its text: that is between two people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.notifications.domain.mail import (
    SECRET,
    cancel_mail,
    change_mail_address,
    hold_mail,
    retry_failed_mail,
    retry_mail,
)
from qiao.notifications.models import MailState, OutgoingMail
from qiao.organiser.forms.letters import AddressForm
from qiao.organiser.scope import desk_page, for_organisers

ROWS = 50


@for_organisers
@require_safe
def mail_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Messages by state; what needs care comes first."""
    mails = OutgoingMail.objects.of_bridge(bridge.pk).defer("text", "html")
    found = dict(mails.order_by().values_list("state").annotate(Count("pk")))
    counts = {state: found.get(state, 0) for state in MailState.values}
    state = request.GET.get("state", "")
    if state not in counts:
        state = MailState.FAILED if counts[MailState.FAILED] else MailState.WAITING
    labels = {
        MailState.FAILED: _("Failed"),
        MailState.WAITING: _("Waiting"),
        MailState.HELD: _("Held back"),
        MailState.SENT: _("Sent"),
        MailState.CANCELLED: _("Cancelled"),
    }
    tabs = [
        {"label": label, "url": f"?state={each}", "current": each == state, "count": counts[each]}
        for each, label in labels.items()
    ]
    order = "-id" if state in (MailState.SENT, MailState.CANCELLED) else "id"
    page = page_of(request, mails.filter(state=state).order_by(order), size=ROWS)
    return desk_page(request, bridge, "organiser/mail_list.html", tabs=tabs, page_obj=page, state=state)


@for_organisers
@require_POST
def mail_retry(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Try a message again now."""
    mail = get_object_or_404(OutgoingMail.objects.of_bridge(bridge.pk), public_id=public_id)
    try:
        retry_mail(mail, actor=request.user)
        messages.success(request, _("It is tried again now."))
    except InvalidInput as refusal:
        messages.info(request, str(refusal))
    return redirect("organiser:mail_list", bridge.slug)


@for_organisers
@require_POST
def mail_retry_failed(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Try everything again that was given up."""
    count = retry_failed_mail(bridge.pk, actor=request.user)
    text = ngettext("%(count)s message is tried again now.", "%(count)s messages are tried again now.", count)
    messages.success(request, text % {"count": count})
    return redirect("organiser:mail_list", bridge.slug)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One message: where it stands, and what can be done; another address for one that was given up."""
    found = _mail_or_404(bridge, public_id)
    may_change = found.state == MailState.FAILED and not found.template.startswith(SECRET)
    form = AddressForm(request.POST or None, initial={"to": found.to})
    if form.is_bound and form.is_valid():
        try:
            change_mail_address(found, actor=request.user, to=form.cleaned_data["to"])
        except InvalidInput as refusal:
            form.add_error("to" if "to" in refusal.errors else None, refusal.errors.get("to") or [str(refusal)])
        else:
            messages.success(request, _("It goes to the new address now."))
            return redirect("organiser:mail", bridge.slug, public_id)
    status = 422 if form.errors else 200
    context: dict[str, Any] = {"mail": found, "form": form, "may_change": may_change}
    return desk_page(request, bridge, "organiser/mail.html", status=status, **context)


@for_organisers
@require_POST
def mail_act(request: HttpRequest, bridge: Bridge, public_id: str, action: str) -> HttpResponse:
    """Hold a message back, or have it not go."""
    found = _mail_or_404(bridge, public_id)
    if action == "hold":
        hold_mail(found, actor=request.user)
        messages.success(request, _("Held back. It goes when you let it."))
    elif action == "cancel":
        cancel_mail(found, actor=request.user)
        messages.success(request, _("Cancelled: it does not go."))
    else:
        raise Http404
    return redirect("organiser:mail", bridge.slug, public_id)


def _mail_or_404(bridge: Bridge, public_id: str) -> OutgoingMail:
    return get_object_or_404(OutgoingMail.objects.of_bridge(bridge.pk).defer("text", "html"), public_id=public_id)
