"""Runs over a whole bridge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.app.domain import runs
from matching.app.domain.runs import (
    ATTEMPTS,
    SILENCE,
    advance_run,
    finish_run,
    request_run,
    run_in_process,
    stalled_work,
    waits_for_a_turn,
    work_on_part,
)
from matching.app.enums import ProposalState, RunState
from matching.app.models import LanguageStatistics, ListingVector, MatchRun, Proposal, RunPart
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing
from tests.factories import BridgeFactory, UserFactory, staff
from tests.matching.app.sensors import is_proposed, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Three needs, three offers, two organisations a part."""
    monkeypatch.setattr(runs, "ORGANISATIONS_A_PART", 2)
    bridge: Bridge = BridgeFactory()
    for _ in range(3):
        sensor_need(bridge)
        sensor_offer(bridge)
    return bridge


def _whole_run(bridge: Bridge) -> MatchRun:
    return run_in_process(request_run(bridge, actor=None, hand_over=False), progress=lambda run: None)


def test_a_run_makes_every_proposal_once_and_says_what_it_came_to(bridge: Bridge) -> None:
    run = _whole_run(bridge)
    assert (run.state, run.parts_total, run.parts_done) == (RunState.DONE, 3, 3)
    assert Proposal.objects.current().filter(run=run).count() == 9
    assert run.encoder == "word-hash-1"
    assert run.policy_version == bridge.policy.version
    assert len(run.problem_digest) == 64
    figures = run.figures
    assert (figures["organisations"], figures["listings"], figures["proposals"]) == (6, 6, 9)
    assert (figures["covered"], figures["coverage"]) == (6, 1.0)
    assert figures["language_pairs"] == {"en-en": 9}
    assert bridge.policy.least_score < figures["mean_score"] <= 1
    choice = figures["choice"]
    assert (choice["status"], choice["loss"], choice["gained"], choice["requests_limit"]) == ("optimal", 0, 0, 8)
    assert choice["chosen"] == choice["unlimited"] == pytest.approx(2 * 9 * figures["mean_score"], abs=0.01)
    assert LanguageStatistics.objects.get(bridge=bridge).fitted_on == 6


def test_a_second_run_finds_the_same_and_doubles_nothing(bridge: Bridge) -> None:
    columns = ("pk", "public_id", "first", "second", "rank_for_first", "rank_for_second")
    first = _whole_run(bridge)
    before = sorted(Proposal.objects.values_list(*columns))
    second = _whole_run(bridge)
    assert second.pk != first.pk
    assert second.problem_digest == first.problem_digest
    assert [row[:4] for row in sorted(Proposal.objects.values_list(*columns))] == [row[:4] for row in before]


def test_a_run_agrees_with_what_changes_have_made_one_by_one(bridge: Bridge) -> None:
    listings = list(Listing.objects.order_by("pk"))
    _whole_run(bridge)
    by_run = {(p.first_id, p.second_id): p.score for p in Proposal.objects.current()}
    refresh(*listings)
    assert {(p.first_id, p.second_id): p.score for p in Proposal.objects.current()} == by_run


def test_a_run_supersedes_what_no_longer_holds(bridge: Bridge) -> None:
    _whole_run(bridge)
    gone = Listing.objects.filter(direction="need").first()
    assert gone is not None
    Listing.objects.filter(pk=gone.pk).update(state=ListingState.WITHDRAWN)
    _whole_run(bridge)
    states = Proposal.objects.filter(first=gone.organisation).values_list("state", flat=True)
    assert set(states) == {ProposalState.SUPERSEDED}
    assert not ListingVector.objects.filter(listing=gone).exists()


def test_only_one_run_of_a_bridge_is_unfinished(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    assert request_run(bridge, actor=None) == run
    assert OutboxEvent.objects.filter(topic="run.waiting").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchRun.objects.create(bridge=bridge, state=RunState.RUNNING)
    assert request_run(BridgeFactory(), actor=None) != run


def test_preparing_takes_turns_with_other_work(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(runs, "LISTINGS_A_BATCH", 2)
    run = request_run(bridge, actor=None)
    told = []
    for _ in range(2):
        assert advance_run(run.pk) == []
        assert waits_for_a_turn(run.pk)
        run.refresh_from_db()
        told.append((run.figures["encoded"], run.figures["to_encode"]))
    assert told == [(2, 6), (4, 6)]
    assert len(advance_run(run.pk)) == 3
    assert not waits_for_a_turn(run.pk)


def test_a_run_is_asked_for_by_who_runs_the_bridge(bridge: Bridge) -> None:
    organiser = UserFactory()
    staff(bridge, organiser)
    run = request_run(bridge, actor=organiser)
    assert run.requested_by == organiser
    assert AuditEntry.objects.about(run).get().verb == "request_run"
    with pytest.raises(NotAllowed):
        request_run(bridge, actor=UserFactory())


def test_a_part_is_done_once(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    part_id = advance_run(run.pk)[0]
    assert work_on_part(part_id)
    assert not work_on_part(part_id)
    run.refresh_from_db()
    assert run.parts_done == 1


def test_a_claimed_part_is_left_alone_until_its_claim_goes_silent(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    part_id = advance_run(run.pk)[0]
    RunPart.objects.filter(pk=part_id).update(claimed_at=timezone.now())
    assert not work_on_part(part_id)
    assert part_id not in advance_run(run.pk)
    assert stalled_work() == ([], [])
    RunPart.objects.filter(pk=part_id).update(claimed_at=timezone.now() - SILENCE - timedelta(seconds=1))
    assert stalled_work() == ([], [part_id])
    assert work_on_part(part_id)


def test_a_run_is_finished_by_whoever_does_the_last_part(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    *first, last = advance_run(run.pk)
    for part_id in first:
        work_on_part(part_id)
    assert not finish_run(run.pk)
    work_on_part(last)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert not finish_run(run.pk)


@pytest.mark.parametrize("died", ["before it began", "while preparing", "between parts", "before choosing"])
def test_a_run_whose_worker_died_is_taken_up_again(bridge: Bridge, died: str) -> None:
    run = request_run(bridge, actor=None)
    long_ago = timezone.now() - 2 * SILENCE
    if died == "while preparing":
        MatchRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    elif died != "before it began":
        part_ids = advance_run(run.pk)
        done = part_ids if died == "before choosing" else part_ids[:1]
        for part_id in done[:-1] if died == "before choosing" else done:
            work_on_part(part_id)
        if died == "before choosing":
            RunPart.objects.filter(pk=done[-1]).update(done_at=timezone.now())
    MatchRun.objects.filter(pk=run.pk).update(
        created_at=long_ago, heartbeat_at=None if died == "before it began" else long_ago
    )
    assert stalled_work() == ([run.pk], [])
    for part_id in advance_run(run.pk):
        work_on_part(part_id)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert stalled_work() == ([], [])


def test_a_part_that_never_ends_fails_its_run_so_that_another_may_begin(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    part_id = advance_run(run.pk)[0]
    RunPart.objects.filter(pk=part_id).update(attempts=ATTEMPTS)
    assert not work_on_part(part_id)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error
    assert request_run(bridge, actor=None) != run


def test_a_part_that_breaks_says_why_and_may_be_begun_again(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    part_id = advance_run(run.pk)[0]
    ids = RunPart.objects.get(pk=part_id).organisation_ids
    RunPart.objects.filter(pk=part_id).update(organisation_ids=["not a number"])
    with pytest.raises(ValueError, match="not a number"):
        work_on_part(part_id)
    run.refresh_from_db()
    assert "not a number" in run.error
    RunPart.objects.filter(pk=part_id).update(organisation_ids=ids)
    assert work_on_part(part_id)


def test_a_bridge_with_nothing_on_it_is_done_at_once() -> None:
    run = _whole_run(BridgeFactory())
    assert run.state == RunState.DONE
    assert run.figures["coverage"] is None
    assert run.figures["mean_score"] is None


def test_a_run_waits_for_nobody_when_listings_change_meanwhile(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None)
    part_ids = advance_run(run.pk)
    need, offer = sensor_need(bridge), sensor_offer(bridge)
    refresh(need, offer)
    for part_id in part_ids:
        work_on_part(part_id)
    assert is_proposed(need, offer)
