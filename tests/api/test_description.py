"""The description is complete: every field and parameter is described, every error listed, every example works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from qiao.api.description import PROBLEMS
from qiao.api.examples import EXAMPLES
from qiao.api.views.reference import description
from qiao.common.errors import QiaoError
from tests.api.matrix import addresses


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def test_every_field_is_described() -> None:
    missing = [
        f"{name}.{field}"
        for name, schema in description()["components"]["schemas"].items()
        for field, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert missing == []


def test_every_parameter_and_every_call_is_described() -> None:
    assert [path for path, _method, one in _operations() if not one.get("summary")] == []
    missing = [
        f"{path} {parameter['name']}"
        for path, _method, one in _operations()
        for parameter in one.get("parameters", ())
        if not parameter.get("description")
    ]
    assert missing == []


def test_every_address_is_described() -> None:
    views = {name: methods for name, methods in addresses().items() if name not in ("schema", "reference")}
    told = {one["operationId"] for _path, _method, one in _operations()}
    assert told == {f"{method.lower()}_{name}" for name, methods in views.items() for method in methods}


def test_every_code_of_an_error_is_listed() -> None:
    import qiao.api.urls  # noqa: F401 - so that whatever it can raise is known

    def below(kind: type[QiaoError]) -> Iterator[type[QiaoError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    listed = {(status, code) for status, codes in PROBLEMS.items() for code in codes}
    known = {(one.status, one.code) for one in below(QiaoError) if one.__module__.startswith("qiao.")}
    assert known - listed == set()


def test_every_call_lists_the_errors_that_any_call_may_meet() -> None:
    for path, method, one in _operations():
        assert {"405", "429", "500"} <= set(one["responses"]), f"{method} {path}"


def test_every_body_has_an_example() -> None:
    with_body = {
        (method.upper(), one["operationId"].partition("_")[2])
        for _path, method, one in _operations()
        if "requestBody" in one
    }
    assert with_body - set(EXAMPLES) == {("POST", "oauth_token")}
    # That each of them works is tried with the matrix of permissions, which sends them.
    assert set(EXAMPLES) <= with_body


@pytest.mark.django_db
def test_it_is_served_to_everybody() -> None:
    response = Client().get("/api/v1/schema/")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
