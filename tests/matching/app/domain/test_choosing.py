"""What each organisation receives."""

from __future__ import annotations

import random
from typing import Any

import pytest

from matching.app import tasks
from matching.app.domain.choosing import choose_around, choose_proposals
from matching.app.models import Proposal
from qiao.activity.domain import outbox
from qiao.activity.models import OutboxEvent
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.directory.models import Listing, Membership, Organisation
from qiao.partnerships.domain.marks import dismiss_proposal, remove_saved_proposal, restore_proposal, save_proposal
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


def _pair(one: Listing, other: Listing, score: float, *, asked: dict[Listing, float] | None = None) -> Proposal:
    """A current pair; `asked` is how likely each is to be asked by the other, where that is not the score."""
    first, second = sorted((one, other), key=lambda listing: listing.organisation_id)
    asked = {first: score, second: score} | (asked or {})
    return Proposal.objects.create(
        bridge=one.bridge, first=first.organisation, second=second.organisation, first_listing=first,
        second_listing=second, score=score, score_for_first=asked[first], score_for_second=asked[second], band="good",
        encoder="x",
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
def test_who_is_asked_by_all_is_proposed_to_no_more_than_it_may_expect(bridge: Bridge, whole: bool) -> None:
    _policy(bridge, requests_per_organisation=2)
    star, plain = _listing(bridge, "CN"), _listing(bridge, "CN")
    admirers = [_listing(bridge, "GB") for _ in range(6)]
    for place, admirer in enumerate(admirers):
        _pair(star, admirer, 0.9 - place / 100, asked={star: 0.6, admirer: 0.1})
        _pair(plain, admirer, 0.8 - place / 100, asked={plain: 0.3, admirer: 0.1})
    if whole:
        choose_proposals(bridge.pk)
    else:
        choose_around(bridge.pk, [star.organisation_id, plain.organisation_id])
    # 3 * 0.6 and 6 * 0.3 are at most 2.
    assert _list_of(star) == [0.9, 0.89, 0.88]
    assert len(_list_of(plain)) == 6
    assert [len(_list_of(admirer)) for admirer in admirers] == [2, 2, 2, 1, 1, 1]


def test_choosing_around_one_counts_the_requests_that_others_expect_already(bridge: Bridge) -> None:
    _policy(bridge, requests_per_organisation=1)
    star, early, late = _listing(bridge, "CN"), _listing(bridge, "GB"), _listing(bridge, "GB")
    _pair(star, early, 0.6)
    choose_proposals(bridge.pk)
    _pair(star, late, 0.9)
    choose_around(bridge.pk, [late.organisation_id])
    assert _list_of(late) == []
    choose_around(bridge.pk, [late.organisation_id, star.organisation_id])
    assert (_list_of(late), _list_of(early)) == ([0.9], [])


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_in_whatever_order_nobody_passes_a_limit(bridge: Bridge, seed: int) -> None:
    _policy(bridge, proposals_per_organisation=3, requests_per_organisation=1, newcomer_floor=1)
    chance = random.Random(seed)
    british = [_listing(bridge, "GB", size=chance.choice(["micro", "large"])) for _ in range(5)]
    chinese = [_listing(bridge, "CN", size=chance.choice(["micro", "large"])) for _ in range(5)]
    for one in british:
        for other in chinese:
            asked = {one: chance.random(), other: chance.random()}
            _pair(one, other, chance.uniform(0.35, 1), asked=asked)
            if chance.random() < 0.4:
                near = chance.sample([*british, *chinese], chance.randint(1, 6))
                choose_around(bridge.pk, [one.organisation_id, *(listing.organisation_id for listing in near)])
                _nobody_passes(bridge, proposals=3, requests=1)
    choose_proposals(bridge.pk)
    _nobody_passes(bridge, proposals=3, requests=1)


def _nobody_passes(bridge: Bridge, *, proposals: int, requests: float) -> None:
    lists: dict[int, list[float]] = {}
    for row in Proposal.objects.current().filter(bridge=bridge, rank_for_first__isnull=False):
        lists.setdefault(row.first_id, []).append(row.score_for_first)
        lists.setdefault(row.second_id, []).append(row.score_for_second)
    assert lists
    for expected in lists.values():
        assert len(expected) <= proposals
        assert sum(expected) <= requests + 1e-6


def test_the_choice_says_what_spreading_attention_cost(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=1)
    star = _listing(bridge, "CN")
    _pair(star, _listing(bridge, "GB"), 0.8)
    _pair(star, _listing(bridge, "GB"), 0.6)
    choice = choose_proposals(bridge.pk)
    # Each on its own would have: the star 0.8, its admirers 0.8 and 0.6.
    assert choice.spread.unlimited == pytest.approx(2.2)
    assert choice.spread.chosen == pytest.approx(1.6)
    assert choice.spread.loss == pytest.approx(0.6 / 2.2)
    assert choice.solution.status == "optimal"


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


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_side_has_dismissed_takes_no_place_in_its_list_and_the_other_side_keeps_it(
    bridge: Bridge, whole: bool
) -> None:
    _policy(bridge, proposals_per_organisation=1)
    one, other, second_best = _listing(bridge, "GB"), _listing(bridge, "CN"), _listing(bridge, "CN")
    person = UserFactory()
    affiliate(person, one.organisation)
    proposal = _pair(one, other, 0.9)
    _pair(one, second_best, 0.6)
    choose_proposals(bridge.pk)
    assert _list_of(one) == [0.9]
    proposal.refresh_from_db()
    dismiss_proposal(proposal, actor=person, organisation=one.organisation, reason="too_early")
    for _ in range(2):
        if whole:
            choose_proposals(bridge.pk)
        else:
            choose_around(bridge.pk, [one.organisation_id])
    # The dismissed one can still be found, besides what is proposed.
    assert _list_of(one) == [0.9, 0.6]
    assert _list_of(other) == [0.9]
    assert _list_of(second_best) == [0.6]
    # Whoever looks at the bridge's proposals cannot tell which one was dismissed.
    ranks = Proposal.objects.current().values_list("rank_for_first", "rank_for_second")
    assert sorted(sorted((one or 0, other or 0)) for one, other in ranks) == [[1, 1], [1, 2]]


def test_what_one_side_has_dismissed_is_not_proposed_to_the_other_anew(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=1)
    one, other, better = _listing(bridge, "GB"), _listing(bridge, "CN"), _listing(bridge, "GB")
    person = UserFactory()
    affiliate(person, one.organisation)
    proposal = _pair(one, other, 0.6)
    choose_proposals(bridge.pk)
    proposal.refresh_from_db()
    dismiss_proposal(proposal, actor=person, organisation=one.organisation)
    passing = _pair(better, other, 0.9)
    choose_proposals(bridge.pk)
    assert _list_of(other) == [0.9]
    passing.delete()
    choose_proposals(bridge.pk)
    assert _list_of(other) == []


def test_what_is_restored_can_be_found_at_once_and_is_listed_again_in_its_turn(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=1)
    one, other, second_best = _listing(bridge, "GB"), _listing(bridge, "CN"), _listing(bridge, "CN")
    person = UserFactory()
    affiliate(person, one.organisation)
    proposal = _pair(one, other, 0.9)
    _pair(one, second_best, 0.6)
    choose_proposals(bridge.pk)
    proposal.refresh_from_db()
    dismiss_proposal(proposal, actor=person, organisation=one.organisation)
    choose_around(bridge.pk, [one.organisation_id])
    proposal.refresh_from_db()
    restore_proposal(proposal, actor=person, organisation=one.organisation)
    assert _list_of(one) == [0.9, 0.6]
    choose_around(bridge.pk, [one.organisation_id])
    assert _list_of(one) == [0.9]


def test_another_takes_the_place_of_what_was_dismissed(bridge: Bridge) -> None:
    _policy(bridge, proposals_per_organisation=1)
    one, other, second_best = _listing(bridge, "GB"), _listing(bridge, "CN"), _listing(bridge, "CN")
    person = UserFactory()
    affiliate(person, one.organisation)
    proposal = _pair(one, other, 0.9)
    _pair(one, second_best, 0.6)
    choose_proposals(bridge.pk)
    proposal.refresh_from_db()
    for act, received in ((dismiss_proposal, [0.9, 0.6]), (restore_proposal, [0.9])):
        act(proposal, actor=person, organisation=one.organisation)
        event = OutboxEvent.objects.filter(topic="list.changed").latest("pk")
        assert outbox._subscribers["list.changed"] == [tasks.choose_around.name]
        tasks.choose_around(**event.payload)
        assert _list_of(one) == received
