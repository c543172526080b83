"""Calls that are sent twice and done once.

The answer is stored in the transaction of what it tells of: after a crash there is neither, and the call is simply done
when it comes again. While it is worked on, the same call is turned away by a lock that goes with the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.domain.keys import ANSWERS_KEPT
from qiao.accounts.models import ApiAnswer
from qiao.api.core.errors import IdempotencyKeyReused, InvalidParameter, RequestInFlight
from qiao.api.core.json import Utf8JsonRenderer

#: What of an answer's headers is repeated.
KEPT_HEADERS = ("Location", "ETag")


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Answer by `act`, or as it was answered before. A refusal changes nothing and is not kept: mend it and send again.

    Raises `RequestInFlight`, and `IdempotencyKeyReused` for another body under the same key.
    """
    said = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if said is None:
        return act()
    if not 1 <= len(said) <= 255 or not said.isascii() or not said.isprintable():
        raise InvalidParameter(parameter="Idempotency-Key")
    key = getattr(request.auth, "key", None)
    place = _hash(str(request.user.pk), key.public_id if key else "", request.method or "", request.path, said)
    digest = _hash(json.dumps(request.data, sort_keys=True, default=str), request.META.get("QUERY_STRING", ""))
    user: Any = request.user
    with transaction.atomic():
        _lock(place)
        kept = ApiAnswer.objects.filter(place=place).first()
        if kept is not None and kept.created_at < _long_ago():
            kept.delete()
            kept = None
        if kept is not None:
            return _again(kept, digest)
        response = act()
        if response.status_code < 300:
            ApiAnswer.objects.create(
                user=user, key=key, place=place, digest=digest, status=response.status_code,
                headers={name: response[name] for name in KEPT_HEADERS if name in response},
                body="" if response.data is None else Utf8JsonRenderer().render(response.data).decode(),
            )  # fmt: skip
        return response


def _again(kept: ApiAnswer, digest: str) -> Response:
    if kept.digest != digest:
        raise IdempotencyKeyReused
    response = Response(json.loads(kept.body) if kept.body else None, status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _lock(place: str) -> None:
    number = int.from_bytes(bytes.fromhex(place[:16]), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (got,) = cursor.fetchone()
    if not got:
        raise RequestInFlight(retry_after=1)


def _long_ago() -> Any:
    from django.utils import timezone

    return timezone.now() - ANSWERS_KEPT


def _hash(*parts: str) -> str:
    return sha256("\x00".join(parts).encode()).hexdigest()
