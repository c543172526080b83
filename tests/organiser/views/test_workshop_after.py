"""Report, files, minutes: each role against each page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qiao.workshops.models import CheckIn, Feedback, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    today = timezone.now().date()
    workshop: Workshop = WorkshopFactory(first_day=today - timedelta(days=2), last_day=today - timedelta(days=1))
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


def address(name: str, workshop: Workshop, surface: str = "organiser") -> str:
    return reverse(f"{surface}:{name}", args=[workshop.bridge.slug, workshop.public_id])


@pytest.mark.parametrize(
    ("role", "report", "after"),
    [
        ("owner", 200, 200), ("organiser", 200, 200), ("programme", 200, 200), ("registration", 200, 403),
        ("check_in", 200, 403), ("participant", 404, 404), ("stranger", 404, 404),
    ],
)  # fmt: skip
def test_desk_pages_by_role(workshop: Workshop, role: str, report: int, after: int) -> None:
    client = signed_in(workshop, role)
    assert client.get(address("workshop_report", workshop)).status_code == report
    assert client.get(address("workshop_after", workshop)).status_code == after
    assert client.post(address("workshop_after", workshop), {"highlights_en": "x"}).status_code in (302, after)
    taken = client.post(address("workshop_export", workshop), {"kind": "people", "format": "csv"})
    assert taken.status_code == report


def test_a_file_that_is_not_there(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    for bad in ({}, {"kind": "people", "format": "exe"}, {"kind": "secrets", "format": "csv"}):
        assert client.post(address("workshop_export", workshop), bad).status_code == 404


def test_minutes_are_read_by_participants_and_by_all_if_public(workshop: Workshop, client: Client) -> None:
    desk = signed_in(workshop, "owner")
    desk.post(address("workshop_after", workshop), {"minutes_en": "## Decided\n\nA joint trial"})
    page = address("workshop_after", workshop, "website")
    assert "A joint trial" in signed_in(workshop, "participant").get(page).content.decode()
    assert "A joint trial" not in client.get(page).content.decode()
    desk.post(address("workshop_after", workshop), {"minutes_en": "A joint trial", "is_public": "on"})
    assert "A joint trial" in client.get(page).content.decode()


def test_nothing_public_without_words_and_the_form_keeps_its_own(workshop: Workshop) -> None:
    answer = signed_in(workshop, "owner").post(address("workshop_after", workshop), {"is_public": "on"})
    assert answer.status_code == 422
    assert "checked" in answer.content.decode()


def test_feedback_by_a_participant_reaches_the_report_without_a_name(workshop: Workshop) -> None:
    client = signed_in(workshop, "participant")
    page = address("workshop_feedback", workshop, "website")
    assert client.get(page).status_code == 200
    assert client.post(page, {"mark": "7", "good": "Tea"}).status_code == 422
    client.post(page, {"mark": "4", "good": "Tea", "is_anonymous": "on"})
    said = Feedback.objects.get()
    report = signed_in(workshop, "owner").get(address("workshop_report", workshop)).content.decode()
    assert "Tea" in report
    assert said.registration.name not in report


def test_feedback_pages_are_for_participants(workshop: Workshop) -> None:
    page = address("workshop_feedback", workshop, "website")
    for role in ("owner", "stranger"):
        client = signed_in(workshop, role)
        assert client.get(page).status_code == 404
        assert client.post(page, {"mark": "4"}).status_code == 404


def test_a_certificate_is_open_to_who_has_its_address(workshop: Workshop, client: Client) -> None:
    mine = RegistrationFactory(workshop=workshop, name="Li Wei")
    mine_client = Client()
    assert mine.user is not None
    mine_client.force_login(mine.user)
    page = address("workshop_after", workshop, "website")
    assert "/certificates/" not in mine_client.get(page).content.decode()
    CheckIn.objects.create(registration=mine, happened_at=workshop.starts_at, device_key="one")
    html = mine_client.get(page).content.decode()
    certificate = html.split('href="/certificates/')[1].split('"')[0]
    shown = client.get(f"/certificates/{certificate}")
    assert shown.status_code == 200
    assert "Li Wei" in shown.content.decode()
    assert client.get(f"/certificates/{certificate[:-5]}xxxx/").status_code == 404
