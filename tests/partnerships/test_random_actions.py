"""Random sequences of acts by random people: what must hold after each, whoever did what in whatever order."""

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
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from matching.app.enums import ResponseKind
from matching.app.models import Response
from qiao.activity.models import AuditEntry
from qiao.common.errors import NotAllowed, NotFound, QiaoError
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.limits import allowance_of, change_cooperation_policy
from qiao.partnerships.domain.queries.introduction_view import introduction_view
from qiao.partnerships.enums import STAGE_ORDER, Answer, IntroductionState, MilestoneState, Stage
from qiao.partnerships.models import (
    Confirmation,
    FollowUp,
    Introduction,
    Message,
    Milestone,
    Party,
    PrivateNote,
    ProposalMark,
)
from qiao.partnerships.transitions import INTRODUCTION, MILESTONE
from tests.partnerships.acts import BROKER, EITHER, SIDE, TASKS, Act, Nothing, may, perform, plausible
from tests.partnerships.cast import Cast, make_cast
from tests.partnerships.reading import all_that

State = IntroductionState
EVERYBODY = (
    *(f"{side}.{role}" for side in "abc" for role in ("owner", "editor", "viewer")),
    "organiser", "adviser", "reviewer", "stranger", "nobody",
)  # fmt: skip
#: What a change may touch, for telling that a refused one has touched nothing.
TABLES: tuple[Any, ...] = (
    Introduction, Party, Milestone, Confirmation, Message, PrivateNote, FollowUp, ProposalMark, Response, AuditEntry,
    Notification, OutgoingMail,
)  # fmt: skip
EXAMPLES = int(os.environ.get("RANDOM_ACTIONS", "5"))
#: What was not refused. A sequence in which nothing can be done proves nothing.
DONE: Counter[str] = Counter()


def drawn_act(data: Any, cast: Cast) -> Act:
    """Mostly what is plausible now, by people who may; sometimes anything, by anybody for anybody."""
    pair = data.draw(st.sampled_from(["ab", "cb", "ab"]))
    verbs = plausible(cast, pair) if data.draw(st.integers(0, 5)) else [*SIDE, *BROKER, *EITHER]
    verb, n = data.draw(st.sampled_from(verbs)), data.draw(st.integers(0, 11))
    side = data.draw(st.sampled_from(pair))
    if data.draw(st.integers(0, 6)):
        brokered = verb in BROKER or (n % 2 and verb in EITHER)
        who = ("organiser", "adviser")[n % 3 == 0] if brokered else f"{side}.{('editor', 'owner')[n % 3 > 0]}"
    else:
        who, side = data.draw(st.sampled_from(EVERYBODY)), data.draw(st.sampled_from("abc"))
    return Act(verb, who, pair, side, n)


class RandomActions(RuleBasedStateMachine):
    """Three organisations with their people, those of the bridge, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-11-23T09:00:00Z", tick=False)
        self.time = self.clock.start()
        self.cast = make_cast()
        self.in_used: dict[str, int] = {}
        self.before = self._rows()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(requests_out=st.integers(1, 3), requests_in=st.integers(1, 3), by_advisers=st.booleans())
    def open_the_bridge(self, requests_out: int, requests_in: int, by_advisers: bool) -> None:
        change_cooperation_policy(
            self.cast.bridge, actor=self.cast.user("organiser"), requests_out=requests_out, requests_in=requests_in,
            advisers_for_all=by_advisers,
        )  # fmt: skip
        self.before = self._rows()

    @rule(data=st.data(), what=st.integers(0, 11))
    def something_happens(self, data: Any, what: int) -> None:
        """One rule, for the choice among several would spend most steps on waiting."""
        if what == 0:
            self.time.shift(timedelta(days=data.draw(st.sampled_from([1, 3, 7, 8, 15, 40]))))
        elif what in (1, 2):
            self._a_task_runs_twice(data.draw(st.sampled_from(sorted(TASKS))))
        else:
            self._somebody_acts(drawn_act(data, self.cast))

    def _somebody_acts(self, act: Act) -> None:
        self.time.shift(timedelta(seconds=1))
        note(str(act))
        try:
            perform(self.cast, act)
        except Nothing:
            return
        except QiaoError as refusal:
            assert self._rows() == self.before, "who was refused has changed something"
            if not may(self.cast, act) and not isinstance(refusal, (NotAllowed, NotFound)):
                raise AssertionError(f"{act.who} was refused for another reason than the right") from refusal
            return
        assert may(self.cast, act), f"{act.who} may not {act.verb}"
        DONE[act.verb] += 1
        self._has_gone_by_the_rules(act.verb)

    def _a_task_runs_twice(self, task: str) -> None:
        self.time.shift(timedelta(seconds=1))
        TASKS[task]()
        once = self._rows()
        assert TASKS[task]() == 0
        assert self._rows() == once
        self._has_gone_by_the_rules(task)

    def _has_gone_by_the_rules(self, verb: str) -> None:
        before, now = self.before, self._rows()
        acts = [row for pk, row in now[AuditEntry].items() if pk not in before[AuditEntry]]
        self._moved_within_the_table(before[Introduction], now[Introduction], acts)
        self._milestones_moved_within_the_table(before[Milestone], now[Milestone], acts)
        self._answers_are_in_the_log(before[Party], now[Party], acts)
        for table in (Introduction, Party, Milestone, Confirmation, Message, PrivateNote):
            assert now[table] == before[table] or acts, f"{verb} changed {table.__name__} and left no trace"
        self._places_were_kept(verb)
        self.before = now
        if now == before:
            return
        self._nobody_reads_what_is_not_theirs()
        self._both_sides_agree_on_what_happened()
        self._what_the_matcher_learns_is_what_was_said()
        self._a_request_that_waits_has_a_date_and_somebody_who_is_interested()
        self._nobody_is_told_twice()

    @staticmethod
    def _moved_within_the_table(before: dict[int, Any], now: dict[int, Any], acts: list[Any]) -> None:
        for pk, row in now.items():
            was = before[pk]["state"] if pk in before else State.NEW
            if row["state"] == was:
                continue
            assert INTRODUCTION.allows(was, row["state"]), (was, row["state"])
            logged = [(one["before"], one["after"]) for one in acts if one["subject_id"] == str(pk)]
            assert logged.count((was, row["state"])) == 1, logged

    @staticmethod
    def _milestones_moved_within_the_table(before: dict[int, Any], now: dict[int, Any], acts: list[Any]) -> None:
        for pk, row in now.items():
            logged = [
                (one["before"], one["after"]) for one in acts if one["detail"].get("milestone") == row["public_id"]
            ]
            if pk not in before:
                assert (row["state"], logged) == (MilestoneState.AWAITING, [("", MilestoneState.AWAITING)])
            elif row["state"] != (was := before[pk]["state"]):
                assert MILESTONE.allows(was, row["state"]), (was, row["state"])
                assert logged == [(was, row["state"])]

    @staticmethod
    def _answers_are_in_the_log(before: dict[int, Any], now: dict[int, Any], acts: list[Any]) -> None:
        """A no or later, said or taken back, is logged for its own side alone."""
        for pk, row in now.items():
            was = before[pk]["answer"] if pk in before else Answer.NONE
            if row["answer"] in (Answer.NO, Answer.LATER) and row["answer"] != was:
                (entry,) = [one for one in acts if one["subject_id"] == str(row["introduction_id"])]
                assert (entry["private"], entry["also"], entry["organisation_id"]) == (True, [], row["organisation_id"])
                assert (entry["before"], entry["after"]) == (was, row["answer"])

    def _places_were_kept(self, verb: str) -> None:
        for name in "abc":
            allowance = allowance_of(self.cast.organisation(name), self.cast.bridge)
            assert allowance.out_used <= allowance.out_limit
            was = self.in_used.get(name, 0)
            # What the organisers ask by hand, and what one put off or takes back oneself, comes on top.
            if allowance.in_used > was and verb not in ("by_hand", "remind", "take_back"):
                assert allowance.in_used <= allowance.in_limit, verb
            self.in_used[name] = allowance.in_used

    def _nobody_reads_what_is_not_theirs(self) -> None:
        introductions = list(Introduction.objects.in_full())
        for who in ("a.viewer", "b.viewer", "c.viewer", "organiser"):
            read = all_that(self.cast, who)
            text = repr(read)
            for secret in ("a", "b", "c", "desk"):
                if secret not in (who[0], {"organiser": "desk"}.get(who)):
                    assert f"secret-of-{secret}" not in text, f"{who} reads what {secret} wrote for itself"
                    # How it goes, the brokers read as well.
                    assert who == "organiser" or f"answer-of-{secret}" not in text
            if who == "organiser":
                assert len(read["introductions"]) == len(introductions)
                assert set(read["views"]) <= {None}
            else:
                assert None not in read["views"]
                assert len(read["introductions"]) == len(self._known_to(who[0], introductions))
        for who in ("reviewer", "stranger", "nobody"):
            for table in (Introduction, Message, Milestone, PrivateNote, FollowUp):
                assert not table.objects.visible_to(self.cast.user(who)).exists(), who

    def _known_to(self, side: str, introductions: list[Introduction]) -> list[Introduction]:
        """Those the side has asked for, or was told of and not left out of since."""
        pk = self.cast.organisation(side).pk
        told = set(Notification.objects.filter(user=self.cast.user(f"{side}.owner")).values_list("url", flat=True))
        known = []
        for one in introductions:
            party = next((party for party in one.parties.all() if party.organisation_id == pk), None)
            if party is not None and party.knows:
                assert party.has_asked or any(one.public_id in url for url in told), "it knows without being told"
                known.append(one)
        return known

    def _both_sides_agree_on_what_happened(self) -> None:
        for pair in ("ab", "cb"):
            pks = [self.cast.organisation(name).pk for name in pair]
            found = Introduction.objects.in_full().filter(first__in=pks, second__in=pks).first()
            if found is None:
                continue
            assert found.state != State.NEW
            assert found.is_introduced == bool(found.stage)
            views = [introduction_view(self.cast.user(f"{name}.owner"), found) for name in pair]
            if found.is_introduced:
                assert None not in views
                reached = [one.stage for one in Milestone.objects.confirmed().filter(introduction=found)]
                assert found.stage == max([Stage.INTRODUCED, *reached], key=lambda stage: STAGE_ORDER[stage])
            if any(view is None for view in views):
                continue
            one, other = (self._shared(view) for view in views)
            assert one == other
            mine, theirs = (
                [(line.i_agree, line.they_agree) for line in view.milestones] for view in views if view is not None
            )
            assert mine == [(they, i) for i, they in theirs]

    @staticmethod
    def _shared(view: Any) -> tuple[Any, ...]:
        found = view.introduction
        return (
            found.state, found.stage, found.lapses_at, found.opened_at, found.closed_at, found.next_step,
            [(line.milestone.pk, line.milestone.stage, line.milestone.state) for line in view.milestones],
            [item.minutes for item in view.agenda],
        )  # fmt: skip

    def _what_the_matcher_learns_is_what_was_said(self) -> None:
        learnt = Counter(Response.objects.standing().values_list("organisation_id", "other_id", "kind"))
        assert max(learnt.values(), default=1) == 1
        for party in Party.objects.select_related("introduction"):
            found = party.introduction
            other = found.second_id if found.first_id == party.organisation_id else found.first_id
            kinds = {kind for own, their, kind in learnt if (own, their) == (party.organisation_id, other)}
            assert (ResponseKind.DECLINED in kinds) == (party.answer == Answer.NO), party.answer
            assert (ResponseKind.INTERESTED in kinds) or party.answer != Answer.INTERESTED
            assert not (ResponseKind.INTERESTED in kinds and party.answer in (Answer.NO, Answer.LATER))
            assert (ResponseKind.INTRODUCED in kinds) == found.is_introduced
            reached = [STAGE_ORDER[one.stage] for one in Milestone.objects.confirmed().filter(introduction=found)]
            assert (ResponseKind.MEETING in kinds) == bool(reached)
            assert (ResponseKind.AGREEMENT in kinds) == any(one >= STAGE_ORDER[Stage.MEMORANDUM] for one in reached)

    def _a_request_that_waits_has_a_date_and_somebody_who_is_interested(self) -> None:
        for found in Introduction.objects.prefetch_related("parties"):
            parties = list(found.parties.all())
            if found.state in (State.REQUESTED, State.QUEUED, State.WITH_ADVISERS):
                assert found.lapses_at is not None
                assert not found.is_introduced
                assert not all(party.answer == Answer.INTERESTED for party in parties) or (
                    found.state == State.WITH_ADVISERS
                )
            if found.state in (State.QUEUED, State.WITH_ADVISERS):
                assert any(party.asks and party.answer == Answer.INTERESTED for party in parties)
            assert (found.state == State.PAUSED) == bool(found.paused_from)
            assert (found.state == State.CLOSED) == bool(found.closed_at)

    def _nobody_is_told_twice(self) -> None:
        told = Counter(OutgoingMail.objects.values_list("to", "template", "text"))
        assert all(count == 1 for (_to, template, _text), count in told.items() if template == "introduction_opened")
        assert Notification.objects.exclude(key="").count() == len(
            set(Notification.objects.exclude(key="").values_list("user", "key"))
        )

    @staticmethod
    def _rows() -> dict[Any, dict[int, Any]]:
        return {table: {row["id"]: row for row in table.objects.values()} for table in TABLES}


@pytest.mark.django_db
def test_whatever_anybody_does_the_rules_hold() -> None:
    run_state_machine_as_test(
        RandomActions,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failing sequence is printed as it is: making it shorter takes longer than reading it.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            derandomize="RANDOM_ACTIONS" not in os.environ,
            database=None,
        ),
    )
    assert len(DONE) >= min(15, 2 * EXAMPLES), DONE
