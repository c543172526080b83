"""The grid of the programme at the desk."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qiao.workshops.domain.queries.conflicts import draft_of
from qiao.workshops.domain.queries.programme_grid import grid_of
from qiao.workshops.enums import SessionKind, SessionRole
from qiao.workshops.models import Room, Session, SessionPerson
from tests.factories import UserFactory, WorkshopFactory
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db


def _room(cast: MeetingCast, name: str = "Blue", **more: Any) -> Room:
    return Room.objects.create(workshop=cast.workshop, name=name, **more)


def _session(
    cast: MeetingCast, title: str, hour: float | None = None, room: Room | None = None, **more: Any
) -> Session:
    day = datetime.datetime.combine(cast.workshop.first_day, datetime.time(), cast.workshop.zone)
    at = None if hour is None else day + datetime.timedelta(hours=hour)
    fields = {"kind": SessionKind.PANEL, "minutes": 60, "starts_at": at, "room": room} | more
    return Session.objects.create(workshop=cast.workshop, title={"en": title}, **fields)


def _at(cast: MeetingCast, hour: float) -> str:
    day = datetime.datetime.combine(cast.workshop.first_day, datetime.time(), cast.workshop.zone)
    return (day + datetime.timedelta(hours=hour)).isoformat()


def _url(cast: MeetingCast, name: str = "workshop_grid", *more: str) -> str:
    return reverse(f"organiser:{name}", args=[cast.bridge.slug, cast.workshop.public_id, *more])


def _put(client: Client, cast: MeetingCast, one: Session, **values: Any) -> Any:
    data = {"edition": one.edition, "day": cast.workshop.first_day.isoformat()} | values
    return client.post(_url(cast, "workshop_grid_place", one.public_id), data, headers={"X-Requested-With": "fetch"})


@pytest.fixture
def cast(client: Client) -> MeetingCast:
    made = meeting_cast()
    client.force_login(made.organiser)
    return made


def test_sessions_stand_where_they_are(client: Client, cast: MeetingCast) -> None:
    blue, red = _room(cast), _room(cast, "Red")
    opening = _session(cast, "Opening", 9, blue)
    beside = _session(cast, "Beside", 9.5, blue)
    other = _session(cast, "Other", 10, red, minutes=50)
    waiting = _session(cast, "Waiting")
    grid = grid_of(cast.workshop, draft_of(cast.workshop), cast.workshop.first_day)
    assert grid.step == 5
    assert [(str(one.room.name) if one.room else "", one.lanes) for one in grid.columns] == [
        ("Blue", 2), ("Red", 1), ("", 1)
    ]  # fmt: skip
    found = {cell.session.pk: (row.at, cell.rows) for row in grid.rows for cell in row.cells if cell.session}
    assert found == {
        opening.pk: (opening.starts_at, 12),
        beside.pk: (beside.starts_at, 12),
        other.pk: (other.starts_at, 10),
    }
    assert grid.waiting == (waiting,)
    # Every row fills every lane once: what begins above still stands there.
    taken = [0] * len(grid.rows)
    for number, row in enumerate(grid.rows):
        for cell in row.cells:
            for below in range(number, number + cell.rows):
                taken[below] += 1
    assert set(taken) == {4}
    page = client.get(_url(cast)).content.decode()
    assert page.count("grid-cell--taken") == 3
    assert "Waiting" in page


def test_a_night_with_a_clock_change_has_all_its_hours(cast: MeetingCast) -> None:
    workshop = cast.workshop
    workshop.time_zone, workshop.first_day = "Europe/London", datetime.date(2027, 10, 31)
    workshop.last_day = workshop.first_day
    workshop.save()
    night = datetime.datetime(2027, 10, 31, 0, 30, tzinfo=workshop.zone)
    Session.objects.create(workshop=workshop, title={"en": "Night"}, kind="visit", minutes=180, starts_at=night)
    grid = grid_of(workshop, draft_of(workshop), workshop.first_day)
    local = [row.at.astimezone(workshop.zone).strftime("%H:%M") for row in grid.rows]
    assert local.count("01:00") == 2
    assert [cell.rows for row in grid.rows for cell in row.cells if cell.session] == [180 // grid.step]
    assert len({row.at for row in grid.rows}) == len(grid.rows)


def test_placing_answers_with_the_board_and_says_where(client: Client, cast: MeetingCast) -> None:
    blue, one = _room(cast), _session(cast, "Opening")
    answer = _put(client, cast, one, at=_at(cast, 10), room=blue.public_id, minutes=90)
    one.refresh_from_db()
    assert (answer.status_code, one.room, one.minutes) == (200, blue, 90)
    assert one.starts_at is not None
    assert one.starts_at.astimezone(cast.workshop.zone).hour == 10
    assert "10:00, 90 minutes, Blue" in answer.content.decode()
    back = _put(client, cast, one, at="", room="")
    one.refresh_from_db()
    assert back.status_code == 200
    assert not one.room
    assert not one.starts_at


def test_the_second_of_two_organisers_is_told_and_overwrites_nothing(client: Client, cast: MeetingCast) -> None:
    blue, red, one = _room(cast), _room(cast, "Red"), _session(cast, "Opening")
    assert _put(client, cast, one, at=_at(cast, 10), room=blue.public_id).status_code == 200
    late = _put(client, cast, one, at=_at(cast, 14), room=red.public_id)  # as the session was before
    one.refresh_from_db()
    assert late.status_code == 409
    assert (one.room, one.edition) == (blue, 2)
    assert "Somebody else has changed this session" in late.content.decode()


def test_what_is_locked_stays(client: Client, cast: MeetingCast) -> None:
    one = _session(cast, "Opening", 9)
    assert _put(client, cast, one, lock="1").status_code == 200
    one.refresh_from_db()
    assert one.is_locked
    moved = _put(client, cast, one, at=_at(cast, 11), room="")
    one.refresh_from_db()
    assert moved.status_code == 409
    assert one.starts_at is not None
    assert one.starts_at.astimezone(cast.workshop.zone).hour == 9
    assert _put(client, cast, one, lock="0").status_code == 200


@pytest.mark.parametrize(
    "values",
    [
        {"at": "2020-01-01T10:00:00+00:00", "room": ""},
        {"at": "soon", "room": ""},
        {"at": "2026-13-45T99:00:00+00:00", "room": ""},
        {"at": "2026-01-01T10:00:00", "room": ""},
        {"minutes": "1"},
        {"room": "gone"},
    ],
)
def test_what_cannot_be_is_refused_in_words(client: Client, cast: MeetingCast, values: dict[str, str]) -> None:
    one = _session(cast, "Opening", 9)
    answer = _put(client, cast, one, **({"at": _at(cast, 10), "room": ""} | values))
    one.refresh_from_db()
    assert answer.status_code == 422
    assert re.search('data-message="[^"]+"', answer.content.decode())
    assert (one.edition, one.minutes) == (1, 60)


def test_a_removed_room_is_no_room(client: Client, cast: MeetingCast) -> None:
    one = _session(cast, "Opening", 9)
    gone = _room(cast, removed_at=datetime.datetime.now(datetime.UTC))
    assert _put(client, cast, one, at=_at(cast, 10), room=gone.public_id).status_code == 422
    other = Room.objects.create(workshop=WorkshopFactory(), name="Elsewhere")
    assert _put(client, cast, one, at=_at(cast, 10), room=other.public_id).status_code == 422


def test_where_it_would_conflict_is_told_beforehand(client: Client, cast: MeetingCast) -> None:
    blue, red = _room(cast), _room(cast, "Red")
    fixed, one = _session(cast, "Opening", 9, blue), _session(cast, "Talk")
    speaker = cast.british[0]
    for session in (fixed, one):
        SessionPerson.objects.create(session=session, registration=speaker, name=speaker.name, role=SessionRole.SPEAKER)
    SessionPerson.objects.create(session=one, name="Outside", role=SessionRole.MODERATOR)
    answer = client.get(_url(cast, "workshop_grid_against", one.public_id)).json()["against"]
    utc = datetime.datetime.fromisoformat(_at(cast, 9)).astimezone(datetime.UTC).isoformat()
    later = datetime.datetime.fromisoformat(_at(cast, 12)).astimezone(datetime.UTC).isoformat()
    assert (answer[blue.public_id][utc], answer[red.public_id][utc]) == (2, 2)  # the room, and the speaker anywhere
    assert later not in answer[red.public_id]
    assert client.get(_url(cast)).content.decode().count("grid-session--hard") == 0


def test_the_board_is_sent_again_only_when_it_has_changed(client: Client, cast: MeetingCast) -> None:
    one = _session(cast, "Opening", 9)
    version = grid_of(cast.workshop, draft_of(cast.workshop), cast.workshop.first_day).version
    address = f"{_url(cast, 'workshop_grid_board')}?version={version}"
    assert client.get(address).status_code == 204
    _put(client, cast, one, at=_at(cast, 10), room="")
    fresh = client.get(address)
    assert fresh.status_code == 200
    assert version not in fresh.content.decode()


def test_only_who_plans_the_programme_comes_in(client: Client, cast: MeetingCast) -> None:
    one = _session(cast, "Opening", 9)
    addresses = [
        _url(cast), _url(cast, "workshop_grid_board"), _url(cast, "workshop_grid_against", one.public_id)
    ]  # fmt: skip
    for user, status in ((cast.british[0].user, 404), (UserFactory(), 404)):
        assert user is not None
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == [status] * 3
        assert _put(client, cast, one, at="", room="").status_code == status
    client.logout()
    assert _put(client, cast, one, at="", room="").status_code == 302
    one.refresh_from_db()
    assert one.starts_at is not None


def test_the_page_makes_a_constant_number_of_queries(client: Client, cast: MeetingCast) -> None:
    counts = []
    for number in (1, 3, 30):
        room = _room(cast, f"Room {number}")
        for more in range(Session.objects.count(), number):
            _session(cast, f"S{more}", 9 + more % 8, room)
        client.get(_url(cast))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(_url(cast)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_without_a_script_a_form_leads_back_to_the_day(client: Client, cast: MeetingCast) -> None:
    one = _session(cast, "Opening", 9)
    day = cast.workshop.first_day.isoformat()
    answer = client.post(
        _url(cast, "workshop_grid_place", one.public_id), {"edition": one.edition, "lock": "1", "day": day}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"{_url(cast)}?day={day}"
