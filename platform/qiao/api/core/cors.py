"""Pages of other origins that may call the interface with a token. By default none may."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

PATH = "/api/"
METHODS = "GET, HEAD, POST, PATCH, DELETE"
TAKEN = "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match"
SHOWN = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, Idempotency-Replayed"


class CorsMiddleware:
    """Answers preflights, and marks answers for the origins of `API_CORS_ORIGINS`.

    Never with credentials: cookies of this site are of no use to a page of another, which sends a token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATH):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        allowed = origin in settings.API_CORS_ORIGINS or "*" in settings.API_CORS_ORIGINS
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not (origin and allowed):
            response = HttpResponse(status=403) if preflight else self.get_response(request)
            patch_vary_headers(response, ["Origin"])
            return response
        response = HttpResponse(status=204) if preflight else self.get_response(request)
        response["Access-Control-Allow-Origin"] = origin
        patch_vary_headers(response, ["Origin"])
        if preflight:
            response["Access-Control-Allow-Methods"] = METHODS
            response["Access-Control-Allow-Headers"] = TAKEN
            response["Access-Control-Max-Age"] = "600"
        else:
            response["Access-Control-Expose-Headers"] = SHOWN
        return response
