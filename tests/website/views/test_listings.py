"""The marketplace: what each kind of reader sees, names that stay withheld, search in both languages, filters."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.domain.indexing import index_listing
from qiao.directory.domain.listings import update_listing
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation, Sector
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


@pytest.fixture
def hidden(bridge: Bridge) -> Listing:
    """An anonymous offer of an organisation with a name in each language and a town."""
    author = member(
        bridge, country="CN", kind="hospital", name_en="Hushed Hospital", name_zh="缄默医院",
        city_en="Suzhou", city_zh="苏州", website="https://hushed.example/",
    )  # fmt: skip
    return member_listing(bridge, organisation=author, anonymous=True, direction="offer", title="A quiet ward")


def titles(client: Client, bridge: Bridge, **query: Any) -> set[str]:
    answer = client.get(f"/{bridge.slug}/listings/", query)
    assert answer.status_code == 200
    return {row["listing"].title for row in answer.context["rows"]}


def marks_of(organisation: Organisation) -> tuple[str, ...]:
    """What only one who knows the organisation can write down."""
    return (
        organisation.name_en, organisation.name_zh, organisation.public_id, organisation.city_en,
        organisation.city_zh, organisation.website,
    )  # fmt: skip


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("state", [BridgeState.OPEN, BridgeState.PREPARING])
def test_a_bridge_in_preparation_is_there_for_its_staff_only(reader: Reader, state: str, bridge: Bridge) -> None:
    listing = member_listing(bridge)
    client = browser_of(reader, bridge, listing.organisation)
    Bridge.objects.filter(pk=bridge.pk).update(state=state)
    seen = state == BridgeState.OPEN or reader.is_of_the_bridge
    for address in (f"/{bridge.slug}/listings/", f"/{bridge.slug}/listings/{listing.public_id}/"):
        assert client.get(address).status_code == (200 if seen else 404)


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.IN_REVIEW, ListingState.PAUSED])
def test_what_is_not_published_is_for_its_own_people_and_the_staff(reader: Reader, state: str, bridge: Bridge) -> None:
    listing = member_listing(bridge, state=state)
    client = browser_of(reader, bridge, listing.organisation)
    answer = client.get(f"/{bridge.slug}/listings/{listing.public_id}/")
    assert answer.status_code == (200 if reader.knows_names else 404)
    assert titles(client, bridge) == set()


@pytest.mark.parametrize("reader", list(Reader))
def test_edit_and_save_are_offered_to_whom_they_belong(reader: Reader, bridge: Bridge) -> None:
    listing = member_listing(bridge)
    page = html(browser_of(reader, bridge, listing.organisation), f"/{bridge.slug}/listings/{listing.public_id}/")
    edits = f"/{bridge.slug}/my/listings/{listing.public_id}/" in page
    saves = f"/{bridge.slug}/listings/{listing.public_id}/save/" in page
    assert edits == (reader in (Reader.EDITOR, Reader.OWNER, Reader.SUPERUSER))
    assert saves == (reader != Reader.ANONYMOUS and not reader.is_of_the_organisation)


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_name_behind_an_anonymous_listing_is_nowhere(
    reader: Reader, language: str, bridge: Bridge, hidden: Listing
) -> None:
    author = hidden.organisation
    client = browser_of(reader, bridge, author)
    client.cookies["django_language"] = language
    pages = [
        html(client, f"/{bridge.slug}/listings/{hidden.public_id}/"),
        html(client, f"/{bridge.slug}/listings/", q="quiet"),
        html(client, f"/{bridge.slug}/listings/", organisation_kind="hospital", side="cn"),
        client.get(
            f"/{bridge.slug}/listings/", headers={"HX-Request": "true", "HX-Target": "results"}
        ).content.decode(),
    ]  # fmt: skip
    for page in pages:
        assert hidden.title in page
        shown = _without_own_menu(page)
        if reader.knows_names:
            assert author.name_en in shown or author.name_zh in shown
        else:
            assert [mark for mark in marks_of(author) if mark in shown] == []
            assert ("医院" if language == "zh-hans" else "Hospital, China") in shown


@pytest.mark.parametrize("reader", [Reader.ANONYMOUS, Reader.STRANGER])
def test_an_anonymous_listing_is_not_found_by_its_authors_name_nor_on_its_page(
    reader: Reader, bridge: Bridge, hidden: Listing
) -> None:
    client = browser_of(reader, bridge, hidden.organisation)
    for words in ("Hushed", "缄默", "缄默医院", "hushed.example", "Suzhou", hidden.organisation.public_id):
        assert titles(client, bridge, q=words) == set()
    page = html(client, f"/{bridge.slug}/organisations/{hidden.organisation.public_id}/")
    assert hidden.title not in page
    assert hidden.public_id not in page
    answer = client.get(f"/{bridge.slug}/organisations/", {"q": "Hushed"})
    (row,) = answer.context["rows"]
    assert (row["organisation"].need_count, row["organisation"].offer_count) == (0, 0)


def test_a_listing_that_becomes_anonymous_hides_its_name_where_it_was_saved(bridge: Bridge, hidden: Listing) -> None:
    Listing.objects.filter(pk=hidden.pk).update(anonymous=False)
    client = browser_of(Reader.STRANGER, bridge, hidden.organisation)
    client.post(f"/{bridge.slug}/listings/{hidden.public_id}/save/", {"saved": "1"})
    assert "Hushed Hospital" in html(client, f"/{bridge.slug}/saved/")
    update_listing(hidden, actor=UserFactory(is_superuser=True), anonymous=True)
    page = html(client, f"/{bridge.slug}/saved/")
    assert hidden.title in page
    assert [mark for mark in marks_of(hidden.organisation) if mark in page] == []
    assert "hushed" not in client.post("/settings/export/").content.decode().lower()


def test_the_name_of_a_managed_profile_stays_withheld_too(bridge: Bridge, hidden: Listing) -> None:
    Organisation.objects.filter(pk=hidden.organisation_id).update(managed_by=bridge)
    page = html(Client(), f"/{bridge.slug}/listings/{hidden.public_id}/")
    assert [mark for mark in marks_of(hidden.organisation) if mark in page] == []


def test_expired_listings_and_those_of_former_members_are_gone(bridge: Bridge) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    past = member_listing(bridge, title="Past", valid_until=yesterday)
    member_listing(bridge, title="Today", valid_until=timezone.localdate())
    left = member_listing(bridge, title="Left")
    Membership.objects.filter(organisation=left.organisation).update(state=MembershipState.LEFT)
    assert titles(Client(), bridge) == {"Today"}
    assert Client().get(f"/{bridge.slug}/listings/{past.public_id}/").status_code == 404
    assert Client().get(f"/{bridge.slug}/listings/{left.public_id}/").status_code == 404


def test_listings_of_another_bridge_are_not_found_here(bridge: Bridge) -> None:
    other: Bridge = BridgeFactory(slug="other")
    listing = member_listing(other, title="Elsewhere")
    assert titles(Client(), bridge) == set()
    assert Client().get(f"/{bridge.slug}/listings/{listing.public_id}/").status_code == 404


@pytest.fixture
def texts(bridge: Bridge) -> None:
    for title, text, other in (
        ("Steerable needles", "Flexible needles for lung biopsies.", ""),
        ("人工晶状体", "寻求可折叠人工晶状体的临床验证合作。", "Intraocular lens"),
        ("C++ and R&D on covid-19", "Software in .NET for the FDA 510(k).", ""),
    ):
        listing = member_listing(bridge, title=title, text=text, other_title=other)
        listing.sectors.set(Sector.objects.filter(code="health-devices"))
        index_listing(listing)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("needle", "Steerable needles"),
        ("NEEDLES lung", "Steerable needles"),
        ("needles glass", None),
        ("steer", "Steerable needles"),
        ("人工晶状体", "人工晶状体"),
        ("晶状体", "人工晶状体"),
        ("临床验证", "人工晶状体"),
        ("臨床驗證", "人工晶状体"),
        ("可折疊", "人工晶状体"),
        ("intraocular", "人工晶状体"),
        ("折叠 intraocular", "人工晶状体"),
        ("covid-19", "C++ and R&D on covid-19"),
        ("c++", "C++ and R&D on covid-19"),
        ("R&D", "C++ and R&D on covid-19"),
        ("510(k)", "C++ and R&D on covid-19"),
        ("Ｎｅｅｄｌｅ", "Steerable needles"),
    ],
)
@pytest.mark.usefixtures("texts")
def test_words_of_either_language_find_their_listing(words: str, found: str | None, bridge: Bridge) -> None:
    assert titles(Client(), bridge, q=words) == ({found} if found else set())


@pytest.mark.parametrize(
    "words",
    [
        "needle & !lung | (x <-> y):*", "'needle'", '"needle', "needle:*A", "\\", "' OR 1=1 --", "!!!", "&", "()",
        "\x00", "needle\x00s", "🧬", "＇；", "%_", "a" * 10_000, "针" * 10_000, "\u202eneedle", "-", "+", "#.-", "c--",
        "a.b.c.",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("texts")
def test_strange_words_do_no_harm(words: str, bridge: Bridge) -> None:
    for page in ("listings", "organisations"):
        assert Client().get(f"/{bridge.slug}/{page}/", {"q": words}).status_code == 200


@pytest.mark.usefixtures("texts")
def test_what_was_searched_for_is_shown_as_text(bridge: Bridge) -> None:
    page = html(Client(), f"/{bridge.slug}/listings/", q='"><script>alert(1)</script>')
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("direction", "offer"), ("side", "cn"), ("kind", "manufacturing"), ("sector", "health-devices"),
        ("sector", "health"), ("stage", "prototype"), ("form", "licence"), ("organisation_kind", "university"),
        ("language", "zh"),
    ],
)  # fmt: skip
def test_each_filter_leaves_what_it_names(name: str, value: str, bridge: Bridge) -> None:
    wanted = member_listing(
        bridge, title="Wanted", direction="offer", kind="manufacturing", stage="prototype", language="zh",
        forms=["joint_venture", "licence"], organisation=member(bridge, country="CN", kind="university"),
    )  # fmt: skip
    wanted.sectors.set(Sector.objects.filter(code="health-devices"))
    member_listing(bridge, title="Other")
    assert titles(Client(), bridge, **{name: value}) == {"Wanted"}
    assert titles(Client(), bridge) == {"Wanted", "Other"}
    assert titles(Client(), bridge, **{name: value}, q="wearable") == {"Wanted"}


NONSENSE: list[dict[str, str]] = [
    {"page": "abc"}, {"page": "-1"}, {"page": "0"}, {"page": "1e9"}, {"page": "9" * 5000}, {"page": "\x00"},
    {"side": "xx"}, {"kind": "nonsense"}, {"sector": "'"}, {"size": "\x00"}, {"stage": "x" * 10_000},
    {"form": "a,b"}, {"language": "tlh"}, {"tab": "nonsense"}, {"tab": "\x00"}, {"organisation": "\x00"},
    {"organisation": "x" * 10_000}, {"unknown": "x" * 10_000}, {"direction": "need", "page": "7"},
]  # fmt: skip


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_the_address_gives_a_page(query: dict[str, str], bridge: Bridge) -> None:
    listing = member_listing(bridge)
    client = browser_of(Reader.OWNER, bridge, listing.organisation)
    for page in ("listings", "organisations", "saved", "proposals", "my", "my/people", "my/history", "my/blocks"):
        assert client.get(f"/{bridge.slug}/{page}/", query).status_code == 200, page
    assert client.get("/inbox/", query).status_code == 200


@pytest.mark.parametrize("reader", [Reader.ANONYMOUS, Reader.STRANGER, Reader.ORGANISER])
def test_the_list_takes_the_same_queries_for_1_3_and_300_rows(reader: Reader, bridge: Bridge) -> None:
    first = member_listing(bridge)
    client = browser_of(reader, bridge, first.organisation)
    counts, made = [], 1
    for rows in (1, 3, 300):
        authors = [member(bridge, country="CN") for _ in range(min(rows - made, 24))]
        for place in range(rows - made):
            member_listing(bridge, organisation=authors[place % len(authors)], anonymous=place % 2 == 0)
        made = rows
        assert Listing.objects.count() == rows
        counts.append(queries_of(client, f"/{bridge.slug}/listings/"))
    assert counts[0] == counts[1] == counts[2]


def test_pages_keep_what_was_asked_for(bridge: Bridge) -> None:
    author = member(bridge)
    for _ in range(30):
        member_listing(bridge, organisation=author)
    page = html(Client(), f"/{bridge.slug}/listings/", q="wearable", direction="need")
    assert "q=wearable&amp;direction=need&amp;page=2" in page
    assert len(titles(Client(), bridge, page="2")) == 6
    assert titles(Client(), bridge, page="99") == titles(Client(), bridge, page="2")


def test_readers_are_told_why_a_listing_was_sent_back(bridge: Bridge) -> None:
    listing = member_listing(bridge, state=ListingState.DRAFT)
    listing.reviews.create(decision="changes_requested", reason="Say how many patients.")
    owner = UserFactory()
    affiliate(owner, listing.organisation)
    client = Client()
    client.force_login(owner)
    assert "Say how many patients." in html(client, f"/{bridge.slug}/listings/{listing.public_id}/")


def _without_own_menu(page: str) -> str:
    """The page's own part: the head greets people by their own names."""
    return page[page.find("<main") :] if "<main" in page else page
