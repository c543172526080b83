"""The desk: who may see and do what, deciding in turn, and the same number of queries however long the lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation
from tests.factories import (
    BridgeFactory,
    ListingFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    affiliate,
    member,
    member_listing,
    staff,
)

pytestmark = pytest.mark.django_db

READ = ("desk", "review_list", "membership_list", "listing_list")
RUN = ("managed_list", "managed_new", "proposal_list", "matching", "bridge_settings", "audit_list", "import_list")
OWN = ("staff_list",)
ALLOWED = {
    BridgeRole.OWNER: (*READ, *RUN, *OWN),
    BridgeRole.ORGANISER: (*READ, *RUN),
    BridgeRole.REVIEWER: READ,
    BridgeRole.ADVISER: READ,
}


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="desk-bridge")
    return made


@pytest.fixture
def sign_in(client: Client) -> Callable[[Any], Client]:
    def signed_in(user: Any) -> Client:
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def organiser(bridge: Bridge, sign_in: Callable[[Any], Client]) -> Client:
    user = UserFactory()
    staff(bridge, user, BridgeRole.ORGANISER)
    return sign_in(user)


def page(name: str, bridge: Bridge, *args: Any) -> str:
    return reverse(f"organiser:{name}", args=[bridge.slug, *args])


@pytest.mark.parametrize("role", list(ALLOWED))
@pytest.mark.parametrize("name", [*READ, *RUN, *OWN])
def test_each_role_sees_its_pages_and_is_told_of_the_others(
    name: str, role: str, bridge: Bridge, sign_in: Callable[[Any], Client]
) -> None:
    user = UserFactory()
    staff(bridge, user, role)
    assert sign_in(user).get(page(name, bridge)).status_code == (200 if name in ALLOWED[BridgeRole(role)] else 403)


@pytest.mark.parametrize("name", [*READ, *RUN, *OWN])
def test_strangers_learn_of_no_desk(name: str, bridge: Bridge, sign_in: Callable[[Any], Client]) -> None:
    owner = UserFactory()
    member(bridge, owner=owner)
    assert sign_in(owner).get(page(name, bridge)).status_code == 404
    assert Client().get(page(name, bridge)).status_code == 302


def test_organiser_of_another_bridge_is_a_stranger(bridge: Bridge, sign_in: Callable[[Any], Client]) -> None:
    user = UserFactory()
    staff(BridgeFactory(), user, BridgeRole.OWNER)
    assert sign_in(user).get(page("desk", bridge)).status_code == 404


def application(bridge: Bridge, **fields: Any) -> Membership:
    made: Membership = MembershipFactory(
        bridge=bridge, organisation=OrganisationFactory(**fields), state=MembershipState.APPLIED
    )
    return made


def test_deciding_goes_on_to_the_next_application_and_then_to_texts(bridge: Bridge, organiser: Client) -> None:
    first, second = application(bridge), application(bridge)
    listing = ListingFactory(organisation=first.organisation, bridge=bridge, state=ListingState.IN_REVIEW)
    answer = organiser.post(page("review_membership", bridge, first.public_id), {"decision": "approved"})
    assert answer["Location"] == page("review_membership", bridge, second.public_id)
    answer = organiser.post(
        page("review_membership", bridge, second.public_id), {"decision": "rejected", "reason": "Outside the themes."}
    )
    assert answer["Location"] == page("review_listing", bridge, listing.public_id)
    answer = organiser.post(page("review_listing", bridge, listing.public_id), {"decision": "approved"})
    assert answer["Location"] == page("review_list", bridge)
    listing.refresh_from_db()
    assert listing.state == ListingState.PUBLISHED
    assert set(Membership.objects.values_list("state", flat=True)) == {"approved", "rejected"}


@pytest.mark.parametrize("decision", ["changes_requested", "rejected"])
def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(decision: str, bridge: Bridge, organiser: Client) -> None:
    waiting = application(bridge)
    answer = organiser.post(page("review_membership", bridge, waiting.public_id), {"decision": decision, "reason": " "})
    assert answer.status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == MembershipState.APPLIED


def test_second_reviewer_is_told_that_somebody_has_decided(bridge: Bridge, organiser: Client) -> None:
    listing: Listing = member_listing(bridge, state=ListingState.IN_REVIEW)
    address = page("review_listing", bridge, listing.public_id)
    assert organiser.post(address, {"decision": "approved"}).status_code == 302
    answer = organiser.post(address, {"decision": "rejected", "reason": "Too late."})
    assert answer.status_code == 422
    listing.refresh_from_db()
    assert listing.state == ListingState.PUBLISHED


def test_text_of_a_non_member_cannot_be_published(bridge: Bridge, organiser: Client) -> None:
    waiting = application(bridge)
    listing = ListingFactory(organisation=waiting.organisation, bridge=bridge, state=ListingState.IN_REVIEW)
    address = page("review_listing", bridge, listing.public_id)
    assert organiser.post(address, {"decision": "approved"}).status_code == 422
    listing.refresh_from_db()
    assert listing.state == ListingState.IN_REVIEW


def test_suspending_hides_a_member_and_restoring_shows_it_again(bridge: Bridge, organiser: Client) -> None:
    listing = member_listing(bridge)
    membership = Membership.objects.get(organisation=listing.organisation)
    address = page("membership_suspend", bridge, membership.public_id)
    organiser.post(address, {"reason": ""})
    assert Listing.objects.live().filter(pk=listing.pk).exists()
    organiser.post(address, {"reason": "Complaints."})
    assert not Listing.objects.live().filter(pk=listing.pk).exists()
    organiser.post(address, {"restore": "1"})
    assert Listing.objects.live().filter(pk=listing.pk).exists()


def test_managed_profile_is_made_changed_and_handed_over(bridge: Bridge, organiser: Client) -> None:
    values = {"kind": "startup", "name_en": "Handmade", "country": "GB", "sectors": ["health-devices"]}
    answer = organiser.post(page("managed_new", bridge), values)
    organisation = Organisation.objects.get(name_en="Handmade")
    assert answer["Location"] == page("managed", bridge, organisation.public_id)
    assert organisation.memberships.get().state == MembershipState.APPROVED
    organiser.post(page("managed", bridge, organisation.public_id), values | {"name_en": "Handmade Ltd"})
    organisation.refresh_from_db()
    assert organisation.name_en == "Handmade Ltd"
    organiser.post(page("managed_invite", bridge, organisation.public_id), {"email": "boss@handmade.example"})
    assert organisation.invitations.get().email == "boss@handmade.example"
    assert organiser.post(page("managed_new", bridge), values | {"name_en": "handmade ltd"}).status_code == 422


def test_policy_gets_a_new_version(bridge: Bridge, organiser: Client) -> None:
    values = {
        "proposals_per_organisation": 5, "least_score": 0.5, "newcomer_floor": 1, "requests_per_organisation": 6,
        "one_try_in": 0, "trust_weight": 0.1,
    }  # fmt: skip
    assert organiser.post(page("matching", bridge), values).status_code == 302
    bridge.policy.refresh_from_db()
    policy = bridge.policy
    assert (policy.version, policy.proposals_per_organisation, policy.requests_per_organisation) == (2, 5, 6)
    assert organiser.post(page("matching", bridge), values | {"least_score": 7}).status_code == 422


def test_owner_gives_and_takes_roles_but_one_owner_stays(bridge: Bridge, sign_in: Callable[[Any], Client]) -> None:
    owner, colleague = UserFactory(), UserFactory()
    mine = staff(bridge, owner, BridgeRole.OWNER)
    client = sign_in(owner)
    client.post(page("staff_list", bridge), {"email": colleague.email, "role": "reviewer"})
    assert BridgeStaff.objects.get(user=colleague).role == "reviewer"
    client.post(page("staff_remove", bridge, mine.pk))
    assert BridgeStaff.objects.filter(user=owner).exists()
    unknown = client.post(page("staff_list", bridge), {"email": "nobody@people.example", "role": "reviewer"})
    assert unknown.status_code == 422


def test_words_of_the_bridge_are_kept_in_both_languages(bridge: Bridge, organiser: Client) -> None:
    values = {
        "name_0": "Bridge of trials", "name_1": "试验之桥",
        "tagline_0": "", "tagline_1": "", "theme_0": "", "theme_1": "",
        "description_0": "", "description_1": "", "contact_email": "hello@bridge.example",
        "guiding_body_gb_0": "Council", "guiding_body_gb_1": "理事会", "guiding_body_cn_0": "", "guiding_body_cn_1": "",
    }  # fmt: skip
    assert organiser.post(page("bridge_settings", bridge), values).status_code == 302
    bridge.refresh_from_db()
    assert bridge.name.localize("zh-hans") == "试验之桥"
    assert bridge.sides.get(code="gb").guiding_body.localize("en") == "Council"


def test_members_as_csv_cannot_run_formulas(bridge: Bridge, organiser: Client) -> None:
    member(bridge, name_en="=HYPERLINK(1)")
    text = organiser.get(page("membership_list", bridge), {"format": "csv"}).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "\n=HYPERLINK" not in text


@pytest.mark.parametrize(
    "query", ["?page=abc", "?page=-1", "?state=nonsense", "?q=%00", "?q=" + "x" * 5000, "?sort=nothing"]
)
def test_nonsense_in_the_address_gives_a_page(query: str, bridge: Bridge, organiser: Client) -> None:
    for name in ("membership_list", "listing_list", "managed_list", "audit_list", "proposal_list", "matching"):
        assert organiser.get(page(name, bridge) + query).status_code == 200


@pytest.mark.parametrize("name", [*READ, "managed_list", "audit_list", "matching", "staff_list"])
def test_lists_take_the_same_number_of_queries(name: str, bridge: Bridge, sign_in: Callable[[Any], Client]) -> None:
    user = UserFactory()
    staff(bridge, user, BridgeRole.OWNER)
    client = sign_in(user)

    def add(count: int) -> None:
        for _ in range(count):
            waiting = application(bridge)
            waiting.organisation.managed_by = bridge
            waiting.organisation.save()
            ListingFactory(organisation=waiting.organisation, bridge=bridge, state=ListingState.IN_REVIEW)
            colleague = UserFactory()
            affiliate(colleague, waiting.organisation)
            staff(bridge, colleague, BridgeRole.REVIEWER)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(page(name, bridge)).status_code == 200
        return len(captured)

    add(1)
    queries()
    one = queries()
    add(2)
    three = queries()
    add(27)
    assert queries() == three == one
