"""What every call goes through: bodies, parameters, pages, fields, tags, repeated calls, other origins."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from qiao.accounts.models import ApiAnswer
from qiao.activity.models import AuditEntry
from qiao.directory.models import Listing
from tests.api.scene import Scene, caller, make_scene
from tests.factories import UserFactory, member_listing

pytestmark = pytest.mark.django_db

NEED = {
    "direction": "need", "kind": "technology", "language": "en", "title": {"en": "A sensor", "zh": "传感器"},
    "text": {"en": "We look for a sensor."},
}  # fmt: skip


def _code(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["type"].endswith(f"#problem-{document['code']}")
    return str(document["code"])


# --- bodies -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}', b'{"a": 123456789012345678901234567890}', b"[" * 5000, b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a": 1e999}',
    ],
)  # fmt: skip
def test_what_is_not_plain_json_is_refused(scene: Scene, body: bytes) -> None:
    assert _code(scene.callers["owner"].post(scene.at("listings/"), body), 400) == "invalid_json"


def test_brackets_within_a_text_are_no_depth(scene: Scene) -> None:
    body = NEED | {"text": {"en": "[" * 100 + '\\"' + "{" * 100}}
    assert scene.callers["owner"].post(scene.at("listings/"), body).status_code == 201


@pytest.mark.parametrize("body", [[], 1, "text", None, [{}]])
def test_a_body_is_an_object(scene: Scene, body: Any) -> None:
    said = json.dumps(body).encode()
    assert _code(scene.callers["owner"].post(scene.at("listings/"), said), 422) == "invalid_input"


def test_a_body_has_a_size(scene: Scene, settings: Any) -> None:
    settings.API_BODY_LIMIT_KB = 1
    body = NEED | {"text": {"en": "x" * 2000}}
    assert _code(scene.callers["owner"].post(scene.at("listings/"), body), 413) == "body_too_large"


def test_a_body_is_declared_as_json(scene: Scene) -> None:
    owner = scene.callers["owner"]
    response = owner.client.post(
        f"/api/v1/{scene.at('listings/')}", "a=1", content_type="text/plain",
        headers={"Authorization": f"Bearer {owner.token}"},
    )  # fmt: skip
    assert _code(response, 415) == "unsupported_media_type"


def test_a_field_that_is_not_known_is_named(scene: Scene) -> None:
    response = scene.callers["owner"].post(scene.at("listings/"), NEED | {"titel": "x"})
    assert _code(response, 422) == "invalid_input"
    assert response.json()["errors"] == [{"field": "titel", "message": "There is no such field."}]


def test_messages_are_in_the_language_asked_for_and_codes_are_not(scene: Scene) -> None:
    response = scene.callers["owner"].get(scene.at("listings/nothing/"), Accept_Language="zh-hans")
    assert _code(response, 404) == "not_found"
    assert response.headers["Content-Language"] == "zh-hans"


# --- addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["nothing/", "bridges", "bridges/none/", "bridges/none/listings/", "../v2/"])
def test_an_address_that_is_not_there_is_a_problem_document(scene: Scene, path: str) -> None:
    assert _code(scene.callers["owner"].get(path), 404) == "not_found"
    assert _code(Client().get("/api/"), 404) == "not_found"


@pytest.mark.parametrize(
    "query",
    ["colour=red", "limit=0", "limit=101", "limit=x", "limit=٣", "cursor=abc", "cursor=W10", "fields=id,secret",
     "kind=x", "sector=x", "side=moon", "limit=1&limit=2", "q=%00", "mine=yes", "state=draft"],
)  # fmt: skip
def test_a_parameter_that_is_not_understood_is_refused(scene: Scene, query: str) -> None:
    assert _code(scene.callers["owner"].get(scene.at(f"listings/?{query}")), 400) == "invalid_parameter"


def test_a_method_that_is_not_taken_is_told_with_those_that_are(scene: Scene) -> None:
    response = scene.callers["owner"].call("PUT", "bridges/", {})
    assert _code(response, 405) == "method_not_allowed"
    assert response.headers["Allow"] == "GET, HEAD"


# --- pages and fields -------------------------------------------------------------------------------------------------
def test_a_list_is_read_page_by_page_and_each_row_once(scene: Scene) -> None:
    made = {member_listing(scene.bridge, title=f"Listing {n}").public_id for n in range(7)}
    address, seen = scene.at("listings/?limit=3"), []
    while address:
        page = scene.callers["anonymous"].get(address).json()
        seen += [row["id"] for row in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_a_row_that_comes_in_between_moves_no_other(scene: Scene) -> None:
    for n in range(4):
        member_listing(scene.bridge, title=f"Listing {n}")
    first = scene.callers["anonymous"].get(scene.at("listings/?limit=2")).json()
    member_listing(scene.bridge, title="Newest")
    second = scene.callers["anonymous"].get(first["next"]).json()
    assert [row["title"]["en"] for row in [*first["items"], *second["items"]]] == [
        "Listing 3", "Listing 2", "Listing 1", "Listing 0",
    ]  # fmt: skip


def test_only_the_fields_asked_for_are_told(scene: Scene) -> None:
    member_listing(scene.bridge)
    rows = scene.callers["anonymous"].get(scene.at("listings/?fields=id,title")).json()["items"]
    assert set(rows[0]) == {"id", "title"}
    one = scene.callers["anonymous"].get(scene.at(f"listings/{rows[0]['id']}/?fields=kind")).json()
    assert set(one) == {"kind"}


# --- tags -------------------------------------------------------------------------------------------------------------
def test_what_has_not_changed_is_not_sent_again(scene: Scene) -> None:
    listing = member_listing(scene.bridge)
    address = scene.at(f"listings/{listing.public_id}/")
    etag = scene.callers["anonymous"].get(address).headers["ETag"]
    again = scene.callers["anonymous"].get(address, If_None_Match=etag)
    assert (again.status_code, again.content) == (304, b"")
    # The tag is of the whole, whatever fields are asked for.
    assert scene.callers["anonymous"].get(f"{address}?fields=id").headers["ETag"] == etag


def test_a_change_says_what_it_changes(scene: Scene) -> None:
    owner = scene.callers["owner"]
    address = f"{scene.at('listings/')}{owner.post(scene.at('listings/'), NEED).json()['id']}/"
    old = owner.get(address).headers["ETag"]
    assert _code(owner.call("PATCH", address, {"anonymous": True}), 428) == "precondition_required"
    changed = owner.patch(address, {"title": {"en": "Two sensors"}})
    assert changed.json()["title"] == {"en": "Two sensors"}
    assert changed.headers["ETag"] != old
    late = owner.patch(address, {"title": {"en": "Three"}}, If_Match=old)
    assert _code(late, 412) == "precondition_failed"
    assert owner.get(address).json()["title"] == {"en": "Two sensors"}


# --- calls that are sent twice ----------------------------------------------------------------------------------------
def test_a_call_that_is_sent_twice_is_done_once(scene: Scene) -> None:
    owner = scene.callers["owner"]
    one = owner.post(scene.at("listings/"), NEED, Idempotency_Key="a1")
    two = owner.post(scene.at("listings/"), NEED, Idempotency_Key="a1")
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json() == two.json()
    assert two.headers["Idempotency-Replayed"] == "true"
    assert (two.headers["Location"], two.headers["ETag"]) == (one.headers["Location"], one.headers["ETag"])
    assert Listing.objects.count() == 1


def test_the_same_key_for_another_call_is_refused(scene: Scene) -> None:
    owner = scene.callers["owner"]
    owner.post(scene.at("listings/"), NEED, Idempotency_Key="a1")
    other = owner.post(scene.at("listings/"), NEED | {"kind": "data"}, Idempotency_Key="a1")
    assert _code(other, 422) == "idempotency_key_reused"


def test_keys_of_two_callers_have_nothing_to_do_with_each_other(scene: Scene) -> None:
    scene.callers["owner"].post(scene.at("listings/"), NEED, Idempotency_Key="a1")
    other = scene.callers["other"].post(scene.at("listings/"), NEED, Idempotency_Key="a1")
    assert other.json()["organisation"]["id"] == scene.other.public_id


def test_a_refusal_is_not_kept(scene: Scene) -> None:
    owner = scene.callers["owner"]
    assert owner.post(scene.at("listings/"), NEED | {"title": {}}, Idempotency_Key="a1").status_code == 422
    assert owner.post(scene.at("listings/"), NEED, Idempotency_Key="a1").status_code == 201
    assert ApiAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_being_worked_on_is_turned_away() -> None:
    scene = make_scene()
    owner = scene.callers["owner"]

    def send(_number: int) -> Any:
        try:
            response = owner.client.__class__().post(
                f"/api/v1/{scene.at('listings/')}", json.dumps(NEED), content_type="application/json",
                headers={"Authorization": f"Bearer {owner.token}", "Idempotency-Key": "together"},
            )  # fmt: skip
            return response.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(send, range(4)))
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert Listing.objects.count() == 1


# --- what a key did ---------------------------------------------------------------------------------------------------
def test_what_a_key_changes_is_recorded_with_it(scene: Scene) -> None:
    key = scene.callers["key"]
    assert key.key is not None
    key.post(scene.at("listings/"), NEED)
    done = AuditEntry.objects.all().by_key(key.key.public_id)
    assert [entry.verb for entry in done] == ["create_listing"]
    scene.callers["owner"].post(scene.at("listings/"), NEED)
    assert done.all().count() == 1


# --- other origins ----------------------------------------------------------------------------------------------------
def test_other_origins_are_let_in_by_configuration(settings: Any) -> None:
    preflight = {"Origin": "https://partner.example", "Access-Control-Request-Method": "POST"}
    assert Client().options("/api/v1/bridges/", headers=preflight).status_code == 403
    settings.API_CORS_ORIGINS = ["https://partner.example"]
    allowed = Client().options("/api/v1/bridges/", headers=preflight)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, "https://partner.example")
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    answer = Client().get("/api/v1/bridges/", headers={"Origin": "https://partner.example"})
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    other = Client().get("/api/v1/bridges/", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_call_that_goes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    since = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
    until = datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC)
    monkeypatch.setattr("qiao.api.views.bridges.BridgeList.deprecated", (since, until))
    headers = Client().get("/api/v1/bridges/").headers
    assert (headers["Deprecation"], headers["Sunset"]) == ("@1798761600", "Sat, 01 Jan 2028 00:00:00 GMT")
    assert "Deprecation" not in Client().get("/api/v1/sectors/").headers


def test_an_unforeseen_error_tells_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("password=secret")

    monkeypatch.setattr("qiao.api.views.bridges.BridgeList.many", broken)
    response = caller(UserFactory()).get("bridges/")
    assert _code(response, 500) == "server_error"
    assert b"secret" not in response.content
