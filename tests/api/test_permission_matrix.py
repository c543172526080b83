"""Every address, every method, every role: what is expected is in `permission_matrix.txt`, and each is tried.

An address that is new has no line there, and fails. The expectations are written by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from qiao.accounts.enums import SCOPES
from qiao.api.urls import VERSION_1
from tests.api.matrix import ROLES, Everything, addresses, everything
from tests.api.scene import caller

pytestmark = pytest.mark.django_db

ROUTES = {str(one.name): str(one.pattern) for one in VERSION_1}
TABLE = Path(__file__).with_name("permission_matrix.txt")


def expectations() -> dict[tuple[str, str], dict[str, int]]:
    """Of each method and address, the status by role."""
    lines = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    roles = tuple(lines[0].split()[2:])
    assert roles == ROLES
    found = {}
    for line in lines[1:]:
        method, name, *codes = line.split()
        assert len(codes) == len(roles), line
        found[(method, name)] = dict(zip(roles, map(int, codes), strict=True))
    return found


def tried(all_of_it: Everything, method: str, name: str, role: str) -> int:
    """The status of one call, and nothing left of it."""
    scene = all_of_it.scene
    known = all_of_it.ids.get(name, {})
    bridged = "<slug:bridge>" in ROUTES[name]
    path = reverse(f"api:{name}", kwargs=({"bridge": scene.bridge.slug} if bridged else {}) | known)
    who = scene.callers[role]
    headers = {}
    if method in ("PATCH", "DELETE"):
        # As the owner has read it: nobody is turned away for another reason than who they are.
        headers["If_Match"] = scene.callers["owner"].get(path).headers.get("ETag", "*")
    with transaction.atomic():
        body = all_of_it.bodies.get((method, name)) if method in ("POST", "PATCH") else None
        status: int = who.call(method, path, body, **headers).status_code
        transaction.set_rollback(True)
    return status


def test_every_address_has_an_expectation() -> None:
    there = {(method, name) for name, methods in addresses().items() for method in methods}
    assert there == set(expectations())


def test_every_call_is_answered_as_expected() -> None:
    all_of_it = everything()
    wrong = [
        f"{method} {name} by {role}: expected {status}, got {got}"
        for (method, name), by_role in expectations().items()
        for role, status in by_role.items()
        if (got := tried(all_of_it, method, name, role)) != status
    ]
    assert wrong == []


def test_another_scope_opens_nothing() -> None:
    """A token with every scope but those of a resource reads and changes nothing of it."""
    all_of_it = everything()
    resources = {str(one.name): one.callback.cls.resource for one in VERSION_1 if hasattr(one.callback, "cls")}
    for (method, name), by_role in expectations().items():
        resource = resources.get(name)
        if resource is None or not 200 <= by_role["owner"] < 300:
            continue
        action = "read" if method == "GET" else "write"
        lacking = [scope for scope in SCOPES if scope != f"{resource}:{action}"]
        all_of_it.scene.callers["lacking"] = one = caller(all_of_it.scene.owner, scopes=lacking)
        assert tried(all_of_it, method, name, "lacking") == 403, f"{method} {name}"
        assert one.key is not None
        one.key.delete()
