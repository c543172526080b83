"""My organisation: who sees and may do what."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.directory.domain.reviews import review_membership
from qiao.directory.domain.saved import block_organisation
from qiao.directory.enums import MembershipState, PersonRole
from qiao.directory.models import Block, Membership, Organisation
from tests.factories import (
    BridgeFactory,
    ListingFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    affiliate,
    member,
    staff,
)

pytestmark = pytest.mark.django_db

PAGES = ("", "profile/", "application/", "leaving/", "history/", "blocks/", "people/", "listings/new/")
#: What each role may open: a page that is not listed is refused.
ALLOWED = {
    "viewer": ("", "history/", "blocks/", "people/"),
    "editor": ("", "profile/", "application/", "history/", "blocks/", "people/", "listings/new/"),
    "owner": PAGES,
    "superuser": PAGES,
}


class Place:
    """A bridge, a member of it, and a person of each kind."""

    def __init__(self) -> None:
        self.bridge: Bridge = BridgeFactory()
        self.organisation = member(self.bridge, name_en="Tidewell Surgical", name_zh="泰德韦尔外科")
        self.people: dict[str, User] = {role: UserFactory() for role in ("owner", "editor", "viewer", "stranger")}
        for role in ("owner", "editor", "viewer"):
            affiliate(self.people[role], self.organisation, role)
        self.people["organiser"] = UserFactory()
        staff(self.bridge, self.people["organiser"])
        self.people["superuser"] = UserFactory(is_superuser=True, is_staff=True)

    def url(self, page: str = "", role: str = "owner") -> str:
        query = f"?organisation={self.organisation.public_id}" if role == "superuser" else ""
        return f"/{self.bridge.slug}/my/{page}{query}"


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.mark.parametrize("page", PAGES)
def test_anonymous_visitors_are_sent_to_sign_in(client: Client, place: Place, page: str) -> None:
    answer = client.get(place.url(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("role", ["stranger", "organiser"])
@pytest.mark.parametrize("page", PAGES)
def test_who_has_no_organisation_is_shown_how_to_get_one(client: Client, place: Place, role: str, page: str) -> None:
    client.force_login(place.people[role])
    for query in ("", f"?organisation={place.organisation.public_id}"):
        answer = client.get(place.url(page) + query)
        assert answer.status_code == 200
        assert "You are not with an organisation yet" in answer.content.decode()
        assert "Tidewell" not in answer.content.decode()


@pytest.mark.parametrize("role", ["viewer", "editor", "owner", "superuser"])
@pytest.mark.parametrize("page", PAGES)
def test_each_role_opens_its_pages_and_no_others(client: Client, place: Place, role: str, page: str) -> None:
    client.force_login(place.people[role])
    answer = client.get(place.url(page, role))
    assert answer.status_code == (200 if page in ALLOWED[role] else 403)


def test_every_page_is_written_in_chinese_too(client: Client, place: Place) -> None:
    client.force_login(place.people["owner"])
    client.cookies["django_language"] = "zh-hans"
    for page in PAGES:
        assert client.get(place.url(page)).status_code == 200


def test_a_viewer_is_offered_no_action(client: Client, place: Place) -> None:
    ListingFactory(bridge=place.bridge, organisation=place.organisation)
    client.force_login(place.people["viewer"])
    page = client.get(place.url()).content.decode()
    assert "/pause/" not in page
    assert "/my/listings/new/" not in page
    assert "/my/leaving/" not in page


def test_the_profile_is_changed_and_matched_anew(client: Client, place: Place) -> None:
    client.force_login(place.people["editor"])
    values = {"kind": "sme", "name_en": "Tidewell", "country": "GB", "description_zh": "第一行\r\n\r\n\r\n\r\n第二行"}
    assert client.post(place.url("profile/"), values)["Location"] == place.url()
    place.organisation.refresh_from_db()
    assert (place.organisation.kind, place.organisation.name_zh) == ("sme", "")
    assert place.organisation.description_zh == "第一行\n\n第二行"


def test_a_profile_refused_keeps_what_was_typed(client: Client, place: Place) -> None:
    member(place.bridge, name_en="Taken Name")
    client.force_login(place.people["owner"])
    page = client.post(place.url("profile/"), {"kind": "sme", "name_en": "taken name", "country": "GB", "founded": "1"})
    assert page.status_code == 422
    assert "founded" in page.context["form"].errors
    page = client.post(place.url("profile/"), {"kind": "sme", "name_en": "taken name", "country": "GB"})
    assert "name_en" in page.context["form"].errors
    assert "taken name" in page.content.decode()


def test_the_reason_for_changes_is_shown_and_the_organisation_applies_again(client: Client, place: Place) -> None:
    membership = Membership.objects.get(organisation=place.organisation)
    Membership.objects.filter(pk=membership.pk).update(state=MembershipState.APPLIED)
    membership.refresh_from_db()
    review_membership(
        membership, actor=place.people["organiser"], decision="changes_requested", reason="Please add your website."
    )
    client.force_login(place.people["editor"])
    assert "Please add your website." in client.get(place.url()).content.decode()
    assert client.post(place.url("application/"), {"consent": "on"})["Location"] == place.url()
    membership.refresh_from_db()
    assert membership.state == MembershipState.APPLIED


@pytest.mark.parametrize("state", MembershipState.values)
def test_each_state_of_a_membership_is_shown(client: Client, place: Place, state: str) -> None:
    Membership.objects.filter(organisation=place.organisation).update(state=state)
    client.force_login(place.people["owner"])
    assert client.get(place.url()).status_code == 200


def test_an_owner_leaves_the_bridge_after_a_question(client: Client, place: Place) -> None:
    client.force_login(place.people["owner"])
    assert client.get(place.url("leaving/")).status_code == 200
    assert Membership.objects.get(organisation=place.organisation).state == MembershipState.APPROVED
    client.post(place.url("leaving/"))
    assert Membership.objects.get(organisation=place.organisation).state == MembershipState.LEFT


@pytest.mark.parametrize("role", ["viewer", "editor", "stranger"])
def test_only_an_owner_leaves_the_bridge(client: Client, place: Place, role: str) -> None:
    client.force_login(place.people[role])
    client.post(place.url("leaving/"))
    assert Membership.objects.get(organisation=place.organisation).state == MembershipState.APPROVED


def test_a_person_with_two_organisations_chooses_and_stays_with_the_choice(client: Client, place: Place) -> None:
    second = member(place.bridge, name_en="Second House", owner=place.people["owner"])
    client.force_login(place.people["owner"])
    assert client.get(place.url()).context["organisation"] == place.organisation
    assert client.get(place.url() + f"?organisation={second.public_id}").context["organisation"] == second
    assert client.get(place.url()).context["organisation"] == second


@pytest.mark.parametrize("asked", ["nonsense", "%00", "x" * 500])
def test_an_organisation_that_is_not_ones_own_cannot_be_chosen(client: Client, place: Place, asked: str) -> None:
    other: Organisation = member(place.bridge, name_en="Other House")
    client.force_login(place.people["owner"])
    for query in (asked, other.public_id):
        assert client.get(place.url() + f"?organisation={query}").context["organisation"] == place.organisation


def test_an_organiser_acts_for_a_managed_profile(client: Client, place: Place) -> None:
    managed: Organisation = OrganisationFactory(name_en="Managed House", managed_by=place.bridge)
    MembershipFactory(bridge=place.bridge, organisation=managed)
    client.force_login(place.people["organiser"])
    page = client.get(place.url("profile/") + f"?organisation={managed.public_id}")
    assert page.status_code == 200
    assert page.context["organisation"] == managed


def test_the_history_names_colleagues_and_not_organisers(client: Client, place: Place) -> None:
    owner, organiser = place.people["owner"], place.people["organiser"]
    listing = ListingFactory(bridge=place.bridge, organisation=place.organisation, title="A steerable needle")
    for verb, actor in (("update_listing", owner), ("review_listing", organiser), ("new_verb_of_later", None)):
        record(verb, listing, actor=actor, organisation_id=place.organisation.pk)
    client.force_login(place.people["viewer"])
    page = client.get(place.url("history/")).content.decode()
    assert owner.name in page
    assert organiser.name not in page
    assert "A steerable needle" in page
    assert "new verb of later" in page


def test_blocked_organisations_are_shown_to_its_people_and_allowed_again(client: Client, place: Place) -> None:
    other = member(place.bridge, country="CN", name_en="Unwanted House")
    block_organisation(place.organisation, actor=place.people["owner"], blocked=other)
    client.force_login(place.people["viewer"])
    assert "Unwanted House" in client.get(place.url("blocks/")).content.decode()
    address = f"/{place.bridge.slug}/organisations/{other.public_id}/block/"
    allowing = {"organisation": place.organisation.public_id, "allow": "1"}
    assert client.post(address, allowing).status_code == 403
    client.force_login(place.people["editor"])
    assert address in client.get(place.url("blocks/")).content.decode()
    client.post(address, allowing)
    assert not Block.objects.exists()


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["", "history/", "blocks/", "people/"])
def test_lists_take_the_same_queries_with_1_3_and_300_rows(client: Client, place: Place, page: str) -> None:
    def grow(to: int) -> None:
        have = grown[0]
        for _ in range(to - have):
            if page == "people/":
                affiliate(User.objects.create(email=f"p{grown[0]}@many.example"), place.organisation, PersonRole.VIEWER)
            elif page == "blocks/":
                Block.objects.create(
                    organisation=place.organisation,
                    blocked=Organisation.objects.create(name_en=f"B{grown[0]}", kind="sme", country="CN"),
                )
            else:
                listing: Any = ListingFactory(bridge=place.bridge, organisation=place.organisation)
                record("update_listing", listing, actor=place.people["owner"], organisation_id=place.organisation.pk)
            grown[0] += 1

    grown = [0]
    client.force_login(place.people["owner"])
    client.get(place.url(page))
    counts = []
    for rows in (1, 3, 300):
        grow(rows)
        counts.append(_queries(client, place.url(page)))
    # A second page of rows costs no more than the first; pagination itself counts once.
    assert counts[0] == counts[1] == counts[2]
