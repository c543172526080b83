"""Describing a call beside its code: what goes in, what comes out, and every way in which it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

View = Callable[..., Any]


class ProblemError(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True, help_text="Path to the field; empty for the whole.")
    message = serializers.CharField(help_text="What is wrong, in the language asked for.")


class Problem(serializers.Serializer[Any]):
    """Why a call was refused (RFC 9457). Act by `code`: it never changes. `detail` is for people."""

    type = serializers.CharField(help_text="Where the problem is described.")
    title = serializers.CharField(help_text="The kind of refusal, in English.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    code = serializers.CharField(help_text="Stable code of the problem.")
    detail = serializers.CharField(help_text="What happened, in the language asked for.")
    errors = ProblemError(  # type: ignore[assignment]  # a field is no attribute
        many=True, required=False, help_text="By field, where it is about fields."
    )


#: Every code by its status, for the description and for the page of it.
PROBLEMS: dict[int, dict[str, str]] = {
    400: {
        "bad_request": "The call cannot be read.",
        "invalid_json": "The body is no JSON in UTF-8, lies deeper than 12 levels, or names something twice.",
        "invalid_parameter": "A parameter of the address is unknown, given twice or wrong.",
    },
    401: {
        "not_authenticated": "Nobody is signed in.",
        "invalid_token": "The token is unknown, over or ended, or its person has no part in its place any more.",
    },
    403: {
        "insufficient_scope": "The key was not made for this.",
        "not_allowed": "The person may see it and not do this to it.",
        "csrf_failed": "A browser's session without its CSRF token.",
    },
    404: {"not_found": "There is no such thing, or the caller may not know that there is."},
    405: {"method_not_allowed": "The address does not take this method."},
    409: {
        "transition_not_allowed": "It is not in a state in which this can be done.",
        "duplicate": "There is one already.",
        "too_late": "The call takes no entries at this moment.",
        "changed_meanwhile": "Somebody has changed it meanwhile.",
        "request_in_flight": "A call with this Idempotency-Key is being worked on.",
    },
    412: {"precondition_failed": "It has changed since it was read."},
    413: {"body_too_large": "The body is larger than a call may carry."},
    415: {"unsupported_media_type": "The body is not declared as JSON."},
    422: {
        "invalid_input": "Something in the body is refused; `errors` says what.",
        "breaks_policy": "It breaks a rule of the group.",
        "idempotency_key_reused": "The Idempotency-Key was used for another call.",
    },
    428: {"precondition_required": "A change without If-Match."},
    429: {"too_many_requests": "Too many calls; Retry-After says for how long to wait."},
    500: {"server_error": "Our mistake. Nothing was changed."},
}


def _refusals(statuses: Iterable[int]) -> dict[tuple[int, str], Any]:
    return {
        (status, "application/problem+json"): OpenApiResponse(
            Problem, description=" ".join(f"`{code}`: {text}" for code, text in PROBLEMS[status].items())
        )
        for status in sorted(statuses)
    }


_LIMITED = [
    OpenApiParameter(
        "Accept-Language", str, OpenApiParameter.HEADER, description="Language of messages and of names: en or zh-hans."
    )
]
_FIELDS = OpenApiParameter(
    "fields", str, description="Names of the fields wanted, with commas between them. All, if it is absent."
)
_PAGING = [
    OpenApiParameter("cursor", str, description="From `next` of the page before."),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}, description="Rows a page."
    ),
]
_ONCE = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Of your choice, another for each call. Sent again within a day, a call is answered as it was, and "
    "done once.",
)  # fmt: skip
_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what you have read and now change.",
)


def described(
    out: Any,
    summary: str,
    *,
    tag: str,
    text: str = "",
    body: Any = None,
    status: int = 200,
    many: bool = False,
    pages: bool = True,
    public: bool = False,
    selects: bool = True,
    repeatable: bool = True,
    matches: bool = False,
    filters: Iterable[OpenApiParameter] = (),
    errors: Iterable[int] = (),
    examples: Iterable[OpenApiExample] = (),
) -> Callable[[View], View]:
    """Describe the handler it stands above: the method is its name."""

    def describe(handler: View) -> View:
        method = handler.__name__
        refused = {400, 405, 429, 500, *errors}
        refused |= {401} if public else {401, 403}
        parameters = [*_LIMITED, *filters]
        if method == "get":
            parameters += [_FIELDS] if selects else []
            parameters += _PAGING if many and pages else []
        if method == "post" and repeatable:
            parameters.append(_ONCE)
            refused |= {409, 422}
        if body is not None:
            refused |= {413, 415, 422}
        if matches:
            parameters.append(_MATCH)
            refused |= {412, 428}
        shown = page_of(out) if many else out
        responses: dict[Any, Any] = {status: shown if shown is not None else OpenApiResponse(description="Done.")}
        if method == "get" and not many and out is not None:
            responses[304] = OpenApiResponse(description="As you have it already: `If-None-Match` was its ETag.")
        return extend_schema(
            summary=summary, description=text or None, tags=[tag], request=body, parameters=parameters,
            responses=responses | _refusals(refused), examples=list(examples),
        )(handler)  # fmt: skip

    return describe


def page_of(out: Any) -> Any:
    """A page of a list of these."""
    name = f"PageOf{out.__name__.removesuffix('Out')}"
    return inline_serializer(
        name,
        {
            "items": out(many=True, help_text="The rows."),
            "next": serializers.CharField(allow_null=True, help_text="Address of the next page; null at the end."),
        },
    )


def described_exchange(handler: View) -> View:
    """The exchange of a client's secret for a token, which has its own form by its own RFC."""
    answer = inline_serializer(
        "AccessToken",
        {
            "access_token": serializers.CharField(help_text="Send it as `Authorization: Bearer …`."),
            "token_type": serializers.CharField(help_text="`Bearer`."),
            "expires_in": serializers.IntegerField(help_text="Seconds that it lives."),
            "scope": serializers.CharField(help_text="What it may do, with spaces between."),
        },
    )
    refused = inline_serializer(
        "ExchangeRefused",
        {
            "error": serializers.CharField(help_text="Code of RFC 6749, section 5.2."),
            "error_description": serializers.CharField(help_text="What is wrong, in English."),
        },
    )
    asked = inline_serializer(
        "Exchange",
        {
            "grant_type": serializers.ChoiceField(choices=["client_credentials"], help_text="`client_credentials`."),
            "client_id": serializers.CharField(required=False, help_text="Unless sent by HTTP Basic."),
            "client_secret": serializers.CharField(required=False, help_text="Unless sent by HTTP Basic."),
            "scope": serializers.CharField(
                required=False, allow_blank=True, help_text="Fewer scopes than the client has, with spaces between."
            ),
        },
    )
    return extend_schema(
        summary="Change a client's secret for a token", tags=["foundation"],
        request={"application/x-www-form-urlencoded": asked}, auth=[],
        responses={
            200: answer,
            400: refused,
            401: refused,
        } | _refusals([405, 415, 429, 500]),
    )(handler)  # fmt: skip


def query(
    name: str, description: str, *, choices: Iterable[str] | None = None, kind: Any = str, required: bool = False
) -> OpenApiParameter:
    """A parameter of the address."""
    return OpenApiParameter(
        name, kind, description=description, enum=list(choices) if choices is not None else None, required=required
    )


__all__ = ["PROBLEMS", "OpenApiTypes", "Problem", "described", "described_exchange", "page_of", "query"]
