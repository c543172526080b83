"""Workshops, registrations, the programme, and meetings."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qiao.workshops.models import Registration, Workshop
from tests.api.scene import Scene
from tests.factories import (
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    add_tables,
    affiliate,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(scene: Scene) -> Workshop:
    made: Workshop = WorkshopFactory(bridge=scene.bridge)
    add_slots(made, 3)
    add_tables(made, 2)
    return made


def _at(scene: Scene, workshop: Workshop, path: str = "") -> str:
    return scene.at(f"workshops/{workshop.public_id}/{path}")


def _registered(scene: Scene, workshop: Workshop) -> tuple[str, str]:
    """The two owners register; the identifiers of their registrations."""
    address = _at(scene, workshop, "registrations/")
    made = [scene.callers[who].post(address, {"languages": ["en"]}) for who in ("owner", "other")]
    assert [one.status_code for one in made] == [201, 201], made[0].content
    return made[0].json()["id"], made[1].json()["id"]


def test_a_workshop_is_for_everybody_once_it_is_published(scene: Scene, workshop: Workshop) -> None:
    found = scene.callers["anonymous"].get(_at(scene, workshop)).json()
    assert (found["name"], found["state"]) == ({"en": "Health workshop", "zh": "健康研讨会"}, "published")
    workshop.state = "draft"
    workshop.save()
    codes = {who: scene.callers[who].get(_at(scene, workshop)).status_code for who in scene.callers}
    assert {who for who, code in codes.items() if code == 200} == {"organiser", "desk"}


def test_registering_changing_and_withdrawing(scene: Scene, workshop: Workshop) -> None:
    owner = scene.callers["owner"]
    said = {"job_title": "Founder", "languages": ["en", "zh"], "access_needs": "Step-free access", "goals": "A ward."}
    made = owner.post(_at(scene, workshop, "registrations/"), said)
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["email"]) == ("confirmed", scene.owner.email)
    again = owner.post(_at(scene, workshop, "registrations/"), said)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    changed = owner.patch(made.headers["Location"], {"job_title": "Director"})
    assert changed.json()["job_title"] == "Director"
    gone = owner.delete(made.headers["Location"], If_Match=changed.headers["ETag"])
    assert gone.status_code == 204
    assert Registration.objects.get().state == "withdrawn"


def test_what_is_for_organisers_alone_is_told_to_no_other(scene: Scene, workshop: Workshop) -> None:
    mine, _theirs = _registered(scene, workshop)
    scene.callers["owner"].patch(_at(scene, workshop, f"registrations/{mine}/"), {"access_needs": "A hearing loop"})
    address = _at(scene, workshop, f"registrations/{mine}/")
    seen = scene.callers["other"].get(address)
    assert (seen.json()["email"], seen.json()["access_needs"]) == (None, None)
    assert "hearing loop" not in seen.content.decode()
    for who in ("owner", "key", "organiser", "desk"):
        assert scene.callers[who].get(address).json()["access_needs"] == "A hearing loop", who
    for who in ("stranger", "viewer", "adviser"):
        assert scene.callers[who].get(address).status_code == 404, who


def test_who_is_not_listed_is_not_seen(scene: Scene, workshop: Workshop) -> None:
    mine, _theirs = _registered(scene, workshop)
    scene.callers["owner"].patch(_at(scene, workshop, f"registrations/{mine}/"), {"is_listed": False})
    assert scene.callers["other"].get(_at(scene, workshop, f"registrations/{mine}/")).status_code == 404


def test_a_colleague_is_registered_by_address(scene: Scene, workshop: Workshop) -> None:
    said = {"email": "colleague@leeds.example", "name": "Grace", "languages": ["en"]}
    assert scene.callers["viewer"].post(_at(scene, workshop, "registrations/"), said).status_code == 403
    made = scene.callers["key"].post(_at(scene, workshop, "registrations/"), said)
    assert (made.status_code, made.json()["organisation"]) == (201, scene.own.public_id)


def test_the_desk_registers_for_any_member(scene: Scene, workshop: Workshop) -> None:
    said = {"email": "guest@bio.example", "name": "Guest", "languages": ["zh"], "organisation": scene.other.public_id}
    assert scene.callers["owner"].post(_at(scene, workshop, "registrations/"), said).status_code == 422
    made = scene.callers["desk"].post(_at(scene, workshop, "registrations/"), said)
    assert (made.status_code, made.json()["organisation"]) == (201, scene.other.public_id)


@pytest.mark.parametrize("answers", [{"x": "1"}, {"1": {"a": 1}}, {"-1": "a"}])
def test_answers_that_make_no_sense_are_refused(scene: Scene, workshop: Workshop, answers: Any) -> None:
    response = scene.callers["owner"].post(_at(scene, workshop, "registrations/"), {"answers": answers})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "answers")


def test_two_meet(scene: Scene, workshop: Workshop) -> None:
    _mine, theirs = _registered(scene, workshop)
    slots = scene.callers["anonymous"].get(_at(scene, workshop, "slots/")).json()["items"]
    asked = scene.callers["owner"].post(
        _at(scene, workshop, "meetings/"), {"people": [theirs], "message": "Shall we?", "slot": slots[0]["id"]}
    )
    assert (asked.status_code, asked.json()["state"]) == (201, "requested"), asked.content
    address = asked.headers["Location"]
    for who in ("stranger", "editor", "organiser", "desk"):
        assert scene.callers[who].get(address).status_code == 404, who
    accepted = scene.callers["other"].post(f"{address}act/", {"act": "accept"})
    assert (accepted.json()["state"], accepted.json()["starts_at"]) == ("scheduled", slots[0]["starts_at"])
    again = scene.callers["other"].post(f"{address}act/", {"act": "take_back"})
    assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
    off = scene.callers["owner"].post(f"{address}act/", {"act": "cancel", "reason": "Ill"})
    assert off.json()["state"] == "cancelled"


def test_who_is_not_there_cannot_be_asked(scene: Scene, workshop: Workshop) -> None:
    _registered(scene, workshop)
    elsewhere = RegistrationFactory(workshop=WorkshopFactory(bridge=scene.bridge))
    response = scene.callers["owner"].post(_at(scene, workshop, "meetings/"), {"people": [elsewhere.public_id]})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "people")


def test_a_key_of_one_organisation_does_not_open_a_part_taken_for_another(scene: Scene, workshop: Workshop) -> None:
    second = member(scene.bridge, name_en="Second")
    affiliate(scene.owner, second)
    made = scene.callers["owner"].post(
        _at(scene, workshop, "registrations/"), {"languages": ["en"], "organisation": second.public_id}
    )
    listed = RegistrationFactory(workshop=workshop, user=UserFactory())
    key = scene.callers["key"]
    assert key.get(made.headers["Location"]).status_code == 404
    assert key.get(_at(scene, workshop, f"registrations/{listed.public_id}/")).status_code == 404
    assert key.get(_at(scene, workshop, "meetings/")).status_code == 404


@pytest.mark.parametrize("path", ["registrations/", "meetings/", "sessions/"])
def test_lists_take_as_many_queries_for_many_rows_as_for_one(scene: Scene, workshop: Workshop, path: str) -> None:
    _mine, theirs = _registered(scene, workshop)
    owner = scene.callers["owner"]
    owner.post(_at(scene, workshop, "meetings/"), {"people": [theirs]})

    def count() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            rows = owner.get(_at(scene, workshop, path)).json()["items"]
        return len(queries), len(rows)

    few = count()
    for _n in range(4):
        other = RegistrationFactory(workshop=workshop)
        asked = owner.post(_at(scene, workshop, "meetings/"), {"people": [other.public_id]})
        assert asked.status_code == 201, asked.content
    many = count()
    assert many[0] == few[0]
    assert path == "sessions/" or many[1] == few[1] + 4


def test_figures_are_for_everybody(scene: Scene) -> None:
    figures = scene.callers["anonymous"].get(scene.at("figures/")).json()
    assert (figures["members"], {one["code"]: one["members"] for one in figures["sides"]}) == (2, {"gb": 1, "cn": 1})
