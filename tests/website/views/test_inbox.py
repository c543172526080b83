"""What a person has been told."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qiao.accounts.models import User
from qiao.notifications.domain.inbox import notify
from qiao.notifications.models import Notification
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client: Client) -> User:
    user: User = UserFactory()
    client.force_login(user)
    return user


def test_lines_say_what_happened_in_the_readers_language(client: Client, person: User) -> None:
    notify(person, "listing_reviewed_approved", subject="<b>Needle</b>")
    notify(person, "kind_of_later", subject="Thing")
    page = client.get("/inbox/").content.decode()
    assert "“&lt;b&gt;Needle&lt;/b&gt;” is published." in page
    assert "There is news about Thing." in page


def test_opening_a_line_marks_it_and_goes_there(client: Client, person: User) -> None:
    notification = notify(person, "join_requested", url="/somewhere/", subject="X")
    assert client.post(f"/inbox/{notification.public_id}/")["Location"] == "/somewhere/"
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_a_line_never_leads_off_the_site(client: Client, person: User) -> None:
    notification = notify(person, "join_requested", url="//evil.example/", subject="X")
    assert client.post(f"/inbox/{notification.public_id}/")["Location"] == "/inbox/"


def test_lines_of_others_are_not_found(client: Client, person: User) -> None:
    other = notify(UserFactory(), "join_requested", subject="Secret")
    assert "Secret" not in client.get("/inbox/").content.decode()
    assert client.post(f"/inbox/{other.public_id}/").status_code == 404
    client.post("/inbox/read/")
    other.refresh_from_db()
    assert other.read_at is None


def test_all_are_marked_as_read(client: Client, person: User) -> None:
    for _ in range(3):
        notify(person, "join_requested", subject="X")
    client.post("/inbox/read/")
    assert not Notification.objects.unread().exists()


def test_the_inbox_takes_the_same_queries_with_1_3_and_300_lines(client: Client, person: User) -> None:
    counts = []
    client.get("/inbox/")
    for rows in (1, 2, 297):
        Notification.objects.bulk_create(Notification(user=person, kind="join_requested") for _ in range(rows))
        with CaptureQueriesContext(connection) as captured:
            client.get("/inbox/")
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]
