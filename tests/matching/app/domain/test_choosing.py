"""What each organisation receives."""

from __future__ import annotations

from typing import Any

import pytest

from matching.app.domain.choosing import choose_around, choose_proposals
from matching.app.models import Proposal
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.directory.models import Listing, Membership, Organisation
from qiao.partnerships.domain.marks import remove_saved_proposal, save_proposal
from qiao.partnerships.rules import responds_for
from tests.factories import BridgeFactory, UserFactory, affiliate, member_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


def _policy(bridge: Bridge, **values: float) -> None:
    MatchingPolicy.objects.filter(bridge=bridge).update(newcomer_floor=0)
    MatchingPolicy.objects.filter(bridge=bridge).update(**values)


def _listing(bridge: Bridge, country: str, size: str = "large") -> Listing:
    listing = member_listing(bridge, country=country)
    Organisation.objects.filter(pk=listing.organisation_id).update(size=size)
    return listing


def _pair(one: Listing, other: Listing, score: float) -> Proposal:
    first, second = sorted((one, other), key=lambda listing: listing.organisation_id)
    return Proposal.objects.create(
        bridge=one.bridge, first=first.organisation, second=second.organisation, first_listing=first,
        second_listing=second, score=score, score_for_first=score, score_for_second=score, band="good", encoder="x",
    )  # fmt: skip


def _list_of(listing: Listing) -> list[float]:
    received = Proposal.objects.current().received_by(listing.organisation)
    return [proposal.score for proposal in received]


def test_a_list_is_no_longer_than_the_policy_and_best_first(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=2)
    one = _listing(bridge, "GB")
    for score in (0.5, 0.9, 0.7):
        _pair(one, _listing(bridge, "CN"), score)
    choose_proposals(bridge.pk)
    assert _list_of(one) == [0.9, 0.7]


def test_what_is_below_the_least_score_is_not_received(bridge: Bridge) -> None:
    _policy(bridge, least_score=0.6)
    one = _listing(bridge, "GB")
    for score in (0.59, 0.61):
        _pair(one, _listing(bridge, "CN"), score)
    choose_proposals(bridge.pk)
    assert _list_of(one) == [0.61]


def test_an_organisation_that_all_would_like_to_meet_receives_no_more_than_others(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=2)
    star = _listing(bridge, "CN")
    admirers = [_listing(bridge, "GB") for _ in range(5)]
    for place, admirer in enumerate(admirers):
        _pair(star, admirer, 0.9 - place / 100)
    choose_proposals(bridge.pk)
    assert _list_of(star) == [0.9, 0.89]
    assert [len(_list_of(admirer)) for admirer in admirers] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("whole", [True, False])
def test_a_small_firm_receives_its_floor_before_a_large_one_its_second(bridge: Bridge, whole: bool) -> None:
    Membership.objects.update(decided_at=None)
    _policy(bridge, proposals_per_organisation=1, newcomer_floor=1)
    partner = _listing(bridge, "CN")
    large, small = _listing(bridge, "GB"), _listing(bridge, "GB", size="micro")
    _pair(partner, large, 0.9)
    _pair(partner, small, 0.5)
    if whole:
        choose_proposals(bridge.pk)
    else:
        choose_around(bridge.pk, [partner.organisation_id])
    assert _list_of(small) == [0.5]
    assert _list_of(large) == []


def test_choosing_around_one_leaves_others_lists_whole(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=2)
    british = [_listing(bridge, "GB") for _ in range(3)]
    chinese = [_listing(bridge, "CN") for _ in range(3)]
    for i, one in enumerate(british):
        for j, other in enumerate(chinese):
            _pair(one, other, 0.9 - (i + 2 * j) / 50)
    choose_proposals(bridge.pk)
    newcomer = _listing(bridge, "GB")
    _pair(newcomer, chinese[0], 0.95)
    choose_around(bridge.pk, [newcomer.organisation_id])
    assert _list_of(newcomer) == []  # its only partner has no room, and was not asked to choose anew
    choose_around(bridge.pk, [newcomer.organisation_id, chinese[0].organisation_id])
    assert _list_of(newcomer) == [0.95]
    for listing in (*british, *chinese):
        assert len(_list_of(listing)) <= 2
        received: Any = Proposal.objects.current().received_by(listing.organisation)
        assert [proposal.rank for proposal in received] == list(range(1, len(received) + 1))


def test_the_same_pairs_give_the_same_choice(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=2)
    for one in [_listing(bridge, "GB") for _ in range(4)]:
        for other in Listing.objects.filter(organisation__country="CN") or [_listing(bridge, "CN") for _ in range(4)]:
            _pair(one, other, 0.7)
    choose_proposals(bridge.pk)
    before = list(Proposal.objects.order_by("pk").values_list("pk", "rank_for_first", "rank_for_second"))
    Proposal.objects.update(rank_for_first=None, rank_for_second=None)
    choose_proposals(bridge.pk)
    assert list(Proposal.objects.order_by("pk").values_list("pk", "rank_for_first", "rank_for_second")) == before


def test_three_sides_are_chosen_for_too() -> None:
    bridge = BridgeFactory(sides=[("gb", "GB"), ("cn", "CN"), ("il", "IL")])
    _policy(bridge, proposals_per_organisation=1)
    one, two, three = (_listing(bridge, country) for country in ("GB", "CN", "IL"))
    _pair(one, two, 0.8)
    _pair(two, three, 0.7)
    _pair(one, three, 0.6)
    choose_proposals(bridge.pk)
    assert [_list_of(listing) for listing in (one, two, three)] == [[0.8], [0.8], []]


def test_what_a_side_has_saved_or_dismissed_it_goes_on_finding_when_a_better_one_takes_the_place(
    bridge: Bridge,
) -> None:
    _policy(bridge, proposals_per_organisation=1)
    one, other, better = _listing(bridge, "GB"), _listing(bridge, "CN"), _listing(bridge, "CN")
    saved = _pair(one, other, 0.6)
    choose_proposals(bridge.pk)
    person = UserFactory()
    affiliate(person, one.organisation)
    saved.refresh_from_db()
    save_proposal(saved, actor=person, organisation=one.organisation)
    _pair(one, better, 0.9)
    choose_proposals(bridge.pk)
    assert _list_of(one) == [0.9, 0.6]
    assert _list_of(other) == []
    saved.refresh_from_db()
    assert saved in Proposal.objects.visible_to(person)
    assert responds_for(person, saved, one.organisation)
    remove_saved_proposal(saved, actor=person, organisation=one.organisation)
    assert _list_of(one) == [0.9]
    saved.refresh_from_db()
    assert saved not in Proposal.objects.visible_to(person)
    assert not responds_for(person, saved, one.organisation)
