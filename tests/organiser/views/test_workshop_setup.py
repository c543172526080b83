"""Setting a workshop up in the browser's terms: each role against each page, forms that keep what was typed."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qiao.workshops.models import AskingRule, MeetingTable, Room, Slot, Workshop, WorkshopStaff
from tests.factories import BridgeFactory, RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff

pytestmark = pytest.mark.django_db

OWNERS_PAGES = (
    "workshop_settings", "workshop_cancel", "workshop_copy", "workshop_rooms", "workshop_slots", "workshop_staff",
    "workshop_asking",
)  # fmt: skip


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory(state="draft", description={"en": "Cells"}, venue={"en": "Bio Island"})
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


def address(name: str, workshop: Workshop, *more: str) -> str:
    return reverse(f"organiser:{name}", args=[workshop.bridge.slug, workshop.public_id, *more])


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "name_0": "Health workshop", "name_1": "健康研讨会", "format": "in_person", "venue_0": "Bio Island",
        "first_day": "2027-05-20", "last_day": "2027-05-21", "time_zone": "Europe/London",
        "registration_mode": "open", "session_kinds": ["panel", "roundtable"], "has_meetings": "on",
        "registration_closes_at": "2027-05-01T18:00", "hours_to_answer": "48", "meetings_per_person": "8",
        "least_meetings": "2", "requests_per_person": "10", "minutes_between": "5", "interpreters": "2", **changed,
    }  # fmt: skip


@pytest.mark.parametrize("name", OWNERS_PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("organiser", 200), ("programme", 403), ("registration", 403), ("check_in", 403),
     ("participant", 404), ("stranger", 404)],
)  # fmt: skip
def test_owners_pages_by_role(workshop: Workshop, name: str, role: str, status: int) -> None:
    client = signed_in(workshop, role)
    assert client.get(address(name, workshop)).status_code == status
    if status != 200:
        assert client.post(address(name, workshop), {"reason": "x"}).status_code == status


@pytest.mark.parametrize(
    ("role", "overview", "questions", "listed"),
    [
        ("owner", 200, 200, 200),
        ("registration", 200, 200, 200),
        ("check_in", 200, 403, 200),
        ("stranger", 404, 404, 404),
    ],
)
def test_other_pages_by_role(workshop: Workshop, role: str, overview: int, questions: int, listed: int) -> None:
    client = signed_in(workshop, role)
    assert client.get(address("workshop", workshop)).status_code == overview
    assert client.get(address("workshop_questions", workshop)).status_code == questions
    assert client.get(reverse("organiser:workshop_list", args=[workshop.bridge.slug])).status_code == listed


def test_nobody_reaches_it_through_another_bridge(workshop: Workshop) -> None:
    other = BridgeFactory()
    user = UserFactory()
    staff(other, user)
    client = Client()
    client.force_login(user)
    for page in (*OWNERS_PAGES, "workshop", "workshop_questions"):
        for slug in (other.slug, workshop.bridge.slug):
            assert client.get(reverse(f"organiser:{page}", args=[slug, workshop.public_id])).status_code == 404


def test_only_who_runs_the_bridge_makes_one(workshop: Workshop) -> None:
    new = reverse("organiser:workshop_new", args=[workshop.bridge.slug])
    for role, status in (("organiser", 200), ("owner", 403), ("stranger", 404)):
        assert signed_in(workshop, role).get(new).status_code == status
    client = signed_in(workshop, "organiser")
    bad = client.post(new, typed(last_day="2027-05-01"))
    assert bad.status_code == 422
    assert "健康研讨会" in bad.content.decode()
    assert client.post(new, typed()).status_code == 302
    made = Workshop.objects.exclude(pk=workshop.pk).get()
    assert made.name.data == {"en": "Health workshop", "zh-hans": "健康研讨会"}
    # Six in the evening by the workshop's clock, which is summer time in London.
    assert made.registration_closes_at == datetime.datetime(2027, 5, 1, 17, 0, tzinfo=datetime.UTC)


def test_settings_show_clock_times_as_they_were_typed(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    client.post(address("workshop_settings", workshop), typed())
    page = client.get(address("workshop_settings", workshop)).content.decode()
    assert 'value="2027-05-01T18:00"' in page
    before = Workshop.objects.get(pk=workshop.pk).updated_at
    client.post(address("workshop_settings", workshop), typed())
    assert Workshop.objects.get(pk=workshop.pk).updated_at == before


def test_publish_take_back_cancel_and_again(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    for act, state in (("publish", "published"), ("unpublish", "draft"), ("publish", "published")):
        client.post(address("workshop_state", workshop), {"act": act})
        assert Workshop.objects.get(pk=workshop.pk).state == state
    assert client.post(address("workshop_cancel", workshop), {"reason": ""}).status_code == 422
    client.post(address("workshop_cancel", workshop), {"reason": "Flood"})
    assert Workshop.objects.get(pk=workshop.pk).state == "cancelled"
    assert "Flood" in client.get(address("workshop", workshop)).content.decode()
    client.post(address("workshop_state", workshop), {"act": "reopen"})
    assert Workshop.objects.get(pk=workshop.pk).state == "draft"
    assert client.post(address("workshop_state", workshop), {"act": "explode"}).status_code == 404


def test_rooms_tables_and_slots(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    assert client.post(address("workshop_rooms", workshop), {"name_0": "", "capacity": "40"}).status_code == 422
    client.post(address("workshop_rooms", workshop), {"name_0": "Hall", "capacity": "40"})
    room = Room.objects.get(workshop=workshop)
    client.post(address("workshop_tables_set", workshop), {"count": "6", "seats": "4", "room": room.public_id})
    assert MeetingTable.objects.filter(workshop=workshop, room=room).count() == 6
    client.post(address("workshop_room", workshop, room.public_id), {"name_0": "Great hall", "capacity": "50"})
    assert Room.objects.get(pk=room.pk).capacity == 50
    slots = {
        "days": [day.isoformat() for day in workshop.days], "begins": "09:00", "ends": "12:00", "minutes": "30",
        "pause": "0", "break_begins": "10:00", "break_ends": "",
    }  # fmt: skip
    assert client.post(address("workshop_slots", workshop), slots).status_code == 422
    client.post(address("workshop_slots", workshop), slots | {"break_ends": "10:30"})
    assert Slot.objects.filter(workshop=workshop).count() == 10
    first = Slot.objects.filter(workshop=workshop).first()
    assert first is not None
    client.post(address("workshop_slots_remove", workshop), {"slots": [first.pk, "x", "9" * 30]})
    assert Slot.objects.filter(workshop=workshop).count() == 9
    client.post(address("workshop_room_remove", workshop, room.public_id))
    assert Room.objects.get(pk=room.pk).removed_at is not None
    client.post(address("workshop_room_remove", workshop, room.public_id), {"restore": "1"})
    assert Room.objects.get(pk=room.pk).removed_at is None
    elsewhere = Room.objects.create(workshop=WorkshopFactory(), name="Other")
    assert client.post(address("workshop_room_remove", workshop, elsewhere.public_id)).status_code == 404


def test_roles_are_given_by_address_and_taken_off(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    helper = UserFactory()
    unknown = client.post(
        address("workshop_staff", workshop), {"email": "nobody@people.example", "roles": ["check_in"]}
    )
    assert unknown.status_code == 422
    client.post(
        address("workshop_staff", workshop), {"email": helper.email.upper(), "roles": ["check_in", "programme"]}
    )
    assert WorkshopStaff.objects.filter(workshop=workshop, user=helper).count() == 2
    client.post(address("workshop_staff", workshop), {"email": helper.email})
    assert not WorkshopStaff.objects.filter(workshop=workshop, user=helper).exists()


def test_questions_keep_their_order_and_choices(workshop: Workshop) -> None:
    client = signed_in(workshop, "registration")
    forms = {
        "form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0",
        "form-0-text_0": "Diet?", "form-0-kind": "choice",
        "form-0-choices": "Any | 皆可\nVegetarian | 素食", "form-0-ORDER": "2",
        "form-1-text_0": "Badge name?", "form-1-kind": "line", "form-1-ORDER": "1", "form-1-is_required": "on",
    }  # fmt: skip
    client.post(address("workshop_questions", workshop), forms)
    first, second = workshop.questions.all()
    assert (str(first.text), first.is_required) == ("Badge name?", True)
    assert second.choices == [{"en": "Any", "zh-hans": "皆可"}, {"en": "Vegetarian", "zh-hans": "素食"}]
    page = client.get(address("workshop_questions", workshop)).content.decode()
    assert "Vegetarian | 素食" in page


def test_rules_are_written_and_removed(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    side = workshop.bridge.sides.get(country="CN")
    rule = {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0",
        "form-0-asking_kinds": ["startup"], "form-0-asked_sides": [str(side.pk)],
    }  # fmt: skip
    client.post(address("workshop_asking", workshop), rule)
    stored = AskingRule.objects.get(workshop=workshop)
    assert (stored.asking_kinds, list(stored.asked_sides.all())) == (["startup"], [side])
    assert "Startup may ask China" in client.get(address("workshop_asking", workshop)).content.decode()
    client.post(address("workshop_asking", workshop), rule | {"form-0-DELETE": "on"})
    assert not AskingRule.objects.filter(workshop=workshop).exists()


def test_a_copy_is_a_draft_of_its_own(workshop: Workshop) -> None:
    client = signed_in(workshop, "organiser")
    client.post(address("workshop_copy", workshop), {"first_day": "2028-05-20"})
    made = Workshop.objects.exclude(pk=workshop.pk).get()
    assert (made.copied_from, made.state, made.first_day) == (workshop, "draft", datetime.date(2028, 5, 20))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_take_as_many_queries_whatever_their_length(
    workshop: Workshop, count: int, django_assert_max_num_queries: Any, client: Client
) -> None:
    for _ in range(count):
        WorkshopFactory(bridge=workshop.bridge)
    desk = signed_in(workshop, "organiser")
    with django_assert_max_num_queries(18):
        desk.get(reverse("organiser:workshop_list", args=[workshop.bridge.slug]))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("website:workshop_list", args=[workshop.bridge.slug])).content.decode()
    assert page.count("card card--plain") == count


def test_drafts_are_not_there_for_others(workshop: Workshop, client: Client) -> None:
    page = reverse("website:workshop", args=[workshop.bridge.slug, workshop.public_id])
    assert client.get(page).status_code == 404
    assert signed_in(workshop, "stranger").get(page).status_code == 404
    assert signed_in(workshop, "check_in").get(page).status_code == 200
    Workshop.objects.filter(pk=workshop.pk).update(state="published")
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(("name", "tab"), [("workshop_asking", "workshop_settings"), ("workshop_copy", "workshop")])
def test_the_tab_that_a_page_belongs_to_is_marked(workshop: Workshop, name: str, tab: str) -> None:
    text = signed_in(workshop, "organiser").get(address(name, workshop)).content.decode()
    links = re.findall(r"<a [^>]*>", text)
    marked = [link for link in links if f'href="{address(tab, workshop)}"' in link and "aria-current" in link]
    assert len(marked) == 1


def test_who_handles_registrations_finds_the_questions(workshop: Workshop) -> None:
    page = signed_in(workshop, "registration").get(address("workshop_registrations", workshop)).content.decode()
    assert f'href="{address("workshop_questions", workshop)}"' in page


def test_settings_of_another_are_not_overwritten_unseen(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address("workshop_settings", workshop)).content.decode())
    assert seen is not None
    signed_in(workshop, "organiser").post(address("workshop_settings", workshop), typed(venue_0="Guangzhou"))
    mine = typed(name_0="Renamed", seen=seen[1])
    refused = client.post(address("workshop_settings", workshop), mine)
    page = refused.content.decode()
    workshop.refresh_from_db()
    assert refused.status_code == 422
    assert (workshop.name.localize("en"), workshop.venue.localize("en")) == ("Health workshop", "Guangzhou")
    # What was typed stays, and what the other has written stands beside it.
    assert 'value="Renamed"' in page
    assert "<dd>Guangzhou</dd>" in page
    again = re.search(r'name="seen" value="(\w+)"', page)
    assert again is not None
    assert again[1] != seen[1]
    assert client.post(address("workshop_settings", workshop), mine | {"seen": again[1]}).status_code == 302
    workshop.refresh_from_db()
    assert workshop.name.localize("en") == "Renamed"


def test_one_slot_is_added_by_the_workshops_clock(workshop: Workshop) -> None:
    client = signed_in(workshop, "owner")
    day = workshop.first_day.isoformat()
    one = {"add": "1", "starts_at": f"{day}T10:05", "minutes": "35"}
    assert client.post(address("workshop_slots", workshop), one).status_code == 302
    slot = Slot.objects.get(workshop=workshop)
    assert slot.starts_at.astimezone(workshop.zone).strftime("%H:%M") == "10:05"
    assert (slot.ends_at - slot.starts_at).total_seconds() == 35 * 60
    over = client.post(address("workshop_slots", workshop), one | {"starts_at": f"{day}T10:20"})
    empty = client.post(address("workshop_slots", workshop), {"add": "1", "minutes": "35"})
    assert (over.status_code, empty.status_code, Slot.objects.count()) == (422, 422, 1)
