"""Mail of the bridge on its way: what waits, what was given up, and why. Never its text: that is between two people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.notifications.domain.mail import retry_mail
from qiao.notifications.models import MailState, OutgoingMail
from qiao.organiser.scope import desk_page, for_organisers

ROWS = 50


@for_organisers
@require_safe
def mail_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Messages by state; what needs care comes first."""
    mails = OutgoingMail.objects.of_bridge(bridge.pk).defer("text", "html")
    counts = {state: mails.filter(state=state).count() for state in MailState.values}
    state = request.GET.get("state", "")
    if state not in counts:
        state = MailState.FAILED if counts[MailState.FAILED] else MailState.WAITING
    labels = {
        MailState.FAILED: _("Failed"),
        MailState.WAITING: _("Waiting"),
        MailState.SENT: _("Sent"),
    }
    tabs = [
        {"label": label, "url": f"?state={each}", "current": each == state, "count": counts[each]}
        for each, label in labels.items()
    ]
    order = "-id" if state == MailState.SENT else "id"
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
