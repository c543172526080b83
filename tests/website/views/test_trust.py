"""Pages of trust: verification, decisions and appeals, reports, blocking, endorsements, for every role."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.suspending import suspend_membership
from qiao.directory.domain.trust.endorsing import endorse_organisation, hide_endorsement
from qiao.directory.domain.trust.hiding import hide_listing
from qiao.directory.domain.trust.verifying import decline_request, record_document, vouch_for
from qiao.directory.models import (
    Appeal,
    Block,
    Endorsement,
    Listing,
    Membership,
    Organisation,
    Report,
    Verification,
    VerificationRequest,
)
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing, staff
from tests.website.views.readers import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory(slug="north")


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    person: User = UserFactory()
    staff(bridge, person, "owner")
    return person


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def own(bridge: Bridge, owner: User) -> Listing:
    return member_listing(bridge, owner=owner)


@pytest.fixture
def other(bridge: Bridge) -> Listing:
    return member_listing(bridge, country="CN", title="Wearable sensor", owner=UserFactory())


def as_person(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def at(name: str, *args: str) -> str:
    return reverse(f"website:{name}", args=["north", *args])


def endorsed(organisation: Organisation, by: Organisation, author: User, source: str = "introduction:a") -> Endorsement:
    return endorse_organisation(
        organisation, actor=author, by=by, bridge=by.memberships.get().bridge, source=source, have_met=True,
        text="They keep their word.", language="en",
    )  # fmt: skip


# --- verification


def test_page_and_card_say_who_verified_what_and_when(bridge: Bridge, own: Listing, organiser: User) -> None:
    side = bridge.sides.get(code="gb")
    side.guiding_body = "Department of Trade"
    side.save()
    record_document(own.organisation, actor=organiser, bridge=bridge, document_kind="licence", note="Seen by video.")
    vouch_for(own.organisation, actor=organiser, side=side)
    page = as_person().get(at("organisation", own.organisation.public_id)).content.decode()
    assert "Business licence, seen by the organisers of" in page
    assert "Department of Trade, guiding body of" in page
    assert "Seen by video." not in page
    card = as_person().get(at("organisation_list")).content.decode()
    assert card.count("badge--jade") == 2
    assert "Department of Trade ·" in card


def test_organisation_without_verification_has_no_badge(own: Listing) -> None:
    assert "badge--jade" not in as_person().get(at("organisation_list")).content.decode()
    assert 'id="verified"' not in as_person().get(at("organisation", own.organisation.public_id)).content.decode()


def test_badge_of_an_anonymous_author_is_nowhere_on_its_listing(bridge: Bridge, own: Listing, organiser: User) -> None:
    Listing.objects.update(anonymous=True)
    record_document(own.organisation, actor=organiser, bridge=bridge, document_kind="licence")
    for name, args in (("listing", [own.public_id]), ("listing_list", [])):
        page = as_person().get(at(name, *args)).content.decode()
        assert "badge--jade" not in page
        assert own.organisation.name not in page


def test_owner_asks_and_takes_back(bridge: Bridge, own: Listing, owner: User) -> None:
    client = as_person(owner)
    assert client.post(at("my_verification"), {"note": ""}).status_code == 422
    assert client.post(at("my_verification"), {"note": "Companies House no. 12"}).status_code == 302
    request = VerificationRequest.objects.get()
    assert "Companies House no. 12" in client.get(at("my_verification")).content.decode()
    assert client.post(at("my_verification"), {"note": "Again"}).status_code == 422
    assert client.post(at("my_verification_take_back", request.public_id)).status_code == 302
    assert not VerificationRequest.objects.waiting().exists()


def test_editor_and_viewer_read_and_do_not_ask(own: Listing, owner: User) -> None:
    as_person(owner).post(at("my_verification"), {"note": "Companies House no. 12"})
    request = VerificationRequest.objects.get()
    for role, status in (("editor", 403), ("viewer", 404)):
        person = UserFactory()
        affiliate(person, own.organisation, role)
        client = as_person(person)
        assert client.get(at("my_verification")).status_code == 200
        assert client.post(at("my_verification"), {"note": "Please"}).status_code == 403
        assert client.post(at("my_verification_take_back", request.public_id)).status_code == status
    stranger = UserFactory()
    member(own.bridge, owner=stranger)
    assert as_person(stranger).post(at("my_verification_take_back", request.public_id)).status_code == 404


def test_answer_and_what_ended_are_read_by_the_organisation(
    bridge: Bridge, own: Listing, owner: User, organiser: User
) -> None:
    client = as_person(owner)
    client.post(at("my_verification"), {"note": "See our website"})
    decline_request(VerificationRequest.objects.get(), actor=organiser, answer="Send the certificate.")
    record_document(own.organisation, actor=organiser, bridge=bridge, document_kind="tax")
    record_document(own.organisation, actor=organiser, bridge=bridge, document_kind="charter")
    page = client.get(at("my_verification")).content.decode()
    assert "Send the certificate." in page
    assert "What has ended" in page


# --- decisions and appeals


def test_owner_appeals_on_the_page(bridge: Bridge, own: Listing, owner: User, organiser: User) -> None:
    client = as_person(owner)
    assert "No decision stands" in client.get(at("my_appeals")).content.decode()
    hide_listing(own, actor=organiser, reason="False.")
    suspend_membership(Membership.objects.get(organisation=own.organisation), actor=organiser, reason="Fraud.")
    assert client.get(at("my_appeals")).content.decode().count("<textarea") == 2
    assert client.post(at("my_appeal", own.public_id), {"text": ""}).status_code == 422
    assert client.post(at("my_appeal", own.public_id), {"text": "It is true."}).status_code == 302
    assert client.post(at("my_appeal", "membership"), {"text": "Not us."}).status_code == 302
    assert client.post(at("my_appeal", "membership"), {"text": "Not us!"}).status_code == 422
    assert Appeal.objects.count() == 2
    page = client.get(at("my_appeals")).content.decode()
    assert "<textarea" not in page
    assert page.count("Your appeal is with the organisers") == 2


def test_only_owners_appeal(own: Listing, owner: User, organiser: User) -> None:
    hide_listing(own, actor=organiser, reason="False.")
    editor, stranger = UserFactory(), UserFactory()
    affiliate(editor, own.organisation, "editor")
    member(own.bridge, owner=stranger)
    assert "<textarea" not in as_person(editor).get(at("my_appeals")).content.decode()
    assert as_person(editor).post(at("my_appeal", own.public_id), {"text": "It is true."}).status_code == 403
    assert as_person(stranger).post(at("my_appeal", own.public_id), {"text": "It is true."}).status_code == 404
    assert own.title not in as_person(stranger).get(at("my_appeals")).content.decode()


# --- reports


@pytest.mark.parametrize("kind", ["organisation", "listing", "endorsement"])
def test_signed_in_person_reports(bridge: Bridge, own: Listing, other: Listing, owner: User, kind: str) -> None:
    author = other.organisation.affiliations.get().user
    endorsement = endorsed(own.organisation, other.organisation, author)
    public_id = {
        "organisation": other.organisation.public_id,
        "listing": other.public_id,
        "endorsement": endorsement.public_id,
    }[kind]
    address = at("report_new", kind, public_id)
    client = as_person(owner)
    assert client.get(address).status_code == 200
    assert client.post(address, {"category": "fraud", "text": ""}).status_code == 422
    assert client.post(address, {"category": "fraud", "text": "They ask for money."}).status_code == 302
    assert client.post(address, {"category": "fraud", "text": "They ask for money."}).status_code == 422
    report = Report.objects.get()
    assert (report.reporter, report.organisation) == (owner, other.organisation)
    mine = client.get(reverse("website:my_reports")).content.decode()
    assert "They ask for money." in mine
    assert "With the organisers" in mine
    assert "They ask for money." not in as_person(author).get(reverse("website:my_reports")).content.decode()


def test_visitor_is_asked_to_sign_in_before_reporting(other: Listing) -> None:
    for address in (at("report_new", "listing", other.public_id), reverse("website:my_reports")):
        answer = as_person().get(address)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_what_cannot_be_seen_cannot_be_reported(other: Listing, owner: User) -> None:
    Listing.objects.filter(pk=other.pk).update(state="draft")
    client = as_person(owner)
    for kind, public_id in (("listing", other.public_id), ("moon", other.public_id), ("organisation", "nobody")):
        assert client.get(at("report_new", kind, public_id)).status_code == 404


def test_report_of_an_anonymous_listing_names_nobody(other: Listing, owner: User) -> None:
    Listing.objects.filter(pk=other.pk).update(anonymous=True)
    page = as_person(owner).get(at("report_new", "listing", other.public_id)).content.decode()
    assert other.organisation.name not in page
    assert other.organisation.public_id not in page


def test_own_page_offers_no_report(own: Listing, other: Listing, owner: User) -> None:
    client = as_person(owner)
    assert "/report/" not in client.get(at("organisation", own.organisation.public_id)).content.decode()
    assert "/report/" not in client.get(at("listing", own.public_id)).content.decode()
    assert "/report/" in client.get(at("organisation", other.organisation.public_id)).content.decode()
    assert "/report/" in client.get(at("listing", other.public_id)).content.decode()


# --- blocking


def test_blocking_is_asked_first_and_undone(own: Listing, other: Listing, owner: User) -> None:
    client = as_person(owner)
    address = at("block", other.organisation.public_id)
    assert "Never propose" in client.get(address).content.decode()
    assert not Block.objects.exists()
    client.post(address, {"organisation": own.organisation.public_id})
    assert Block.objects.get().blocked == other.organisation
    assert f"{address}?organisation=" in client.get(at("my_blocks")).content.decode()
    assert "Allow again" in client.get(address).content.decode()
    client.post(address, {"organisation": own.organisation.public_id, "allow": "1"})
    assert not Block.objects.exists()


def test_viewer_and_stranger_block_nobody(own: Listing, other: Listing) -> None:
    viewer = UserFactory()
    affiliate(viewer, own.organisation, "viewer")
    for person, status in ((viewer, 403), (UserFactory(), 302)):
        answer = as_person(person).post(
            at("block", other.organisation.public_id), {"organisation": own.organisation.public_id}
        )
        assert answer.status_code == status
    assert not Block.objects.exists()


def test_blocked_side_reads_the_same_pages_as_before(own: Listing, other: Listing, owner: User) -> None:
    reader = as_person(other.organisation.affiliations.get().user)
    addresses = [
        at("organisation", own.organisation.public_id), at("listing", own.public_id), at("organisation_list"),
        at("listing_list"), at("proposal_list"), at("my_history"), reverse("website:inbox"),
    ]  # fmt: skip

    def pages() -> list[str]:
        return [_without_tokens(reader.get(address).content.decode()) for address in addresses]

    before = pages()
    as_person(owner).post(at("block", other.organisation.public_id), {"organisation": own.organisation.public_id})
    assert Block.objects.exists()
    assert pages() == before


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line.lower() and "nonce" not in line)


# --- endorsements


def test_endorsement_is_on_the_page_and_hidden_by_the_endorsed(own: Listing, other: Listing, owner: User) -> None:
    author = other.organisation.affiliations.get().user
    endorsement = endorsed(own.organisation, other.organisation, author)
    page = at("organisation", own.organisation.public_id)
    assert "They keep their word." in as_person().get(page).content.decode()
    act = at("endorsement_act", endorsement.public_id)
    assert as_person(UserFactory()).post(act, {"act": "hide"}).status_code == 403
    assert as_person(author).post(act, {"act": "hide"}).status_code == 403
    assert as_person().post(act, {"act": "hide"}).status_code == 302
    assert as_person(owner).post(act, {"act": "explode"}).status_code == 404
    assert as_person(owner).post(act, {"act": "hide"}).status_code == 302
    assert "They keep their word." not in as_person().get(page).content.decode()
    assert as_person(UserFactory()).post(act, {"act": "show"}).status_code == 404
    assert as_person(owner).post(act, {"act": "show"}).status_code == 302
    assert as_person(owner).post(act, {"act": "withdraw"}).status_code == 403
    assert as_person(author).post(act, {"act": "withdraw"}).status_code == 302
    assert not Endorsement.objects.exists()


def test_author_is_not_shown_that_it_is_hidden(own: Listing, other: Listing, owner: User) -> None:
    author = other.organisation.affiliations.get().user
    hide_endorsement(endorsed(own.organisation, other.organisation, author), actor=owner)
    page = as_person(author).get(at("endorsement_list", own.organisation.public_id)).content.decode()
    assert "They keep their word." in page
    assert "Hidden" not in page
    assert "Hidden" in as_person(owner).get(at("endorsement_list", own.organisation.public_id)).content.decode()


# --- constant queries


@pytest.mark.parametrize(
    "name", ["organisation_list", "organisation", "endorsement_list", "my_verification", "my_appeals"]
)
def test_queries_do_not_grow(bridge: Bridge, own: Listing, owner: User, organiser: User, name: str) -> None:
    author = UserFactory()
    partner = member(bridge, country="CN", owner=author)
    on = {"organisation", "endorsement_list"}
    address = at(name, *([own.organisation.public_id] if name in on else []))

    def more(number: int) -> None:
        one = member(bridge)
        record_document(one, actor=organiser, bridge=bridge, document_kind="tax")
        endorsed(own.organisation, partner, author, f"introduction:{number}")
        record_document(own.organisation, actor=organiser, bridge=bridge, document_kind="tax")
        listing = member_listing(bridge, organisation=own.organisation)
        hide_listing(listing, actor=organiser, reason="False.")

    counts: list[Any] = []
    made = 0
    for rows in (2, 4, 13):  # with one alone, nothing has ended yet
        while made < rows:
            more(made)
            made += 1
        counts.append(queries_of(as_person(owner), address))
    assert counts[0] == counts[1] == counts[2]
    assert Verification.objects.count() >= 24
