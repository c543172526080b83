"""Getting in: tokens, clients, browsers; and what ends or narrows each."""

from __future__ import annotations

import base64
import datetime
import secrets
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from qiao.accounts.domain.keys import make_key, revoke_key, rotate_key
from qiao.accounts.models import ApiKey
from qiao.activity.models import AuditEntry
from qiao.notifications.models import OutgoingMail
from tests.api.scene import Caller, Scene, caller
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def _problem(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_a_token_is_its_person() -> None:
    ada = UserFactory(name="Ada")
    me = caller(ada).get("me/")
    assert me.status_code == 200
    assert (me.json()["id"], me.json()["key"]["place"]) == (ada.public_id, "person")


def test_only_the_hash_of_a_secret_is_kept() -> None:
    key, secret = make_key(actor=UserFactory(), name="CRM", scopes=["listings:read"], days=7)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret.startswith("qiao_token_")
    assert secret not in str(row)
    assert row["hint"] == secret[-4:]
    entry = AuditEntry.objects.get(verb="make_key")
    assert secret not in str(entry.detail)


def test_who_makes_a_key_is_written_to() -> None:
    ada = UserFactory()
    make_key(actor=ada, name="CRM", scopes=["listings:read"], days=7)
    assert OutgoingMail.objects.get(template="key_made").to == ada.email
    assert mail.outbox == []


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer qiao_access_x.y.z", "Bearer ü"])
def test_what_is_no_token_is_refused(header: str) -> None:
    response = Client().get("/api/v1/bridges/", headers={"Authorization": header})
    assert _problem(response) == (401, "invalid_token")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_by_its_date_by_hand_and_with_its_person() -> None:
    ada = UserFactory()
    one, two, three = caller(ada), caller(ada), caller(ada)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=31)):
        assert _problem(one.get("me/")) == (401, "invalid_token")
    assert two.key is not None
    revoke_key(two.key, actor=ada)
    assert _problem(two.get("me/")) == (401, "invalid_token")
    ada.is_active = False
    ada.save()
    assert _problem(three.get("me/")) == (401, "invalid_token")


def test_a_key_of_an_organisation_ends_with_its_persons_part_in_it(scene: Scene) -> None:
    assert scene.callers["key"].get("me/").status_code == 200
    scene.own.affiliations.filter(user=scene.owner).delete()
    assert _problem(scene.callers["key"].get("me/")) == (401, "invalid_token")


def test_after_a_rotation_both_secrets_hold_until_the_overlap_ends() -> None:
    ada = UserFactory()
    old = caller(ada)
    assert old.key is not None
    _key, secret = rotate_key(old.key, actor=ada, overlap_hours=24)
    new = Caller(secret)
    assert (old.get("me/").status_code, new.get("me/").status_code) == (200, 200)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert (old.get("me/").status_code, new.get("me/").status_code) == (401, 200)


def test_a_program_that_missed_its_new_secret_asks_again() -> None:
    old = caller(UserFactory())
    lost = old.post("keys/current/rotation/").json()["secret"]
    again = old.post("keys/current/rotation/")
    assert again.status_code == 201
    assert Caller(again.json()["secret"]).get("me/").status_code == 200
    assert old.get("me/").status_code == 200
    assert Caller(lost).get("me/").status_code == 401


def test_a_rotation_is_not_stored_with_its_secret() -> None:
    old = caller(UserFactory())
    first = old.post("keys/current/rotation/", Idempotency_Key="a").json()["secret"]
    assert old.post("keys/current/rotation/", Idempotency_Key="a").json()["secret"] != first


def test_nobody_makes_a_key_for_a_place_that_is_not_theirs(scene: Scene) -> None:
    from qiao.common.errors import NotAllowed

    with pytest.raises(NotAllowed):
        make_key(actor=scene.other_owner, name="x", scopes=["listings:read"], days=7, organisation_id=scene.own.pk)
    with pytest.raises(NotAllowed):
        make_key(actor=scene.owner, name="x", scopes=["listings:read"], days=7, bridge_id=scene.bridge.pk)


def test_a_scope_that_is_missing_is_named() -> None:
    response = caller(UserFactory(), scopes=["figures:read"]).get("bridges/")
    assert _problem(response) == (403, "insufficient_scope")


def test_last_use_is_noted() -> None:
    one = caller(UserFactory())
    assert one.key is not None
    assert one.key.last_used_at is None
    one.get("me/")
    one.key.refresh_from_db()
    assert one.key.last_used_at is not None


# --- OAuth 2.0 client credentials ------------------------------------------------------------------------------------
def _client(scopes: list[str] | None = None) -> tuple[ApiKey, str]:
    return make_key(
        actor=UserFactory(), name="Partner", scopes=scopes or ["bridges:read", "listings:read"], days=30, kind="client"
    )


def _exchange(key: ApiKey, secret: str, **fields: str) -> Any:
    told = base64.b64encode(f"{key.public_id}:{secret}".encode()).decode()
    return Client().post(
        "/api/v1/oauth/token/",
        urlencode({"grant_type": "client_credentials"} | fields),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {told}"},
    )


def test_a_client_changes_its_secret_for_a_token_that_lives_for_minutes() -> None:
    key, secret = _client()
    response = _exchange(key, secret)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.json()
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "bridges:read listings:read")
    assert Caller(answer["access_token"]).get("bridges/").status_code == 200
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=answer["expires_in"] + 1)):
        assert _problem(Caller(answer["access_token"]).get("bridges/")) == (401, "invalid_token")


def test_the_secret_of_a_client_is_no_token() -> None:
    _key, secret = _client()
    assert _problem(Caller(secret).get("bridges/")) == (401, "invalid_token")


def test_a_client_may_ask_for_less_and_not_for_more() -> None:
    key, secret = _client()
    less = _exchange(key, secret, scope="listings:read").json()
    assert _problem(Caller(less["access_token"]).get("bridges/")) == (403, "insufficient_scope")
    more = _exchange(key, secret, scope="listings:write")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


def test_tokens_of_a_client_end_with_it() -> None:
    key, secret = _client()
    token = _exchange(key, secret).json()["access_token"]
    revoke_key(key, actor=key.user)
    assert _problem(Caller(token).get("bridges/")) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": "twice"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_an_exchange_is_refused_as_its_rfc_says(fields: dict[str, str], error: str) -> None:
    response = _exchange(*_client(), **fields)  # type: ignore[arg-type]  # a key, then a secret
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_wrong_secret_is_refused() -> None:
    key, _secret = _client()
    response = _exchange(key, "qiao_secret_guessed")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"].startswith("Basic")


def test_a_forged_access_token_is_refused() -> None:
    key, secret = _client(["bridges:read"])
    token = _exchange(key, secret).json()["access_token"]
    _said, stamp, signature = token.removeprefix("qiao_access_").split(".")
    said = base64.urlsafe_b64encode(f'["{key.public_id}", ["listings:write"]]'.encode()).decode()
    assert _problem(Caller(f"qiao_access_{said}.{stamp}.{signature}").get("bridges/")) == (401, "invalid_token")


# --- browsers --------------------------------------------------------------------------------------------------------
def test_a_browser_reads_by_its_session_and_changes_with_its_csrf_token() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(UserFactory())
    assert browser.get("/api/v1/me/").json()["key"] is None
    response = browser.post("/api/v1/me/", {}, content_type="application/json")
    assert _problem(response) == (403, "csrf_failed")


# --- limits ----------------------------------------------------------------------------------------------------------
def test_calls_are_counted_by_key_and_turned_away(settings: Any) -> None:
    one, two = caller(UserFactory()), caller(UserFactory())
    settings.API_CALLS_PER_MINUTE = 2
    with time_machine.travel(datetime.datetime(2031, 5, 1, 12, 0, 5, tzinfo=datetime.UTC), tick=False):
        _long_lived(one, two)
        first = one.get("me/")
        assert first.headers["RateLimit-Policy"] == '"key";q=2;w=60'
        assert first.headers["RateLimit"] == '"key";r=1;t=55'
        one.get("me/")
        third = one.get("me/")
        assert _problem(third) == (429, "too_many_requests")
        assert third.headers["Retry-After"] == "55"
        assert two.get("me/").status_code == 200


def test_guessing_tokens_is_counted_by_where_it_comes_from(settings: Any) -> None:
    settings.API_ANONYMOUS_CALLS_PER_MINUTE = 3
    address = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"  # what was counted stays in Redis
    with time_machine.travel(datetime.datetime(2031, 5, 2, 12, 0, 0, tzinfo=datetime.UTC), tick=False):
        codes = [
            Client(REMOTE_ADDR=address).get("/api/v1/me/", headers={"Authorization": "Bearer x"}).status_code
            for _ in range(5)
        ]
    assert codes == [401, 401, 401, 429, 429]


def _long_lived(*callers: Caller) -> None:
    ApiKey.objects.filter(pk__in=[one.key.pk for one in callers if one.key]).update(
        expires_at=timezone.now() + datetime.timedelta(days=1)
    )
