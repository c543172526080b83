"""The day at the desk: each role against each page, the door with and without a script, files, notices."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qiao.notifications.models import Notification, OutgoingMail
from qiao.workshops.domain.badges import badge_code, badge_token
from qiao.workshops.models import CheckIn, DayNotice, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff
from tests.workshops.meeting_cast import meeting_cast

pytestmark = pytest.mark.django_db

DESK = ["workshop_day", "workshop_day_figures", "workshop_badges", "workshop_door", "workshop_door_list",
        "workshop_door_worker"]  # fmt: skip


@pytest.fixture
def workshop() -> Workshop:
    today = timezone.now().date()
    workshop: Workshop = WorkshopFactory(
        first_day=today - timedelta(days=1), last_day=today + timedelta(days=1), time_zone="UTC"
    )
    return workshop


def signed_in(workshop: Workshop, role: str) -> Client:
    user = UserFactory()
    if role == "organiser":
        staff(workshop.bridge, user)
    elif role == "participant":
        RegistrationFactory(workshop=workshop, user=user)
    elif role != "stranger":
        workshop_staff(workshop, user, role)
    client = Client()
    client.force_login(user)
    return client


def address(name: str, workshop: Workshop, *more: str, surface: str = "organiser") -> str:
    return reverse(f"{surface}:{name}", args=[workshop.bridge.slug, workshop.public_id, *more])


@pytest.mark.parametrize(
    ("role", "door", "tables", "notices"),
    [
        ("owner", 200, 200, 200), ("organiser", 200, 200, 200), ("registration", 200, 200, 403),
        ("check_in", 200, 200, 403), ("programme", 403, 200, 200), ("participant", 404, 404, 404),
        ("stranger", 404, 404, 404),
    ],
)  # fmt: skip
def test_pages_by_role(workshop: Workshop, role: str, door: int, tables: int, notices: int) -> None:
    client = signed_in(workshop, role)
    person = RegistrationFactory(workshop=workshop)
    assert {client.get(address(name, workshop)).status_code for name in DESK} == {door}
    assert client.get(address("workshop_door_badge", workshop, badge_token(person))).status_code == door
    assert client.get(address("workshop_tables", workshop)).status_code == tables
    assert client.get(address("workshop_notices", workshop)).status_code == notices
    assert client.post(address("workshop_day_file", workshop), {"format": "csv"}).status_code == door
    sent = client.post(address("workshop_door_sync", workshop), '{"items": []}', content_type="application/json")
    assert sent.status_code == door
    acted = client.post(address("workshop_door_act", workshop), {"person": person.public_id, "kind": "in"})
    assert acted.status_code == (302 if door == 200 else door)
    assert CheckIn.objects.exists() == (door == 200)


def test_pages_by_role_on_the_website(workshop: Workshop) -> None:
    for role, own in (("participant", 200), ("owner", 404), ("stranger", 404)):
        client = signed_in(workshop, role)
        for name in ("workshop_now", "workshop_badge"):
            assert client.get(address(name, workshop, surface="website")).status_code == own
        assert client.get(address("workshop_screen", workshop, surface="website")).status_code == 200
    assert Client().get(address("workshop_screen", workshop, surface="website")).status_code == 200


def test_the_door_without_a_script(workshop: Workshop) -> None:
    client = signed_in(workshop, "check_in")
    person = RegistrationFactory(workshop=workshop, name="王小明")
    RegistrationFactory(workshop=workshop, name="Ada Lin")
    for words in ("小明", badge_code(person)):
        page = client.get(address("workshop_door", workshop), {"q": words}).content.decode()
        assert "王小明" in page
        assert "Ada Lin" not in page
    client.post(address("workshop_door_act", workshop), {"person": person.public_id, "kind": "in"})
    assert CheckIn.objects.get().registration == person
    undone = {"person": person.public_id, "kind": "undo"}
    answer = client.post(address("workshop_door_act", workshop), undone, follow=True)
    assert answer.status_code == 200
    assert CheckIn.objects.get().undone_at is not None


def test_sync_answers_each_item(workshop: Workshop) -> None:
    client = signed_in(workshop, "check_in")
    person = RegistrationFactory(workshop=workshop)
    item = {"key": "device-one", "person": person.public_id, "kind": "in", "at": timezone.now().isoformat()}
    body = json.dumps({"items": [item, {**item, "key": "device-two", "person": "nobody"}]})
    url = address("workshop_door_sync", workshop)
    answer = client.post(url, body, content_type="application/json").json()
    assert [one["outcome"] for one in answer["answers"]] == ["recorded", "refused"]
    again = client.post(url, body, content_type="application/json").json()
    assert again["answers"][0]["outcome"] == "known"
    for bad in ("", "[]", '{"items": 3}', "{}", json.dumps({"items": [item] * 201})):
        assert client.post(url, bad, content_type="application/json").status_code in (400, 422)


def test_the_list_holds_no_more_than_names(workshop: Workshop) -> None:
    person = RegistrationFactory(workshop=workshop, access_needs="A ramp", goals="To sell")
    text = signed_in(workshop, "check_in").get(address("workshop_door_list", workshop)).content.decode()
    assert person.public_id in text
    for secret in (person.email, "A ramp", "To sell"):
        assert secret not in text


def test_the_worker_is_served_within_its_scope(workshop: Workshop) -> None:
    worker = address("workshop_door_worker", workshop)
    assert worker.startswith(address("workshop_door", workshop))
    answer = signed_in(workshop, "check_in").get(worker)
    assert answer["Content-Type"].startswith("text/javascript")
    assert "&quot;" not in answer.content.decode()


def test_badges_hold_no_name_in_their_picture(workshop: Workshop) -> None:
    person = RegistrationFactory(workshop=workshop, name="王小明")
    for size in ("a6", "a4"):
        page = signed_in(workshop, "registration").get(address("workshop_badges", workshop), {"size": size})
        assert f"badges-{size}" in page.content.decode()
        assert badge_code(person) in page.content.decode()


def test_a_notice_reaches_everybody_in_their_language(workshop: Workshop) -> None:
    reader = RegistrationFactory(workshop=workshop)
    assert reader.user is not None
    reader.user.language = "zh-hans"
    reader.user.save()
    RegistrationFactory(workshop=workshop, state="waiting")
    client = signed_in(workshop, "programme")
    url = address("workshop_notices", workshop)
    assert client.post(url, {"text_en": "Lunch is later", "text_zh": ""}).status_code == 422
    assert not DayNotice.objects.exists()
    assert client.post(url, {"text_en": "Lunch is later", "text_zh": "午餐推迟"}).status_code == 302
    assert Notification.objects.filter(kind="workshop_notice").count() == 1
    assert "午餐推迟" in OutgoingMail.objects.get(template="workshop_notice").text
    screen = address("workshop_screen", workshop, surface="website")
    assert "Lunch is later" in client.get(screen).content.decode()
    client.post(url, {"end": DayNotice.objects.get().public_id})
    assert "Lunch is later" not in client.get(screen).content.decode()


def test_tables_are_planned_by_slot(django_assert_max_num_queries: Any) -> None:
    cast = meeting_cast(each=3, slots=2, tables=3)
    from qiao.workshops.domain.answering import accept_meeting

    for one, two in zip(cast.british, cast.chinese, strict=True):
        meeting = cast.ask(one, two, slot=cast.slots[0])
        accept_meeting(meeting, actor=two.user, registration=two)
    client = Client()
    client.force_login(cast.organiser)
    with django_assert_max_num_queries(40):
        page = client.get(address("workshop_tables", cast.workshop)).content.decode()
    for person in cast.everybody:
        assert person.name in page


def test_files_are_not_made_up(workshop: Workshop) -> None:
    client = signed_in(workshop, "check_in")
    RegistrationFactory(workshop=workshop, name="=1+1")
    assert client.post(address("workshop_day_file", workshop), {"format": "exe"}).status_code == 404
    text = client.post(address("workshop_day_file", workshop), {"format": "csv"}).content.decode()
    assert ",=1+1" not in text
    assert "=1+1" in text
