"""The start page, a bridge's own page, the head of every page, and where a person lands after signing in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from qiao.bridges.enums import BridgeState
from qiao.directory.enums import MembershipState
from qiao.directory.models import Membership
from tests.factories import (
    BridgeFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    affiliate,
    member,
    member_listing,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_figures_of_other_tests() -> None:
    cache.clear()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_home_shows_open_bridges_only(client: Client) -> None:
    BridgeFactory(slug="open-one")
    BridgeFactory(slug="being-prepared", state=BridgeState.PREPARING)
    page = client.get("/").content.decode()
    assert 'href="/open-one/"' in page
    assert "being-prepared" not in page


def test_home_without_a_bridge_says_what_will_come(client: Client) -> None:
    assert "No bridge is open yet" in client.get("/").content.decode()


def test_home_counts_lead_to_their_lists(client: Client) -> None:
    bridge = BridgeFactory(slug="uk-china")
    member_listing(bridge, direction="need")
    member_listing(bridge, country="CN", direction="offer")
    member_listing(bridge, country="CN", direction="offer", state="draft")
    page = client.get("/").content.decode()
    assert '<a href="/uk-china/listings/?direction=need">1</a>' in page
    assert '<a href="/uk-china/listings/?direction=offer">1</a>' in page
    assert '<a href="/uk-china/organisations/?side=gb">1</a>' in page
    assert '<a href="/uk-china/organisations/?side=cn">2</a>' in page


def test_home_asks_the_same_for_few_and_many_members(client: Client, django_assert_max_num_queries: Any) -> None:
    bridge = BridgeFactory()
    member_listing(bridge)
    client.get("/")
    cache.clear()
    with django_assert_max_num_queries(20) as few:
        client.get("/")
    for _ in range(5):
        member_listing(bridge, country="CN")
    cache.clear()
    with django_assert_max_num_queries(20) as many:
        client.get("/")
    assert len(many) == len(few)


def test_bridge_page_names_its_sides_in_the_readers_language(client: Client) -> None:
    BridgeFactory(slug="uk-china")
    client.cookies["django_language"] = "zh-hans"
    page = client.get("/uk-china/").content.decode()
    assert '<html lang="zh-Hans">' in page
    assert "英国" in page
    assert "中国" in page


def test_bridge_page_of_a_bridge_with_three_sides_shows_all(client: Client) -> None:
    BridgeFactory(slug="three", sides=[("gb", "GB"), ("cn", "CN"), ("sg", "SG")])
    page = client.get("/three/").content.decode()
    assert [name in page for name in ("United Kingdom", "China", "Singapore")] == [True, True, True]


def test_bridge_page_counts_written_languages(client: Client) -> None:
    bridge = BridgeFactory(slug="uk-china")
    member_listing(bridge, language="zh", country="CN")
    page = client.get("/uk-china/").content.decode()
    assert '<a href="/uk-china/listings/?language=zh">Chinese 1</a>' in page
    assert '<a href="/uk-china/listings/?language=en">English 0</a>' in page


@pytest.mark.parametrize("address", ["/nowhere/", "/nowhere/listings/"])
def test_bridge_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "We could not find this page" in response.content.decode()


def test_bridge_in_preparation_is_for_its_organisers(client: Client) -> None:
    bridge = BridgeFactory(slug="soon", state=BridgeState.PREPARING)
    organiser = UserFactory()
    staff(bridge, organiser)
    assert client.get("/soon/").status_code == 404
    assert signed_in(UserFactory()).get("/soon/").status_code == 404
    assert signed_in(organiser).get("/soon/").status_code == 200


def test_bridge_page_asks_a_visitor_to_register_and_a_member_to_read(client: Client) -> None:
    bridge = BridgeFactory(slug="uk-china")
    owner = UserFactory()
    member(bridge, owner=owner)
    assert "Register your organisation" in client.get("/uk-china/").content.decode()
    assert "See your proposals" in signed_in(owner).get("/uk-china/").content.decode()


def test_navigation_shows_what_a_visitor_may_open(client: Client) -> None:
    BridgeFactory(slug="uk-china")
    page = client.get("/uk-china/").content.decode()
    assert 'href="/uk-china/organisations/"' in page
    assert "My organisation" not in page
    assert "Sign in" in page


def test_navigation_shows_the_desk_to_its_people_only(client: Client) -> None:
    bridge = BridgeFactory(slug="uk-china")
    organiser, participant = UserFactory(), UserFactory()
    staff(bridge, organiser)
    assert (
        f'href="{reverse("organiser:desk", args=["uk-china"])}"'
        in signed_in(organiser).get("/uk-china/").content.decode()
    )
    page = signed_in(participant).get("/uk-china/").content.decode()
    assert "My organisation" in page
    assert reverse("organiser:desk", args=["uk-china"]) not in page


def test_head_of_a_page_asks_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    user = UserFactory()
    bridge = BridgeFactory(slug="uk-china")
    client = signed_in(user)
    client.get("/uk-china/")
    with django_assert_max_num_queries(20) as few:
        client.get("/uk-china/")
    for _ in range(4):
        affiliate(user, member(bridge))
        BridgeFactory()
    with django_assert_max_num_queries(20) as many:
        client.get("/uk-china/")
    assert len(many) == len(few)


# --- after signing in -------------------------------------------------------------------------------------------------


def landing(user: Any) -> str:
    return str(signed_in(user).get("/welcome/").headers["Location"])


def test_visitor_is_sent_to_the_start_page(client: Client) -> None:
    assert client.get("/welcome/").headers["Location"] == "/"


def test_newcomer_is_sent_to_the_wizard_of_the_only_bridge() -> None:
    BridgeFactory(slug="uk-china")
    assert landing(UserFactory()) == "/uk-china/register/"


def test_newcomer_chooses_among_several_bridges() -> None:
    BridgeFactory()
    BridgeFactory()
    assert landing(UserFactory()) == "/"


def test_newcomer_returns_to_the_bridge_they_began_on() -> None:
    BridgeFactory()
    begun = BridgeFactory(slug="begun")
    client = signed_in(UserFactory())
    session = client.session
    session["registration"] = {str(begun.pk): {}}
    session.save()
    assert client.get("/welcome/").headers["Location"] == "/begun/register/"


def test_organiser_is_sent_to_the_desk() -> None:
    user = UserFactory()
    staff(BridgeFactory(slug="uk-china"), user)
    assert landing(user) == reverse("organiser:desk", args=["uk-china"])


def test_applicant_is_sent_to_their_organisation() -> None:
    user, bridge = UserFactory(), BridgeFactory(slug="uk-china")
    MembershipFactory(bridge=bridge, organisation=OrganisationFactory(owner=user), state=MembershipState.APPLIED)
    assert landing(user) == "/uk-china/my/"


def test_member_without_proposals_is_sent_to_their_organisation() -> None:
    user = UserFactory()
    member(BridgeFactory(slug="uk-china"), owner=user)
    assert landing(user) == "/uk-china/my/"


def test_member_with_proposals_is_sent_to_them() -> None:
    from matching.app.models import Proposal

    user, bridge = UserFactory(), BridgeFactory(slug="uk-china")
    mine = member_listing(bridge, owner=user)
    theirs = member_listing(bridge, country="CN", direction="offer")
    Proposal.objects.create(
        bridge=bridge,
        first=mine.organisation,
        second=theirs.organisation,
        first_listing=mine,
        second_listing=theirs,
        score=0.8,
        band="strong",
        score_for_first=0.8,
        score_for_second=0.8,
        rank_for_first=1,
        encoder="test",
    )
    assert landing(user) == "/uk-china/proposals/"


def test_approved_membership_goes_before_an_older_application() -> None:
    user = UserFactory()
    waiting = MembershipFactory(
        bridge=BridgeFactory(slug="first"), organisation=OrganisationFactory(owner=user), state=MembershipState.APPLIED
    )
    member(BridgeFactory(slug="second"), owner=user)
    assert Membership.objects.order_by("id").first() == waiting
    assert landing(user) == "/second/my/"


def test_landing_is_never_kept_by_a_cache() -> None:
    assert "no-store" in Client().get("/welcome/").headers["Cache-Control"]
