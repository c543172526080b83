"""Tries in the lists: few, within every limit, marked to the reader, none where a bridge wants none."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from matching.app.domain.choosing import choose_around, choose_proposals
from matching.app.domain.learning_exploration import choose_with_tries
from matching.app.domain.learning_responses import record_response
from matching.app.domain.proposals import _be
from matching.app.enums import ProposalState, ResponseKind
from matching.app.models import Proposal
from qiao.bridges.models import Bridge, MatchingPolicy, none_or_few
from qiao.directory.models import Organisation
from tests.factories import BridgeFactory, UserFactory, affiliate, member_listing, propose

pytestmark = pytest.mark.django_db

MONDAY = datetime.date(2026, 11, 23)
CAPACITY = 4


@pytest.fixture
def bridge() -> Bridge:
    """Eight on each side, everybody good enough for everybody, four places in each list, one of them for a try."""
    made: Bridge = BridgeFactory()
    MatchingPolicy.objects.filter(bridge=made).update(
        proposals_per_organisation=CAPACITY, one_try_in=4, newcomer_floor=0, requests_per_organisation=50
    )
    british = [member_listing(made) for _ in range(8)]
    chinese = [member_listing(made, country="CN") for _ in range(8)]
    for row, need in enumerate(british):
        for column, offer in enumerate(chinese):
            # The first of each side are wanted by all; the last by few.
            propose(need, offer, score=0.8 - 0.01 * (row + column), rank_for_first=None, rank_for_second=None)
    return made


def _lists(bridge: Bridge) -> Counter[int]:
    places: Counter[int] = Counter()
    for row in Proposal.objects.filter(bridge=bridge):
        places.update([row.first_id] * (row.rank_for_first is not None))
        places.update([row.second_id] * (row.rank_for_second is not None))
    return places


def _ranks(bridge: Bridge) -> list[tuple[int, int | None, int | None]]:
    return sorted(Proposal.objects.filter(bridge=bridge).values_list("pk", "rank_for_first", "rank_for_second"))


def _tries(bridge: Bridge) -> list[Proposal]:
    return list(Proposal.objects.filter(bridge=bridge, to_try=True).order_by("pk"))


def test_each_list_has_at_most_its_tries_and_none_is_longer_for_them(bridge: Bridge) -> None:
    choose_proposals(bridge.pk)
    chosen = {pk for pk, first, _ in _ranks(bridge) if first is not None}
    _, count = choose_with_tries(bridge.pk, on=MONDAY)
    tries = _tries(bridge)
    assert 0 < count == len(tries) <= 8
    assert chosen.isdisjoint(one.pk for one in tries)
    assert all(one.rank_for_first is not None and one.rank_for_second is not None for one in tries)
    assert max(Counter(end for one in tries for end in (one.first_id, one.second_id)).values()) == 1
    assert set(_lists(bridge).values()) == {CAPACITY}


def test_a_bridge_that_wants_none_has_none(bridge: Bridge) -> None:
    choose_proposals(bridge.pk)
    plain = _ranks(bridge)
    choose_with_tries(bridge.pk, on=MONDAY)
    assert _ranks(bridge) != plain
    for values in ({"one_try_in": 0}, {"one_try_in": 12}):  # a twelfth of four places is none
        MatchingPolicy.objects.filter(bridge=bridge).update(**values)
        _, count = choose_with_tries(bridge.pk, on=MONDAY)
        assert (count, _tries(bridge)) == (0, [])
        assert _ranks(bridge) == plain


def test_runs_of_one_week_agree_and_the_next_week_draws_anew(bridge: Bridge) -> None:
    choose_with_tries(bridge.pk, on=MONDAY)
    first = _tries(bridge)
    choose_with_tries(bridge.pk, on=MONDAY + datetime.timedelta(days=6))
    assert _tries(bridge) == first
    weeks = []
    for week in range(1, 5):
        choose_with_tries(bridge.pk, on=MONDAY + datetime.timedelta(weeks=week))
        weeks.append(_tries(bridge))
    assert any(drawn != first for drawn in weeks)


def test_what_a_side_has_refused_or_kept_is_not_tried(bridge: Bridge) -> None:
    choose_with_tries(bridge.pk, on=MONDAY)
    refused, kept, *_ = _tries(bridge)
    record_response(refused, actor=None, organisation=refused.second, kind=ResponseKind.DECLINED, reason="too_early")
    Proposal.objects.filter(pk=kept.pk).update(kept_for_first=True)
    choose_with_tries(bridge.pk, on=MONDAY)
    assert {refused.pk, kept.pk}.isdisjoint(one.pk for one in _tries(bridge))


def test_a_change_nearby_leaves_tries_in_their_lists(bridge: Bridge) -> None:
    choose_with_tries(bridge.pk, on=MONDAY)
    before = {one.pk for one in _tries(bridge)}
    choose_around(bridge.pk, list(Organisation.objects.values_list("pk", flat=True)))
    after = _tries(bridge)
    assert {one.pk for one in after} == before
    assert all(one.rank_for_first is not None and one.rank_for_second is not None for one in after)
    assert max(_lists(bridge).values()) == CAPACITY


def test_a_try_that_holds_again_after_a_change_is_none_any_more(bridge: Bridge) -> None:
    choose_with_tries(bridge.pk, on=MONDAY)
    one = _tries(bridge)[0]
    for state in (ProposalState.SUPERSEDED, ProposalState.CURRENT):
        _be(state, bridge.pk, [(one.first_id, one.second_id)])
    one.refresh_from_db()
    assert (one.to_try, one.rank_for_first, one.state) == (False, None, ProposalState.CURRENT)


def test_a_reader_is_told_which_one_is_to_try(bridge: Bridge) -> None:
    choose_with_tries(bridge.pk, on=MONDAY)
    one = _tries(bridge)[0]
    for organisation in (one.first, one.second):
        user, client = UserFactory(), Client()
        affiliate(user, organisation)
        client.force_login(user)
        page = client.get(f"/{bridge.slug}/proposals/").content.decode()
        assert page.count("One to try") == 1
        card = page.partition(f'id="proposal-{one.public_id}"')[2].partition("</article>")[0]
        assert "We know less about this pairing" in card
        assert "One to try" in client.get(f"/{bridge.slug}/proposals/{one.public_id}/").content.decode()


@pytest.mark.parametrize("one_in", [1, 2, 3])
def test_no_policy_gives_more_than_a_quarter_to_tries(one_in: int) -> None:
    with pytest.raises(ValidationError):
        none_or_few(one_in)
    none_or_few(0)
    none_or_few(4)
