"""Forms with files: what is too large in all is turned away before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from qiao.common.errors import InvalidInput
from qiao.partnerships.domain.documents import MAX_BYTES, MAX_FILES

#: Of a whole form, with its words and what surrounds each file.
LARGEST_FORM = MAX_FILES * MAX_BYTES + 256 * 1024
_PIECE = 64 * 1024
#: How much of a refused form is read and thrown away, so that the browser lives to show the answer.
_THROWN_AWAY = 512 * 1024 * 1024


def with_room_for_files(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse a form that is larger than the files it may carry.

    The check for forgery reads the whole form: it has to wait until the size is known.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            try:
                length = int(request.META.get("CONTENT_LENGTH") or 0)
            except ValueError:
                length = 0
            if length > LARGEST_FORM:
                _throw_away(request, length)
                raise InvalidInput(
                    _("Your files are larger than %(limit)s MB in all. Nothing was sent: go back, your words are kept.")
                    % {"limit": MAX_FILES * MAX_BYTES // 1024 // 1024}
                )
        return protected(request, *args, **kwargs)

    return limited


def _throw_away(request: HttpRequest, length: int) -> None:
    left = min(length, _THROWN_AWAY)
    try:
        while left > 0 and (piece := request.read(min(_PIECE, left))):
            left -= len(piece)
    except OSError:  # the sender has gone
        return
