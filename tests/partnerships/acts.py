"""Things that people do in an introduction, named so that a random sequence of them can be written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from qiao.bridges.enums import BridgeRole
from qiao.directory.models import Organisation
from qiao.partnerships.domain import brokering, conversation, follow_ups, lapsing, milestones, responding
from qiao.partnerships.enums import Answer, CloseReason, DismissalReason, FollowUpAnswer, Stage
from qiao.partnerships.enums import IntroductionState as State
from qiao.partnerships.models import FollowUp, Introduction, Milestone
from tests.partnerships.cast import Cast


@dataclass(frozen=True)
class Act:
    """`who` does `verb` for `side` in the introduction of a and b, or of c and b; `n` is the choice there is in it."""

    verb: str
    who: str
    pair: str = "ab"
    side: str = "a"
    n: int = 0

    @property
    def other(self) -> str:
        return self.pair.replace(self.side, "", 1)[:1]


@dataclass(frozen=True)
class Scene:
    """An act with what it is done to."""

    cast: Cast
    act: Act
    actor: Any
    found: Introduction | None
    organisation: Organisation

    @property
    def n(self) -> int:
        return self.act.n

    @property
    def secret(self) -> str:
        """Words of this side that no other may ever read."""
        return f"secret-of-{self.act.side}"

    def milestone(self) -> Milestone | None:
        held = list(Milestone.objects.filter(introduction=self.found).order_by("pk"))
        return held[self.n % len(held)] if held else None


def scene(cast: Cast, act: Act) -> Scene:
    pair = sorted(cast.organisation(name).pk for name in act.pair)
    found = Introduction.objects.filter(bridge=cast.bridge, first=pair[0], second=pair[1]).first()
    return Scene(cast, act, cast.user(act.who), found, cast.organisation(act.side))


def perform(cast: Cast, act: Act) -> Any:
    """Do it. Raises what the domain function raises; `Nothing` when there is nothing yet to do it to."""
    return (SIDE | BROKER | EITHER)[act.verb](scene(cast, act))


class Nothing(Exception):
    """There is no introduction, message or milestone yet."""


def may(cast: Cast, act: Act) -> bool:
    """Whether the person has the right, told from the roles alone."""
    owns = act.who in (f"{act.side}.owner", f"{act.side}.editor")
    # The cast has one adviser: a case is theirs or nobody's.
    brokers = act.who in (BridgeRole.ORGANISER, BridgeRole.ADVISER)
    if act.verb in ("confirm", "dispute"):
        return owns or brokers
    return owns if act.verb in SIDE or (act.verb in EITHER and act.n % 2 == 0) else brokers


def _on(do: Callable[[Scene, Introduction], Any]) -> Callable[[Scene], Any]:
    def on_found(it: Scene) -> Any:
        if it.found is None:
            raise Nothing
        return do(it, it.found)

    return on_found


def _judged(do: Callable[[Scene, Milestone], Any]) -> Callable[[Scene], Any]:
    def on_milestone(it: Scene) -> Any:
        milestone = it.milestone()
        if milestone is None:
            raise Nothing
        return do(it, milestone)

    return on_milestone


def _proposal(answer: str) -> Callable[[Scene], Any]:
    def answer_proposal(it: Scene) -> Any:
        proposal = it.cast.proposal if it.act.pair == "ab" else it.cast.other_proposal
        return responding.answer_proposal(
            proposal, actor=it.actor, organisation=it.organisation, answer=answer,
            reason=_reason(it) if answer == Answer.NO else "", note=it.secret if answer == Answer.NO else "",
            question="When could you start?" if answer == Answer.INTERESTED and it.n % 3 == 0 else "",
            until=timezone.localdate() + timedelta(days=1 + it.n) if answer == Answer.LATER else None,
        )  # fmt: skip

    return answer_proposal


def _request(answer: str) -> Callable[[Scene], Any]:
    def answer_request(it: Scene, found: Introduction) -> Any:
        return responding.answer_request(
            found, actor=it.actor, organisation=it.organisation, answer=answer,
            reason=_reason(it) if answer == Answer.NO else "", note=it.secret if answer == Answer.NO else "",
            until=timezone.localdate() + timedelta(days=1 + it.n) if answer == Answer.LATER else None,
        )  # fmt: skip

    return _on(answer_request)


def _reason(it: Scene) -> str:
    return ["", *DismissalReason.values][it.n % 8]


def _follow_up(it: Scene) -> Any:
    asked = FollowUp.objects.filter(introduction=it.found, organisation=it.organisation).first()
    if asked is None:
        raise Nothing
    return follow_ups.answer_follow_up(
        asked, actor=it.actor, answer=FollowUpAnswer.values[it.n % 4], comment=f"answer-of-{it.act.side}"
    )


def _own(it: Scene) -> Organisation | None:
    """For acts that a side or a broker may do: even numbers are the side's."""
    return it.organisation if it.n % 2 == 0 else None


SIDE: dict[str, Callable[[Scene], Any]] = {
    "propose_interest": _proposal(Answer.INTERESTED),
    "propose_later": _proposal(Answer.LATER),
    "propose_no": _proposal(Answer.NO),
    "request_interest": _request(Answer.INTERESTED),
    "request_later": _request(Answer.LATER),
    "request_no": _request(Answer.NO),
    "take_back": _on(
        lambda it, found: responding.take_back_answer(found, actor=it.actor, organisation=it.organisation)
    ),
    "withdraw": _on(lambda it, found: responding.withdraw_request(found, actor=it.actor, organisation=it.organisation)),
    "question": _on(
        lambda it, found: conversation.ask_question(
            found, actor=it.actor, organisation=it.organisation, text="Which volume?"
        )
    ),
    "follow_up": _follow_up,
    "contact": _on(
        lambda it, found: conversation.set_contact(
            found, actor=it.actor, organisation=it.organisation, contact=it.actor
        )
    ),
}  # fmt: skip
BROKER: dict[str, Callable[[Scene], Any]] = {
    "by_hand": lambda it: brokering.introduce_by_hand(
        it.cast.bridge, *(it.cast.organisation(name) for name in it.act.pair), actor=it.actor,
        note="You should meet.", ask_first=it.n % 4 != 0,
    ),
    "pass_on": _on(lambda it, found: brokering.pass_on(found, actor=it.actor)),
    "keep_back": _on(lambda it, found: brokering.do_not_pass_on(found, actor=it.actor, note="Not now.")),
    "nudge": _on(lambda it, found: brokering.nudge(found, actor=it.actor, organisation=it.organisation)),
    "assign": _on(
        lambda it, found: brokering.assign_adviser(
            found, actor=it.actor, organisation=it.organisation,
            adviser=it.cast.user("adviser") if it.n % 2 == 0 else None,
        )
    ),
    "pause": _on(
        lambda it, found: brokering.pause(
            found, actor=it.actor, until=timezone.localdate() + timedelta(days=it.n) if it.n % 2 else None
        )
    ),
    "resume": _on(lambda it, found: brokering.resume(found, actor=it.actor)),
}  # fmt: skip
EITHER: dict[str, Callable[[Scene], Any]] = {
    "message": _on(
        lambda it, found: conversation.send_message(
            found, actor=it.actor, organisation=_own(it), text="Good day", once=f"k{it.n}"
        )
    ),
    "next_step": _on(
        lambda it, found: conversation.set_next_step(
            found, actor=it.actor, organisation=_own(it), text="Call", on=timezone.localdate() + timedelta(days=it.n)
        )
    ),
    "note": _on(
        lambda it, found: conversation.add_note(
            found, actor=it.actor, organisation=_own(it), text=it.secret if it.n % 2 == 0 else "secret-of-desk"
        )
    ),
    "record": _on(
        lambda it, found: milestones.record_milestone(
            found, actor=it.actor, organisation=_own(it), stage=Stage.values[1 + it.n % 5], kind="licence",
            happened_on=timezone.localdate() - timedelta(days=it.n),
        )
    ),
    "take_back_record": _judged(
        lambda it, one: milestones.withdraw_milestone(one, actor=it.actor, organisation=_own(it))
    ),
    "close": _on(
        lambda it, found: brokering.close(found, actor=it.actor, organisation=_own(it), reason=CloseReason.TIMING)
    ),
    "reopen": _on(lambda it, found: brokering.reopen(found, actor=it.actor, organisation=_own(it))),
    # A broker may say it for a side that has told them.
    "confirm": _judged(
        lambda it, one: milestones.confirm_milestone(one, actor=it.actor, organisation=it.organisation)
    ),
    "dispute": _judged(
        lambda it, one: milestones.dispute_milestone(
            one, actor=it.actor, organisation=it.organisation, comment="Not so"
        )
    ),
}  # fmt: skip

#: What people would try in a state, those that lead somewhere several times; "" before there is anything.
PLAUSIBLE: dict[str, str] = {
    "": "propose_interest propose_interest propose_interest propose_no propose_later by_hand",
    State.WITH_ADVISERS: "pass_on pass_on pass_on keep_back propose_interest withdraw assign by_hand note",
    State.QUEUED: "propose_interest withdraw by_hand pause note",
    State.REQUESTED: "request_interest request_interest request_interest request_no request_no request_later take_back"
    " withdraw question nudge pause assign note by_hand",
    State.OPEN: "record record record confirm confirm confirm confirm dispute take_back_record message next_step note"
    " contact close pause follow_up nudge",
    State.PAUSED: "resume resume resume confirm message close note request_no",
    State.LAPSED: "request_interest request_interest propose_interest by_hand note propose_no",
    State.WITHDRAWN: "propose_interest request_interest by_hand propose_no",
    State.CLOSED: "reopen reopen by_hand propose_interest confirm note",
}


def plausible(cast: Cast, pair: str) -> list[str]:
    """Verbs to choose from as the pair stands now."""
    found = scene(cast, Act("", "nobody", pair)).found
    return PLAUSIBLE[found.state if found is not None else ""].split()


#: What time does. Each can run twice: the second time there is nothing left to do.
TASKS: dict[str, Callable[[], int]] = {
    "lapse": lapsing.lapse_requests,
    "remind": lapsing.remind_of_requests,
    "fill": lapsing.fill_all_free_places,
    "resume": brokering.resume_due_introductions,
    "follow_up": follow_ups.send_due_follow_ups,
}
