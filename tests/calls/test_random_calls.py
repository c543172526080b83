"""Random sequences of acts on a call by random people: what must hold after each, in whatever order they come."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from qiao.activity.models import AuditEntry
from qiao.calls.domain import calls, deciding, entries, marks, reviewers, watching
from qiao.calls.enums import HANDED_IN, CallState, EntryState, Verdict
from qiao.calls.models import Answer, Call, CallStage, Conflict, Entry, Mark, Reviewer
from qiao.calls.transitions import CALL, ENTRY
from qiao.common.errors import NotAllowed, NotFound, QiaoError
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.models import Introduction
from tests.calls.scene import STAGES, CallScene, make_scene

EXAMPLES = int(os.environ.get("RANDOM_ACTIONS", "5"))
EVERYBODY = (
    *(f"{side}.{role}" for side in ("owner", "a", "b", "c") for role in ("owner", "editor", "viewer")),
    "organiser", "head", "adviser", "reviewer", "rita", "raj", "stranger", "nobody",
)  # fmt: skip
READERS = (
    "owner.editor", "owner.viewer", "a.owner", "b.viewer", "organiser", "adviser", "rita", "raj", "stranger", "nobody",
)  # fmt: skip
WRITERS = ("owner", "editor")
TABLES: tuple[Any, ...] = (
    Call, CallStage, Entry, Answer, Reviewer, Conflict, Mark, Introduction, AuditEntry, Notification, OutgoingMail,
)  # fmt: skip
DONE: Counter[str] = Counter()

Act = Callable[[CallScene, Call, Any, str, int], Any]


class Nothing(Exception):
    """There is nothing yet to do it to."""


def _entry(call: Call, name: str, scene: CallScene) -> Entry:
    found = Entry.objects.filter(call=call, organisation=scene.organisation(name)).first() if name != "owner" else None
    if found is None:
        raise Nothing
    return found


def _save(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    text = {4: "", 5: "word " * 31}.get(n, "Fine words.")
    answers = {one.pk: text for one in call.criteria.all()}
    return entries.save_entry(
        call, actor=actor, organisation=scene.organisation(side), title=f"secret-of-{side}", answers=answers
    )


def _invite(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    found = reviewers.invite_reviewer(call, actor=actor, email=f"{('rita', 'raj')[n % 2]}@calls.example")
    # Whoever holds the link accepts it; the link's own checks are tried elsewhere.
    user = scene.user(("rita", "raj")[n % 2])
    Reviewer.objects.filter(pk=found.pk).update(user=user, accepted_at=timezone.now(), email="", token_hash=None)
    return found


def _declare(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    handed_in = list(Entry.objects.handed_in().to_call(call).order_by("pk"))
    return reviewers.declare_interests(call, actor=actor, conflicts=handed_in[: n % 6 == 0])


def _remove(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    found = call.reviewers.active().first()
    if found is None:
        raise Nothing
    return reviewers.remove_reviewer(found, actor=actor)


def _mark(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    return marks.mark_entry(_entry(call, side, scene), actor=actor, verdict=Verdict.values[n % 3], note=f"secret {n}")


def _advance(scene: CallScene, call: Call, actor: Any, side: str, n: int) -> Any:
    standing = list(Entry.objects.standing().to_call(call).filter(stage=call.stage).order_by("pk"))
    return deciding.advance_entries(call, actor=actor, entries=standing[: n % 3])


#: Acts, by who may do them.
OWNERS: dict[str, Act] = {
    "submit": lambda scene, call, actor, side, n: calls.submit_call(call, actor=actor),
    "return": lambda scene, call, actor, side, n: calls.return_call_to_draft(call, actor=actor),
    "extend": lambda scene, call, actor, side, n: calls.extend_call(
        call, actor=actor, closes_at=call.closes_at + timedelta(days=n - 1)
    ),
    "begin": lambda scene, call, actor, side, n: deciding.begin_deciding(call, actor=actor),
    "end_marking": lambda scene, call, actor, side, n: deciding.end_marking(call, actor=actor),
    "advance": _advance,
    "award": lambda scene, call, actor, side, n: deciding.award_entry(_entry(call, side, scene), actor=actor),
    "finish": lambda scene, call, actor, side, n: deciding.finish_call(call, actor=actor),
    "feedback": lambda scene, call, actor, side, n: deciding.write_feedback(
        _entry(call, side, scene), actor=actor, text=f"Words {n}"
    ),
    "invite_reviewer": _invite,
    "remove_reviewer": _remove,
}
ORGANISERS: dict[str, Act] = {
    "review": lambda scene, call, actor, side, n: calls.review_call(
        call, actor=actor, approve=bool(n % 4), note="Change this."
    ),
}
ENTRANTS: dict[str, Act] = {
    "save": _save,
    "hand_in": lambda scene, call, actor, side, n: entries.submit_entry(_entry(call, side, scene), actor=actor),
    "take_back": lambda scene, call, actor, side, n: entries.take_back_entry(_entry(call, side, scene), actor=actor),
    "withdraw": lambda scene, call, actor, side, n: entries.withdraw_entry(_entry(call, side, scene), actor=actor),
    "reopen": lambda scene, call, actor, side, n: entries.reopen_entry(_entry(call, side, scene), actor=actor),
}
REVIEWERS: dict[str, Act] = {"declare": _declare, "mark": _mark}
#: What moves a call on, so that sequences come to its end.
BY_STATE: dict[str, tuple[str, ...]] = {
    CallState.DRAFT: ("submit",),
    CallState.IN_REVIEW: ("review", "review", "return"),
    CallState.OPEN: (
        "save", "save", "hand_in", "hand_in", "take_back", "withdraw", "reopen", "extend", "invite_reviewer",
    ),
    CallState.CLOSED: ("begin", "begin", "save", "hand_in", "extend", "withdraw", "invite_reviewer"),
    CallState.DECIDING: (
        "declare", "declare", "mark", "mark", "mark", "mark", "end_marking", "advance", "award", "finish", "feedback",
        "withdraw", "remove_reviewer", "invite_reviewer",
    ),
}  # fmt: skip
ALL: dict[str, Act] = OWNERS | ORGANISERS | ENTRANTS | REVIEWERS


def may(call: Call, verb: str, who: str, side: str) -> bool:
    """Whether the person has the right, told from the roles alone."""
    organisation, _dot, role = who.partition(".")
    if verb in OWNERS:
        return organisation == "owner" and role in WRITERS
    if verb in ORGANISERS:
        return who in ("organiser", "head")
    if verb in ENTRANTS:
        return organisation == side != "owner" and role in WRITERS
    return Reviewer.objects.active().filter(call=call, user__email=f"{who}@calls.example").exists()


class RandomCalls(RuleBasedStateMachine):
    """One call of two stages, three who may enter, two who may review, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-11-23T09:00:00Z", tick=False)
        self.time = self.clock.start()
        self.scene = make_scene()
        self.call = self.scene.draft(stages=STAGES, most_entries=2)
        self.before = self._rows()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(data=st.data(), what=st.integers(0, 11))
    def something_happens(self, data: Any, what: int) -> None:
        self.time.shift(timedelta(seconds=1))
        call = Call.objects.select_related("bridge", "organisation").get(pk=self.call.pk)
        if what == 0:
            self.time.shift(timedelta(days=data.draw(st.sampled_from([1, 3, 5]))))
        elif what == 1:
            watching.close_past_calls()
            watching.remind_of_drafts()
            once = self._rows()
            assert watching.close_past_calls() == 0
            watching.remind_of_drafts()
            assert self._rows() == once
            self._holds("watch")
        else:
            self._somebody_acts(data, call)

    def _somebody_acts(self, data: Any, call: Call) -> None:
        plausible = BY_STATE.get(call.state, ()) if data.draw(st.integers(0, 5)) else tuple(ALL)
        verb = data.draw(st.sampled_from(plausible or tuple(ALL)))
        side, n = data.draw(st.sampled_from("abc")), data.draw(st.integers(0, 11))
        if data.draw(st.integers(0, 6)):
            who = (
                f"owner.{WRITERS[n % 2]}" if verb in OWNERS
                else "organiser" if verb in ORGANISERS
                else f"{side}.{WRITERS[n % 2]}" if verb in ENTRANTS
                else data.draw(st.sampled_from(["rita", "raj"]))
            )  # fmt: skip
        else:
            who = data.draw(st.sampled_from(EVERYBODY))
        note(f"{who} {verb} {side} {n}")
        allowed = may(call, verb, who, side)
        try:
            ALL[verb](self.scene, call, self.scene.user(who), side, n)
        except Nothing:
            return
        except QiaoError as refusal:
            assert self._rows() == self.before, "who was refused has changed something"
            if not allowed and not isinstance(refusal, (NotAllowed, NotFound)):
                raise AssertionError(f"{who} was refused {verb} for another reason than the right") from refusal
            return
        assert allowed, f"{who} may not {verb}"
        DONE[verb] += 1
        self._holds(verb)

    def _holds(self, verb: str) -> None:
        before, now = self.before, self._rows()
        acts = [row for pk, row in now[AuditEntry].items() if pk not in before[AuditEntry]]
        self._moved_within(CALL, "calls.call", CallState.DRAFT, before[Call], now[Call], acts)
        self._moved_within(ENTRY, "calls.entry", EntryState.DRAFT, before[Entry], now[Entry], acts)
        self.before = now
        self._limits_hold(before, now)
        if all(before[table] == now[table] for table in (Call, CallStage, Entry, Reviewer, Conflict, Mark)):
            return
        self._nobody_reads_a_draft_or_another_entry()
        self._no_mark_is_seen_early()
        self._winners_are_introduced()

    @staticmethod
    def _moved_within(table: Any, kind: str, first: str, before: Any, now: Any, acts: list[Any]) -> None:
        for pk, row in now.items():
            was = before[pk]["state"] if pk in before else first
            if row["state"] == was:
                continue
            assert table.allows(was, row["state"]), (was, row["state"])
            logged = [(one["before"], one["after"]) for one in acts if one["subject_type"] == kind
                      and one["subject_id"] == str(pk)]  # fmt: skip
            assert logged.count((was, row["state"])) == 1, logged

    def _limits_hold(self, before: Any, now: Any) -> None:
        call = Call.objects.get(pk=self.call.pk)
        handed_in = [row for row in now[Entry].values() if row["state"] in HANDED_IN]
        assert len(handed_in) <= (call.most_entries or 0)
        for pk, row in now[Entry].items():
            new = row["submitted_at"] != (before[Entry][pk]["submitted_at"] if pk in before[Entry] else None)
            if new:
                assert call.opens_at <= row["submitted_at"] < call.closes_at
        for stage in CallStage.objects.filter(call=call, ended_at__isnull=False):
            passed = [row for row in handed_in if row["stage"] > stage.position or row["state"] == EntryState.WON]
            assert len(passed) <= stage.advances

    def _nobody_reads_a_draft_or_another_entry(self) -> None:
        rows = {row.pk: row for row in Entry.objects.select_related("organisation")}
        for who in READERS:
            own = who.partition(".")[0]
            for entry in Entry.objects.visible_to(self.scene.user(who)):
                entrant = rows[entry.pk].organisation.name_en[-1].lower()
                if own == entrant:
                    continue
                assert entry.state in HANDED_IN, f"{who} reads a draft"
                assert who in ("owner.owner", "owner.editor", "organiser", "head", "rita", "raj"), who
                if who in ("rita", "raj"):
                    mine = Reviewer.objects.active().get(user__email=f"{who}@calls.example")
                    assert mine.declared_at is not None
                    assert not mine.conflicts.filter(entry=entry).exists()

    def _no_mark_is_seen_early(self) -> None:
        for who in READERS:
            user = self.scene.user(who)
            for mark in Mark.objects.visible_to(user).select_related("stage", "entry", "reviewer"):
                if mark.reviewer.user_id == user.pk:
                    continue
                assert who in ("owner.owner", "owner.editor", "organiser", "head", "rita", "raj"), who
                waited_for = [
                    one for one in Reviewer.objects.active().filter(call=self.call)
                    if not one.conflicts.filter(entry=mark.entry).exists()
                    and not one.marks.filter(entry=mark.entry, stage=mark.stage).exists()
                ]  # fmt: skip
                assert mark.stage.marked_at is not None or not waited_for, f"{who} sees a mark early"

    @staticmethod
    def _winners_are_introduced() -> None:
        for entry in Entry.objects.filter(state=EntryState.WON).select_related("introduction"):
            assert entry.introduction is not None
            assert entry.introduction.is_introduced

    @staticmethod
    def _rows() -> dict[Any, dict[int, dict[str, Any]]]:
        return {table: {row["id"]: row for row in table.objects.values()} for table in TABLES}


@pytest.mark.django_db
def test_random_acts_keep_to_the_rules() -> None:
    run_state_machine_as_test(
        RandomCalls,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failing sequence is printed as it is: making it shorter takes longer than reading it.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            derandomize="RANDOM_ACTIONS" not in os.environ,
            database=None,
        ),
    )
    assert len(DONE) >= min(15, 2 * EXAMPLES), DONE
