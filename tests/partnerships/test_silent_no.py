"""Two bridges on which the same happens but for what one side says in private: the other cannot tell them apart."""

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
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from matching.app.domain.choosing import choose_around, choose_proposals
from qiao.common.errors import QiaoError
from qiao.directory.models import Block
from qiao.partnerships.domain.brokering import pass_on
from qiao.partnerships.domain.limits import change_cooperation_policy
from qiao.partnerships.domain.queries.introduction_view import Tab
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import Introduction, Message
from tests.partnerships.acts import BROKER, EITHER, TASKS, Act, Nothing, perform, plausible
from tests.partnerships.cast import Cast, make_cast, widen
from tests.partnerships.reading import all_that, refusal_of

EXAMPLES = int(os.environ.get("RANDOM_ACTIONS", "5"))
#: What was not refused.
DONE: Counter[str] = Counter()
#: What b says in private.
SILENT = ("propose_no", "propose_later", "request_no", "request_later", "take_back")
#: Who must not be able to tell: the people of a, and of c, who waits behind a for a place.
READERS = ("a.owner", "c.owner")


def choose_in(worlds: tuple[Cast, ...], *, around: str = "") -> None:
    """The matcher chooses anew: over the whole bridge, or around some."""
    for world in worlds:
        if around:
            choose_around(world.bridge.pk, [world.organisation(name).pk for name in around])
        else:
            choose_proposals(world.bridge.pk)


class _Differs(Exception):
    """One world takes what the other refuses: what b or a broker does about an answer that they know."""


class SilentNo(RuleBasedStateMachine):
    """In the first world b also says no, later, or blocks; in the second it does not."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel("2026-11-23T09:00:00Z", tick=False)
        self.time = self.clock.start()
        self.worlds = make_cast("one.example"), make_cast("two.example")
        for world in self.worlds:
            widen(world)
        choose_in(self.worlds)
        self.is_new = True

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(requests_out=st.integers(1, 3), requests_in=st.integers(1, 3), by_advisers=st.booleans())
    def open_the_bridge(self, requests_out: int, requests_in: int, by_advisers: bool) -> None:
        for world in self.worlds:
            change_cooperation_policy(
                world.bridge, actor=world.user("organiser"), requests_out=requests_out, requests_in=requests_in,
                advisers_for_all=by_advisers,
            )  # fmt: skip

    @rule(data=st.data(), what=st.integers(0, 13))
    def something_happens(self, data: Any, what: int) -> None:
        """One rule, for the choice among several would spend most steps on waiting."""
        self.time.shift(timedelta(seconds=1))
        if what == 0:
            self.time.shift(timedelta(days=data.draw(st.sampled_from([1, 3, 7, 8, 15, 40]))))
        elif what in (1, 2):
            self.is_new = TASKS[data.draw(st.sampled_from(sorted(TASKS)))]() > 0
        elif what > 11:
            choose_in(self.worlds, around=data.draw(st.sampled_from(["", "a", "b", "ab"])))
            self.is_new = True
        elif what == 3 and not data.draw(st.integers(0, 9)):
            Block.objects.get_or_create(organisation=self.worlds[0].b, blocked=self.worlds[0].a)
        elif what in (3, 4, 5):
            self._only_in_the_first(data.draw(st.sampled_from(SILENT)), data.draw(st.integers(0, 11)))
        else:
            pair = data.draw(st.sampled_from(["ab", "ab", "cb"]))
            verbs = [verb for verb in plausible(self.worlds[1], pair) if verb not in SILENT]
            verb, n = data.draw(st.sampled_from(verbs)), data.draw(st.integers(0, 11))
            side = data.draw(st.sampled_from(pair))
            brokered = verb in BROKER or (verb in EITHER and n % 2)
            self._the_same_in_both(Act(verb, "organiser" if brokered else f"{side}.owner", pair, side, n))

    def _the_same_in_both(self, act: Act) -> None:
        note(str(act))
        try:
            with transaction.atomic():
                first, second = (self._attempt(world, act) for world in self.worlds)
                if first != second and not act.who.startswith(("a.", "c.")):
                    raise _Differs
        except _Differs:
            return
        assert first == second, f"{act.side} can tell by doing {act}"
        self.is_new = first == "done"
        DONE[f"{act.side} {act.verb}"] += first == "done"

    def _only_in_the_first(self, verb: str, n: int) -> None:
        """What b says in private."""
        note(f"in private: {verb} {n}")
        said = self._attempt(self.worlds[0], Act(verb, "b.owner", "ab", "b", n))
        self.is_new = said == "done"
        DONE[f"in private {verb}"] += said == "done"

    @invariant()
    def a_cannot_tell(self) -> None:
        if not self.is_new:
            return
        self.is_new = False
        for who in READERS:
            first, second = (all_that(world, who) for world in self.worlds)
            for key, value in first.items():
                assert value == second[key], f"{who} can tell by {key}"

    @staticmethod
    def _attempt(world: Cast, act: Act) -> Any:
        try:
            perform(world, act)
        except Nothing:
            return "nothing"
        except QiaoError as refusal:
            return refusal_of(refusal)
        return "done"


@pytest.mark.django_db
def test_nothing_that_a_reads_depends_on_what_b_says_in_private() -> None:
    run_state_machine_as_test(
        SilentNo,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
            # A failing sequence is printed as it is: making it shorter takes longer than reading it.
            phases=(Phase.explicit, Phase.reuse, Phase.generate), derandomize="RANDOM_ACTIONS" not in os.environ,
            database=None,
        ),
    )  # fmt: skip
    assert sum(1 for count in DONE.values() if count) >= min(15, 2 * EXAMPLES), DONE


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["request_no", "request_later", "propose_no", "propose_later", "block"])
def test_one_way_to_the_date_and_beyond_whatever_b_says(way: str) -> None:
    """The straight way, written out: ask, a question, the reminder, the date, b's own request afterwards, the yes."""
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        worlds = make_cast("one.example"), make_cast("two.example")
        answers = way.startswith("request")

        def in_both(verb: str, who: str) -> None:
            clock.shift(timedelta(seconds=1))
            for world in worlds:
                perform(world, Act(verb, f"{who}.owner", "ab", who, 1))
            same()

        def in_private() -> None:
            if way == "block":
                Block.objects.create(organisation=worlds[0].b, blocked=worlds[0].a)
            else:
                perform(worlds[0], Act(way, "b.owner", "ab", "b", 1))
            same()

        def days(count: int) -> None:
            clock.shift(timedelta(days=count))
            for task in TASKS.values():
                task()
            same()

        def same() -> None:
            for who in READERS:
                assert all_that(worlds[0], who) == all_that(worlds[1], who)

        if not answers:
            in_private()
        in_both("propose_interest", "a")
        if answers:
            in_private()
        in_both("question", "a")
        days(8)
        in_both("withdraw", "a")
        in_both("propose_interest", "a")
        days(6)
        days(1)
        found = [one.state for one in Introduction.objects.order_by("pk")]
        assert found == ["lapsed", "lapsed"]
        if way != "block":
            in_both("propose_interest", "b")
            in_both("request_interest", "a")
            assert set(Introduction.objects.values_list("state", flat=True)) == {"open"}
            assert {party.answer for one in Introduction.objects.all() for party in one.parties.all()} == {
                Answer.INTERESTED
            }


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["propose_no", "request_no", "request_later", "propose_interest"])
@pytest.mark.parametrize("around", ["", "b", "ab"])
def test_the_list_of_proposals_does_not_tell_what_the_other_side_has_said(way: str, around: str) -> None:
    """The matcher chooses anew around who has answered: what a receives, and what it takes back, stays where it was."""
    worlds = make_cast("one.example"), make_cast("two.example")
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:

        def same() -> list[Any]:
            first, second = (all_that(world, "a.owner") for world in worlds)
            assert first == second
            return first["list"]  # type: ignore[no-any-return]

        def in_both(verb: str) -> None:
            clock.shift(timedelta(seconds=1))
            for world in worlds:
                perform(world, Act(verb, "a.owner", "ab", "a", 1))
            same()

        for world in worlds:
            widen(world)
            if way == "propose_interest":  # b asks in turn; a does not know of it before the advisers pass it on
                change_cooperation_policy(world.bridge, actor=world.user("organiser"), advisers_for_all=True)
        choose_in(worlds)
        received = same()
        assert [name for name, *_rest in received] == ["Organisation D", "Organisation B"], "E is one too many"
        if way == "propose_no":
            perform(worlds[0], Act(way, "b.owner", "ab", "b", 1))
            choose_in(worlds, around=around)
            assert same() == received
        in_both("propose_interest")
        if way != "propose_no":
            choose_in(worlds, around=around)
            same()
            perform(worlds[0], Act(way, "b.owner", "ab", "b", 1))
        choose_in(worlds, around=around)
        same()
        in_both("withdraw")
        assert same() == received
        choose_in(worlds, around=around)
        assert same() == received


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["lapse", "withdraw", "keep_back", "joint"])
def test_what_has_ended_stays_so_while_the_other_side_asks_by_way_of_the_advisers(end: str) -> None:
    """The pair has one row: a reads of its own request in it, though b's lies with the advisers."""
    worlds = make_cast("one.example"), make_cast("two.example")
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:

        def same() -> dict[str, Any]:
            clock.shift(timedelta(seconds=1))
            first, second = (all_that(world, "a.owner") for world in worlds)
            assert first == second
            return first

        def in_both(verb: str, who: str = "a.owner") -> None:
            clock.shift(timedelta(seconds=1))
            done = []
            for world in worlds:
                try:
                    perform(world, Act(verb, who, "ab", "a", 0))
                except QiaoError as refusal:
                    done.append(refusal_of(refusal))
                else:
                    done.append(("done", "", ""))
            assert done[0] == done[1]
            same()

        def b_asks() -> None:
            clock.shift(timedelta(seconds=1))
            perform(worlds[0], Act("propose_interest", "b.owner", "ab", "b", 0))
            assert Message.objects.filter(introduction__bridge=worlds[0].bridge).count() == 2, "with a question"
            assert len(all_that(worlds[0], "b.owner")["messages"]) == 1, "which is all that b reads"
            same()

        for world in worlds:
            change_cooperation_policy(world.bridge, actor=world.user("organiser"), advisers_for_all=True)
        in_both("propose_interest")
        if end == "joint":
            b_asks()
            in_both("withdraw")
        elif end == "lapse":
            clock.shift(timedelta(days=15))
            TASKS["lapse"]()
        else:
            in_both(end, "organiser" if end == "keep_back" else "a.owner")
        if end != "joint":
            b_asks()
        state = {"lapse": "lapsed", "keep_back": "closed"}.get(end, "withdrawn")
        assert [row[1:2] + row[3:4] for row in same()["rows"]] == [(state, Tab.ENDED)]
        for verb in ("note", "question", "request_no", "withdraw", "contact", "message", "close", "reopen"):
            in_both(verb)
        if end != "withdraw" and end != "joint":
            in_both("request_interest")  # once is enough
            pass_on(Introduction.objects.get(bridge=worlds[0].bridge), actor=worlds[0].user("organiser"))
            assert [row[1:2] + row[3:4] for row in all_that(worlds[0], "a.owner")["rows"]] == [
                ("requested", Tab.TO_ANSWER)
            ]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["propose_no", "request_no", "request_later", "block"])
def test_the_queue_does_not_move_when_somebody_is_refused(way: str) -> None:
    """Who waits for a place behind a refused request waits until its date, as if nobody had said anything."""
    worlds = make_cast("one.example"), make_cast("two.example")
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:

        def days(count: int) -> list[str]:
            clock.shift(timedelta(days=count))
            for task in TASKS.values():
                task()
            states = []
            for who in READERS:
                first, second = (all_that(world, who) for world in worlds)
                assert first == second
                states += [row[1] for row in first["rows"]]
            return states

        def in_private() -> None:
            if way == "block":
                Block.objects.create(organisation=worlds[0].b, blocked=worlds[0].a)
            else:
                perform(worlds[0], Act(way, "b.owner", "ab", "b", 1))

        for world in worlds:
            change_cooperation_policy(world.bridge, actor=world.user("organiser"), requests_in=1)
        if way == "propose_no":
            in_private()
        for world in worlds:
            world.ask()
        if way != "propose_no":
            in_private()
        clock.shift(timedelta(days=1))
        for world in worlds:
            world.ask(by="c")
        assert days(0) == ["requested", "queued"]
        assert days(5) == ["requested", "queued"]
        assert days(8) == ["lapsed", "requested"]
