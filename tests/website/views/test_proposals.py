"""Proposals: whose they are, what each role can do with them, what the other side never learns, and the empty page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from matching.app.models import ListingVector, MatchRun, Proposal
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation
from qiao.partnerships.models import ProposalMark
from tests.factories import (
    BridgeFactory,
    ListingFactory,
    UserFactory,
    affiliate,
    member,
    member_listing,
    propose,
    staff,
)
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


@pytest.fixture
def need(bridge: Bridge) -> Listing:
    return member_listing(bridge, title="A ward for our sensor")


@pytest.fixture
def offer(bridge: Bridge) -> Listing:
    author = member(
        bridge, country="CN", kind="hospital", name_en="Hushed Hospital", name_zh="缄默医院", city_en="Wuxi"
    )
    return member_listing(bridge, organisation=author, direction="offer", title="Our ward is open")


@pytest.fixture
def proposal(need: Listing, offer: Listing) -> Proposal:
    return propose(need, offer)


def person_of(listing: Listing, role: str = "owner") -> Client:
    user = UserFactory()
    affiliate(user, listing.organisation, role)
    client = Client()
    client.force_login(user)
    return client


def list_of(bridge: Bridge) -> str:
    return f"/{bridge.slug}/proposals/"


def page_of(proposal: Proposal) -> str:
    return f"/{proposal.bridge.slug}/proposals/{proposal.public_id}/"


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def act(client: Client, proposal: Proposal, name: str, **fields: str) -> int:
    return client.post(f"{page_of(proposal)}mark/", {"act": name, **fields}).status_code


@pytest.mark.parametrize("reader", list(Reader))
def test_proposals_are_for_the_people_of_the_two(
    reader: Reader, bridge: Bridge, need: Listing, offer: Listing, proposal: Proposal
) -> None:
    client = browser_of(reader, bridge, need.organisation)
    listed, alone = client.get(list_of(bridge)), client.get(page_of(proposal))
    if reader == Reader.ANONYMOUS:
        assert [answer["Location"] for answer in (listed, alone)] == [
            f"/accounts/login/?next={address}" for address in (list_of(bridge), page_of(proposal))
        ]
        return
    assert (offer.title in listed.content.decode()) == reader.is_of_the_organisation
    assert alone.status_code == (200 if reader.is_of_the_organisation else 404)
    if reader.is_of_the_organisation:
        assert "Hushed Hospital" in alone.content.decode()


@pytest.mark.parametrize("reader", list(Reader))
def test_a_bridge_in_preparation_is_there_for_its_staff_only(
    reader: Reader, bridge: Bridge, need: Listing, proposal: Proposal
) -> None:
    client = browser_of(reader, bridge, need.organisation)
    Bridge.objects.filter(pk=bridge.pk).update(state=BridgeState.PREPARING)
    assert client.get(list_of(bridge)).status_code == (200 if reader.is_of_the_bridge else 404)
    assert client.get(page_of(proposal)).status_code == 404


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("name", ["save", "unsave", "no", "later", "restore"])
def test_owners_and_editors_respond_for_their_organisation(
    name: str, reader: Reader, bridge: Bridge, need: Listing, proposal: Proposal
) -> None:
    client = browser_of(reader, bridge, need.organisation)
    responds = reader in (Reader.EDITOR, Reader.OWNER)
    expected = 302 if responds or reader == Reader.ANONYMOUS else 403 if reader == Reader.VIEWER else 404
    assert act(client, proposal, name, **({"until": tomorrow()} if name == "later" else {})) == expected
    assert ProposalMark.objects.filter(user__isnull=False).exists() == responds
    if reader.is_of_the_organisation:
        shown = html(
            client, list_of(bridge), tab={"no": "dismissed", "later": "later"}.get(name, "open") if responds else "open"
        )
        assert (f"{page_of(proposal)}mark/" in shown) == responds


@pytest.mark.parametrize("role", ["reviewer", "organiser"])
def test_who_acts_for_a_profile_may_read_its_proposals(
    role: str, bridge: Bridge, need: Listing, proposal: Proposal
) -> None:
    Organisation.objects.filter(pk=need.organisation_id).update(managed_by=bridge)
    user = UserFactory()
    staff(bridge, user, role)
    client = Client()
    client.force_login(user)
    page = html(client, f"{list_of(bridge)}?organisation={need.organisation.public_id}")
    acts = role == "organiser"
    assert (page_of(proposal) in page) == acts
    assert client.get(page_of(proposal)).status_code == (200 if acts else 404)
    assert act(client, proposal, "save") == (403 if acts else 404)


def test_an_anonymous_side_stays_without_a_name(bridge: Bridge, need: Listing, offer: Listing) -> None:
    Listing.objects.filter(pk=offer.pk).update(anonymous=True)
    proposal = propose(need, offer, saved_by=need.organisation)
    client = person_of(need)
    author = offer.organisation
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        for page in (
            html(client, list_of(bridge)), html(client, page_of(proposal)),
            html(client, f"/{bridge.slug}/saved/", tab="proposals"),
            html(client, f"/{bridge.slug}/listings/{offer.public_id}/"),
        ):  # fmt: skip
            assert offer.title in page
            for mark in (author.name_en, author.name_zh, author.public_id, author.city_en):
                assert mark not in page
    assert page_of(proposal) in html(client, f"/{bridge.slug}/listings/{offer.public_id}/")
    # Its own people read their own name.
    assert "Hushed Hospital" in html(person_of(offer), page_of(proposal))


def test_a_dismissal_moves_it_and_the_other_side_never_learns(
    bridge: Bridge, need: Listing, offer: Listing, proposal: Proposal
) -> None:
    ours, theirs = person_of(need), person_of(offer)
    before = _without_tokens(html(theirs, page_of(proposal)))
    before_list = _without_tokens(html(theirs, list_of(bridge)))
    assert act(ours, proposal, "no", reason="too_early", note="not now" + "!" * 400) == 302
    mark = ProposalMark.objects.get(organisation=need.organisation)
    assert (mark.reason, mark.note[:7], len(mark.note)) == ("too_early", "not now", 407)
    assert offer.title not in html(ours, list_of(bridge))
    assert "Too early" in html(ours, list_of(bridge), tab="dismissed")
    assert _without_tokens(html(theirs, page_of(proposal))) == before
    assert _without_tokens(html(theirs, list_of(bridge))) == before_list
    assert offer.title not in html(theirs, list_of(bridge), tab="dismissed")
    assert act(ours, proposal, "restore") == 302
    assert offer.title in html(ours, list_of(bridge))


def test_a_saved_proposal_is_shared_with_colleagues_and_outlives_its_end(
    bridge: Bridge, need: Listing, offer: Listing, proposal: Proposal
) -> None:
    ours, colleague = person_of(need), person_of(need, "viewer")
    act(ours, proposal, "save")
    for address in (f"{list_of(bridge)}?tab=saved", f"/{bridge.slug}/saved/?tab=proposals"):
        assert offer.title in html(colleague, address)
        assert offer.title not in html(person_of(offer), address)
    Listing.objects.filter(pk=offer.pk).update(state=ListingState.WITHDRAWN)
    assert offer.title in html(colleague, f"{list_of(bridge)}?tab=saved")
    assert "no longer holds" in html(colleague, page_of(proposal))
    act(ours, proposal, "unsave")
    assert offer.title not in html(colleague, list_of(bridge))


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "explode"},
        {},
        {"act": "no", "reason": "\x00"},
        {"act": "later"},
        {"act": "later", "until": "\x00"},
        {"act": "save\x00"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(fields: dict[str, str], need: Listing, proposal: Proposal) -> None:
    answer = person_of(need).post(f"{page_of(proposal)}mark/", fields)
    assert answer.status_code == 422
    assert not ProposalMark.objects.exists()


def test_what_leads_on_after_an_act_is_a_page_of_ours(need: Listing, proposal: Proposal) -> None:
    client = person_of(need)
    answer = client.post(f"{page_of(proposal)}mark/", {"act": "save", "tab": "//evil.example", "back": "https://evil"})
    assert answer["Location"] == f"{list_of(proposal.bridge)}?organisation={need.organisation.public_id}"
    answer = client.post(f"{page_of(proposal)}mark/", {"act": "save", "back": "proposal"})
    assert answer["Location"] == page_of(proposal)


def test_proposals_are_marked_as_seen_by_who_responds_only(need: Listing, bridge: Bridge, proposal: Proposal) -> None:
    html(person_of(need, "viewer"), list_of(bridge))
    assert not ProposalMark.objects.exists()
    html(person_of(need, "editor"), list_of(bridge))
    assert ProposalMark.objects.get().seen_at is not None


def test_one_person_of_two_organisations_chooses_whose_list(
    bridge: Bridge, need: Listing, offer: Listing, proposal: Proposal
) -> None:
    user = UserFactory()
    affiliate(user, need.organisation)
    empty = member(bridge, owner=user, name_en="Second House")
    client = Client()
    client.force_login(user)
    assert offer.title in html(client, list_of(bridge))
    assert offer.title not in html(client, list_of(bridge), organisation=empty.public_id)
    assert offer.title not in html(client, list_of(bridge)), "the choice is kept"
    assert offer.title not in html(client, list_of(bridge), organisation=offer.organisation.public_id)


def _application(bridge: Bridge, state: str) -> Organisation:
    organisation = member(bridge)
    Membership.objects.filter(organisation=organisation).update(state=state)
    return organisation


def _with_listing(bridge: Bridge, state: str, *, matched: bool = False, run: bool = False) -> Organisation:
    organisation = member(bridge)
    listing = ListingFactory(bridge=bridge, organisation=organisation, state=state)
    if matched:
        ListingVector.objects.create(
            listing=listing,
            bridge=bridge,
            encoder="word-hash",
            language="en",
            content_hash="x",
            vector=[1.0, 0.0],
            matched_at=timezone.now(),
        )
    if run:
        MatchRun.objects.create(bridge=bridge)
    return organisation


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda bridge: _application(bridge, MembershipState.LEFT), "Not yet a member of this bridge"),
        (lambda bridge: _application(bridge, MembershipState.APPLIED), "Your application is being read"),
        (lambda bridge: _application(bridge, MembershipState.CHANGES_REQUESTED), "The organisers ask for a change"),
        (lambda bridge: _application(bridge, MembershipState.REJECTED), "Your organisation is not a member now"),
        (lambda bridge: _application(bridge, MembershipState.SUSPENDED), "Your organisation is not a member now"),
        (lambda bridge: _application(bridge, MembershipState.APPROVED), "Publish a need or an offer"),
        (lambda bridge: _with_listing(bridge, ListingState.DRAFT), "Publish a need or an offer"),
        (lambda bridge: _with_listing(bridge, ListingState.IN_REVIEW), "Your text is being read"),
        (lambda bridge: _with_listing(bridge, ListingState.PUBLISHED), "Looking for partners on the other side"),
        (
            lambda bridge: _with_listing(bridge, ListingState.PUBLISHED, matched=True, run=True),
            "Looking for partners on the other side",
        ),
        (
            lambda bridge: _with_listing(bridge, ListingState.PUBLISHED, matched=True),
            "No partner fits well enough today",
        ),
    ],
)
def test_an_empty_page_says_what_is_missing(made: Any, says: str, bridge: Bridge) -> None:
    organisation = made(bridge)
    for role in ("viewer", "owner"):
        user = UserFactory()
        affiliate(user, organisation, role)
        client = Client()
        client.force_login(user)
        page = html(client, list_of(bridge))
        assert says in page
        # While a worker is at it, the list asks again by itself; otherwise it does not.
        assert ("every 2s" in page) == says.startswith("Looking")


def test_who_has_no_organisation_is_led_to_registration(bridge: Bridge) -> None:
    client = Client()
    client.force_login(UserFactory())
    page = html(client, list_of(bridge))
    assert "Register your organisation first" in page
    assert f"/{bridge.slug}/register/" in page


def test_the_part_that_htmx_asks_for_is_the_list_alone(bridge: Bridge, need: Listing, proposal: Proposal) -> None:
    answer = person_of(need).get(list_of(bridge), headers={"HX-Request": "true", "HX-Target": "proposals"})
    assert "<html" not in answer.content.decode()
    assert proposal.public_id in answer.content.decode()


def test_the_pages_take_the_same_queries_for_1_3_and_300_rows(bridge: Bridge, need: Listing) -> None:
    client = person_of(need)
    counts, made = [], 0
    for rows in (1, 3, 300):
        for place in range(made, rows):
            offer = member_listing(bridge, country="CN", direction="offer", anonymous=place % 2 == 0)
            propose(need, offer, rank_for_first=place + 1)
        made = rows
        last = Proposal.objects.latest("id")
        client.get(list_of(bridge))  # marks the new ones as seen
        counts.append((queries_of(client, list_of(bridge)), queries_of(client, page_of(last))))
    assert counts[0] == counts[1] == counts[2]


def _without_tokens(page: str) -> str:
    """The page without what differs each time it is made."""
    return "".join(line for line in page.splitlines(keepends=True) if "csrf" not in line.lower())
