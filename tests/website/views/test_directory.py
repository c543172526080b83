"""The directory: who is in it for whom, search and filters, an organisation's page, and blocking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.enums import MembershipState, PersonRole
from qiao.directory.models import Affiliation, Block, Membership, Organisation, Sector
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
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


def names(client: Client, bridge: Bridge, **query: Any) -> set[str]:
    answer = client.get(f"/{bridge.slug}/organisations/", query)
    assert answer.status_code == 200
    return {row["organisation"].name for row in answer.context["rows"]}


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("state", [BridgeState.OPEN, BridgeState.PREPARING])
def test_a_bridge_in_preparation_is_there_for_its_staff_only(reader: Reader, state: str, bridge: Bridge) -> None:
    organisation = member(bridge)
    client = browser_of(reader, bridge, organisation)
    Bridge.objects.filter(pk=bridge.pk).update(state=state)
    seen = state == BridgeState.OPEN or reader.is_of_the_bridge
    for address in (f"/{bridge.slug}/organisations/", f"/{bridge.slug}/organisations/{organisation.public_id}/"):
        assert client.get(address).status_code == (200 if seen else 404)


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("state", [MembershipState.APPLIED, MembershipState.REJECTED, MembershipState.SUSPENDED])
def test_who_is_no_member_is_seen_by_its_own_people_and_the_staff(reader: Reader, state: str, bridge: Bridge) -> None:
    organisation = OrganisationFactory(name_en="Not yet in")
    MembershipFactory(bridge=bridge, organisation=organisation, state=state)
    client = browser_of(reader, bridge, organisation)
    answer = client.get(f"/{bridge.slug}/organisations/{organisation.public_id}/")
    assert answer.status_code == (200 if reader.knows_names else 404)
    assert "Not yet in" not in names(client, bridge)


@pytest.mark.parametrize("reader", list(Reader))
def test_what_each_reader_can_do_on_an_organisations_page(reader: Reader, bridge: Bridge) -> None:
    organisation = member(bridge)
    page = html(browser_of(reader, bridge, organisation), f"/{bridge.slug}/organisations/{organisation.public_id}/")
    edits = f"/{bridge.slug}/my/?organisation={organisation.public_id}" in page
    assert edits == (reader in (Reader.EDITOR, Reader.OWNER, Reader.SUPERUSER))
    assert (f"{organisation.public_id}/save/" in page) == (reader != Reader.ANONYMOUS)
    assert (f"{organisation.public_id}/block/" in page) == (reader == Reader.STRANGER)


@pytest.mark.parametrize("reader", list(Reader))
def test_anonymous_listings_stand_on_the_page_for_its_own_people_and_the_staff(reader: Reader, bridge: Bridge) -> None:
    organisation = member(bridge)
    member_listing(bridge, organisation=organisation, title="Open need")
    member_listing(bridge, organisation=organisation, title="Hidden need", anonymous=True)
    page = html(browser_of(reader, bridge, organisation), f"/{bridge.slug}/organisations/{organisation.public_id}/")
    assert "Open need" in page
    assert ("Hidden need" in page) == reader.knows_names


def test_public_people_are_named_to_those_who_have_signed_in(bridge: Bridge) -> None:
    organisation = member(bridge)
    for name, public in (("Ada Shown", True), ("Bo Quiet", False)):
        Affiliation.objects.create(
            user=UserFactory(name=name), organisation=organisation, role=PersonRole.EDITOR, is_public=public
        )
    address = f"/{bridge.slug}/organisations/{organisation.public_id}/"
    page = html(browser_of(Reader.STRANGER, bridge, organisation), address)
    assert "Ada Shown" in page
    assert "Bo Quiet" not in page
    assert "Ada Shown" not in html(Client(), address)


def test_a_profile_is_shown_in_both_languages_and_its_markup_as_text(bridge: Bridge) -> None:
    organisation = member(
        bridge, name_en="Tide & <b>Well</b>", name_zh="潮汐井", summary_en="Pumps.", summary_zh="水泵。",
        description_en="**Bold** <script>alert(1)</script> [x](javascript:alert(1))",
    )  # fmt: skip
    page = html(Client(), f"/{bridge.slug}/organisations/{organisation.public_id}/")
    assert "Tide &amp; &lt;b&gt;Well" in page
    assert "潮汐井" in page
    assert "<strong>Bold</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    assert "水泵。" in html(client, f"/{bridge.slug}/organisations/{organisation.public_id}/")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tide", "Tidewell Surgical"), ("SURGICAL tidewell", "Tidewell Surgical"), ("leeds", "Tidewell Surgical"),
        ("潮井", "Tidewell Surgical"), ("醫療", "Tidewell Surgical"), ("潮井醫療科技", "Tidewell Surgical"),
        ("needles", "Tidewell Surgical"), ("tidewell glass", None), ("Jiangsu", "Jiangsu Glass"),
    ],
)  # fmt: skip
def test_words_of_either_language_find_the_organisation(words: str, found: str | None, bridge: Bridge) -> None:
    member(bridge, name_en="Tidewell Surgical", name_zh="潮井医疗科技有限公司", description_en="Steerable needles.")
    member(bridge, country="CN", name_en="Jiangsu Glass", city_en="")
    assert names(Client(), bridge, q=words) == ({found} if found else set())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("side", "cn"), ("kind", "university"), ("size", "very_large"), ("sector", "health-devices"),
        ("sector", "health"),
    ],
)  # fmt: skip
def test_each_filter_leaves_what_it_names(name: str, value: str, bridge: Bridge) -> None:
    wanted = member(bridge, country="CN", kind="university", size="very_large", name_en="Wanted")
    wanted.sectors.set(Sector.objects.filter(code__in=["health-devices", "health"]))
    member(bridge, name_en="Other")
    assert names(Client(), bridge, **{name: value}) == {"Wanted"}
    assert names(Client(), bridge, **{name: value}, q="things") == {"Wanted"}


def test_no_organisation_is_left_out_or_shown_twice_over_the_pages(bridge: Bridge) -> None:
    for place in range(60):
        member(bridge, name_en="The same name" if place % 2 else f"Name {place}", country="CN" if place % 3 else "GB")
    client = Client()
    shown = [
        row["organisation"].pk
        for page in (1, 2, 3)
        for row in client.get(f"/{bridge.slug}/organisations/", {"page": page}).context["rows"]
    ]
    assert sorted(shown) == sorted(Organisation.objects.values_list("pk", flat=True))


def test_an_organisation_is_listed_by_name_with_what_it_has_live(bridge: Bridge) -> None:
    last, first = member(bridge, name_en="Zinc"), member(bridge, name_en="Alum")
    for fields in (
        {}, {"direction": "offer"}, {"state": "draft"}, {"anonymous": True}, {"valid_until": "2020-01-01"},
    ):  # fmt: skip
        member_listing(bridge, organisation=last, **fields)
    other: Bridge = BridgeFactory()
    MembershipFactory(bridge=other, organisation=last)
    member_listing(other, organisation=last)
    rows = Client().get(f"/{bridge.slug}/organisations/").context["rows"]
    assert [row["organisation"] for row in rows] == [first, last]
    assert [(row["organisation"].need_count, row["organisation"].offer_count) for row in rows] == [(0, 0), (1, 1)]


@pytest.mark.parametrize("reader", [Reader.ANONYMOUS, Reader.STRANGER, Reader.ORGANISER])
def test_the_list_takes_the_same_queries_for_1_3_and_300_rows(reader: Reader, bridge: Bridge) -> None:
    first = member(bridge)
    client = browser_of(reader, bridge, first)
    sector = Sector.objects.get(code="health-devices")
    counts, made = [], 1
    for rows in (1, 3, 300):
        for _ in range(rows - made):
            member(bridge, country="CN").sectors.add(sector)
        made = rows
        counts.append(queries_of(client, f"/{bridge.slug}/organisations/"))
    assert counts[0] == counts[1] == counts[2]


def test_an_organisations_page_takes_the_same_queries_for_1_3_and_300_listings(bridge: Bridge) -> None:
    organisation = member(bridge)
    client = browser_of(Reader.OWNER, bridge, organisation)
    counts, made = [], 0
    for rows in (1, 3, 300):
        for place in range(rows - made):
            member_listing(bridge, organisation=organisation, anonymous=place % 2 == 0)
        made = rows
        counts.append(queries_of(client, f"/{bridge.slug}/organisations/{organisation.public_id}/"))
    assert counts[0] == counts[1] == counts[2]


def test_blocking_is_private_and_can_be_taken_back(bridge: Bridge) -> None:
    owner = UserFactory()
    mine, other = member(bridge, owner=owner, name_en="Mine"), member(bridge, country="CN", owner=UserFactory())
    client = signed_in(owner)
    address = f"/{bridge.slug}/organisations/{other.public_id}/"
    assert "Never propose to Mine" in html(client, address)
    answer = client.post(f"{address}block/", {"organisation": mine.public_id}, follow=True)
    assert "They are not told." in answer.content.decode()
    assert Block.objects.filter(organisation=mine, blocked=other).exists()
    assert "Allow proposals with Mine again" in html(client, address)
    theirs = signed_in(other.affiliations.get().user)
    assert "Allow proposals" not in html(theirs, f"/{bridge.slug}/organisations/{mine.public_id}/")
    client.post(f"{address}block/", {"organisation": mine.public_id, "allow": "1"})
    assert not Block.objects.exists()


@pytest.mark.parametrize("reader", [reader for reader in Reader if reader not in (Reader.EDITOR, Reader.OWNER)])
def test_others_cannot_block_for_an_organisation(reader: Reader, bridge: Bridge) -> None:
    mine, other = member(bridge, name_en="Mine"), member(bridge, country="CN")
    client = browser_of(reader, bridge, mine)
    address = f"/{bridge.slug}/organisations/{other.public_id}/"
    assert "Never propose to Mine" not in html(client, address)
    client.post(f"{address}block/", {"organisation": mine.public_id})
    assert not Block.objects.exists()


def test_one_cannot_block_oneself_nor_somebody_unseen(bridge: Bridge) -> None:
    owner = UserFactory()
    mine = member(bridge, owner=owner)
    unseen = OrganisationFactory()
    client = signed_in(owner)
    own = client.post(f"/{bridge.slug}/organisations/{mine.public_id}/block/", {"organisation": mine.public_id})
    assert own.status_code == 422
    away = client.post(f"/{bridge.slug}/organisations/{unseen.public_id}/block/", {"organisation": mine.public_id})
    assert away.status_code == 404
    assert not Block.objects.exists()


def test_organisers_see_edit_on_profiles_they_keep(bridge: Bridge) -> None:
    organisation = member(bridge, managed_by=bridge)
    organiser = UserFactory()
    staff(bridge, organiser)
    page = html(signed_in(organiser), f"/{bridge.slug}/organisations/{organisation.public_id}/")
    assert f"/{bridge.slug}/my/?organisation={organisation.public_id}" in page
    assert "Kept by the organisers" in page


def test_a_member_elsewhere_is_not_on_this_bridge(bridge: Bridge) -> None:
    other: Bridge = BridgeFactory()
    organisation = member(other)
    viewer = UserFactory()
    affiliate(viewer, organisation)
    for client in (Client(), signed_in(viewer)):
        assert client.get(f"/{bridge.slug}/organisations/{organisation.public_id}/").status_code == 404
    assert Membership.objects.count() == 1
