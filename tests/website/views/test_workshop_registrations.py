"""Registering in the browser's terms, and the desk's list: each role against each page."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qiao.workshops.models import Registration, RegistrationQuestion, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, affiliate, member, staff, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_member(workshop: Workshop, role: str = "owner") -> Any:
    user = UserFactory()
    affiliate(user, member(workshop.bridge), role)
    return user


def at_desk(workshop: Workshop, role: str) -> Client:
    user = UserFactory()
    if role == "organiser":
        staff(workshop.bridge, user)
    elif role == "participant":
        RegistrationFactory(workshop=workshop, user=user)
    elif role != "stranger":
        workshop_staff(workshop, user, role)
    return signed_in(user)


def address(name: str, workshop: Workshop, *more: str, surface: str = "website") -> str:
    return reverse(f"{surface}:{name}", args=[workshop.bridge.slug, workshop.public_id, *more])


def typed(workshop: Workshop, **changed: Any) -> dict[str, Any]:
    first = workshop.first_day.isoformat()
    return {
        "name": "Ada Lin", "mode": "on_site", "languages": ["en"], "goals": "To meet hospitals", "wants_meetings": "on",
        "is_listed": "on", f"from_{first}": "09:00", f"to_{first}": "12:00", **changed,
    }  # fmt: skip


def test_a_member_registers_changes_and_withdraws(workshop: Workshop) -> None:
    question = RegistrationQuestion.objects.create(workshop=workshop, text={"en": "Diet?"}, is_required=True)
    user = a_member(workshop, "viewer")
    client = signed_in(user)
    page = address("workshop_registration", workshop)
    bad = client.post(page, typed(workshop))
    assert bad.status_code == 422
    assert "To meet hospitals" in bad.content.decode()
    client.post(page, typed(workshop, **{f"question_{question.pk}": "None"}))
    one = Registration.objects.get(user=user)
    assert (one.state, one.answers.get().value) == ("confirmed", "None")
    begins = one.presences.get().starts_at.astimezone(workshop.zone)
    assert (begins.date(), begins.hour) == (workshop.first_day, 9)
    shown = client.get(page).content.decode()
    assert 'value="09:00"' in shown
    client.post(page, typed(workshop, name="Ada L.", **{f"question_{question.pk}": "Any"}))
    one.refresh_from_db()
    assert (one.name, one.answers.get().value) == ("Ada L.", "Any")
    assert client.get(address("workshop_withdraw", workshop)).status_code == 200
    client.post(address("workshop_withdraw", workshop))
    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert client.get(page).status_code == 200


def test_hours_need_both_ends(workshop: Workshop) -> None:
    client = signed_in(a_member(workshop))
    day = workshop.first_day.isoformat()
    for hours in ({f"to_{day}": ""}, {f"to_{day}": "08:00"}):
        assert client.post(address("workshop_registration", workshop), typed(workshop, **hours)).status_code == 422
    assert not Registration.objects.exists()


def test_who_is_no_member_sees_why_not(workshop: Workshop, client: Client) -> None:
    page = address("workshop_registration", workshop)
    assert client.get(page).status_code == 302
    stranger = signed_in(UserFactory())
    assert "members of the bridge" in stranger.get(page).content.decode()
    assert stranger.post(page, typed(workshop)).status_code == 403
    assert stranger.get(address("workshop_withdraw", workshop)).status_code == 404
    assert stranger.get(address("workshop_colleagues", workshop)).status_code == 404
    assert signed_in(a_member(workshop, "viewer")).get(address("workshop_colleagues", workshop)).status_code == 403


def test_a_delegation_is_checked_then_registered(workshop: Workshop) -> None:
    client = signed_in(a_member(workshop))
    page = address("workshop_colleagues", workshop)
    text = b"name,email\nLi Wei,li@d.example\nNobody,no address\n"

    def send(**more: str) -> Any:
        return client.post(page, {"table": "1", "file": SimpleUploadedFile("people.csv", text), **more})

    checked = send(check="1")
    assert "Good rows: 1. Bad rows: 1." in checked.content.decode()
    assert not Registration.objects.exists()
    assert send(all_or_nothing="on").status_code == 200
    assert not Registration.objects.exists()
    send()
    assert Registration.objects.get().name == "Li Wei"
    wrong = client.post(page, {"table": "1", "file": SimpleUploadedFile("x.csv", b"\x00\x01")})
    assert wrong.status_code == 422
    client.post(page, {"name": "Wang", "email": "wang@d.example"})
    assert Registration.objects.count() == 2
    assert client.post(page, {"name": "Wang", "email": "wang@d.example"}).status_code == 422


def test_the_list_of_participants_is_theirs_and_keeps_who_hides(workshop: Workshop) -> None:
    mine = RegistrationFactory(workshop=workshop, name="Ada Lin")
    RegistrationFactory(workshop=workshop, name="Hidden Person", is_listed=False)
    RegistrationFactory(workshop=workshop, name="Li Wei", languages=["zh"], goals="寻找传感器")
    page = address("workshop_people", workshop)
    assert signed_in(UserFactory()).get(page).status_code == 404
    client = signed_in(mine.user)
    shown = client.get(page).content.decode()
    assert "Li Wei" in shown
    assert "Hidden Person" not in shown
    for query, seen in (("q=传感", True), ("language=en", False), ("kind=investor", False), ("side=nowhere", False)):
        assert ("Li Wei" in client.get(f"{page}?{query}").content.decode()) == seen, query


@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_take_as_many_queries_whatever_their_length(
    workshop: Workshop, count: int, django_assert_max_num_queries: Any
) -> None:
    mine, *_others = [RegistrationFactory(workshop=workshop) for _ in range(count)]
    client, desk = signed_in(mine.user), at_desk(workshop, "registration")
    with django_assert_max_num_queries(20):
        client.get(address("workshop_people", workshop))
    with django_assert_max_num_queries(20):
        desk.get(address("workshop_registrations", workshop, surface="organiser"))


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("organiser", 200), ("registration", 200), ("programme", 403), ("check_in", 403),
     ("participant", 404), ("stranger", 404)],
)  # fmt: skip
def test_the_desk_by_role(workshop: Workshop, role: str, status: int) -> None:
    one = RegistrationFactory(workshop=workshop, access_needs="A hearing loop", state="applied")
    client = at_desk(workshop, role)
    for name, more in (
        ("workshop_registrations", []),
        ("workshop_invite", []),
        ("workshop_registration", [one.public_id]),
    ):
        answer = client.get(address(name, workshop, *more, surface="organiser"))
        assert answer.status_code == status, name
        assert ("A hearing loop" in answer.content.decode()) == (status == 200 and name == "workshop_registration")
    many = address("workshop_registrations_many", workshop, surface="organiser")
    answer = client.post(many, {"act": "approve", "people": [one.public_id]})
    one.refresh_from_db()
    assert (one.state == "confirmed") == (status == 200)
    if status != 200:
        assert answer.status_code == status


def test_many_are_decided_on_at_once_and_others_left(workshop: Workshop) -> None:
    applied = [RegistrationFactory(workshop=workshop, state="applied") for _ in range(3)]
    confirmed = RegistrationFactory(workshop=workshop)
    elsewhere = RegistrationFactory(state="applied")
    client = at_desk(workshop, "registration")
    many = address("workshop_registrations_many", workshop, surface="organiser")
    people = [one.public_id for one in (*applied, confirmed, elsewhere)]
    page = client.post(many, {"act": "approve", "people": people}, follow=True).content.decode()
    assert "3 registrations changed." in page
    assert "1 was in another state and stays." in page
    elsewhere.refresh_from_db()
    assert elsewhere.state == "applied"
    assert client.post(many, {"act": "explode"}).status_code == 404


def test_the_desk_invites_and_registers(workshop: Workshop) -> None:
    organisation = member(workshop.bridge)
    client = at_desk(workshop, "owner")
    page = address("workshop_invite", workshop, surface="organiser")
    told = {"organisation": organisation.public_id, "name": "Li Wei", "email": "li@d.example"}
    client.post(page, told)
    assert Registration.objects.get().state == "invited"
    assert client.post(page, told).status_code == 422
    client.post(page, told | {"email": "wang@d.example", "at_once": "on"})
    assert Registration.objects.get(email="wang@d.example").state == "confirmed"
    assert client.post(page, told | {"organisation": member(WorkshopFactory().bridge).public_id}).status_code == 422


def test_a_note_is_kept(workshop: Workshop) -> None:
    one = RegistrationFactory(workshop=workshop)
    client = at_desk(workshop, "registration")
    client.post(address("workshop_registration", workshop, one.public_id, surface="organiser"), {"note": "Vegetarian"})
    one.refresh_from_db()
    assert one.note == "Vegetarian"
