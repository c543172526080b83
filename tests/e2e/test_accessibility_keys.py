"""Pages of programs' keys and of the interface by axe's rules, wide in English and narrow in Chinese."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from qiao.accounts.domain.keys import make_key, rotate_key
from qiao.organiser.addresses import keys as desk
from qiao.website.addresses import keys as website
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.factories import BridgeFactory, UserFactory, member, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LISTS = {"website:my_keys", "website:organisation_keys", "organiser:key_list"}
ONES = {"website:my_key", "website:organisation_key", "organiser:key"}


def test_no_page_is_forgotten() -> None:
    there = {f"website:{one.name}" for one in website.urlpatterns} | {
        f"organiser:{one.name}" for one in desk.urlpatterns
    }
    assert there == LISTS | ONES


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
def test_pages_keep_the_rules(browser: Browser, site: str, width: int, language: str) -> None:
    person = UserFactory(name="Ada Lin")
    bridge = BridgeFactory(slug="uk-china")
    own = member(bridge, owner=person)
    staff(bridge, person)
    made = {}
    places: dict[str, dict[str, Any]] = {
        "my": {}, "organisation": {"organisation_id": own.pk}, "desk": {"bridge_id": bridge.pk}
    }  # fmt: skip
    for name, place in places.items():
        key, secret = make_key(actor=person, name="Customer database", scopes=["listings:write"], days=30, **place)
        draft = {"direction": "need", "kind": "data", "language": "en", "title": {"en": "A"}, "text": {"en": "B"}}
        Client().post(
            f"/api/v1/bridges/{bridge.slug}/listings/", json.dumps(draft), content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip
        rotate_key(key, actor=person)
        made[name] = key.public_id
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    sign_in(page, site, person.email, reverse("website:inbox"))
    tried = [
        reverse("website:my_keys"),
        reverse("website:my_key", args=[made["my"]]),
        reverse("website:organisation_keys", args=[bridge.slug]),
        reverse("website:organisation_key", args=[bridge.slug, made["organisation"]]),
        reverse("organiser:key_list", args=[bridge.slug]),
        reverse("organiser:key", args=[bridge.slug, made["desk"]]),
        reverse("api:reference"),
    ]
    wrong = [each for address in tried for each in _wrong_with(page, site + address, width, errors)]
    page.goto(site + reverse("website:my_keys"))
    page.get_by_role("textbox").first.fill("Event app")
    page.locator("main form button").last.click()
    assert page.locator("#key-secret").input_value().startswith("qiao_token_")
    context.close()
    assert wrong == []
