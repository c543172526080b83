"""Problem documents (RFC 9457): one form for every refusal, made of the error of the business in one place."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response

from qiao.api.core import errors
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, NotFound, QiaoError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: "Bad request", 401: "Not authenticated", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 412: "Precondition failed", 413: "Body too large", 415: "Unsupported media type",
    422: "Not accepted", 428: "Precondition required", 429: "Too many requests", 500: "Server error",
}  # fmt: skip


def problem_of(error: QiaoError) -> dict[str, Any]:
    """The document. `code` is for programs; `title` is English and goes with the status; `detail` is for people, in the
    language asked for."""
    document: dict[str, Any] = {
        "type": f"{reverse('api:reference')}#problem-{error.code}",
        "title": _TITLES.get(error.status, "Refused"),
        "status": error.status,
        "code": error.code,
        "detail": str(error),
    }
    fields = dict(error.errors) if isinstance(error, InvalidInput) else {}
    if isinstance(error, Duplicate) and error.context.get("field"):
        fields = {str(error.context["field"]): [str(error)]}
    if fields:
        document["errors"] = [
            {"field": field_name(name), "message": str(message)}
            for name, messages in fields.items()
            for message in messages
        ]
    return document


_OUTSIDE = {
    "__all__": "", "non_field_errors": "", "other_title": "title", "other_text": "text", "amount_min": "amount.min",
    "amount_max": "amount.max", "currency": "amount.currency",
}  # fmt: skip


def field_name(inside: str) -> str:
    """What a field of the domain is called here: `name_en` is `name.en`."""
    name, _underscore, language = inside.rpartition("_")
    if name and language in ("en", "zh"):
        return f"{name}.{language}"
    return _OUTSIDE.get(inside, inside)


def problem_response(error: QiaoError) -> Response:
    """The answer, with what its status asks for beside the document."""
    response = Response(problem_of(error), status=error.status, content_type=CONTENT_TYPE)
    if error.status == 401:
        reason = ', error="invalid_token"' if error.code == "invalid_token" else ""
        response["WWW-Authenticate"] = f'Bearer realm="qiao"{reason}'
    if "allow" in error.context:
        response["Allow"] = error.context["allow"]
    if "retry_after" in error.context:
        response["Retry-After"] = str(error.context["retry_after"])
    return response


def plain_problem(request: HttpRequest, error: QiaoError) -> JsonResponse:
    """The same where no view of the interface answers: an address that is not there."""
    return JsonResponse(problem_of(error), status=error.status, content_type=CONTENT_TYPE)


def answer_error(error: Exception, context: dict[str, Any]) -> Response:
    """Called by the framework with whatever a view has raised."""
    return problem_response(as_qiao_error(error, context))


def as_qiao_error(error: Exception, context: dict[str, Any]) -> QiaoError:
    """Whatever was raised, as an error of ours. What is not foreseen is logged, and tells the caller nothing."""
    match error:
        case QiaoError():
            return (
                NotFound(gettext("There is no such thing, or you may not see it."))
                if type(error) is NotFound
                else error
            )
        case Http404() | exceptions.NotFound():
            return NotFound(gettext("There is no such thing, or you may not see it."))
        case PermissionDenied() | exceptions.PermissionDenied():
            detail = str(getattr(error, "detail", ""))
            return errors.CsrfFailed() if detail.startswith("CSRF") else NotAllowed()
        case exceptions.ValidationError():
            return InvalidInput(errors=field_errors(error.detail))
        case exceptions.AuthenticationFailed():
            return errors.InvalidToken()
        case exceptions.NotAuthenticated():
            return errors.NotAuthenticated()
        case exceptions.MethodNotAllowed():
            allowed = getattr(context.get("view"), "allowed_methods", [])
            return errors.MethodNotAllowed(allow=", ".join(allowed))
        case exceptions.UnsupportedMediaType():
            return errors.UnsupportedMediaType()
        case exceptions.ParseError():
            return errors.InvalidJson()
    logger.error("a call of the interface failed", exc_info=error)
    return errors.ServerError()


def field_errors(detail: Any, at: str = "") -> dict[str, list[str]]:
    """Messages by field; of a field within another by the path to it: `milestone.value`, `answers.0`."""
    found: dict[str, list[str]] = {}
    if isinstance(detail, dict):
        for name, inner in detail.items():
            place = at if name == "non_field_errors" else f"{at}.{name}" if at else str(name)
            for key, messages in field_errors(inner, place).items():
                found.setdefault(key, []).extend(messages)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            if isinstance(inner, dict | list):
                for key, messages in field_errors(inner, f"{at}.{number}" if at else str(number)).items():
                    found.setdefault(key, []).extend(messages)
            else:
                found.setdefault(at, []).append(str(inner))
    else:
        found.setdefault(at, []).append(str(detail))
    return found
