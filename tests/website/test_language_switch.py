"""The language switch keeps the page, the choice, and the account's language."""

from __future__ import annotations

import pytest
from django.test import Client

from qiao.activity.models import AuditEntry
from tests.factories import BridgeFactory, UserFactory

pytestmark = pytest.mark.django_db

SWITCH = "/i18n/setlang/"


def test_switch_offers_the_other_language_in_its_own_words(client: Client) -> None:
    BridgeFactory(slug="uk-china")
    page = client.get("/uk-china/?a=1&b=2").content.decode()
    assert 'name="language" value="zh-hans" lang="zh-Hans"' in page
    assert "中文" in page
    assert '<input type="hidden" name="next" value="/uk-china/?a=1&amp;b=2">' in page


def test_switch_returns_to_the_same_page_in_the_other_language(client: Client) -> None:
    BridgeFactory(slug="uk-china")
    response = client.post(SWITCH, {"language": "zh-hans", "next": "/uk-china/?q=stroke"}, follow=True)
    assert response.redirect_chain == [("/uk-china/?q=stroke", 302)]
    page = response.content.decode()
    assert '<html lang="zh-Hans">' in page
    assert 'value="en" lang="en"' in page


def test_switch_keeps_the_choice_in_the_account(client: Client) -> None:
    user = UserFactory(language="en")
    client.force_login(user)
    client.post(SWITCH, {"language": "zh-hans", "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"
    entry = AuditEntry.objects.get(verb="choose_language")
    assert (entry.actor_id, entry.before, entry.after) == (user.pk, "en", "zh-hans")


def test_switch_to_the_same_language_records_nothing(client: Client) -> None:
    client.force_login(UserFactory(language="en"))
    client.post(SWITCH, {"language": "en", "next": "/"})
    assert not AuditEntry.objects.filter(verb="choose_language").exists()


def test_account_language_holds_on_a_new_device(client: Client) -> None:
    BridgeFactory(slug="uk-china")
    client.force_login(UserFactory(language="zh-hans"))
    assert '<html lang="zh-Hans">' in client.get("/uk-china/").content.decode()


def test_switch_ignores_a_language_it_does_not_speak(client: Client) -> None:
    user = UserFactory(language="en")
    client.force_login(user)
    client.post(SWITCH, {"language": "tlh", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"
    assert "django_language" not in client.cookies


def test_switch_does_not_send_people_to_other_sites(client: Client) -> None:
    response = client.post(SWITCH, {"language": "zh-hans", "next": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/"


def test_switch_is_not_for_links(client: Client) -> None:
    assert client.get(SWITCH).status_code == 405
