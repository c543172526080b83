"""The live figures of a bridge."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from qiao.directory.enums import ListingState, MembershipState
from qiao.insights.bridge_figures import SideFigures, bridge_figures, count_bridge
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory, member, member_listing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def test_figures_count_what_others_see() -> None:
    bridge = BridgeFactory()
    member_listing(bridge, direction="need")
    member_listing(bridge, direction="offer", country="CN", language="zh")
    member_listing(bridge, direction="offer", state=ListingState.PAUSED)
    member_listing(bridge, valid_until=timezone.localdate() - datetime.timedelta(days=1))
    MembershipFactory(bridge=bridge, organisation=OrganisationFactory(), state=MembershipState.APPLIED)
    figures = count_bridge(bridge)
    assert figures.sides == (SideFigures("gb", "GB", 3), SideFigures("cn", "CN", 1))
    assert (figures.needs, figures.offers, figures.listings, figures.members) == (1, 1, 2, 4)
    assert (figures.in_english, figures.in_chinese, figures.proposals) == (1, 1, 0)


def test_figures_leave_other_bridges_out() -> None:
    member_listing(BridgeFactory())
    assert count_bridge(BridgeFactory()).members == 0


def test_figures_of_any_bridge_take_four_queries(django_assert_num_queries: Any) -> None:
    bridge = BridgeFactory()
    for _ in range(3):
        member_listing(bridge)
    with django_assert_num_queries(4):
        count_bridge(bridge)


def test_figures_are_kept_for_a_while(django_assert_num_queries: Any) -> None:
    bridge = BridgeFactory()
    before = bridge_figures(bridge)
    member(bridge)
    with django_assert_num_queries(0):
        assert bridge_figures(bridge) == before
