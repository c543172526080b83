"""The running server against its own description, with tokens of several roles: no answer outside it, none of ours."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.matrix import Everything, everything

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
#: Calls of each address and method by each role: half of them about what is there.
CALLS = 6


@pytest.mark.parametrize("role", ["anonymous", "owner", "key", "desk"])
def test_no_answer_is_outside_the_description(live_server: Any, role: str) -> None:
    all_of_it = everything()
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/schema/")
    token = all_of_it.scene.callers[role].token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    tried = 0
    found: Any
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in ("delete_current_key", "post_rotation"):
            continue  # they would end what the others are tried with
        _try(operation, headers, all_of_it)
        tried += 1
    assert tried > 50


def _try(operation: Any, headers: dict[str, str], all_of_it: Everything) -> None:
    name = operation.definition.raw["operationId"].partition("_")[2]
    known = {"bridge": all_of_it.scene.bridge.slug} | all_of_it.ids.get(name, {})
    number = 0

    @seed(7)
    @settings(
        max_examples=CALLS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        nonlocal number
        number += 1
        if number % 2:
            case.path_parameters.update({key: value for key, value in known.items() if key in case.path_parameters})
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)

    call()
