"""Participants who press at the same moment: real connections, and what is left afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from matching.app.domain.workshop_scheduling import work_on_run
from qiao.common.errors import QiaoError
from qiao.notifications.models import Notification
from qiao.workshops.domain.answering import accept_meeting, cancel_meeting, decline_meeting, withdraw_meeting
from qiao.workshops.domain.applying import apply_run, roll_back_run
from qiao.workshops.domain.schedule_runs import request_run
from qiao.workshops.enums import MeetingState, RunState
from qiao.workshops.models import Meeting, MeetingMember, ScheduleRun
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db(transaction=True)
State = MeetingState


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do them at the same moment, each on a connection of its own; what each gives, or the refusal it meets."""
    start = threading.Barrier(len(acts))
    given: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            given[place] = act()
        except Exception as error:
            given[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    broken = [one for one in given if isinstance(one, Exception) and not isinstance(one, QiaoError)]
    assert not broken, broken
    return given


def accepting(meeting: Meeting, one: Any) -> Callable[[], Meeting]:
    return lambda: accept_meeting(meeting, actor=one.user, registration=one)


def check(cast: MeetingCast) -> None:
    held = MeetingMember.objects.filter(held_slot__isnull=False)
    assert max(Counter(held.values_list("registration", "held_slot")).values(), default=0) <= 1
    places = Meeting.objects.scheduled().filter(table__isnull=False).values_list("slot", "table")
    assert max(Counter(places).values(), default=0) <= 1
    for meeting in Meeting.objects.scheduled().prefetch_related("members"):
        assert {one.held_slot_id for one in meeting.members.all() if one.answer != "no"} == {meeting.slot_id}


def test_two_who_accept_the_same_person_at_the_same_time() -> None:
    cast = meeting_cast()
    a, (b, c) = cast.british[0], cast.chinese
    one, two = (cast.ask(a, other, slot=cast.slots[0]) for other in (b, c))
    together(accepting(one, b), accepting(two, c))
    states = Counter(Meeting.objects.values_list("state", flat=True))
    assert states == {State.SCHEDULED: 1, State.AGREED: 1}
    check(cast)


def test_two_pairs_and_one_table() -> None:
    cast = meeting_cast(tables=1)
    meetings = [cast.ask(a, b, slot=cast.slots[0]) for a, b in zip(cast.british, cast.chinese, strict=True)]
    together(*(accepting(meeting, b) for meeting, b in zip(meetings, cast.chinese, strict=True)))
    assert Meeting.objects.scheduled().count() == 1
    check(cast)


def test_many_pairs_and_few_tables() -> None:
    cast = meeting_cast(each=6, slots=1, tables=4)
    meetings = [cast.ask(a, b, slot=cast.slots[0]) for a, b in zip(cast.british, cast.chinese, strict=True)]
    together(*(accepting(meeting, b) for meeting, b in zip(meetings, cast.chinese, strict=True)))
    assert Meeting.objects.scheduled().count() == 4
    check(cast)


def test_two_who_ask_each_other_have_one_meeting() -> None:
    cast = meeting_cast()
    a, b = cast.british[0], cast.chinese[0]
    together(lambda: cast.ask(a, b), lambda: cast.ask(b, a))
    assert Meeting.objects.get().state == State.AGREED


def test_accepted_and_withdrawn_at_once_is_one_of_the_two() -> None:
    cast = meeting_cast()
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b, slot=cast.slots[0])
    given = together(accepting(meeting, b), lambda: withdraw_meeting(meeting, actor=a.user, registration=a))
    assert sum(isinstance(one, QiaoError) for one in given) == 1
    check(cast)


def test_the_last_meeting_of_the_limit_is_given_once() -> None:
    cast = meeting_cast(meetings_per_person=1)
    a, (b, c) = cast.british[0], cast.chinese
    one, two = (cast.ask(a, other) for other in (b, c))
    given = together(accepting(one, b), accepting(two, c))
    assert sum(isinstance(one, QiaoError) for one in given) == 1
    assert Meeting.objects.filter(state=State.AGREED).count() == 1


def test_one_of_three_accepts_while_another_declines() -> None:
    cast = meeting_cast()
    a, (b, c) = cast.british[0], cast.chinese
    meeting = cast.ask(a, b, c, slot=cast.slots[0])
    together(accepting(meeting, b), lambda: decline_meeting(meeting, actor=c.user, registration=c))
    meeting.refresh_from_db()
    assert meeting.state == State.SCHEDULED
    check(cast)


def test_a_schedule_applied_twice_at_once_is_applied_once() -> None:
    cast = meeting_cast()
    for a, b in zip(cast.british, cast.chinese, strict=True):
        accept_meeting(cast.ask(a, b), actor=b.user, registration=b)
    run = request_run(cast.workshop, actor=cast.organiser, scope="all", seconds=1)
    assert together(lambda: work_on_run(run.pk), lambda: work_on_run(run.pk)).count(True) == 1
    run.refresh_from_db()
    given = together(*[lambda: apply_run(run, actor=cast.organiser)] * 2)
    assert sum(isinstance(one, QiaoError) for one in given) == 1
    told = Counter(Notification.objects.filter(kind="schedule_changed").values_list("user", flat=True))
    assert set(told.values()) == {1}
    check(cast)


def test_a_schedule_is_applied_while_people_accept_and_cancel() -> None:
    cast = meeting_cast(each=3, slots=3, tables=3)
    booked = [
        accept_meeting(cast.ask(a, b, slot=cast.slots[0]), actor=b.user, registration=b)
        for a, b in zip(cast.british, cast.chinese, strict=True)
    ]
    waiting = [
        cast.ask(a, b, slot=cast.slots[1])
        for a, b in zip(cast.british, [*cast.chinese[1:], cast.chinese[0]], strict=True)
    ]
    run = request_run(cast.workshop, actor=cast.organiser, scope="all", seconds=1)
    work_on_run(run.pk)
    run.refresh_from_db()
    together(
        lambda: apply_run(run, actor=cast.organiser),
        *(accepting(meeting, meeting.members.get(is_asking=False).registration) for meeting in waiting),
        lambda: cancel_meeting(booked[0], actor=cast.british[0].user, registration=cast.british[0]),
    )
    assert ScheduleRun.objects.get().state == RunState.APPLIED
    check(cast)
    roll_back_run(run, actor=cast.organiser)
    check(cast)


_WORKER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from matching.app.domain import workshop_scheduling
def endless(run):
    print("at work", flush=True)
    time.sleep(120)
workshop_scheduling.find_schedule = endless
workshop_scheduling.work_on_run(int(sys.argv[2]))
"""


def test_a_worker_killed_half_way_leaves_nothing_and_another_does_it_again() -> None:
    cast = meeting_cast()
    a, b = cast.british[0], cast.chinese[0]
    accept_meeting(cast.ask(a, b), actor=b.user, registration=b)
    run = request_run(cast.workshop, actor=cast.organiser, scope="all", seconds=1)
    command = [sys.executable, "-c", _WORKER, str(connection.settings_dict["NAME"]), str(run.pk)]
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "qiao.settings.test", "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as worker:
        assert worker.stdout is not None
        assert "at work" in worker.stdout.readline()
        assert not work_on_run(run.pk), "two workers are on one run"
        worker.kill()
        worker.wait(timeout=10)
    run.refresh_from_db()
    assert (run.state, run.placed) == (RunState.RUNNING, [])
    assert not Meeting.objects.scheduled().exists()
    # The database notices a connection that is gone within moments.
    deadline = time.monotonic() + 20
    while not work_on_run(run.pk):
        assert time.monotonic() < deadline, "the lock of a dead worker is still held"
        time.sleep(0.2)
    run.refresh_from_db()
    assert run.state == RunState.READY
    assert len(run.placed) == 1
