"""Organisations, memberships, people, needs and offers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qiao.directory.models import Affiliation, Listing, Organisation
from tests.api.scene import Scene, caller
from tests.api.test_core import NEED
from tests.factories import UserFactory, affiliate, member, member_listing

pytestmark = pytest.mark.django_db

PROFILE = {
    "name": {"en": "Pearl River Optics", "zh": "珠江光学"}, "kind": "startup", "country": "CN",
    "summary": {"en": "Lenses for surgery."},
}  # fmt: skip


def test_a_profile_has_its_texts_by_language(scene: Scene) -> None:
    found = scene.callers["anonymous"].get(scene.at(f"organisations/{scene.own.public_id}/")).json()
    assert found["name"] == {"en": "Leeds Sensors"}
    assert (found["side"], found["membership"], found["country"]) == ("gb", "approved", "GB")


def test_a_person_registers_an_organisation(scene: Scene) -> None:
    newcomer = UserFactory()
    made = caller(newcomer).post(scene.at("organisations/"), PROFILE)
    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["membership"]) == (
        {"en": "Pearl River Optics", "zh": "珠江光学"},
        "applied",
    )
    organisation = Organisation.objects.get(public_id=made.json()["id"])
    assert Affiliation.objects.get(organisation=organisation).user == newcomer
    # Nobody else sees it before it is approved.
    assert scene.callers["stranger"].get(made.headers["Location"]).status_code == 404
    assert scene.callers["desk"].get(made.headers["Location"]).status_code == 200


def test_the_desk_keeps_a_profile(scene: Scene) -> None:
    made = scene.callers["desk"].post(scene.at("organisations/"), PROFILE)
    assert made.json()["membership"] == "approved"
    organisation = Organisation.objects.get(public_id=made.json()["id"])
    assert organisation.managed_by == scene.bridge
    changed = scene.callers["desk"].patch(made.headers["Location"], {"city": {"en": "Guangzhou"}})
    assert changed.json()["city"] == {"en": "Guangzhou"}


def test_a_second_of_the_same_name_is_a_duplicate(scene: Scene) -> None:
    caller(UserFactory()).post(scene.at("organisations/"), PROFILE)
    again = caller(UserFactory()).post(scene.at("organisations/"), PROFILE)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert again.json()["errors"][0]["field"] == "name.en"


def test_a_text_replaces_the_text(scene: Scene) -> None:
    address = scene.at(f"organisations/{scene.own.public_id}/")
    scene.callers["owner"].patch(address, {"summary": {"zh": "传感器。"}})
    assert scene.callers["owner"].get(address).json()["summary"] == {"zh": "传感器。"}


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("editor", 200), ("key", 200), ("viewer", 403), ("other", 403), ("organiser", 403), ("desk", 403),
     ("stranger", 403), ("anonymous", 401)],
)  # fmt: skip
def test_who_changes_a_profile(scene: Scene, who: str, status: int) -> None:
    response = scene.callers[who].patch(scene.at(f"organisations/{scene.own.public_id}/"), {"size": "small"})
    assert response.status_code == status


def test_addresses_of_people_are_their_own_organisations_alone(scene: Scene) -> None:
    address = scene.at(f"organisations/{scene.own.public_id}/people/")
    own = scene.callers["owner"].get(address).json()["items"]
    assert {one["email"] for one in own} >= {scene.owner.email}
    for who in ("other", "organiser", "stranger"):
        assert {one["email"] for one in scene.callers[who].get(address).json()["items"]} == {None}, who
    Affiliation.objects.filter(user=scene.owner).update(is_public=False)
    shown = {one["id"] for one in scene.callers["stranger"].get(address).json()["items"]}
    assert scene.owner.public_id not in shown


def test_a_listing_goes_from_draft_to_review_and_back(scene: Scene) -> None:
    owner = scene.callers["owner"]
    made = owner.post(scene.at("listings/"), NEED)
    assert made.status_code == 201, made.content
    listing = made.json()
    assert (listing["state"], listing["title"]) == ("draft", {"en": "A sensor", "zh": "传感器"})
    address = f"{scene.at('listings/')}{listing['id']}/"
    assert scene.callers["other"].get(address).status_code == 404
    sent = owner.post(f"{address}act/", {"act": "submit"})
    assert sent.json()["state"] == "in_review"
    again = owner.post(f"{address}act/", {"act": "submit"})
    assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
    owner.post(f"{address}act/", {"act": "return_to_draft"})
    gone = owner.delete(address, If_Match=owner.get(address).headers["ETag"])
    assert gone.status_code == 204
    assert owner.get(address).status_code == 404


def test_what_the_domain_refuses_is_told_by_field(scene: Scene) -> None:
    response = scene.callers["owner"].post(
        scene.at("listings/"), NEED | {"amount": {"min": 5, "max": 2, "currency": "GBP"}}
    )
    assert response.status_code == 422
    assert {one["field"] for one in response.json()["errors"]} == {"amount.min", "amount.max"}


def test_a_change_of_language_keeps_the_texts(scene: Scene) -> None:
    owner = scene.callers["owner"]
    made = owner.post(scene.at("listings/"), NEED | {"text": {"en": "E", "zh": "中"}})
    address = scene.at(f"listings/{made.json()['id']}/")
    owner.patch(address, {"language": "zh"})
    listing = Listing.objects.get()
    assert (listing.language, listing.title, listing.other_title, listing.text) == ("zh", "传感器", "A sensor", "中")


def test_a_name_is_withheld_from_who_may_not_know_it(scene: Scene) -> None:
    listing = member_listing(scene.bridge, organisation=scene.own, anonymous=True)
    address = scene.at(f"listings/{listing.public_id}/")
    for who in ("anonymous", "other", "stranger"):
        response = scene.callers[who].get(address)
        assert response.json()["organisation"]["id"] is None
        assert "Leeds Sensors" not in response.content.decode()
    for who in ("owner", "key", "organiser", "desk"):
        assert scene.callers[who].get(address).json()["organisation"]["id"] == scene.own.public_id


def test_a_key_of_one_organisation_opens_no_other_of_its_person(scene: Scene) -> None:
    """The maker runs the bridge and belongs to two organisations: the key knows of one."""
    from tests.factories import staff

    second = member(scene.bridge, name_en="Second")
    affiliate(scene.owner, second)
    staff(scene.bridge, scene.owner)
    draft = member_listing(scene.bridge, organisation=second, state="draft")
    anonymous = member_listing(scene.bridge, organisation=second, anonymous=True)
    review = member_listing(scene.bridge, organisation=scene.other, state="in_review")
    key = scene.callers["key"]
    assert key.get(scene.at(f"listings/{draft.public_id}/")).status_code == 404
    assert key.get(scene.at(f"listings/{review.public_id}/")).status_code == 404
    assert key.get(scene.at(f"listings/{anonymous.public_id}/")).json()["organisation"]["id"] is None
    assert key.post(scene.at("listings/"), NEED | {"organisation": second.public_id}).status_code == 422
    assert [one["id"] for one in key.get("me/").json()["organisations"]] == [scene.own.public_id]
    assert key.get("me/").json()["bridges"] == []
    people = key.get(scene.at(f"organisations/{second.public_id}/people/")).json()["items"]
    assert {one["email"] for one in people} == {None}


def test_a_key_of_a_bridge_opens_no_other(scene: Scene) -> None:
    from tests.factories import BridgeFactory, staff

    other = BridgeFactory(slug="other")
    staff(other, scene.organiser)
    assert scene.callers["organiser"].get("bridges/other/").status_code == 200
    assert scene.callers["desk"].get("bridges/other/").status_code == 404
    assert [one["slug"] for one in scene.callers["desk"].get("bridges/").json()["items"]] == ["uk-china"]


def test_who_acts_for_two_says_for_which(scene: Scene) -> None:
    affiliate(scene.owner, member(scene.bridge, name_en="Second"))
    response = scene.callers["owner"].post(scene.at("listings/"), NEED)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "organisation")


@pytest.mark.parametrize("path", ["listings/", "listings/?mine=true", "organisations/", "memberships/"])
@pytest.mark.parametrize("who", ["anonymous", "owner", "key", "organiser"])
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_one(scene: Scene, path: str, who: str) -> None:
    if (who == "anonymous" and path.startswith("memberships")) or (
        "mine" in path and who in ("anonymous", "organiser")
    ):
        pytest.skip("nothing to see there")

    def count() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            rows = scene.callers[who].get(scene.at(f"{path}{'&' if '?' in path else '?'}limit=100")).json()["items"]
        return len(queries), len(rows)

    member_listing(scene.bridge, organisation=scene.own)
    count()  # note_use writes once a minute
    few, _rows = count()
    for _n in range(12):
        member_listing(scene.bridge, organisation=scene.own)
        member_listing(scene.bridge)
    many, rows = count()
    assert rows >= 2
    assert many == few


def test_applying_and_leaving(scene: Scene) -> None:
    owner: Any = scene.callers["owner"]
    membership = next(
        one for one in owner.get(scene.at("memberships/")).json()["items"] if one["organisation"] == scene.own.public_id
    )
    address = scene.at(f"memberships/{membership['id']}/")
    etag = owner.get(address).headers["ETag"]
    assert scene.callers["editor"].delete(address, If_Match=etag).status_code == 403
    assert owner.delete(address, If_Match=etag).status_code == 204
    again = owner.post(scene.at("memberships/"), {})
    assert (again.status_code, again.json()["state"]) == (201, "applied")
