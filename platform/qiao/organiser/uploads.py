"""Uploads that are too large are turned away before they are kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

#: What a form adds around its file.
_ENVELOPE = 64 * 1024
_CHUNK = 64 * 1024
#: How much of a refused upload is read and thrown away, so that the browser lives to show the answer.
_DISCARDED = 512 * 1024 * 1024


def upload_limit() -> int:
    """Bytes of the largest file that is taken."""
    return int(settings.UPLOAD_LIMIT_MB) * 1024 * 1024


def with_upload_limit(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Call the view with `too_large=True` and nothing kept when the request is over the limit.

    The check for forgery reads the whole form: it has to wait until the size is known. A server hands on no more than
    the length that a request declares, and nothing of one that declares none.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return protected(request, *args, too_large=False, **kwargs)
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > upload_limit() + _ENVELOPE:
            _discard(request, length)
            request.META["CONTENT_LENGTH"] = "0"
            return view(request, *args, too_large=True, **kwargs)
        return protected(request, *args, too_large=False, **kwargs)

    return limited


def _discard(request: HttpRequest, length: int) -> None:
    """Read the rest of the body in small pieces and keep none."""
    left = min(length, _DISCARDED)
    try:
        while left > 0 and (chunk := request.read(min(_CHUNK, left))):
            left -= len(chunk)
    except OSError:  # the sender has gone
        return
