"""Changing what the matcher may do."""

from __future__ import annotations

import pytest

from matching.app.domain.runs import advance_run, request_run, run_in_process
from matching.app.enums import RunState
from matching.app.models import MatchRun
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.domain.bridge import change_policy
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed
from tests.factories import BridgeFactory, UserFactory, staff
from tests.matching.app.sensors import sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


def _asked_for() -> list[dict[str, int]]:
    return list(OutboxEvent.objects.filter(topic="run.requested").values_list("payload", flat=True))


def test_a_changed_policy_has_the_matcher_go_over_the_bridge() -> None:
    bridge: Bridge = BridgeFactory()
    organiser = UserFactory()
    staff(bridge, organiser)
    version = bridge.policy.version
    policy = change_policy(bridge.policy, actor=organiser, least_score=0.5)
    assert (policy.least_score, policy.version) == (0.5, version + 1)
    assert _asked_for() == [{"bridge_id": bridge.pk}]
    entry = AuditEntry.objects.get(verb="change_policy")
    assert entry.detail == {"before": {"least_score": 0.35}, "after": {"least_score": 0.5}}


def test_what_is_as_it_was_changes_nothing() -> None:
    bridge: Bridge = BridgeFactory()
    policy = change_policy(bridge.policy, actor=None, least_score=bridge.policy.least_score)
    assert policy.version == bridge.policy.version
    assert _asked_for() == []
    assert not AuditEntry.objects.filter(verb="change_policy").exists()


def test_a_policy_that_makes_no_sense_or_is_anothers_stays_as_it_was() -> None:
    bridge: Bridge = BridgeFactory()
    with pytest.raises(InvalidInput):
        change_policy(bridge.policy, actor=None, least_score=1.5)
    with pytest.raises(NotAllowed):
        change_policy(bridge.policy, actor=UserFactory(), least_score=0.5)
    bridge.policy.refresh_from_db()
    assert bridge.policy.least_score == 0.35
    assert _asked_for() == []


def test_a_policy_changed_during_a_run_asks_for_another() -> None:
    bridge: Bridge = BridgeFactory()
    sensor_need(bridge)
    sensor_offer(bridge)
    run = request_run(bridge, actor=None, hand_over=False)
    advance_run(run.pk)
    change_policy(bridge.policy, actor=None, least_score=0.4)
    done = run_in_process(run, progress=lambda run: None)
    assert done.state == RunState.DONE
    again = MatchRun.objects.unfinished().get(bridge=bridge)
    finished = run_in_process(again, progress=lambda run: None)
    assert finished.policy_version == done.policy_version + 1
    assert not MatchRun.objects.unfinished().exists()
