"""What a person has been told."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qiao.accounts.models import User
from qiao.notifications.domain.inbox import notify
from qiao.notifications.domain.telling import tell
from qiao.notifications.models import Notification
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client: Client) -> User:
    user: User = UserFactory()
    client.force_login(user)
    return user


def test_lines_say_what_happened_in_the_readers_language(client: Client, person: User) -> None:
    notify(person, "listing_reviewed_approved", topic="trust", subject="<b>Needle</b>")
    notify(person, "kind_of_later", topic="trust", subject="Thing")
    page = client.get("/inbox/").content.decode()
    assert "“&lt;b&gt;Needle&lt;/b&gt;” is published." in page
    assert "There is news about Thing." in page


def test_opening_a_line_marks_it_and_goes_there(client: Client, person: User) -> None:
    notification = notify(person, "join_requested", topic="trust", url="/somewhere/", subject="X")
    assert client.post(f"/inbox/{notification.public_id}/")["Location"] == "/somewhere/"
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_a_line_never_leads_off_the_site(client: Client, person: User) -> None:
    notification = notify(person, "join_requested", topic="trust", url="//evil.example/", subject="X")
    assert client.post(f"/inbox/{notification.public_id}/")["Location"] == "/inbox/"


def test_lines_of_others_are_not_found(client: Client, person: User) -> None:
    other = notify(UserFactory(), "join_requested", topic="trust", subject="Secret")
    assert "Secret" not in client.get("/inbox/").content.decode()
    assert client.post(f"/inbox/{other.public_id}/").status_code == 404
    assert client.post(f"/inbox/{other.public_id}/mark/", {"read": "1"}).status_code == 404
    client.post("/inbox/read/")
    other.refresh_from_db()
    assert other.read_at is None


def test_all_are_marked_as_read(client: Client, person: User) -> None:
    for _ in range(3):
        notify(person, "join_requested", topic="trust", subject="X")
    early = notify(person, "join_requested", topic="trust", subject="X")
    client.post(f"/inbox/{early.public_id}/mark/", {"read": "1"})
    answer = client.post("/inbox/read/")
    assert not Notification.objects.unread().exists()
    page = client.get(answer["Location"])
    assert 'action="/inbox/unread/"' in page.content.decode()
    client.post("/inbox/unread/", {"at": page.context["just_read"]})
    assert Notification.objects.unread().count() == 3
    early.refresh_from_db()
    assert early.read_at is not None


@pytest.mark.parametrize("at", ["", "yesterday", "2026-02-30T00:00:00Z", "2026-02-03T00:00:00", "x" * 500])
def test_an_odd_moment_undoes_nothing(client: Client, person: User, at: str) -> None:
    notify(person, "join_requested", topic="trust", subject="X")
    client.post("/inbox/read/")
    assert client.post("/inbox/unread/", {"at": at})["Location"] == "/inbox/"
    assert not Notification.objects.unread().exists()


def test_a_line_is_marked_unread_again_and_one_stays_where_one_was(client: Client, person: User) -> None:
    line = notify(person, "join_requested", topic="trust", subject="X")
    client.post(f"/inbox/{line.public_id}/mark/", {"read": "1"})
    line.refresh_from_db()
    assert line.read_at is not None
    answer = client.post(
        f"/inbox/{line.public_id}/mark/?show=unread&topic=trust&page=2&x=//evil.example", {"read": "0"}
    )
    assert answer["Location"] == "/inbox/?show=unread&topic=trust&page=2"
    line.refresh_from_db()
    assert line.read_at is None


def test_the_list_is_filtered_by_topic_and_by_what_is_unread(client: Client, person: User) -> None:
    tell(person, "introduction_opened", topic="introductions", subject="Acme")
    tell(person, "verification_recorded", topic="trust", subject="Beta")
    client.post(f"/inbox/{Notification.objects.get(topic='trust').public_id}/mark/", {"read": "1"})

    def shown(query: str) -> list[str]:
        return [line.context["subject"] for line in client.get(f"/inbox/?{query}").context["page_obj"]]

    assert shown("") == ["Beta", "Acme"]
    assert shown("topic=trust") == ["Beta"]
    assert shown("show=unread") == ["Acme"]
    assert shown("show=unread&topic=trust") == []
    assert shown("topic=nonsense") == ["Beta", "Acme"]


def test_news_are_asked_for_by_a_request_that_is_cheap_when_there_are_none(client: Client, person: User) -> None:
    notify(person, "join_requested", topic="trust", subject="X")
    first = client.get("/inbox/news/")
    assert first.json() == {"unread": 1, "words": "1 unread"}
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            second = client.get("/inbox/news/", headers={"If-None-Match": first["ETag"]})
        assert (second.status_code, second.content) == (304, b"")
    assert len([one for one in captured if "notifications_notification" in one["sql"]]) == 2
    notify(person, "join_requested", topic="trust", subject="Y")
    third = client.get("/inbox/news/", headers={"If-None-Match": first["ETag"]})
    assert (third.status_code, third.json()["unread"]) == (200, 2)


def test_nobody_asks_for_the_news_of_others(client: Client) -> None:
    assert client.get("/inbox/news/")["Location"].startswith("/accounts/login/")
    notify(UserFactory(), "join_requested", topic="trust", subject="X")
    client.force_login(UserFactory())
    assert client.get("/inbox/news/").json()["unread"] == 0


def test_the_inbox_takes_the_same_queries_with_1_3_and_300_lines(client: Client, person: User) -> None:
    counts = []
    client.get("/inbox/")
    for rows in (1, 2, 297):
        Notification.objects.bulk_create(Notification(user=person, kind="join_requested") for _ in range(rows))
        with CaptureQueriesContext(connection) as captured:
            client.get("/inbox/")
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]
