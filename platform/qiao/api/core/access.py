"""Who calls, and what their key lets them do: always a person, who by a key does less and never more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from qiao.accounts.domain.keys import ACCESS_PREFIX, access_of, key_of_token, note_use
from qiao.accounts.enums import Place
from qiao.accounts.models import ApiKey
from qiao.api.core.errors import CsrfFailed, InvalidToken
from qiao.bridges.models import Bridge
from qiao.bridges.rules import RUNS
from qiao.directory.models import Organisation


@dataclass(frozen=True)
class Access:
    """How a person came in. Without a key, by a browser's session: all that they may do."""

    user: Any
    key: ApiKey | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)

    def allows(self, resource: str, action: str) -> bool:
        """Whether the key was made for this."""
        return self.key is None or f"{resource}:{action}" in self.scopes

    @property
    def place(self) -> Place:
        return self.key.place if self.key is not None else Place.PERSON

    def opens(self, bridge: Bridge) -> bool:
        """Whether the key has to do with a bridge at all: one of another bridge has not."""
        return self.key is None or self.key.bridge_id is None or self.key.bridge_id == bridge.pk

    def sits_at_desk(self) -> bool:
        """Whether the person's part in running bridges counts: not with a key of one organisation."""
        return self.place != Place.ORGANISATION

    def organisations(self) -> QuerySet[Organisation]:
        """Those it may act for: the person's own and the profiles their bridges keep, by a key only those of its
        place."""
        if not self.user.is_authenticated:
            return Organisation.objects.none()
        if self.key is not None and self.key.organisation_id is not None:
            return Organisation.objects.filter(pk=self.key.organisation_id, affiliations__user=self.user)
        kept = Q(managed_by__staff__user=self.user, managed_by__staff__role__in=RUNS)
        if self.key is not None and self.key.bridge_id is not None:
            condition = kept & Q(managed_by=self.key.bridge_id)
        else:
            condition = kept | Q(affiliations__user=self.user)
        return Organisation.objects.filter(pk__in=Organisation.objects.filter(condition).values("pk"))


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`: a token, or what a client was given for its secret."""

    def authenticate(self, request: Request) -> tuple[Any, Access] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _space, secret = header.partition(" ")
        if not scheme:
            return None
        secret = secret.strip()
        # Another scheme is not looked past: whoever sends it takes themselves to be signed in.
        if scheme.lower() != "bearer" or not secret or len(secret) > 1000 or not secret.isascii():
            raise InvalidToken
        if secret.startswith(ACCESS_PREFIX):
            access = access_of(secret)
            if access is None:
                raise InvalidToken
            note_use(access.key)
            return access.key.user, Access(access.key.user, access.key, access.scopes)
        key = key_of_token(secret)
        if key is None:
            raise InvalidToken
        note_use(key)
        return key.user, Access(key.user, key, frozenset(key.scopes))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="qiao"'


class BrowserSession(SessionAuthentication):
    """A signed-in person's browser: with the CSRF token on everything that changes something."""

    def authenticate(self, request: Request) -> tuple[Any, Access] | None:
        found = super().authenticate(request)
        return None if found is None else (found[0], Access(found[0]))

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except Exception as error:
            raise CsrfFailed from error
