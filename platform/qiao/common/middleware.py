"""Middleware of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from qiao.common.errors import QiaoError
from qiao.common.time_zones import time_zone

Respond = Callable[[HttpRequest], HttpResponse]


class PreferredLanguageMiddleware:
    """A signed-in person's own language holds on a device where they have not chosen one."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = getattr(request, "user", None)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user is not None and user.is_authenticated:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class PersonalTimeZoneMiddleware:
    """Times are shown in a signed-in person's own time zone, if they have chosen one."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = getattr(request, "user", None)
        with timezone.override(time_zone(user.time_zone) if user is not None and user.is_authenticated else None):
            return self.get_response(request)


class QiaoErrorMiddleware:
    """Turns an error of the business that no view has handled into a page that says what happened and what to do."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, QiaoError):
            return None
        if not getattr(request, "htmx", False):
            return render(request, "errors/message.html", {"error": exception}, status=exception.status)
        response = render(request, "errors/_message.html", {"error": exception}, status=exception.status)
        # Among the page's messages, not in the place of what the person was working on.
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "beforeend"
        return response
