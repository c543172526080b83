"""Random sequences of acts on meetings by random people: what must hold after each, whoever did what in what order."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from matching.app.domain.workshop_scheduling import work_on_run
from qiao.activity.models import AuditEntry
from qiao.common.errors import QiaoError
from qiao.notifications.models import Notification
from qiao.workshops.domain.answering import (
    accept_meeting,
    add_colleague,
    cancel_meeting,
    decline_meeting,
    take_back_decline,
    withdraw_meeting,
)
from qiao.workshops.domain.applying import apply_run, roll_back_run
from qiao.workshops.domain.lapsing import lapse_meetings
from qiao.workshops.domain.meeting_times import keep_time, lock_meeting, propose_time, set_time
from qiao.workshops.domain.outcomes import mark_outcome, settle_outcome
from qiao.workshops.domain.repairing import note_no_show, repair_schedule
from qiao.workshops.domain.schedule_runs import discard_run, request_run
from qiao.workshops.domain.walk_ins import record_walk_in
from qiao.workshops.enums import MeetingAnswer, MeetingState, RunState
from qiao.workshops.models import Meeting, MeetingMember, Registration, ScheduleRun
from qiao.workshops.transitions import MEETING, RUN
from tests.workshops.meeting_cast import MeetingCast, colleague_of, meeting_cast

State = MeetingState
TABLES: tuple[Any, ...] = (Meeting, MeetingMember, ScheduleRun, Registration, AuditEntry, Notification)
EXAMPLES = int(os.environ.get("RANDOM_ACTIONS", "5"))
#: What was not refused. A sequence in which nothing can be done proves nothing.
DONE: Counter[str] = Counter()
BY_MEMBERS = (
    "accept", "accept", "accept", "decline", "take_back", "withdraw", "cancel", "propose", "keep", "colleague", "mark",
)  # fmt: skip
BY_ORGANISERS = ("set_time", "lock", "unlock", "settle", "call_off", "no_show", "arrives")
RUNS = ("all", "unbooked", "repair", "apply", "apply", "roll_back", "discard")


class RandomMeetings(RuleBasedStateMachine):
    """Five people of four organisations, those who plan, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-11-23T09:00:00Z", tick=False)
        self.time = self.clock.start()
        self.cast: MeetingCast = meeting_cast()
        self.people = [*self.cast.everybody, colleague_of(self.cast.chinese[0])]
        self.states: dict[Any, str] = {}

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(limit=st.integers(1, 4), requests=st.integers(1, 4), tables=st.booleans(), longest=st.integers(1, 4))
    def open_the_workshop(self, limit: int, requests: int, tables: bool, longest: int) -> None:
        workshop = self.cast.workshop
        workshop.meetings_per_person, workshop.requests_per_person = limit, requests
        workshop.longest_run = longest
        workshop.save()
        if not tables:
            self.cast.tables.pop().delete()

    @rule(data=st.data(), what=st.integers(0, 13))
    def something_happens(self, data: Any, what: int) -> None:
        """One rule, for the choice among several would spend most steps on waiting."""
        self.time.shift(timedelta(seconds=1))
        before = [list(model.objects.order_by("pk").values_list()) for model in TABLES]
        name = "time"
        try:
            with transaction.atomic():
                if what == 0:
                    self._time_passes(data)
                elif what <= 4:
                    name = self._ask(data)
                elif what <= 9:
                    name = self._a_member_acts(data)
                elif what == 10:
                    name = self._an_organiser_acts(data)
                else:
                    name = self._a_run(data)
        except QiaoError:
            after = [list(model.objects.order_by("pk").values_list()) for model in TABLES]
            assert after == before, "who was refused has changed something"
        else:
            DONE[name] += 1
        self._check()

    def _time_passes(self, data: Any) -> None:
        hours = data.draw(st.sampled_from([1, 5, 30, 80, 24 * 30]))
        self.time.shift(timedelta(hours=hours))
        note(f"{hours} hours pass")
        lapse_meetings()
        assert lapse_meetings() == 0

    def _ask(self, data: Any) -> str:
        asking = data.draw(st.sampled_from(self.people))
        asked = data.draw(st.lists(st.sampled_from(self.people), min_size=1, max_size=2, unique=True))
        slot = data.draw(st.sampled_from([None, *self.cast.slots]))
        note(f"{asking} asks {asked} for {slot}")
        self.cast.ask(self._fresh(asking), *map(self._fresh, asked), slot=slot)
        return "ask"

    def _fresh(self, one: Registration) -> Registration:
        return Registration.objects.select_related("organisation", "user", "workshop").get(pk=one.pk)

    def _a_meeting(self, data: Any) -> Meeting:
        meetings = list(Meeting.objects.order_by("pk"))
        if not meetings:
            raise QiaoError
        found: Meeting = data.draw(st.sampled_from(meetings))
        return found

    def _a_member_acts(self, data: Any) -> str:
        meeting = self._a_meeting(data)
        members = list(meeting.members.select_related("registration__user", "registration__workshop"))
        one = data.draw(st.sampled_from(members)).registration
        act: str = data.draw(st.sampled_from(BY_MEMBERS))
        slot = data.draw(st.sampled_from(self.cast.slots))
        note(f"{one}: {act} {meeting} {slot}")
        by: dict[str, Any] = {"actor": one.user, "registration": one}
        if act == "accept":
            accept_meeting(meeting, **by)
        elif act == "decline":
            decline_meeting(meeting, **by)
        elif act == "take_back":
            take_back_decline(meeting, **by)
        elif act == "withdraw":
            withdraw_meeting(meeting, **by)
        elif act == "cancel":
            cancel_meeting(meeting, **by)
        elif act == "propose":
            propose_time(meeting, **by, slot=slot)
        elif act == "keep":
            keep_time(meeting, **by)
        elif act == "colleague":
            add_colleague(meeting, **by, colleague=data.draw(st.sampled_from(self.people)))
        elif data.draw(st.booleans()):
            mark_outcome(meeting, **by, outcome=data.draw(st.sampled_from(["held", "did_not_happen", ""])))
        else:
            record_walk_in(self.cast.workshop, **by, other=data.draw(st.sampled_from(self.people)))
        return act

    def _an_organiser_acts(self, data: Any) -> str:
        act: str = data.draw(st.sampled_from(BY_ORGANISERS))
        note(f"organiser: {act}")
        actor = self.cast.organiser
        if act in ("no_show", "arrives"):
            one = self._fresh(data.draw(st.sampled_from(self.people)))
            note_no_show(one, actor=actor, stays_away=act == "no_show")
            return act
        meeting = self._a_meeting(data)
        if act == "set_time":
            set_time(meeting, actor=actor, slot=data.draw(st.sampled_from([None, *self.cast.slots])))
        elif act in ("lock", "unlock"):
            lock_meeting(meeting, actor=actor, locked=act == "lock")
        elif act == "settle":
            settle_outcome(meeting, actor=actor, outcome="held")
        else:
            cancel_meeting(meeting, actor=actor)
        return act

    def _a_run(self, data: Any) -> str:
        act: str = data.draw(st.sampled_from(RUNS))
        note(f"run: {act}")
        actor = self.cast.organiser
        if act in ("all", "unbooked", "repair"):
            run = (
                repair_schedule(self.cast.workshop, actor=actor, apply=False)
                if act == "repair"
                else request_run(self.cast.workshop, actor=actor, scope=act, seconds=1)
            )
            work_on_run(run.pk)
            run.refresh_from_db()
            assert run.state == RunState.READY, run.error
            return act
        states = {"apply": (RunState.READY, RunState.ROLLED_BACK), "roll_back": (RunState.APPLIED,)}
        runs = ScheduleRun.objects.filter(state__in=states.get(act, (RunState.READY,))).order_by("-pk")
        if not runs:
            raise QiaoError
        run = data.draw(st.sampled_from(list(runs[:2])))
        {"apply": apply_run, "roll_back": roll_back_run, "discard": discard_run}[act](run, actor=actor)
        return act

    def _check(self) -> None:
        held = MeetingMember.objects.filter(held_slot__isnull=False)
        assert max(Counter(held.values_list("registration", "held_slot")).values(), default=0) <= 1
        places = Meeting.objects.scheduled().filter(table__isnull=False).values_list("slot", "table")
        assert max(Counter(places).values(), default=0) <= 1
        for meeting in Meeting.objects.prefetch_related("members__registration", "table"):
            holding = {one.pk for one in meeting.members.all() if one.held_slot_id is not None}
            coming = [one for one in meeting.members.all() if one.answer != MeetingAnswer.NO]
            if meeting.state == State.SCHEDULED and meeting.slot_id is not None:
                assert {one.held_slot_id for one in meeting.members.all() if one.pk in holding} <= {meeting.slot_id}
                there = {one.pk for one in coming if one.registration.no_show_at is None}
                assert there <= holding <= {one.pk for one in coming}
                if meeting.table is not None:
                    assert len(coming) <= meeting.table.seats
            else:
                assert not holding, (meeting.state, holding)
            if meeting.state != State.SCHEDULED:
                assert meeting.outcome == ""
            key, now = meeting.pk, str(meeting.state)
            before = self.states.get(key)
            # More than one step may lie within one act: what an acceptance and its time do together.
            reachable = {now} | MEETING.after(before) if before else {now}
            further = {two for one in reachable for two in MEETING.after(one)}
            assert now in reachable | further
            self.states[key] = now
        for run in ScheduleRun.objects.all():
            assert run.state in RUN.steps


@pytest.mark.django_db
def test_random_meetings() -> None:
    DONE.clear()
    run_state_machine_as_test(
        RandomMeetings,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=60, deadline=None, phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert {"ask", "accept"} <= {act for act, times in DONE.items() if times}, DONE
    assert len(DONE) >= 8, DONE
