"""Placements, with real connections: two organisers at the same moment, and a worker that is killed half way."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from matching.app.domain.workshop_placing import work_on_placement
from qiao.common.errors import TransitionNotAllowed
from qiao.workshops.domain.applying_places import apply_placement
from qiao.workshops.domain.placing import request_placement
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.domain.sessions import ChangedMeanwhile, place_session
from qiao.workshops.enums import RunState
from qiao.workshops.models import PlacementRun, Session
from tests.factories import UserFactory, workshop_staff
from tests.workshops.placing_cast import placing_cast
from tests.workshops.test_meeting_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_organisers_who_ask_at_once_have_one_run() -> None:
    cast = placing_cast()
    cast.session("One")
    other = UserFactory()
    workshop_staff(cast.workshop, other, "programme")
    first, second = together(
        lambda: request_placement(cast.workshop, actor=cast.planner),
        lambda: request_placement(cast.workshop, actor=other),
    )
    assert first == second
    assert PlacementRun.objects.count() == 1


def test_applying_twice_at_once_applies_once() -> None:
    cast = placing_cast()
    for number in range(4):
        cast.session(f"S{number}")
    run = cast.run()
    given = together(*[lambda: apply_placement(run, actor=cast.planner)] * 3)
    assert sum(isinstance(one, PlacementRun) for one in given) == 1
    assert sum(isinstance(one, TransitionNotAllowed) for one in given) == 2
    assert set(Session.objects.values_list("edition", flat=True)) == {2}


@pytest.mark.parametrize("_again", range(3))
def test_who_moves_a_session_while_it_is_applied_loses_nothing(_again: int) -> None:
    cast = placing_cast(rooms=1)
    sessions = [cast.session(f"S{number}") for number in range(4)]
    run = cast.run()
    one, late = sessions[0], cast.at(17, day=1)
    applied, moved = together(
        lambda: apply_placement(run, actor=cast.planner),
        lambda: place_session(one, actor=cast.planner, edition=one.edition, starts_at=late, room=cast.rooms[0]),
    )
    assert isinstance(applied, PlacementRun)
    found = Session.objects.get(pk=one.pk)
    if isinstance(moved, ChangedMeanwhile):
        # The organiser is told; the session is where the run has put it.
        assert applied.figures["skipped"] == []
    else:
        assert found.starts_at == late
        assert [each["session"] for each in applied.figures["skipped"]] == [one.public_id]
    assert not [each for each in conflicts_of(cast.workshop) if each.is_hard]


_WORKER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from matching.app.domain import workshop_placing
def endless(run, *, stop):
    print("at work", flush=True)
    time.sleep(120)
workshop_placing.find_places = endless
workshop_placing.work_on_placement(int(sys.argv[2]))
"""


def test_a_worker_killed_half_way_leaves_nothing_and_another_does_it_again() -> None:
    cast = placing_cast()
    cast.session("One")
    run = cast.ask()
    command = [sys.executable, "-c", _WORKER, str(connection.settings_dict["NAME"]), str(run.pk)]
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "qiao.settings.test", "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as worker:
        assert worker.stdout is not None
        assert "at work" in worker.stdout.readline()
        assert not work_on_placement(run.pk), "two workers are on one run"
        worker.kill()
        worker.wait(timeout=10)
    run.refresh_from_db()
    assert (run.state, run.placed) == (RunState.RUNNING, {})
    assert not Session.objects.filter(starts_at__isnull=False).exists()
    # The database notices a connection that is gone within moments.
    deadline = time.monotonic() + 20
    while not work_on_placement(run.pk):
        assert time.monotonic() < deadline, "the lock of a dead worker is still held"
        time.sleep(0.2)
    run.refresh_from_db()
    assert run.state == RunState.READY
    assert len(run.placed) == 1
