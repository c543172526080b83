"""Calls, and entries to them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from django.utils import timezone

from qiao.calls.models import Call, CallStage, Criterion
from tests.api.scene import Scene, caller
from tests.factories import UserFactory, affiliate, member

pytestmark = pytest.mark.django_db


@dataclass
class Opened:
    scene: Scene
    call: Call

    def at(self, path: str = "") -> str:
        return self.scene.at(f"calls/{self.call.public_id}/{path}")


@pytest.fixture
def opened(scene: Scene) -> Opened:
    """The other side publishes a call that is open now."""
    now = timezone.now()
    call = Call.objects.create(
        bridge=scene.bridge, organisation=scene.other, language="en", title="A quiet ward", brief="Make wards quiet.",
        offers="A pilot.", kind="technology", opens_at=now - datetime.timedelta(days=1),
        closes_at=now + datetime.timedelta(days=7), decision_by=(now + datetime.timedelta(days=20)).date(),
        state="open", published_at=now,
    )  # fmt: skip
    Criterion.objects.create(call=call, position=1, name="Idea")
    CallStage.objects.create(call=call, position=1, name="Review")
    return Opened(scene, call)


ENTRY = {"language": "en", "title": "Sensors in walls", "answers": {"1": "We hear it first."}}


def test_a_call_is_read_by_everybody(opened: Opened) -> None:
    found = opened.scene.callers["anonymous"].get(opened.at()).json()
    assert (found["title"], found["takes_entries"], found["criteria"][0]["name"]) == (
        {"en": "A quiet ward"},
        True,
        "Idea",
    )
    rows = opened.scene.callers["anonymous"].get(opened.scene.at("calls/")).json()["items"]
    assert [row["id"] for row in rows] == [opened.call.public_id]


def test_an_entry_is_written_handed_in_and_taken_back(opened: Opened) -> None:
    owner = opened.scene.callers["owner"]
    made = owner.post(opened.at("entries/"), ENTRY)
    assert (made.status_code, made.json()["state"], made.json()["answers"]) == (
        201,
        "draft",
        {"1": "We hear it first."},
    )
    address = made.headers["Location"]
    # A draft is its own people's alone.
    for who in ("other", "organiser", "desk", "stranger"):
        assert opened.scene.callers[who].get(address).status_code == 404, who
    changed = owner.patch(address, {"title": "Sensors everywhere"})
    assert (changed.json()["title"], changed.json()["answers"]) == ("Sensors everywhere", {"1": "We hear it first."})
    assert owner.post(f"{address}act/", {"act": "submit"}).json()["state"] == "submitted"
    assert opened.scene.callers["other"].get(address).json()["title"] == "Sensors everywhere"
    assert opened.scene.callers["other"].post(f"{address}act/", {"act": "withdraw"}).status_code == 403
    late = owner.patch(address, {"title": "Too late"})
    assert (late.status_code, late.json()["code"]) == (409, "transition_not_allowed")
    assert owner.post(f"{address}act/", {"act": "take_back"}).json()["state"] == "draft"


def test_who_enters(opened: Opened) -> None:
    codes = {
        who: opened.scene.callers[who].post(opened.at("entries/"), ENTRY).status_code
        for who in ("viewer", "other", "stranger", "anonymous", "key")
    }
    assert codes == {"viewer": 403, "other": 403, "stranger": 422, "anonymous": 401, "key": 201}


def test_after_its_date_a_call_takes_no_entry(opened: Opened) -> None:
    opened.call.closes_at = timezone.now() - datetime.timedelta(minutes=1)
    opened.call.save()
    response = opened.scene.callers["owner"].post(opened.at("entries/"), ENTRY)
    assert (response.status_code, response.json()["code"]) == (409, "too_late")


def test_a_criterion_that_is_not_there_is_refused(opened: Opened) -> None:
    response = opened.scene.callers["owner"].post(opened.at("entries/"), ENTRY | {"answers": {"9": "x"}})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "answers")


def test_a_key_of_one_organisation_does_not_open_anothers_draft_call(opened: Opened) -> None:
    person = UserFactory()
    first, second = member(opened.scene.bridge, name_en="First"), member(opened.scene.bridge, name_en="Second")
    affiliate(person, first)
    affiliate(person, second)
    opened.call.organisation, opened.call.state = second, "draft"
    opened.call.save()
    assert caller(person).get(opened.at()).status_code == 200
    assert caller(person, organisation_id=first.pk).get(opened.at()).status_code == 404
