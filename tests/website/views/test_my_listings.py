"""Writing and running one's needs and offers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.enums import Direction, ListingState
from qiao.directory.models import Listing
from qiao.website.listing_actions import ACTIONS
from tests.factories import BridgeFactory, ListingFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db

VALUES = {
    "direction": "offer",
    "kind": "technology",
    "title": "A steerable biopsy needle",
    "text": "We offer a needle that turns inside tissue, tested on 40 phantoms to 0.4 mm.",
}
STEPS = [
    ("submit", ListingState.DRAFT, ListingState.IN_REVIEW),
    ("return", ListingState.IN_REVIEW, ListingState.DRAFT),
    ("pause", ListingState.PUBLISHED, ListingState.PAUSED),
    ("resume", ListingState.PAUSED, ListingState.PUBLISHED),
    ("resume", ListingState.FULFILLED, ListingState.PUBLISHED),
    ("fulfil", ListingState.PUBLISHED, ListingState.FULFILLED),
    ("withdraw", ListingState.PUBLISHED, ListingState.WITHDRAWN),
    ("withdraw", ListingState.IN_REVIEW, ListingState.WITHDRAWN),
    ("reopen", ListingState.WITHDRAWN, ListingState.DRAFT),
]


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def owner(client: Client, bridge: Bridge) -> User:
    user: User = UserFactory()
    member(bridge, owner=user)
    client.force_login(user)
    return user


def a_listing(bridge: Bridge, owner: User, **fields: Any) -> Listing:
    organisation = owner.affiliations.get().organisation
    listing: Listing = ListingFactory(bridge=bridge, organisation=organisation, **fields)
    return listing


def at(bridge: Bridge, *parts: str) -> str:
    return f"/{bridge.slug}/my/listings/" + "".join(f"{part}/" for part in parts)


def test_a_draft_is_written_and_the_language_recognised(client: Client, bridge: Bridge, owner: User) -> None:
    client.post(at(bridge, "new"), VALUES | {"go": "save"})
    listing = Listing.objects.get()
    assert (listing.state, listing.language, listing.direction) == (ListingState.DRAFT, "en", Direction.OFFER)


def test_a_language_said_outright_is_kept(client: Client, bridge: Bridge, owner: User) -> None:
    client.post(at(bridge, "new"), VALUES | {"language": "zh"})
    assert Listing.objects.get().language == "zh"


def test_writing_and_sending_to_review_is_one_button(client: Client, bridge: Bridge, owner: User) -> None:
    client.post(at(bridge, "new"), VALUES | {"go": "submit"})
    assert Listing.objects.get().state == ListingState.IN_REVIEW


def test_a_draft_is_kept_when_it_cannot_be_sent(client: Client, bridge: Bridge, owner: User) -> None:
    owner.affiliations.get().organisation.memberships.all().delete()
    page = client.post(at(bridge, "new"), VALUES | {"go": "submit"}, follow=True)
    assert Listing.objects.get().state == ListingState.DRAFT
    assert "Apply for membership of the bridge first." in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 161),
        ("title", ""),
        ("title", "a\x00b"),
        ("text", "x" * 8001),
        ("direction", "sideways"),
        ("kind", "wizardry"),
        ("stage", "late"),
        ("trl", "eleven"),
        ("forms", ["marriage"]),
        ("countries", ["FR"]),
        ("valid_until", "2020-01-01"),
        ("valid_until", "tomorrow"),
    ],
)
def test_bad_values_are_refused_at_their_field_and_kept(
    client: Client, bridge: Bridge, owner: User, field: str, value: Any
) -> None:
    page = client.post(at(bridge, "new"), VALUES | {field: value})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "tested on 40 phantoms" in page.content.decode() or field == "text"
    assert not Listing.objects.exists()


@pytest.mark.parametrize("amount", ["-5", "0", "many", "1e9", "9" * 30, "<b>1</b>"])
def test_amounts_that_are_none_are_refused(client: Client, bridge: Bridge, owner: User, amount: str) -> None:
    values = VALUES | {"kind": "investment", "currency": "GBP", "amount_min": amount}
    assert "amount_min" in client.post(at(bridge, "new"), values).context["form"].errors


def test_amounts_in_the_wrong_order_are_refused(client: Client, bridge: Bridge, owner: User) -> None:
    values = VALUES | {"kind": "investment", "currency": "GBP", "amount_min": "2m", "amount_max": "1m"}
    assert "amount_max" in client.post(at(bridge, "new"), values).context["form"].errors


def test_markup_in_a_listing_is_shown_as_text(client: Client, bridge: Bridge, owner: User) -> None:
    client.post(at(bridge, "new"), VALUES | {"title": "<img src=x onerror=alert(1)>"})
    page = client.get(f"/{bridge.slug}/my/").content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_editing_starts_from_what_is_stored_and_raises_the_version(client: Client, bridge: Bridge, owner: User) -> None:
    listing = a_listing(bridge, owner, partner_kinds=["hospital"], trl=6, stage="prototype", countries=["CN"])
    form = client.get(at(bridge, listing.public_id)).context["form"]
    assert (form.initial["partner_kinds"], form.initial["trl"]) == (["hospital"], 6)
    client.post(at(bridge, listing.public_id), VALUES | {"partner_kinds": ["university"]})
    listing.refresh_from_db()
    assert (listing.partner_kinds, listing.trl, listing.version) == (["university"], None, 2)
    assert listing.state == ListingState.PUBLISHED


@pytest.mark.parametrize("state", [ListingState.WITHDRAWN, ListingState.FULFILLED])
def test_a_closed_listing_is_not_changed(client: Client, bridge: Bridge, owner: User, state: str) -> None:
    listing = a_listing(bridge, owner, state=state)
    assert "Reopen it before you change it." in client.get(at(bridge, listing.public_id)).content.decode()
    client.post(at(bridge, listing.public_id), VALUES)
    listing.refresh_from_db()
    assert listing.title != VALUES["title"]


@pytest.mark.parametrize(("action", "before", "after"), STEPS)
def test_each_step_of_the_table_can_be_taken(
    client: Client, bridge: Bridge, owner: User, action: str, before: str, after: str
) -> None:
    listing = a_listing(bridge, owner, state=before)
    page = client.get(f"/{bridge.slug}/my/").content.decode()
    assert at(bridge, listing.public_id, action) in page
    assert client.get(at(bridge, listing.public_id, action)).status_code == 200
    client.post(at(bridge, listing.public_id, action))
    listing.refresh_from_db()
    assert listing.state == after


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("state", ListingState.values)
def test_a_step_that_the_table_has_not_changes_nothing(
    client: Client, bridge: Bridge, owner: User, action: str, state: str
) -> None:
    listing = a_listing(bridge, owner, state=state)
    if ACTIONS[action].fits(listing):
        return
    assert at(bridge, listing.public_id, action) not in client.get(f"/{bridge.slug}/my/").content.decode()
    if action == "withdraw" and state == ListingState.DRAFT:
        return  # the table has it, the page offers deletion instead
    client.post(at(bridge, listing.public_id, action))
    listing.refresh_from_db()
    assert listing.state == state


def test_a_draft_is_deleted_after_a_question(client: Client, bridge: Bridge, owner: User) -> None:
    listing = a_listing(bridge, owner, state=ListingState.DRAFT, published_at=None)
    assert "gone for good" in client.get(at(bridge, listing.public_id, "delete")).content.decode()
    assert Listing.objects.exists()
    client.post(at(bridge, listing.public_id, "delete"))
    assert not Listing.objects.exists()


def test_resuming_after_the_date_leads_to_the_date(client: Client, bridge: Bridge, owner: User) -> None:
    gone = timezone.localdate() - timedelta(days=2)
    listing = a_listing(bridge, owner, state=ListingState.EXPIRED, valid_until=gone)
    answer = client.post(at(bridge, listing.public_id, "resume"))
    assert answer["Location"] == at(bridge, listing.public_id)
    listing.refresh_from_db()
    assert listing.state == ListingState.EXPIRED


def test_a_copy_is_a_new_draft_without_a_date_that_has_gone_by(client: Client, bridge: Bridge, owner: User) -> None:
    gone = timezone.localdate() - timedelta(days=2)
    listing = a_listing(bridge, owner, state=ListingState.EXPIRED, valid_until=gone, forms=["licence"])
    client.post(at(bridge, listing.public_id, "copy"))
    copy = Listing.objects.exclude(pk=listing.pk).get()
    assert (copy.state, copy.valid_until, copy.forms, copy.title) == ("draft", None, ["licence"], listing.title)


@pytest.mark.parametrize("role", ["anonymous", "stranger", "organiser", "viewer"])
@pytest.mark.parametrize("address", [(), ("withdraw",), ("copy",)])
def test_others_change_nothing(client: Client, bridge: Bridge, owner: User, role: str, address: tuple[str]) -> None:
    listing = a_listing(bridge, owner)
    client.logout()
    if role != "anonymous":
        person: User = UserFactory()
        if role == "viewer":
            affiliate(person, listing.organisation, "viewer")
        if role == "organiser":
            staff(bridge, person)
        if role == "stranger":
            member(bridge, owner=person)
        client.force_login(person)
    answer = client.post(at(bridge, listing.public_id, *address), VALUES)
    expected = {"anonymous": 302, "stranger": 404, "organiser": 200, "viewer": 403}
    assert answer.status_code == expected[role]
    listing.refresh_from_db()
    assert (listing.state, listing.version) == (ListingState.PUBLISHED, 1)
    assert Listing.objects.count() == 1


def test_an_unknown_step_is_not_found(client: Client, bridge: Bridge, owner: User) -> None:
    listing = a_listing(bridge, owner)
    assert client.post(at(bridge, listing.public_id, "explode")).status_code == 404
    assert client.get(at(bridge, "0" * 12)).status_code == 404
