"""One's own settings, one's data, and the end of an account."""

from __future__ import annotations

import json
from datetime import time

import pytest
from django.test import Client

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.directory.domain.people import invite_colleague
from qiao.directory.domain.saved import save_item
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Invitation, Organisation, SavedItem
from qiao.notifications.domain.inbox import notify
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.preferences import TOPICS, mail_preferences_of, wants_mail
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import PASSWORD, BridgeFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db
VALUES = {
    "name": "Ada Lin", "name_zh": "林爱达", "language": "zh-hans", "time_zone": "Asia/Shanghai",
    **dict.fromkeys(TOPICS, "site"), "reviews": "at_once", "trust": "digest",
    "digest_every": "weekly", "digest_weekday": "4", "digest_hour": "18", "quiet_from": "22:30", "quiet_until": "07:00",
}  # fmt: skip


@pytest.fixture
def person(client: Client) -> User:
    user: User = UserFactory(name="Ada")
    client.force_login(user)
    return user


@pytest.mark.parametrize("page", ["/settings/", "/settings/export/", "/settings/delete/", "/inbox/"])
def test_own_pages_need_a_sign_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"] == f"/accounts/login/?next={page}"


def test_settings_are_saved_and_hold_at_once(client: Client, person: User) -> None:
    answer = client.post("/settings/", VALUES)
    assert answer["Location"] == "/settings/"
    person.refresh_from_db()
    assert (person.name, person.name_zh, person.language, person.time_zone) == (
        "Ada Lin", "林爱达", "zh-hans", "Asia/Shanghai",
    )  # fmt: skip
    assert (wants_mail(person, "reviews"), wants_mail(person, "proposals")) == (True, False)
    chosen = mail_preferences_of(person)
    assert [chosen.delivery_of(topic) for topic in ("reviews", "trust", "news")] == ["at_once", "digest", "site"]
    assert (chosen.digest_every, chosen.digest_weekday, chosen.digest_hour) == ("weekly", 4, 18)
    assert (chosen.quiet_from, chosen.quiet_until) == (time(22, 30), time(7))
    page = client.get("/settings/").content.decode()
    assert '<html lang="zh-Hans"' in page
    assert 'value="22:30"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00"),
        ("language", "fr"),
        ("time_zone", "Mars/Olympus"),
        ("reviews", "pigeon"),
        ("digest_hour", "24"),
        ("digest_weekday", "7"),
        ("quiet_from", "25:00"),
        ("quiet_until", ""),
        ("quiet_until", "22:30"),
    ],
)
def test_bad_settings_are_refused_and_kept_on_the_page(client: Client, person: User, field: str, value: str) -> None:
    page = client.post("/settings/", VALUES | {field: value})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    person.refresh_from_db()
    assert person.name == "Ada"


def test_times_are_shown_in_the_persons_zone(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(time_zone="Asia/Shanghai")
    notification = notify(person, "join_requested", topic="trust", subject="X")
    Notification.objects.filter(pk=notification.pk).update(created_at="2026-01-01T20:30:00Z")
    assert "2026-01-02T04:30:00+08:00" in client.get("/inbox/").content.decode()


def test_the_export_holds_everything_of_the_person_and_nothing_of_others(client: Client, person: User) -> None:
    bridge = BridgeFactory()
    mine = member(bridge, owner=person)
    theirs = member(bridge, owner=UserFactory(), country="CN")
    save_item(theirs, actor=person, bridge=bridge)
    save_item(mine, actor=theirs.affiliations.get().user, bridge=bridge)
    invite_colleague(mine, actor=person, email="c@d.example", role=PersonRole.VIEWER)
    notify(person, "join_requested", topic="trust", subject="某机构")
    answer = client.get("/settings/export/")
    assert answer["Content-Disposition"].startswith("attachment;")
    data = json.loads(answer.content)
    assert data["account"]["email"] == person.email
    assert "某机构" in answer.content.decode()
    assert [one["role"] for one in data["organisations"]] == ["owner"]
    assert [one["organisation"] for one in data["saved_items"]] == [theirs.public_id]
    assert [one["email"] for one in data["invitations"]] == ["c@d.example"]
    assert len(data["notifications"]) == 1
    assert data["mail_preferences"]["news"] == "at_once"
    assert data["mail_preferences"]["digest"] == ["daily", 0, 8]
    assert {one["verb"] for one in data["acts"]} == {"save_item", "invite"}
    assert "password" not in data["account"]
    assert "argon2" not in answer.content.decode()
    assert theirs.affiliations.get().user.email not in answer.content.decode()


def test_an_account_is_deleted_with_every_personal_datum(client: Client, person: User) -> None:
    bridge = BridgeFactory()
    owner = UserFactory()
    organisation = member(bridge, owner=owner)
    affiliate(person, organisation, PersonRole.EDITOR)
    save_item(organisation, actor=person, bridge=bridge)
    notify(person, "join_requested", topic="trust", subject="X")
    invite_colleague(organisation, actor=owner, email="other@d.example", role="viewer")
    write_mail("account/password_set", to=person.email, language="en", context={})
    pk, email = person.pk, person.email
    answer = client.post("/settings/delete/", {"password": PASSWORD})
    assert answer["Location"] == "/"
    assert not User.objects.filter(pk=pk).exists()
    assert not OutgoingMail.objects.filter(to__iexact=email).exists()
    assert not SavedItem.objects.exists()
    assert not Notification.objects.filter(user_id=pk).exists()
    assert Organisation.objects.filter(pk=organisation.pk).exists()
    assert Invitation.objects.count() == 1
    entry = AuditEntry.objects.get(verb="delete_account")
    assert (entry.actor_id, entry.subject_id) == (pk, str(pk))
    assert email not in str(list(AuditEntry.objects.values()))
    assert client.get("/settings/").status_code == 302


def test_a_wrong_password_deletes_nothing(client: Client, person: User) -> None:
    page = client.post("/settings/delete/", {"password": "wrong"})
    assert page.status_code == 422
    assert User.objects.filter(pk=person.pk).exists()


def test_who_has_no_password_types_the_address(client: Client, person: User) -> None:
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.post("/settings/delete/", {"address": "other@people.example"}).status_code == 422
    client.post("/settings/delete/", {"address": person.email.upper()})
    assert not User.objects.filter(pk=person.pk).exists()


def test_the_only_owner_among_others_is_refused(client: Client, person: User) -> None:
    organisation = member(BridgeFactory(), owner=person, name_en="Held House")
    affiliate(UserFactory(), organisation, PersonRole.EDITOR)
    assert "You are the only owner of Held House" in client.get("/settings/delete/").content.decode()
    assert client.post("/settings/delete/", {"password": PASSWORD}).status_code == 422
    assert User.objects.filter(pk=person.pk).exists()


def test_the_only_owner_of_a_bridge_is_refused(client: Client, person: User) -> None:
    staff(BridgeFactory(), person, "owner")
    assert client.post("/settings/delete/", {"password": PASSWORD}).status_code == 422
    assert User.objects.filter(pk=person.pk).exists()


def test_an_organisation_of_one_goes_with_the_account_when_agreed(client: Client, person: User) -> None:
    member(BridgeFactory(), owner=person, name_en="Lone House")
    assert "Lone House" in client.get("/settings/delete/").content.decode()
    assert client.post("/settings/delete/", {"password": PASSWORD}).status_code == 422
    assert Affiliation.objects.filter(user=person).exists()
    client.post("/settings/delete/", {"password": PASSWORD, "with_organisations": "on"})
    assert not Organisation.objects.exists()
    assert not User.objects.filter(pk=person.pk).exists()
