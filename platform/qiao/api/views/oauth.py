"""OAuth 2.0 client credentials (RFC 6749, section 4.4): a client's secret for a token that lives for minutes."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.domain.keys import ACCESS_SECONDS, access_token_for, key_of_client, note_use
from qiao.api.core import limits
from qiao.api.core.json import OnlyJson
from qiao.api.core.views import ApiView
from qiao.api.description import described_exchange


class _Refused(Exception):
    """An error of section 5.2: a client library acts by `error`, not by a problem document."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error, self.description, self.status = error, description, status
        super().__init__(error)


class TokenExchange(ApiView):
    """The token endpoint."""

    public = True
    repeatable = False
    authentication_classes = ()
    parser_classes = (FormParser,)
    content_negotiation_class = OnlyJson

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        # Whoever guesses secrets is stopped by where they do it from.
        self._take("token", limits.address_of(request))

    @described_exchange
    def post(self, request: Request) -> Response:
        try:
            answer = Response(self._exchange(request))
        except _Refused as refused:
            answer = Response({"error": refused.error, "error_description": refused.description}, refused.status)
            if refused.status == 401:
                answer["WWW-Authenticate"] = 'Basic realm="qiao"'
        answer["Cache-Control"] = "no-store"
        answer["Pragma"] = "no-cache"
        return answer

    def _exchange(self, request: Request) -> dict[str, object]:
        sent: Any = request.data  # a form, by its parser
        client_id, secret = _credentials(request, sent)
        if len(client_id) > 60 or len(secret) > 200:
            raise _Refused("invalid_client", "The client is not known.", 401)
        key = key_of_client(client_id, secret) if secret.isascii() and client_id.isascii() else None
        if key is None:
            raise _Refused("invalid_client", "The client is not known, has ended, or has another secret.", 401)
        grants = sent.getlist("grant_type")
        if not grants:
            raise _Refused("invalid_request", "grant_type is missing.")
        if grants != ["client_credentials"]:
            raise _Refused("unsupported_grant_type", "Only client_credentials is taken here.")
        asked = sent.getlist("scope")
        if len(asked) > 1:
            raise _Refused("invalid_request", "scope is given twice.")
        scopes = set(asked[0].split()) if asked and asked[0].strip() else set(key.scopes)
        if not scopes <= set(key.scopes):
            raise _Refused("invalid_scope", "The client was not made for one of these scopes.")
        note_use(key)
        return {
            "access_token": access_token_for(key, scopes),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(sorted(scopes)),
        }


def _credentials(request: Request, sent: Any) -> tuple[str, str]:
    """By HTTP Basic, or in the body; not by both."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    in_body = "client_secret" in sent
    if not header:
        return str(sent.get("client_id", "")), str(sent.get("client_secret", ""))
    scheme, _space, encoded = header.partition(" ")
    if scheme.lower() != "basic" or in_body:
        raise _Refused("invalid_request", "Send the secret once: by HTTP Basic, or in the body.")
    try:
        told = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _Refused("invalid_client", "The Authorization header cannot be read.", 401) from None
    client_id, _colon, secret = told.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
