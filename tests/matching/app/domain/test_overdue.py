"""Changes that no worker has come to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from matching.app.domain import overdue
from matching.app.domain.overdue import PATIENCE, overdue_work
from matching.app.domain.runs import request_run
from matching.app.models import MatchRun
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing
from tests.factories import BridgeFactory
from tests.matching.app.sensors import refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_asked_for_yet() -> None:
    cache.clear()


def _changed_long_ago(*listings: Listing) -> None:
    Listing.objects.filter(pk__in=[listing.pk for listing in listings]).update(updated_at=timezone.now() - 2 * PATIENCE)


def test_a_live_listing_without_proposals_is_overdue_after_a_while_and_asked_for_once() -> None:
    bridge = BridgeFactory()
    old, new = sensor_need(bridge), sensor_offer(bridge)
    _changed_long_ago(old)
    assert overdue_work() == [old.pk]
    assert overdue_work() == []
    cache.clear()
    refresh(old, new)
    assert overdue_work() == []


def test_a_change_that_no_worker_has_seen_is_overdue() -> None:
    listing = sensor_need(BridgeFactory())
    refresh(listing)
    Listing.objects.filter(pk=listing.pk).update(text="Another text.", updated_at=timezone.now())
    assert overdue_work() == []
    listing.vectors.update(matched_at=timezone.now() - 3 * PATIENCE)
    _changed_long_ago(listing)
    assert overdue_work() == [listing.pk]


def test_a_listing_taken_back_whose_vector_is_still_there_is_overdue() -> None:
    listing = sensor_need(BridgeFactory())
    refresh(listing)
    Listing.objects.filter(pk=listing.pk).update(state=ListingState.WITHDRAWN)
    _changed_long_ago(listing)
    assert overdue_work() == [listing.pk]
    refresh(listing)
    assert overdue_work() == []


def test_a_bridge_in_the_middle_of_a_run_is_left_to_it() -> None:
    listing = sensor_need(BridgeFactory())
    _changed_long_ago(listing)
    request_run(listing.bridge, actor=None)
    assert overdue_work() == []


def test_many_on_one_bridge_are_left_to_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "MANY", 2)
    bridge = BridgeFactory()
    _changed_long_ago(*(sensor_need(bridge) for _ in range(3)))
    assert overdue_work() == []
    assert MatchRun.objects.get().bridge == bridge


def test_what_changed_long_ago_is_found_when_all_is_looked_at() -> None:
    listing = sensor_need(BridgeFactory())
    assert overdue_work() == [], "all was looked at, and nothing was overdue yet"
    Listing.objects.filter(pk=listing.pk).update(updated_at=timezone.now() - 2 * overdue.LATELY)
    assert overdue_work() == [], "what changed lately is looked at in between"
    cache.delete("matching:overdue:all")
    assert overdue_work() == [listing.pk]


def test_patience_is_longer_than_a_worker_takes() -> None:
    assert timedelta(seconds=30) <= PATIENCE
