"""Saving organisations and listings, with htmx and without, and the list of what is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation, SavedItem
from tests.factories import BridgeFactory, UserFactory, member, member_listing, propose
from tests.website.views.readers import Reader, browser_of, html, queries_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


@pytest.fixture
def client(bridge: Bridge) -> Client:
    signed_in = Client()
    signed_in.force_login(UserFactory())
    return signed_in


def address_of(bridge: Bridge, item: Listing | Organisation) -> str:
    part = "listings" if isinstance(item, Listing) else "organisations"
    return f"/{bridge.slug}/{part}/{item.public_id}/save/"


@pytest.mark.parametrize("reader", list(Reader))
def test_everybody_who_has_signed_in_has_a_list(reader: Reader, bridge: Bridge) -> None:
    answer = browser_of(reader, bridge, member(bridge)).get(f"/{bridge.slug}/saved/")
    if reader == Reader.ANONYMOUS:
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next=/{bridge.slug}/saved/")
    else:
        assert answer.status_code == 200
        assert "Nothing saved yet" in answer.content.decode()


@pytest.mark.parametrize("reader", list(Reader))
def test_a_bridge_in_preparation_is_there_for_its_staff_only(reader: Reader, bridge: Bridge) -> None:
    client = browser_of(reader, bridge, member(bridge))
    Bridge.objects.filter(pk=bridge.pk).update(state=BridgeState.PREPARING)
    assert client.get(f"/{bridge.slug}/saved/").status_code == (200 if reader.is_of_the_bridge else 404)


@pytest.mark.parametrize("kind", ["listing", "organisation"])
def test_saving_without_scripts_goes_back_to_the_page(kind: str, bridge: Bridge, client: Client) -> None:
    listing = member_listing(bridge, title="Glass eyes")
    item = listing if kind == "listing" else listing.organisation
    back = f"/{bridge.slug}/listings/?q=glass"
    answer = client.post(address_of(bridge, item), {"saved": "1", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    client.post(address_of(bridge, item), {"saved": "1"})
    assert SavedItem.objects.count() == 1
    page = html(client, f"/{bridge.slug}/saved/", tab=f"{kind}s")
    assert str(item) in page
    answer = client.post(address_of(bridge, item), {"saved": "0"})
    assert answer["Location"] == f"/{bridge.slug}/saved/"
    assert not SavedItem.objects.exists()


@pytest.mark.parametrize("kind", ["listing", "organisation"])
def test_saving_with_htmx_answers_with_the_other_button(kind: str, bridge: Bridge, client: Client) -> None:
    listing = member_listing(bridge)
    item = listing if kind == "listing" else listing.organisation
    page = f"/{bridge.slug}/listings/?q=glass"
    headers = HTMX | {"HX-Current-URL": f"http://testserver{page}"}
    pressed = client.post(address_of(bridge, item), {"saved": "1", "next": page}, headers=headers).content.decode()
    assert 'aria-pressed="true"' in pressed
    assert 'name="saved" value="0"' in pressed
    # If scripts fail from now on, the form leads back to the page, not to the address it was sent to.
    assert f'name="next" value="{page}"' in pressed
    released = client.post(address_of(bridge, item), {"saved": "0", "next": page}, headers=headers).content.decode()
    assert 'aria-pressed="false"' in released
    assert not SavedItem.objects.exists()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""])
def test_saving_never_leads_off_the_site(back: str, bridge: Bridge, client: Client) -> None:
    answer = client.post(address_of(bridge, member(bridge)), {"saved": "1", "next": back})
    assert answer["Location"] == f"/{bridge.slug}/saved/"


def test_what_one_may_not_see_cannot_be_saved(bridge: Bridge, client: Client) -> None:
    draft = member_listing(bridge, state=ListingState.DRAFT)
    elsewhere = member_listing(BridgeFactory())
    for item in (draft, elsewhere, elsewhere.organisation):
        assert client.post(address_of(bridge, item), {"saved": "1"}).status_code == 404
    assert Client().post(address_of(bridge, member(bridge)), {"saved": "1"}).status_code == 302
    assert client.get(address_of(bridge, member(bridge))).status_code == 405
    assert not SavedItem.objects.exists()


def test_what_has_gone_since_is_neither_shown_nor_counted(bridge: Bridge, client: Client) -> None:
    listing = member_listing(bridge, title="Glass eyes")
    for item in (listing, listing.organisation):
        client.post(address_of(bridge, item), {"saved": "1"})
    Membership.objects.update(state=MembershipState.SUSPENDED)
    for tab in ("listings", "organisations"):
        answer = client.get(f"/{bridge.slug}/saved/", {"tab": tab})
        assert "Nothing saved yet" in answer.content.decode()
        assert [part["count"] for part in answer.context["tabs"]] == [0, 0, 0]


def test_nobody_sees_what_another_has_saved(bridge: Bridge, client: Client) -> None:
    listing = member_listing(bridge, title="Glass eyes")
    client.post(address_of(bridge, listing), {"saved": "1"})
    for reader in Reader:
        if reader != Reader.ANONYMOUS:
            other = browser_of(reader, bridge, listing.organisation)
            assert "Glass eyes" not in html(other, f"/{bridge.slug}/saved/")


def test_what_was_saved_on_another_bridge_is_on_its_own_list(bridge: Bridge, client: Client) -> None:
    other: Bridge = BridgeFactory()
    client.post(address_of(other, member_listing(other, title="Elsewhere")), {"saved": "1"})
    assert "Elsewhere" not in html(client, f"/{bridge.slug}/saved/")
    assert "Elsewhere" in html(client, f"/{other.slug}/saved/")


@pytest.mark.parametrize("tab", ["listings", "organisations", "proposals"])
def test_the_list_takes_the_same_queries_for_1_3_and_300_rows(tab: str, bridge: Bridge) -> None:
    user = UserFactory()
    own = member_listing(bridge, owner=user)
    client = Client()
    client.force_login(user)
    counts, made = [], 0
    for rows in (1, 3, 300):
        for place in range(rows - made):
            listing = member_listing(bridge, country="CN", direction="offer", anonymous=place % 2 == 0)
            if tab == "proposals":
                propose(own, listing, saved_by=own.organisation)
            elif tab == "listings":
                SavedItem.objects.create(user=user, bridge=bridge, listing=listing)
            else:
                SavedItem.objects.create(user=user, bridge=bridge, organisation=listing.organisation)
        made = rows
        counts.append(queries_of(client, f"/{bridge.slug}/saved/?tab={tab}"))
        assert client.get(f"/{bridge.slug}/saved/?tab={tab}").context["page_obj"].paginator.count == rows
    assert counts[0] == counts[1] == counts[2]
