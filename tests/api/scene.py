"""A bridge with people of every role, and how each of them calls the interface."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from qiao.accounts.domain.keys import make_key
from qiao.accounts.enums import SCOPES
from qiao.accounts.models import ApiKey, User
from qiao.bridges.models import Bridge
from qiao.directory.models import Organisation
from tests.factories import BridgeFactory, UserFactory, affiliate, member, staff


class Caller:
    """Somebody who calls: with a token, or with nothing."""

    def __init__(self, token: str = "", key: ApiKey | None = None) -> None:
        self.token, self.key = token, key
        self.client = Client(raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call; headers as `If_Match="…"`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        address = path if path.startswith("/api/") else f"/api/v1/{path}"
        values: dict[str, Any] = {"headers": sent}
        if body is not None:
            values |= {
                "data": body if isinstance(body, bytes) else json.dumps(body),
                "content_type": "application/json",
            }
        return getattr(self.client, method.lower())(address, **values)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """A change of what is there now, unless another `If-Match` is given."""
        if "If_Match" not in headers:
            headers["If_Match"] = self.get(path).headers.get("ETag", '"none"')
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def caller(user: User, *, scopes: Any = SCOPES, **place: Any) -> Caller:
    """Somebody with a token of their own."""
    key, secret = make_key(actor=user, name="A program", scopes=scopes, days=30, **place)
    return Caller(secret, key)


@dataclass
class Scene:
    """Two members of a bridge, and people around them."""

    bridge: Bridge
    owner: User
    own: Organisation
    other_owner: User
    other: Organisation
    organiser: User
    callers: dict[str, Caller] = field(default_factory=dict)

    def at(self, path: str = "") -> str:
        """An address on the bridge."""
        return f"bridges/{self.bridge.slug}/{path}"


def make_scene() -> Scene:
    """With callers by role: anonymous, stranger, viewer, editor, owner, key, other, organiser, desk, adviser."""
    bridge: Bridge = BridgeFactory(slug="uk-china")
    owner, other_owner, organiser = UserFactory(name="Ada"), UserFactory(name="Wang Fang"), UserFactory(name="Olga")
    own = member(bridge, owner=owner, name_en="Leeds Sensors")
    other = member(bridge, country="CN", owner=other_owner, name_en="Bio Island Labs")
    staff(bridge, organiser, role="organiser")
    viewer, editor, adviser, stranger = UserFactory(), UserFactory(), UserFactory(), UserFactory()
    affiliate(viewer, own, "viewer")
    affiliate(editor, own, "editor")
    staff(bridge, adviser, role="adviser")
    scene = Scene(bridge, owner, own, other_owner, other, organiser)
    scene.callers = {
        "anonymous": Caller(), "stranger": caller(stranger), "viewer": caller(viewer), "editor": caller(editor),
        "owner": caller(owner), "key": caller(owner, organisation_id=own.pk), "other": caller(other_owner),
        "organiser": caller(organiser), "desk": caller(organiser, bridge_id=bridge.pk), "adviser": caller(adviser),
    }  # fmt: skip
    return scene
