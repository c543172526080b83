"""How many calls a minute: counted in Redis, told in every answer by the `RateLimit` headers."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WINDOW = 60


@dataclass(frozen=True)
class Limit:
    """A policy: so many calls a window."""

    name: str
    calls: int


@dataclass(frozen=True)
class Allowance:
    """What is left of it."""

    limit: Limit
    left: int
    resets_in: int

    @property
    def is_over(self) -> bool:
        return self.left < 0

    def headers(self) -> dict[str, str]:
        """By the IETF's draft of RateLimit header fields, as structured fields."""
        return {
            "RateLimit-Policy": f'"{self.limit.name}";q={self.limit.calls};w={WINDOW}',
            "RateLimit": f'"{self.limit.name}";r={max(self.left, 0)};t={self.resets_in}',
        }


def limit_of(kind: str) -> Limit:
    """The policy of a kind of caller: `key`, `person`, `anonymous`, or `token` for the exchange of secrets."""
    calls = {
        "key": settings.API_CALLS_PER_MINUTE,
        "person": settings.API_CALLS_PER_MINUTE,
        "anonymous": settings.API_ANONYMOUS_CALLS_PER_MINUTE,
        "token": settings.API_ANONYMOUS_CALLS_PER_MINUTE,
    }[kind]
    return Limit(kind, calls)


def take(kind: str, who: str) -> Allowance | None:
    """Count one call; None when Redis is away: then nobody is turned off."""
    limit = limit_of(kind)
    now = time.time()
    window = int(now // WINDOW)
    key = f"qiao:api:calls:{kind}:{sha256(who.encode()).hexdigest()[:32]}:{window}"
    try:
        with _redis().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, WINDOW * 2)
            used = int(pipe.execute()[0])
    except RedisError:
        logger.warning("calls are not counted: Redis is away")
        return None
    return Allowance(limit, limit.calls - used, max(1, int((window + 1) * WINDOW - now)))


def address_of(request: HttpRequest | Any) -> str:
    """Where a call comes from. Behind a proxy that is trusted, what that proxy saw: the last entry, which it added."""
    if settings.SECURE_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if forwarded:
            return str(forwarded)
    return str(request.META.get("REMOTE_ADDR", ""))


@cache
def _redis() -> Any:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1.0)
