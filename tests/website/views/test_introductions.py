"""Introductions: whose they are, the list by what is to be done, and that a private answer shows nowhere."""

from __future__ import annotations

import pytest

from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory
from tests.website.views.introduced import Pair, client_of, page_of, pair_on
from tests.website.views.readers import Reader, browser_of, html

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory(slug="uk-china")
    return made


@pytest.fixture
def pair(bridge: Bridge) -> Pair:
    return pair_on(bridge)


LIST = "/uk-china/introductions/"


@pytest.mark.parametrize("reader", list(Reader))
def test_introductions_are_for_the_people_of_the_two(reader: Reader, bridge: Bridge, pair: Pair) -> None:
    introduction = pair.introduce()
    client = browser_of(reader, bridge, pair.ours)
    for address in (LIST, page_of(introduction)):
        answer = client.get(address)
        if reader == Reader.ANONYMOUS:
            assert answer["Location"] == f"/accounts/login/?next={address}"
        elif address == LIST:
            assert answer.status_code == 200
            assert ("Hushed Hospital" in answer.content.decode()) == reader.is_of_the_organisation
        else:
            assert answer.status_code == (200 if reader.is_of_the_organisation else 404)


def test_a_request_shows_both_sides_the_same_date(pair: Pair) -> None:
    introduction = pair.ask(question="How many beds?")
    for user in (pair.our_owner, pair.their_owner):
        page = html(client_of(user), page_of(introduction))
        assert "How many beds?" in page
        assert introduction.lapses_at is not None
        assert str(introduction.lapses_at.day) in page
    html(client_of(pair.our_owner), LIST)
