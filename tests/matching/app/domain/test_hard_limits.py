"""What forbids a pair, in both directions, through the whole way from the directory to the proposal."""

from __future__ import annotations

from typing import Any

import pytest

from qiao.directory.models import Block
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory
from tests.matching.app.sensors import is_proposed, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        ({"partner_kinds": ["university"]}, {}),
        ({"partner_sizes": ["very_large"]}, {}),
        ({"countries": ["IL"]}, {}),
        ({"kind": "investment"}, {}),
        ({"direction": "offer"}, {}),
        ({}, {"partner_kinds": ["hospital"]}),
        ({}, {"partner_sizes": ["micro"]}),
        ({}, {"countries": ["US", "IL"]}),
        ({}, {"direction": "need"}),
        ({}, {"kind": "investment"}),
    ],
)
def test_a_limit_of_either_side_forbids_the_pair(need: dict[str, Any], offer: dict[str, Any]) -> None:
    bridge = BridgeFactory()
    one, other = sensor_need(bridge, **need), sensor_offer(bridge, **offer)
    refresh(one, other)
    assert not is_proposed(one, other)


@pytest.mark.parametrize(
    ("need", "offer"),
    [
        ({"partner_kinds": ["university", "startup"]}, {"partner_kinds": ["startup"]}),
        ({"partner_sizes": ["small"]}, {"partner_sizes": ["small", "large"]}),
        ({"countries": ["CN"]}, {"countries": ["GB", "IL"]}),
    ],
)
def test_what_both_sides_seek_is_proposed(need: dict[str, Any], offer: dict[str, Any]) -> None:
    bridge = BridgeFactory()
    one, other = sensor_need(bridge, **need), sensor_offer(bridge, **offer)
    refresh(one, other)
    assert is_proposed(one, other)


def test_a_size_that_is_not_stated_is_not_refused() -> None:
    bridge = BridgeFactory()
    unsized = OrganisationFactory(country="CN", size="")
    MembershipFactory(bridge=bridge, organisation=unsized)
    need, offer = sensor_need(bridge, partner_sizes=["large"]), sensor_offer(bridge, organisation=unsized)
    refresh(need, offer)
    assert is_proposed(need, offer)


def test_organisations_of_one_side_are_not_proposed_to_each_other() -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge, country="GB"), sensor_offer(bridge, country="GB")
    refresh(need, offer)
    assert not is_proposed(need, offer)


def test_an_organisation_is_not_proposed_to_itself() -> None:
    bridge = BridgeFactory()
    need = sensor_need(bridge)
    offer = sensor_offer(bridge, organisation=need.organisation)
    refresh(need, offer)
    assert not is_proposed(need, offer)


@pytest.mark.parametrize("blocker", ["need", "offer"])
def test_a_block_of_either_side_forbids_the_pair(blocker: str) -> None:
    bridge = BridgeFactory()
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    one, other = (need, offer) if blocker == "need" else (offer, need)
    Block.objects.create(organisation=one.organisation, blocked=other.organisation)
    refresh(need, offer)
    assert not is_proposed(need, offer)


def test_three_sides_meet_one_another() -> None:
    bridge = BridgeFactory(sides=[("gb", "GB"), ("cn", "CN"), ("il", "IL")])
    need = sensor_need(bridge, country="GB")
    chinese, israeli = sensor_offer(bridge, country="CN"), sensor_offer(bridge, country="IL")
    second_need = sensor_need(bridge, country="IL")
    refresh(need, chinese, israeli, second_need)
    assert is_proposed(need, chinese)
    assert is_proposed(need, israeli)
    assert is_proposed(second_need, chinese)
    assert not is_proposed(second_need, israeli)
