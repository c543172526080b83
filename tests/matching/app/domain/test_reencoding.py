"""A bridge goes from one encoder to another while the first serves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from matching.app.domain import reencoding
from matching.app.domain.encoders import encoder_in_use, reencoding_of
from matching.app.domain.reencoding import bridges_to_reencode, drop_old_vectors, reencode_part
from matching.app.domain.runs import request_run, run_in_process
from matching.app.enums import RunState
from matching.app.models import BridgeEncoder, LanguageStatistics, ListingSentences, ListingVector, MatchRun, Proposal
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing
from tests.factories import BridgeFactory
from tests.matching.app.sensors import is_proposed, proposal_between, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db

# Two real models, each by itself: 512 numbers and 384.
BEFORE, AFTER = "multilingual-use-v3", "minilm-l6-v2"


@pytest.fixture
def bridge(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Three needs and three offers encoded by one real encoder and matched; the settings now name another."""
    monkeypatch.setattr(reencoding, "LISTINGS_A_BATCH", 2)
    monkeypatch.setattr(reencoding, "TURN_SECONDS", 0.0)
    settings.ENCODER = BEFORE
    bridge: Bridge = BridgeFactory()
    for number in range(3):
        refresh(sensor_need(bridge, title=f"Need {number} of a validation"), sensor_offer(bridge))
    run_in_process(request_run(bridge, actor=None, hand_over=False), progress=lambda run: None)
    settings.ENCODER = AFTER
    return bridge


def _turns(bridge: Bridge) -> int:
    """Work until no turn is left; how many there were."""
    (found,) = bridges_to_reencode()
    turn: int | None = found[1]
    count = 0
    while turn is not None:
        turn = reencode_part(bridge.pk, turn)
        count += 1
        assert count < 50
    return count


def _stored(bridge: Bridge, encoder: str) -> int:
    return ListingVector.objects.filter(bridge=bridge, encoder=encoder).count()


def test_the_old_vectors_serve_until_the_new_ones_are_complete(bridge: Bridge) -> None:
    need, offer = Listing.objects.filter(direction="need")[0], Listing.objects.filter(direction="offer")[0]
    assert is_proposed(need, offer)
    assert bridges_to_reencode() == [(bridge.pk, 0)]
    following = reencode_part(bridge.pk, 0)
    assert following == 1
    progress = reencoding_of(bridge)
    assert progress is not None
    assert (progress.coming, progress.done, progress.total) == (AFTER, 2, 6)
    assert encoder_in_use(bridge.pk).name == BEFORE
    assert (_stored(bridge, BEFORE), _stored(bridge, AFTER)) == (6, 2)
    Listing.objects.filter(pk=need.pk).update(kind="data", updated_at=timezone.now() + timedelta(seconds=1))
    Listing.objects.filter(pk=need.pk).update(kind="clinical_validation")
    refresh(need)
    found = proposal_between(need, offer)
    assert found is not None
    assert found.encoder == BEFORE
    assert is_proposed(need, offer), "proposals do not dry up meanwhile"


def test_the_bridge_is_switched_in_one_step_measured_and_gone_over(bridge: Bridge) -> None:
    assert _turns(bridge) == 4
    row = BridgeEncoder.objects.get(bridge=bridge)
    assert (row.in_use, row.in_use_setting, row.coming) == (AFTER, AFTER, "")
    assert LanguageStatistics.objects.get(bridge=bridge, encoder=AFTER).fitted_on == 6
    assert _stored(bridge, BEFORE) == 6, "the way back stays open for a while"
    run = MatchRun.objects.unfinished().get(bridge=bridge)
    entry = AuditEntry.objects.get(verb="change_encoder")
    assert (entry.before, entry.after, entry.actor_id) == (BEFORE, AFTER, None)
    run = run_in_process(run, progress=lambda run: None)
    assert (run.state, run.encoder) == (RunState.DONE, AFTER)
    assert set(Proposal.objects.current().values_list("encoder", flat=True)) == {AFTER}
    assert Proposal.objects.current().count() == 9
    assert bridges_to_reencode() == []
    assert not MatchRun.objects.unfinished().exists()


def test_a_text_that_changes_meanwhile_is_encoded_with_both(bridge: Bridge) -> None:
    following = reencode_part(bridge.pk, 0)
    assert following is not None
    listing = Listing.objects.order_by("-pk")[0]
    Listing.objects.filter(pk=listing.pk).update(text="Blood pressure sensors, validated.", updated_at=timezone.now())
    new = sensor_need(bridge)
    refresh(listing, new)
    for one in (listing, new):
        hashes = dict(ListingVector.objects.filter(listing=one).values_list("encoder", "content_hash"))
        assert set(hashes) == {BEFORE, AFTER}
        assert len(set(hashes.values())) == 1
    _finish(bridge, following)
    assert encoder_in_use(bridge.pk).name == AFTER
    assert _stored(bridge, AFTER) == 7


def test_a_new_listing_published_after_the_worker_has_passed_is_not_forgotten(bridge: Bridge) -> None:
    """Even one whose event was lost: the switch waits until no live listing is without a vector."""
    turn = reencode_part(bridge.pk, 0)
    assert turn is not None
    first = Listing.objects.order_by("pk")[0]
    ListingVector.objects.filter(listing=first, encoder=AFTER).delete()
    _finish(bridge, turn)
    assert encoder_in_use(bridge.pk).name == AFTER
    assert _stored(bridge, AFTER) == 6


def test_a_turn_is_taken_once_and_taken_up_again_when_its_worker_died(bridge: Bridge) -> None:
    assert reencode_part(bridge.pk, 0) == 1
    assert reencode_part(bridge.pk, 0) is None, "the same task once more"
    assert _stored(bridge, AFTER) == 2
    assert bridges_to_reencode() == [], "somebody was heard of a moment ago"
    BridgeEncoder.objects.update(heartbeat_at=timezone.now() - 2 * reencoding.SILENCE)
    assert bridges_to_reencode() == [(bridge.pk, 1)]
    assert reencode_part(bridge.pk, 1) == 2
    assert _stored(bridge, AFTER) == 4, "it goes on where the last one stopped"


def test_taking_the_setting_back_stops_it_and_nothing_is_lost(bridge: Bridge, settings: Any) -> None:
    reencode_part(bridge.pk, 0)
    settings.ENCODER = BEFORE
    assert reencode_part(bridge.pk, 1) is None
    row = BridgeEncoder.objects.get(bridge=bridge)
    assert (row.in_use, row.coming, row.has_old) == (BEFORE, "", True)
    assert bridges_to_reencode() == []
    assert _stored(bridge, BEFORE) == 6


def test_old_vectors_are_dropped_a_day_later_and_not_during_a_run(bridge: Bridge) -> None:
    _turns(bridge)
    assert drop_old_vectors() == 0
    BridgeEncoder.objects.update(switched_at=timezone.now() - 2 * reencoding.OLD_KEPT_FOR)
    assert drop_old_vectors() == 0, "a run is unfinished"
    run_in_process(MatchRun.objects.unfinished().get(), progress=lambda run: None)
    assert drop_old_vectors() == 6
    assert (_stored(bridge, BEFORE), _stored(bridge, AFTER)) == (0, 6)
    assert set(ListingSentences.objects.values_list("encoder", flat=True)) == {AFTER}
    assert list(LanguageStatistics.objects.values_list("encoder", flat=True)) == [AFTER]
    assert drop_old_vectors() == 0


def test_a_run_that_was_under_way_is_followed_by_another(bridge: Bridge) -> None:
    run = request_run(bridge, actor=None, hand_over=False)
    from matching.app.domain.runs import advance_run, work_on_part

    parts = advance_run(run.pk)
    _turns(bridge)
    for part in parts:
        work_on_part(part)
    run.refresh_from_db()
    assert (run.state, run.encoder) == (RunState.DONE, BEFORE)
    assert MatchRun.objects.unfinished().get(bridge=bridge) != run


def test_an_encoder_that_can_no_longer_be_had_serves_until_the_next_one_is_ready(bridge: Bridge) -> None:
    """As one that was read from a folder which is gone now."""
    BridgeEncoder.objects.update(in_use_setting="/nowhere/at/all")
    listing = Listing.objects.order_by("pk")[0]
    Listing.objects.filter(pk=listing.pk).update(text="Another text.", updated_at=timezone.now())
    refresh(listing)
    assert _stored(bridge, BEFORE) == 6
    _turns(bridge)
    assert encoder_in_use(bridge.pk).name == AFTER


def test_a_closed_bridge_is_left_alone_until_it_opens(bridge: Bridge) -> None:
    Bridge.objects.update(state=BridgeState.CLOSED)
    assert bridges_to_reencode() == []
    assert reencode_part(bridge.pk, 0) is None
    Bridge.objects.update(state=BridgeState.OPEN)
    assert bridges_to_reencode() == [(bridge.pk, 0)]


def test_sentences_of_an_encoder_that_both_quote_by_are_made_once(bridge: Bridge, settings: Any) -> None:
    """`bridge` quotes by the multilingual model, which was in service: its sentences are there."""
    settings.ENCODER = "bridge"
    before = dict(ListingSentences.objects.values_list("listing", "updated_at"))
    _turns(bridge)
    assert encoder_in_use(bridge.pk).name == "bridge-1"
    assert dict(ListingSentences.objects.values_list("listing", "updated_at")) == before


def _finish(bridge: Bridge, turn: int | None) -> None:
    for _ in range(50):
        if turn is None:
            return
        turn = reencode_part(bridge.pk, turn)
    raise AssertionError("it never ends")
