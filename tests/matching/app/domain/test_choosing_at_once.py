"""A choice over the whole bridge while others change it: it is solved without the bridge's lock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, close_old_connections, connection

from matching.app.domain import choosing_places
from matching.app.domain.choosing import Market, choose_around, choose_proposals
from matching.app.domain.choosing_pairs import Key
from matching.app.domain.locks import choosing_alone
from matching.app.domain.refreshing import refresh_listing
from matching.app.domain.runs import advance_run, finish_run, request_run, work_on_part
from matching.app.enums import RunState
from matching.app.models import LocalChoice, MatchRun, Proposal
from matching.core.choice.problem import ChoiceSolution
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.directory.domain.listings import pause_listing
from qiao.directory.models import Listing
from qiao.partnerships.domain.marks import dismiss_proposal
from tests.factories import BridgeFactory, UserFactory, affiliate, member_listing, propose
from tests.matching.app.lists import assert_limits_hold, assert_lists_are_whole
from tests.matching.app.sensors import proposal_between, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db(transaction=True)

#: More than any of this takes; less than waiting for a lock that is held to the end.
SECONDS = 60


@pytest.fixture
def bridge() -> Bridge:
    """Four needs and four offers that all meet, two places in each list."""
    made: Bridge = BridgeFactory()
    MatchingPolicy.objects.filter(bridge=made).update(proposals_per_organisation=2, newcomer_floor=0, one_try_in=0)
    refresh(*(sensor_need(made) for _ in range(4)), *(sensor_offer(made) for _ in range(4)))
    return made


def _start(threads: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    """Do it on a connection of its own."""

    def run() -> Any:
        close_old_connections()
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(run)


def _elsewhere(act: Callable[[], Any]) -> Any:
    """The same, and wait until it is done."""
    with ThreadPoolExecutor(1) as threads:
        return _start(threads, act).result(timeout=SECONDS)


def _meanwhile(*acts: Callable[[], Any]) -> Callable[[Market, ChoiceSolution], Iterable[Key]]:
    """Between the solving and the writing, once each in turn, on another connection: nothing is held against it."""
    left = list(acts)

    def draw(market: Market, solution: ChoiceSolution) -> Iterable[Key]:
        if left:
            _elsewhere(left.pop(0))
        return ()

    return draw


def _listed(one: Listing, other: Listing) -> bool:
    proposal = proposal_between(one, other)
    return proposal is not None and proposal.rank_for_first is not None


def _policy(bridge: Bridge, places: int) -> None:
    policy = MatchingPolicy.objects.get(bridge=bridge)
    MatchingPolicy.objects.filter(bridge=bridge).update(proposals_per_organisation=places, version=policy.version + 1)


def test_what_is_published_while_it_is_chosen_does_not_wait_and_is_not_lost(bridge: Bridge) -> None:
    late: list[Listing] = []

    def publish() -> None:
        late.append(sensor_need(bridge, title="Clinical validation of a wearable blood pressure sensor for children"))
        refresh(late[0])

    choice = choose_proposals(bridge.pk, draw=_meanwhile(publish))
    assert choice.again >= 1
    assert Proposal.objects.current().filter(first=late[0].organisation_id).count() + Proposal.objects.current().filter(
        second=late[0].organisation_id
    ).count() == 4  # fmt: skip
    assert_lists_are_whole()
    assert_limits_hold(bridge)
    assert not LocalChoice.objects.filter(pk__lte=Market.of(bridge.pk).noted - 1).exists()


def test_who_is_alone_in_answering_a_need_published_meanwhile_is_proposed(bridge: Bridge) -> None:
    """The choice that was read before knew neither; afterwards both have each other in their lists."""
    late: list[Listing] = []

    def publish() -> None:
        late.append(sensor_need(bridge))
        late.append(sensor_offer(bridge))
        refresh(*late)

    MatchingPolicy.objects.filter(bridge=bridge).update(proposals_per_organisation=50, requests_per_organisation=50)
    choose_proposals(bridge.pk, draw=_meanwhile(publish))
    assert _listed(*late)
    assert_lists_are_whole()
    assert_limits_hold(bridge)


def test_a_listing_taken_back_meanwhile_leaves_every_list_and_its_places_to_others(bridge: Bridge) -> None:
    gone = Listing.objects.filter(direction="need").order_by("pk")[0]
    admin = UserFactory(is_superuser=True)
    choose_proposals(bridge.pk)

    def take_back() -> None:
        pause_listing(gone, actor=admin)
        refresh_listing(gone.pk)

    choose_proposals(bridge.pk, draw=_meanwhile(take_back))
    assert not Proposal.objects.current().filter(first=gone.organisation).exists()
    assert_lists_are_whole()
    assert_limits_hold(bridge)
    # Three needs with two places each, and four offers: all six places are taken.
    assert Proposal.objects.current().filter(rank_for_first__isnull=False).count() == 6


def test_a_proposal_dismissed_meanwhile_frees_its_place(bridge: Bridge) -> None:
    need = Listing.objects.filter(direction="need").order_by("pk")[0]
    someone = UserFactory()
    affiliate(someone, need.organisation)
    refresh(sensor_offer(bridge), sensor_offer(bridge))  # so that somebody has room
    choose_proposals(bridge.pk)
    dismissed = Proposal.objects.filter(first=need.organisation, rank_for_first__isnull=False).order_by("pk")[0]

    def dismiss() -> None:
        dismiss_proposal(dismissed, organisation=need.organisation, actor=someone)
        choose_around(bridge.pk, [need.organisation_id])

    choose_proposals(bridge.pk, draw=_meanwhile(dismiss))
    listed = Proposal.objects.current().filter(first=need.organisation, rank_for_first__isnull=False)
    assert listed.exclude(pk=dismissed.pk).count() == 2
    assert_lists_are_whole()
    assert_limits_hold(bridge)


def test_a_policy_changed_meanwhile_is_the_one_that_is_kept(bridge: Bridge) -> None:
    _policy(bridge, 4)
    choose_proposals(bridge.pk)
    assert Proposal.objects.current().filter(rank_for_first__isnull=False).count() == 16
    choose_proposals(bridge.pk, draw=_meanwhile(lambda: _policy(bridge, 3), lambda: _policy(bridge, 1)))
    assert_limits_hold(bridge)
    assert Proposal.objects.current().filter(rank_for_first__isnull=False).count() == 4


def test_a_policy_that_changes_time_and_again_does_not_keep_it_for_ever(bridge: Bridge) -> None:
    changes = [partial(_policy, bridge, places) for places in (1, 2, 3, 1, 2, 3)]
    asked = []
    draw = _meanwhile(*changes)

    def counted(market: Market, solution: ChoiceSolution) -> Iterable[Key]:
        asked.append(market.policy.version)
        return draw(market, solution)

    choose_proposals(bridge.pk, draw=counted)
    assert len(asked) == 3
    assert_lists_are_whole()


def test_two_choices_at_once_take_turns(bridge: Bridge) -> None:
    others: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as threads:

        def begin_another(market: Market, solution: ChoiceSolution) -> Iterable[Key]:
            others.append(_start(threads, lambda: choose_proposals(bridge.pk)))
            with pytest.raises(TimeoutError):
                others[0].result(timeout=0.5)
            return ()

        choose_proposals(bridge.pk, draw=begin_another)
        others[0].result(timeout=SECONDS)
    assert_lists_are_whole()
    assert_limits_hold(bridge)


def _ready(bridge: Bridge) -> MatchRun:
    """A run whose parts are done but for the last, which is not known to be."""
    run = request_run(bridge, actor=None, hand_over=False)
    for part in advance_run(run.pk):
        with choosing_alone(bridge.pk, wait=False):
            # Somebody else is at the choice, so the last part's worker does not close the run.
            _elsewhere(partial(work_on_part, part))
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    return run


def test_a_run_is_closed_by_one_worker_while_the_others_go_on(bridge: Bridge) -> None:
    run = _ready(bridge)
    with ThreadPoolExecutor(4) as threads:
        done = [_start(threads, lambda: finish_run(run.pk)) for _ in range(4)]
        assert sorted(one.result(timeout=SECONDS) for one in done) == [False, False, False, True]
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert AuditEntry.objects.filter(verb="finish_run").count() == 1
    assert_lists_are_whole()


def test_a_choice_killed_half_way_keeps_the_limits_and_is_made_by_the_next(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing_places, "ROWS_AT_ONCE", 2)
    run = _ready(bridge)
    # Every pair is out of its list, so that all are written.
    Proposal.objects.filter(bridge=bridge).update(rank_for_first=None, rank_for_second=None)

    def begin_and_die() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mine = cursor.fetchone()[0]
        beats = []

        def alive() -> None:
            beats.append(1)
            if Proposal.objects.filter(bridge=bridge, rank_for_first__isnull=False).count() >= 4:
                _elsewhere(lambda: _kill(mine))

        choose_proposals(bridge.pk, alive=alive)

    with pytest.raises(DatabaseError):
        _elsewhere(begin_and_die)
    assert Proposal.objects.filter(bridge=bridge, rank_for_first__isnull=False).count() == 4
    assert_limits_hold(bridge)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert finish_run(run.pk)
    assert_lists_are_whole()
    assert_limits_hold(bridge)
    assert Proposal.objects.filter(bridge=bridge, rank_for_first__isnull=False).count() == 8


def _kill(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_who_changes_while_the_lists_are_written_piece_by_piece_finds_them_whole(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing_places, "ROWS_AT_ONCE", 1)
    dice = random.Random(3)
    listings = list(Listing.objects.order_by("pk"))
    with ThreadPoolExecutor(2) as threads:
        for _ in range(4):
            Proposal.objects.filter(bridge=bridge).update(rank_for_first=None, rank_for_second=None)
            LocalChoice.objects.all().delete()
            whole = _start(threads, lambda: choose_proposals(bridge.pk))
            for listing in dice.sample(listings, 3):
                Listing.objects.filter(pk=listing.pk).update(text=f"{listing.text} {dice.random()}")
                choose_around(bridge.pk, [listing.organisation_id])
            whole.result(timeout=SECONDS)
            assert_lists_are_whole()
            assert_limits_hold(bridge)


def test_many_changes_of_every_kind_during_one_choice_after_another(bridge: Bridge) -> None:
    """By chance, many times over: the lists keep every limit after each."""
    dice = random.Random(7)
    needs = [member_listing(bridge) for _ in range(6)]
    offers = [member_listing(bridge, country="CN") for _ in range(6)]
    for need in needs:
        for offer in offers:
            propose(need, offer, score=round(dice.uniform(0.3, 0.9), 3), rank_for_first=None, rank_for_second=None)

    def change() -> None:
        proposal = dice.choice(list(Proposal.objects.filter(first__in=[one.organisation_id for one in needs])))
        kind = dice.randrange(3)
        if kind == 0:
            Proposal.objects.filter(pk=proposal.pk).update(score=dice.uniform(0.3, 0.9))
        elif kind == 1:
            Proposal.objects.filter(pk=proposal.pk).update(state="superseded")
        else:
            Proposal.objects.filter(pk=proposal.pk).exclude(state="current").update(
                state="current", rank_for_first=None, rank_for_second=None
            )
        choose_around(bridge.pk, [proposal.first_id, proposal.second_id])

    def several() -> None:
        for _ in range(dice.randrange(1, 5)):
            change()

    for _ in range(10):
        choose_proposals(bridge.pk, draw=_meanwhile(several))
        assert_lists_are_whole()
        assert_limits_hold(bridge)
