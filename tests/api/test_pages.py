"""Pages about the interface: its reference, and keys under settings, an organisation and the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qiao.accounts.domain.keys import make_key
from qiao.accounts.models import ApiKey
from tests.api.scene import Caller, Scene
from tests.api.test_core import NEED
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NEW = {"name": "Our CRM", "kind": "token", "scopes": ["listings:read", "listings:write"], "days": "30"}


def _browser(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def _secret(response: Any) -> str:
    found = re.search(r'id="key-secret"[^>]*value="([^"]+)"', response.content.decode())
    return found.group(1) if found else ""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_reference_is_for_everybody_and_names_every_call(language: str) -> None:
    page = Client().get("/api/v1/reference/", headers={"Accept-Language": language}).content.decode()
    assert 'id="post_listing_act"' in page
    assert 'id="problem-precondition_failed"' in page
    assert not re.search(r'(src|href)="https?://', page)


def test_a_person_makes_a_key_and_is_shown_its_secret_once() -> None:
    ada = UserFactory()
    browser = _browser(ada)
    response = browser.post(reverse("website:my_keys"), NEW)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert Caller(_secret(response)).get("me/").json()["id"] == ada.public_id
    again = browser.get(reverse("website:my_keys"))
    assert _secret(again) == ""
    assert "Our CRM" in again.content.decode()


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"name": ""}, {"days": "4000"}, {"scopes": ["everything:write"]}])
def test_a_key_that_makes_no_sense_is_not_made(wrong: dict[str, Any]) -> None:
    assert _browser(UserFactory()).post(reverse("website:my_keys"), NEW | wrong).status_code == 422
    assert ApiKey.objects.count() == 0


def test_a_key_is_rotated_and_ended_on_its_page() -> None:
    ada = UserFactory()
    key, old = make_key(actor=ada, name="CRM", scopes=["listings:read"], days=30)
    address, browser = reverse("website:my_key", args=[key.public_id]), _browser(ada)
    new = _secret(browser.post(address, {"act": "rotate", "overlap_hours": "0"}))
    assert (Caller(old).get("me/").status_code, Caller(new).get("me/").status_code) == (401, 200)
    assert browser.post(address, {"act": "revoke"}).status_code == 422
    assert Caller(new).get("me/").status_code == 200
    assert browser.post(address, {"act": "revoke", "sure": "on"}).status_code == 302
    assert Caller(new).get("me/").status_code == 401


def test_a_page_of_a_key_tells_what_was_done_with_it(scene: Scene) -> None:
    program = scene.callers["key"]
    assert program.key is not None
    program.post(scene.at("listings/"), NEED)
    page = _browser(scene.owner).get(reverse("website:organisation_key", args=["uk-china", program.key.public_id]))
    assert "A sensor" in page.content.decode()


def test_nobody_sees_anothers_keys(scene: Scene) -> None:
    personal, key, desk = (scene.callers[who].key for who in ("owner", "key", "desk"))
    assert personal is not None
    assert key is not None
    assert desk is not None
    pages = {
        reverse("website:my_key", args=[personal.public_id]): {"owner": 200, "viewer": 404, "organiser": 404},
        reverse("website:organisation_keys", args=["uk-china"]): {"owner": 200, "viewer": 403},
        reverse("website:organisation_key", args=["uk-china", key.public_id]): {
            "owner": 200, "viewer": 404, "other": 404,
        },
        reverse("organiser:key_list", args=["uk-china"]): {"organiser": 200, "owner": 404, "adviser": 403},
        reverse("organiser:key", args=["uk-china", desk.public_id]): {"organiser": 200, "owner": 404, "adviser": 403},
        reverse("organiser:key", args=["uk-china", key.public_id]): {"organiser": 404},
    }  # fmt: skip
    for address, expected in pages.items():
        for who, status in expected.items():
            person = scene.callers[who].key
            assert person is not None
            assert _browser(person.user).get(address).status_code == status, (address, who)
        assert Client().get(address).status_code == 302


def test_another_keeper_ends_a_key_and_does_not_read_its_new_secret(scene: Scene) -> None:
    """Whoever had the secret could act as the person who made it."""
    from tests.factories import affiliate

    second = UserFactory()
    affiliate(second, scene.own)
    key = scene.callers["key"].key
    assert key is not None
    address, browser = reverse("website:organisation_key", args=["uk-china", key.public_id]), _browser(second)
    assert browser.post(address, {"act": "rotate", "overlap_hours": "0"}).status_code == 403
    assert browser.post(address, {"act": "revoke", "sure": "on"}).status_code == 302
    assert scene.callers["key"].get("me/").status_code == 401


def test_the_list_of_keys_takes_as_many_queries_for_many_as_for_one() -> None:
    ada = UserFactory()
    browser = _browser(ada)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("website:my_keys"))
        return len(queries)

    make_key(actor=ada, name="One", scopes=["listings:read"], days=30)
    few = count()
    for number in range(9):
        make_key(actor=ada, name=f"Key {number}", scopes=["listings:read"], days=30)
    assert count() == few


def test_what_is_kept_about_a_person_names_their_keys_and_no_secret() -> None:
    ada = UserFactory()
    key, secret = make_key(actor=ada, name="CRM", scopes=["listings:read"], days=30)
    kept = _browser(ada).get(reverse("website:account_export"))
    assert [one["name"] for one in kept.json()["keys_of_programs"]] == ["CRM"]
    assert secret not in kept.content.decode()
    assert key.digest not in kept.content.decode()
