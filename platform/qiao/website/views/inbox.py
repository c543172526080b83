"""What a person has been told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.notifications.domain.inbox import mark_all_read, mark_read, mark_unread, mark_unread_again, news_of
from qiao.notifications.enums import Topic
from qiao.notifications.models import Notification
from qiao.website.views.pagination import page_of

ROWS = 30


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first; all or what is unread, of every topic or of one."""
    lines = Notification.objects.visible_to(request.user)
    unread = lines.unread().count()
    topic = request.GET.get("topic", "")
    topic = topic if topic in Topic.values else ""
    only_unread = request.GET.get("show") == "unread"
    chosen = lines.filter(topic=topic) if topic else lines
    page = page_of(request, chosen.unread() if only_unread else chosen, size=ROWS)
    context = {
        "page_obj": page,
        "unread": unread,
        "topic": topic,
        "topics": Topic.choices,
        "only_unread": only_unread,
        "tabs": [
            {"label": _("All"), "url": _address(topic=topic), "current": not only_unread},
            {
                "label": _("Unread"),
                "url": _address(show="unread", topic=topic),
                "current": only_unread,
                "count": unread,
            },
        ],
        "just_read": request.GET.get("just", ""),
    }
    return render(request, "website/inbox.html", context)


@login_required
@require_safe
def inbox_news(request: HttpRequest) -> HttpResponse:
    """Whether anything has come: what open pages ask every half minute. 304, without a body, while nothing has."""
    unread, latest = news_of(request.user)
    tag = f'"{unread}-{latest}-{get_language()}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        words = ngettext("%(count)s unread", "%(count)s unread", unread) % {"count": unread}
        response = JsonResponse({"unread": unread, "words": words})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@login_required
@require_POST
def inbox_open(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to what a line is about; it counts as read."""
    notification = _own_line(request, public_id)
    mark_read(notification)
    if notification.url and url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None):
        return redirect(notification.url)
    return redirect("website:inbox")


@login_required
@require_POST
def inbox_mark(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark a line as read, or as unread again, and come back to the same part of the list."""
    notification = _own_line(request, public_id)
    if request.POST.get("read") == "1":
        mark_read(notification)
    else:
        mark_unread(notification)
    kept = {name: request.GET.get(name, "") for name in ("show", "topic", "page")}
    return redirect(_address(**kept))


@login_required
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark every line as read, and offer to undo it."""
    count, at = mark_all_read(request.user)
    messages.success(request, _("All read."))
    return redirect(_address(just=at.isoformat() if count else ""))


@login_required
@require_POST
def inbox_unread(request: HttpRequest) -> HttpResponse:
    """Undo marking every line as read."""
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        count = mark_unread_again(request.user, at=at)
        text = ngettext("%(count)s line is unread again.", "%(count)s lines are unread again.", count)
        messages.success(request, text % {"count": count})
    return redirect("website:inbox")


def _own_line(request: HttpRequest, public_id: str) -> Notification:
    return get_object_or_404(Notification.objects.visible_to(request.user), public_id=public_id)


def _address(**parameters: Any) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return reverse("website:inbox") + (f"?{urlencode(given)}" if given else "")
