"""`manage.py match`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from matching.app.enums import RunState
from matching.app.models import MatchRun, Proposal
from qiao.activity.models import OutboxEvent
from tests.factories import BridgeFactory
from tests.matching.app.sensors import sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


def test_in_process_does_the_whole_run_and_says_what_it_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    bridge = BridgeFactory(slug="sensors")
    sensor_need(bridge)
    sensor_offer(bridge)
    told = StringIO()
    call_command("match", bridge="sensors", in_process=True, stdout=told)
    run = MatchRun.objects.get()
    assert run.state == RunState.DONE
    assert Proposal.objects.current().count() == 1
    assert f"Run {run.public_id}: 2 organisations, 2 needs and offers, 1 proposals shown" in told.getvalue()
    assert "en-en: 1" in told.getvalue()
    assert "Spreading attention cost 0.0% of the total score; 0 organisations" in told.getvalue()
    assert "sensors" in capsys.readouterr().err  # the progress bar
    assert not OutboxEvent.objects.filter(topic="run.waiting").exists()


def test_no_wait_hands_the_run_to_the_workers() -> None:
    bridge = BridgeFactory(slug="sensors")
    told = StringIO()
    call_command("match", bridge="sensors", no_wait=True, stdout=told)
    run = MatchRun.objects.get()
    assert (run.state, run.bridge) == (RunState.WAITING, bridge)
    assert OutboxEvent.objects.get(topic="run.waiting").payload == {"run_id": run.pk}


def test_an_unknown_bridge_is_named_with_those_there_are() -> None:
    BridgeFactory(slug="sensors")
    with pytest.raises(CommandError, match="sensors"):
        call_command("match", bridge="nowhere")
