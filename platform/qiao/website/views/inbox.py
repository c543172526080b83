"""What a person has been told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.notifications.domain.inbox import mark_all_read, mark_read
from qiao.notifications.models import Notification
from qiao.website.views.pagination import page_of


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    notifications = Notification.objects.visible_to(request.user)
    context = {"page_obj": page_of(request, notifications, size=50), "unread": notifications.unread().count()}
    return render(request, "website/inbox.html", context)


@login_required
@require_POST
def inbox_open(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to what a line is about; it counts as read."""
    notification = get_object_or_404(Notification.objects.visible_to(request.user), public_id=public_id)
    mark_read(notification)
    if notification.url and url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None):
        return redirect(notification.url)
    return redirect("website:inbox")


@login_required
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark every line as read."""
    mark_all_read(request.user)
    messages.success(request, _("All read."))
    return redirect("website:inbox")
