"""Pages of automatic placement: for whom they are, what they say, and what can be done there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from matching.app.domain.workshop_placing import work_on_placement
from qiao.organiser.workshop_placing_words import instead_words, reason_words
from qiao.workshops.domain.applying_places import apply_placement
from qiao.workshops.enums import RunState
from qiao.workshops.models import PlacementRun, Session
from tests.factories import UserFactory, workshop_staff
from tests.workshops.placing_cast import PlacingCast, add, placing_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> PlacingCast:
    return placing_cast()


def at(cast: PlacingCast, name: str, *more: str) -> str:
    return reverse(f"organiser:{name}", args=[cast.workshop.bridge.slug, cast.workshop.public_id, *more])


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(**more: Any) -> dict[str, Any]:
    return {"scope": "missing", "begins": "09:00", "ends": "18:00", "step": "15", "seconds": "2", **more}


def test_pages_are_for_those_who_plan(cast: PlacingCast) -> None:
    cast.session("One")
    run = cast.run()
    pages = [
        at(cast, "workshop_placing"),
        at(cast, "workshop_placing_run", run.public_id),
        at(cast, "workshop_placing_progress", run.public_id),
    ]
    owner, door, participant = UserFactory(), UserFactory(), cast.person()
    workshop_staff(cast.workshop, owner, "owner")
    workshop_staff(cast.workshop, door, "check_in")
    for page in pages:
        assert Client().get(page).status_code == 302
        assert signed_in(participant.user).get(page).status_code == 404
        assert signed_in(UserFactory()).get(page).status_code == 404
        assert signed_in(door).get(page).status_code == 403
        for user in (owner, cast.planner):
            assert signed_in(user).get(page).status_code == 200, page
    act = at(cast, "workshop_placing_act", run.public_id)
    assert signed_in(door).post(act, {"act": "apply"}).status_code == 403
    assert signed_in(participant.user).post(act, {"act": "apply"}).status_code == 404
    assert signed_in(door).post(pages[0], asked()).status_code == 403
    run.refresh_from_db()
    assert run.state == RunState.READY


def test_runs_of_other_workshops_are_not_shown(cast: PlacingCast) -> None:
    other = placing_cast()
    other.session("One")
    run = other.run()
    client = signed_in(cast.planner)
    assert client.get(at(cast, "workshop_placing_run", run.public_id)).status_code == 404
    assert client.post(at(cast, "workshop_placing_act", run.public_id), {"act": "apply"}).status_code == 404


def test_asked_for_watched_applied_and_taken_back(cast: PlacingCast) -> None:
    one = cast.session("Tissue")
    client = signed_in(cast.planner)
    page = client.get(at(cast, "workshop_placing")).content.decode()
    assert "1 session has no time yet." in page
    rooms = [room.public_id for room in cast.rooms]
    answer = client.post(at(cast, "workshop_placing"), asked(rooms=rooms))
    run = PlacementRun.objects.get()
    assert answer["Location"] == at(cast, "workshop_placing_run", run.public_id)
    assert run.options["rooms"] == rooms
    page = client.get(answer["Location"]).content.decode()
    progress = at(cast, "workshop_placing_progress", run.public_id)
    assert progress in page
    assert "HX-Refresh" not in client.get(progress)
    work_on_placement(run.pk)
    assert client.get(progress)["HX-Refresh"] == "true"
    page = client.get(answer["Location"]).content.decode()
    assert "Tissue" in page
    assert "Apply it to the draft" in page
    act = at(cast, "workshop_placing_act", run.public_id)
    page = client.post(act, {"act": "apply"}, follow=True).content.decode()
    assert "Applied to the draft" in page
    one.refresh_from_db()
    assert one.starts_at is not None
    # Again, from another window: refused in words, and nothing breaks.
    assert client.post(act, {"act": "apply"}, follow=True).status_code == 200
    client.post(act, {"act": "roll_back"})
    one.refresh_from_db()
    assert one.starts_at is None
    assert client.post(act, {"act": "nonsense"}).status_code in (400, 422)


def test_a_wrong_form_says_so_and_begins_nothing(cast: PlacingCast) -> None:
    cast.session("One")
    client = signed_in(cast.planner)
    for wrong in ({"begins": "18:00", "ends": "09:00"}, {"step": "7"}, {"seconds": "9999"}, {"rooms": ["nowhere"]}, {}):
        answer = client.post(at(cast, "workshop_placing"), asked(**wrong))
        assert answer.status_code == 422, wrong
        assert "field__errors" in answer.content.decode()
    assert not PlacementRun.objects.exists()


def test_what_could_not_be_placed_is_told_in_both_languages() -> None:
    cast = placing_cast(rooms=0)
    large = cast.room("Large hall", capacity=100)
    ada = cast.person(name="Ada Byron")
    cast.there(ada, cast.at(10), cast.at(11))
    cast.put(cast.session("Opening", minutes=60), cast.at(10), large)
    talk = cast.session("Talk", minutes=60, expected=80)
    add(talk, ada, "speaker")
    run = cast.run(never_small=True)
    client = signed_in(cast.planner)
    page = client.get(at(cast, "workshop_placing_run", run.public_id)).content.decode()
    assert "No room with 80 seats is free while Ada Byron can come." in page
    # What is locked or stays is not asked to move.
    assert "It could be on" not in page
    assert cast.run(scope="all", never_small=True).unplaced == []


@pytest.mark.parametrize("code", ["no_room", "too_long", "absent", "for_all", "busy", "rooms_taken"])
@pytest.mark.parametrize("keeps_time", [False, True])
@pytest.mark.parametrize("never_small", [False, True])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_has_a_sentence(
    cast: PlacingCast, code: str, keeps_time: bool, never_small: bool, language: str
) -> None:
    sessions = {one.public_id: one for one in [cast.session(f"S{number}") for number in range(6)]}
    told = {
        "code": code, "people": ["a", "b"], "sessions": list(sessions), "seats": 40, "minutes": 45,
        "of": list(sessions),
        "keeps_time": keeps_time,
        "instead": {"room": cast.rooms[0].public_id, "starts_at": cast.at(9).isoformat()},
    }  # fmt: skip
    with translation.override(language):
        said = reason_words(told, {"a": "Ada", "b": "Li"}, sessions, never_small=never_small)
        rooms = {room.public_id: room for room in cast.rooms}
        instead = instead_words(told, sessions, rooms, cast.workshop.zone)
    assert said
    assert "%(" not in said + instead
    assert "09:00" in instead
    if code in ("absent", "busy"):
        assert "Ada" in said
        assert "Li" in said


def test_stopping_is_asked_for_once_and_what_waits_is_put_aside(cast: PlacingCast) -> None:
    cast.session("One")
    run = cast.ask()
    PlacementRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    client = signed_in(cast.planner)
    page = client.get(at(cast, "workshop_placing_run", run.public_id)).content.decode()
    assert "Stop now and keep the best so far" in page
    page = client.post(at(cast, "workshop_placing_act", run.public_id), {"act": "stop"}, follow=True).content.decode()
    assert "Stop now and keep the best so far" not in page
    run.refresh_from_db()
    assert (run.state, run.options["stop"]) == (RunState.RUNNING, True)


def test_what_was_kept_and_what_was_not_applied_is_named(cast: PlacingCast) -> None:
    one, other = cast.session("Moved by hand"), cast.session("Left")
    run = cast.run()
    cast.put(one, cast.at(17, day=1), cast.rooms[0])
    run = apply_placement(run, actor=cast.planner)
    client = signed_in(cast.planner)
    page = client.get(at(cast, "workshop_placing_run", run.public_id)).content.decode()
    assert "it was changed by hand since" in page
    other.refresh_from_db()
    cast.put(other, cast.at(16, day=1), cast.rooms[0])
    page = client.post(
        at(cast, "workshop_placing_act", run.public_id), {"act": "roll_back"}, follow=True
    ).content.decode()
    assert "Kept as it is" in page


def test_empty_states(cast: PlacingCast) -> None:
    client = signed_in(cast.planner)
    assert "No sessions yet" in client.get(at(cast, "workshop_placing")).content.decode()
    other = placing_cast(rooms=0)
    other.session("One")
    client = signed_in(other.planner)
    assert "There are no rooms yet" in client.get(at(other, "workshop_placing")).content.decode()
    assert client.post(at(other, "workshop_placing"), asked()).status_code == 422


def test_a_constant_number_of_queries() -> None:
    counts = {"workshop_placing": set(), "workshop_placing_run": set()}  # type: dict[str, set[int]]
    for sessions in (3, 5, 30):
        cast = placing_cast(rooms=1)
        ada = cast.person()
        cast.there(ada, cast.at(9), cast.at(12))
        for number in range(sessions):
            add(cast.session(f"S{number}", minutes=90), ada, "speaker")
        run = cast.run()
        assert run.unplaced
        for more in range(sessions - 1):
            PlacementRun.objects.create(
                workshop=cast.workshop, state=RunState.DISCARDED, options={"scope": "all"}, seed=more
            )
        client = signed_in(cast.planner)
        for name, told in (("workshop_placing", []), ("workshop_placing_run", [run.public_id])):
            client.get(at(cast, name, *told))
            with CaptureQueriesContext(connection) as made:
                assert client.get(at(cast, name, *told)).status_code == 200
            counts[name].add(len(made))
    assert {name: len(several) for name, several in counts.items()} == dict.fromkeys(counts, 1)
    assert Session.objects.count() == 38


def test_choices_are_in_the_language_of_the_page(cast: PlacingCast) -> None:
    cast.room("Hall")
    cast.session("Talk")
    client = Client()
    client.force_login(cast.planner)
    client.cookies["django_language"] = "zh-hans"
    page = client.get(at(cast, "workshop_placing")).content.decode()
    assert [line.strip() for line in page.splitlines() if 'value="15"' in line] == [
        '<option value="15" selected>15 分钟</option>'
    ]
