"""Ending e-mail on a topic from the link of a message, without signing in (RFC 8058)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from qiao.common.errors import NotFound
from qiao.notifications.domain.ending import end_mail, ending_of, restore_mail
from qiao.notifications.enums import Topic
from qiao.notifications.unsubscribing import DIGEST


@csrf_exempt  # mail programs send the form by themselves; the signed link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and end it with the button or by a mail program's one request; then offer to undo it.

    Looking at the page changes nothing: mail programs open links before their readers do. The answer to a request is
    the page itself, for RFC 8058 wants no redirect.
    """
    try:
        ending = ending_of(token)
        undo, restored = "", False
        if request.method == "POST" and request.POST.get("undo"):
            restore_mail(ending, request.POST["undo"])
            ending, restored = ending_of(token), True
        elif request.method == "POST":
            undo = end_mail(ending)
            ending = ending_of(token)
    except NotFound:
        raise Http404 from None
    context = {
        "ending": ending,
        "topic": "" if ending.topic == DIGEST else Topic(ending.topic).label,
        "address": ending.user.email,
        "undo": undo,
        "restored": restored,
    }
    response = render(request, "website/unsubscribe.html", context)
    response["X-Robots-Tag"] = "noindex"
    # The link in the address is the proof: it is given to no other page.
    response["Referrer-Policy"] = "no-referrer"
    return response
