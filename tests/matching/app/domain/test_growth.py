"""Runs that a bridge's growth makes due."""

from __future__ import annotations

import pytest

from matching.app.domain import growth
from matching.app.domain.growth import request_due_runs
from matching.app.domain.runs import run_in_process
from matching.app.enums import RunState
from matching.app.models import LanguageStatistics, MatchRun
from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory
from tests.matching.app.sensors import refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Four texts that are encoded, on a bridge that has never been measured."""
    monkeypatch.setattr(growth, "FEWEST_TEXTS", 4)
    bridge: Bridge = BridgeFactory()
    for make in (sensor_need, sensor_offer, sensor_need, sensor_offer):
        refresh(make(bridge))
    return bridge


def _finish() -> None:
    run_in_process(MatchRun.objects.unfinished().get(), progress=lambda run: None)


def test_a_bridge_is_measured_once_and_again_when_it_has_grown(bridge: Bridge) -> None:
    assert request_due_runs() == [bridge.pk]
    assert request_due_runs() == [], "one is on its way"
    _finish()
    assert LanguageStatistics.objects.get(bridge=bridge).fitted_on == 4
    assert request_due_runs() == [], "nothing has changed"
    refresh(sensor_need(bridge))
    assert request_due_runs() == [bridge.pk]
    _finish()
    assert LanguageStatistics.objects.get(bridge=bridge).fitted_on == 5
    assert MatchRun.objects.filter(state=RunState.DONE).count() == 2


def test_small_and_closed_bridges_are_left_alone(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "FEWEST_TEXTS", 5)
    assert request_due_runs() == []
    monkeypatch.setattr(growth, "FEWEST_TEXTS", 4)
    bridge.state = "closed"
    bridge.save(update_fields=["state"])
    assert request_due_runs() == []
