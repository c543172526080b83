"""Ending e-mail by the link of a message: by a mail program's one request, by a person, and thinking better of it."""

from __future__ import annotations

import re

import pytest
from django.core import mail as outbox
from django.test import Client

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.notifications.domain.mail import send_mail
from qiao.notifications.domain.preferences import mail_preferences_of, set_mail_preferences
from qiao.notifications.domain.telling import tell
from qiao.notifications.models import OutgoingMail
from qiao.notifications.unsubscribing import unsubscribe_url
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def path(user: User, topic: str) -> str:
    return unsubscribe_url(user, topic).removeprefix("http://testserver")


def undo_of(page: str) -> str:
    found = re.search(r'name="undo" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_the_address_in_the_head_of_a_message_ends_it_by_one_request() -> None:
    user = UserFactory()
    tell(user, "introduction_message", topic="messages", mail="introduction_message", mail_context={"other_name": "A"})
    assert send_mail(OutgoingMail.objects.get().pk)
    address = outbox.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    program = Client(enforce_csrf_checks=True)
    answer = program.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert mail_preferences_of(user).delivery_of("messages") == "site"
    assert mail_preferences_of(user).delivery_of("trust") == "at_once"
    assert AuditEntry.objects.get(verb="set_mail_preferences").actor_id == user.pk
    # A program that asks twice does no harm.
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert AuditEntry.objects.filter(verb="set_mail_preferences").count() == 1


def test_looking_at_the_page_ends_nothing(client: Client) -> None:
    user = UserFactory()
    page = client.get(path(user, "messages"))
    assert user.email in page.content.decode()
    assert client.head(path(user, "messages")).status_code == 200
    assert mail_preferences_of(user).delivery_of("messages") == "at_once"
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")


@pytest.mark.parametrize("before", ["at_once", "digest"])
def test_ending_is_undone_to_what_it_was(client: Client, before: str) -> None:
    user = UserFactory()
    set_mail_preferences(user, actor=user, trust=before)
    page = client.post(path(user, "trust")).content.decode()
    assert mail_preferences_of(user).delivery_of("trust") == "site"
    client.post(path(user, "trust"), {"undo": undo_of(page)})
    assert mail_preferences_of(user).delivery_of("trust") == before


def test_a_digest_is_ended_with_every_topic_in_it_and_had_again(client: Client) -> None:
    user = UserFactory()
    set_mail_preferences(user, actor=user, trust="digest", calls="digest")
    page = client.post(path(user, "digest")).content.decode()
    preference = mail_preferences_of(user)
    assert [preference.delivery_of(topic) for topic in ("trust", "calls", "messages")] == ["site", "site", "at_once"]
    client.post(path(user, "digest"), {"undo": undo_of(page)})
    assert mail_preferences_of(user).in_digest == ["calls", "trust"]


def test_an_undoing_of_another_person_is_refused(client: Client) -> None:
    user, other = UserFactory(), UserFactory()
    page = client.post(path(other, "trust")).content.decode()
    assert client.post(path(user, "trust"), {"undo": undo_of(page)}).status_code == 404
    assert mail_preferences_of(other).delivery_of("trust") == "site"


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é"])
def test_what_we_have_not_signed_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/unsubscribe/{token}/").status_code == 404
    assert client.post(f"/unsubscribe/{token}/").status_code == 404


def test_a_link_with_another_topic_or_of_somebody_gone_is_not_found(client: Client) -> None:
    user = UserFactory()
    address = path(user, "trust")
    assert client.post(path(user, "account")).status_code == 404
    assert client.post(address[:-2] + "/").status_code == 404
    user.delete()
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_is_in_both_languages(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    user = UserFactory()
    assert client.get(path(user, "trust")).status_code == 200
    assert client.post(path(user, "trust")).status_code == 200
