"""Pages of the programme: each role, drafts unseen, answers, releases."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import add_to_session, create_session, place_session
from qiao.workshops.models import Release, Room, Session, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


@pytest.fixture
def planner(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "programme")
    return user


def a_session(workshop: Workshop, planner: Any, *, hour: int = 9, title: str = "Cells") -> Session:
    one = create_session(workshop, actor=planner, kind="panel", title={"en": title, "zh-hans": "细胞"}, minutes=60)
    when = workshop.starts_at.replace(hour=hour)
    return place_session(one, actor=planner, edition=one.edition, starts_at=when, room=None)


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


def address(name: str, workshop: Workshop, *more: str, surface: str = "website") -> str:
    return reverse(f"{surface}:{name}", args=[workshop.bridge.slug, workshop.public_id, *more])


def test_participants_see_releases_and_not_the_draft(workshop: Workshop, planner: Any, client: Client) -> None:
    one = a_session(workshop, planner)
    page, own = address("workshop_programme", workshop), address("workshop_session", workshop, one.public_id)
    assert "Cells" not in client.get(page).content.decode()
    assert client.get(own).status_code == 404
    release_programme(workshop, actor=planner)
    shown = client.get(page).content.decode()
    assert "Cells" in shown
    assert "09:00" in shown
    assert client.get(own).status_code == 200
    client.cookies["django_language"] = "zh-hans"
    assert "细胞" in client.get(page).content.decode()
    assert client.get(address("workshop_releases", workshop)).status_code == 200


def test_who_is_invited_sees_the_session_before_and_answers(workshop: Workshop, planner: Any) -> None:
    one = a_session(workshop, planner)
    mine = RegistrationFactory(workshop=workshop)
    add_to_session(one, actor=planner, role="participant", registration=mine)
    assert mine.user is not None
    client = Client()
    client.force_login(mine.user)
    page = address("workshop_session", workshop, one.public_id)
    assert client.get(page).status_code == 200
    client.post(page, {"comes": "yes"})
    assert one.people.get().answer == "accepted"
    release_programme(workshop, actor=planner)
    only = client.get(address("workshop_programme", workshop) + "?mine=1").content.decode()
    assert "Cells" in only
    other = signed_in(workshop, "participant")
    other.post(page, {"comes": "yes"})
    assert one.people.count() == 2
    assert signed_in(workshop, "stranger").post(page, {"comes": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("organiser", 200), ("programme", 200), ("registration", 403), ("check_in", 403),
     ("participant", 404), ("stranger", 404)],
)  # fmt: skip
def test_the_desk_by_role(workshop: Workshop, planner: Any, role: str, status: int) -> None:
    one = a_session(workshop, planner)
    client = signed_in(workshop, role)
    for name, more in (
        ("workshop_programme", []), ("workshop_session_new", []), ("workshop_releases", []),
        ("workshop_session", [one.public_id]),
    ):  # fmt: skip
        assert client.get(address(name, workshop, *more, surface="organiser")).status_code == status, name
    cancel = address("workshop_session_act", workshop, one.public_id, "cancel", surface="organiser")
    client.post(cancel, {"edition": one.edition})
    one.refresh_from_db()
    assert (one.state == "cancelled") == (status == 200)
    client.post(address("workshop_releases", workshop, surface="organiser"), {"name": "x"})
    assert not Release.objects.exists()  # nothing is left that has a time, or it is not theirs to release


def test_a_session_is_made_placed_filled_and_released(workshop: Workshop, planner: Any) -> None:
    client = Client()
    client.force_login(planner)
    new = address("workshop_session_new", workshop, surface="organiser")
    assert client.post(new, {"kind": "panel", "title_0": "", "minutes": "45"}).status_code == 422
    client.post(new, {"kind": "panel", "title_0": "Imaging", "title_1": "影像", "minutes": "45"})
    one = Session.objects.get()
    room = Room.objects.create(workshop=workshop, name={"en": "Hall"})

    def do(act: str, **data: Any) -> Any:
        url = address("workshop_session_act", workshop, one.public_id, act, surface="organiser")
        answer = client.post(url, data)
        one.refresh_from_db()
        return answer

    typed = f"{workshop.first_day.isoformat()}T10:30"
    do("place", edition=one.edition, starts_at=typed, room=room.public_id, is_locked="on")
    assert one.starts_at is not None
    assert one.starts_at.astimezone(workshop.zone).strftime("%H:%M") == "10:30"
    assert (one.room, one.is_locked) == (room, True)
    do("place", edition=1, starts_at="", room="")
    assert one.room == room
    assert do("place", edition=one.edition, starts_at="2001-01-01T10:00").status_code == 422
    do("change", edition=one.edition, kind="panel", title_0="Imaging and more", minutes="60")
    assert (str(one.title), one.minutes) == ("Imaging and more", 60)
    speaker = RegistrationFactory(workshop=workshop)
    do("add", role="speaker", registration=speaker.public_id)
    assert do("add", role="speaker").status_code == 422
    do("remove", person=str(one.people.get().pk))
    assert not one.people.exists()
    assert do("explode").status_code == 404
    page = client.post(address("workshop_releases", workshop, surface="organiser"), {"name": "First"}, follow=True)
    assert "First" in page.content.decode()
    assert Release.objects.get().content["sessions"][0]["room"]["id"] == room.public_id


@pytest.mark.parametrize("count", [1, 3, 30])
def test_pages_take_as_many_queries_whatever_the_size(
    workshop: Workshop, planner: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(count):
        a_session(workshop, planner, hour=n % 20, title=f"Session {n}")
    release_programme(workshop, actor=planner)
    client, desk = signed_in(workshop, "participant"), signed_in(workshop, "owner")
    with django_assert_max_num_queries(20):
        client.get(address("workshop_programme", workshop))
    with django_assert_max_num_queries(30):
        desk.get(address("workshop_programme", workshop, surface="organiser"))
