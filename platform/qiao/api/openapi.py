"""What the description has besides what each view says: how one signs in, headers, and names of calls."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from qiao.accounts.enums import SCOPES
from qiao.api.examples import EXAMPLES

TEXT = """\
Bridges, their members, needs and offers, proposals, introductions and workshops, for programs.

Every list and every change goes by the same rules as the pages: a call may do what the person may do whose token it
carries, and no more than the token's scopes. What a person may not know of is answered 404.

Texts in several languages are objects by language. Moments are ISO 8601 with their offset. Money is in whole units
with its currency. What is not known is null or absent, never 0.

Lists are read page by page by `next`. `fields` leaves out what is not needed. A change carries the `ETag` that was read
as `If-Match`; a POST may carry an `Idempotency-Key`, and is then done once however often it is sent. Refusals are
problem documents (RFC 9457) with a stable `code`.
"""

TAGS = {
    "foundation": "Where things are, who calls, and keys.",
    "bridges": "Bridges and the taxonomy of sectors.",
    "organisations": "Members of a bridge, and membership.",
    "people": "People of an organisation, as far as one may know them.",
    "listings": "Needs and offers.",
    "proposals": "Proposed partnerships, and responses to them.",
    "introductions": "Requests, introductions, and the conversation in them.",
    "collaborations": "What comes of an introduction: milestones that both sides confirm.",
    "calls": "Challenges, and entries to them.",
    "workshops": "Workshops and their released programmes.",
    "registrations": "Who comes to a workshop.",
    "meetings": "Meetings at a workshop.",
    "figures": "A bridge in numbers.",
}

_PATH = {
    "bridge": "Name of the bridge in addresses, its `slug`.",
    "public_id": "Identifier, as `id` tells it.",
    "workshop": "Identifier of the workshop.",
    "session": "Identifier of the session.",
    "milestone": "Identifier of the milestone.",
    "entry": "Identifier of the entry.",
}


def _header(text: str, kind: str = "string") -> dict[str, Any]:
    return {"description": text, "schema": {"type": kind}}


_LIMITS = {
    "RateLimit": _header("What is left of the limit: `r` calls, and seconds `t` until it is whole again."),
    "RateLimit-Policy": _header("The limit: `q` calls in `w` seconds."),
}


class KeyScheme(OpenApiAuthenticationExtension):
    """A token, or what a client was given for its secret."""

    target_class = "qiao.api.core.access.KeyAuthentication"
    name = ["token", "client"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        scopes = {scope: f"{scope.partition(':')[2].title()} {scope.partition(':')[0]}." for scope in SCOPES}
        return [
            {"type": "http", "scheme": "bearer", "description": "A token of a person, an organisation or a bridge."},
            {
                "type": "oauth2",
                "description": "A client exchanges its secret for a token that lives for ten minutes.",
                "flows": {"clientCredentials": {"tokenUrl": "/api/v1/oauth/token/", "scopes": scopes}},
            },
        ]


class SessionScheme(OpenApiAuthenticationExtension):
    """A signed-in person's browser."""

    target_class = "qiao.api.core.access.BrowserSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey", "in": "cookie", "name": "sessionid",
            "description": "A browser's session; what changes something carries `X-CSRFToken` besides.",
        }  # fmt: skip


class ApiSchema(AutoSchema):
    """Names calls by their addresses: `get_listing`, `post_listing_act`."""

    def get_operation_id(self) -> str:
        return f"{self.method.lower()}_{_name_of(type(self.view))}"

    def get_auth(self) -> list[dict[str, Any]]:
        view: Any = self.view
        if not view.authentication_classes:
            return []
        scope = f"{view.resource}:{'read' if self.method == 'GET' else 'write'}" if view.resource else None
        super().get_auth()  # has the schemes put among the components
        ways: list[dict[str, Any]] = [{"token": []}, {"client": [scope] if scope else []}, {"session": []}]
        return [*ways, {}] if view.public and self.method == "GET" else ways


def _name_of(view: type[Any]) -> str:
    from qiao.api.urls import VERSION_1  # the views name this module

    return next(str(one.name) for one in VERSION_1 if getattr(one.callback, "cls", None) is view)


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what holds for every call: headers, what stands in addresses, examples."""
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["description"] = _PATH[parameter["name"]]
                    parameter["schema"]["maxLength"] = 40
            name = operation["operationId"].partition("_")[2]
            example = EXAMPLES.get((method.upper(), name))
            if example is not None:
                for content in operation["requestBody"]["content"].values():
                    content["example"] = example
            _add_headers(method, operation)
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result


def _add_headers(method: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        headers = dict(_LIMITS) if operation["operationId"] != "post_oauth_token" or status == "429" else {}
        if status == "429":
            headers["Retry-After"] = _header("Seconds to wait.")
        if status == "401":
            headers["WWW-Authenticate"] = _header("How to sign in.")
        if status == "405":
            headers["Allow"] = _header("Methods that the address takes.")
        if status == "201" and operation["operationId"] != "post_proposal_response":
            headers["Location"] = _header("Where it is.")
        if (
            status.startswith("2")
            and status != "204"
            and not operation["operationId"].endswith(("_list", "_index", "_token"))
        ):
            headers["ETag"] = _header("Tag of the whole of it, for `If-Match` and `If-None-Match`.")
        if method == "get" and operation["operationId"].endswith("_list") and status == "200":
            headers["Link"] = _header('The next page, as `rel="next"`; absent at the end.')
        response["headers"] = headers
