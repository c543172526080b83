"""One of everything on a bridge, so that each address can be called, and what is sent with each call."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern
from django.utils import timezone

from qiao.accounts.enums import SCOPES
from qiao.api.examples import EXAMPLES
from qiao.api.urls import VERSION_1
from qiao.calls.domain.entries import save_entry
from qiao.calls.models import Call, CallStage, Criterion
from qiao.directory.models import Membership
from qiao.partnerships.domain.milestones import record_milestone
from qiao.partnerships.domain.responding import answer_proposal
from qiao.workshops.domain.asking import ask_for_meeting
from qiao.workshops.domain.registering import register
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.models import Session
from tests.api.scene import Scene, caller, make_scene
from tests.factories import WorkshopFactory, add_slots, add_tables, member_listing, propose

ROLES = (
    "anonymous", "stranger", "viewer", "editor", "owner", "key", "reader", "other", "organiser", "desk", "adviser",
)  # fmt: skip


def addresses() -> dict[str, list[str]]:
    """Every address of the interface by its name, with the methods it takes."""
    found: dict[str, list[str]] = {}
    for pattern in VERSION_1:
        assert isinstance(pattern, URLPattern)
        view: Any = getattr(pattern.callback, "cls", None)
        methods = [one.upper() for one in view.http_method_names if hasattr(view, one)] if view else ["GET"]
        found[str(pattern.name)] = [one for one in methods if one != "HEAD"]
    return found


@dataclass
class Everything:
    scene: Scene
    ids: dict[str, dict[str, str]]
    bodies: dict[tuple[str, str], dict[str, Any]]


def everything() -> Everything:
    """What is not public belongs to `own`, whose owner it was made by."""
    scene = make_scene()
    scene.callers["reader"] = caller(scene.owner, scopes=[scope for scope in SCOPES if scope.endswith(":read")])
    bridge, own, other = scene.bridge, scene.own, scene.other
    need = member_listing(bridge, organisation=own, title="A ward")
    offer = member_listing(bridge, organisation=other, direction="offer", title="Our ward")
    draft = member_listing(bridge, organisation=own, title="A draft", state="draft", published_at=None)
    proposal = propose(need, offer)
    further = propose(
        member_listing(bridge, organisation=own), member_listing(bridge, country="CN", title="Another ward")
    )
    answer_proposal(proposal, actor=scene.owner, organisation=own, answer="interested")
    introduction = answer_proposal(proposal, actor=scene.other_owner, organisation=other, answer="interested")
    assert introduction is not None
    milestone = record_milestone(
        introduction, actor=scene.other_owner, organisation=other, stage="meeting", happened_on=timezone.localdate()
    )
    workshop = WorkshopFactory(bridge=bridge)
    slots = add_slots(workshop, 2)
    add_tables(workshop, 1)
    mine = register(workshop, actor=scene.owner, organisation=own, languages=["en"], is_listed=False)
    theirs = register(workshop, actor=scene.other_owner, organisation=other, languages=["zh"])
    meeting = ask_for_meeting(workshop, actor=scene.owner, asking=mine, asked=[theirs])
    session = Session.objects.create(
        workshop=workshop, kind="keynote", title="Opening", starts_at=slots[0].starts_at, minutes=30
    )
    release_programme(workshop, actor=scene.organiser, name="1")
    now = timezone.now()
    call = Call.objects.create(
        bridge=bridge, organisation=other, language="en", title="A call", brief="Solve it.", offers="A pilot.",
        kind="technology", opens_at=now - datetime.timedelta(days=1), closes_at=now + datetime.timedelta(days=7),
        decision_by=(now + datetime.timedelta(days=20)).date(), state="open", published_at=now,
    )  # fmt: skip
    Criterion.objects.create(call=call, position=1, name="Idea")
    CallStage.objects.create(call=call, position=1, name="Review")
    entry = save_entry(call, actor=scene.owner, organisation=own, title="Ours")
    at_workshop = {"workshop": workshop.public_id}
    of_introduction = {"public_id": introduction.public_id}
    of_entry = {"public_id": call.public_id, "entry": entry.public_id}
    ids = {
        "organisation": {"public_id": own.public_id}, "person_list": {"public_id": own.public_id},
        "membership": {"public_id": Membership.objects.get(organisation=own).public_id},
        "listing": {"public_id": draft.public_id}, "listing_act": {"public_id": draft.public_id},
        "proposal": {"public_id": further.public_id}, "proposal_response": {"public_id": further.public_id},
        "proposal_mark": {"public_id": further.public_id},
        "introduction": of_introduction, "introduction_act": of_introduction, "message_list": of_introduction,
        "milestone_list": of_introduction, "milestone": of_introduction | {"milestone": milestone.public_id},
        "milestone_act": of_introduction | {"milestone": milestone.public_id},
        "call": {"public_id": call.public_id}, "entry_list": {"public_id": call.public_id}, "entry": of_entry,
        "entry_act": of_entry,
        **dict.fromkeys(
            (
                "workshop", "question_list", "slot_list", "session_list", "registration_list", "meeting_list",
            ),
            at_workshop,
        ),
        "session": at_workshop | {"session": session.public_id},
        "session_answer": at_workshop | {"session": session.public_id},
        "registration": at_workshop | {"public_id": mine.public_id},
        "meeting": at_workshop | {"public_id": meeting.public_id},
        "meeting_act": at_workshop | {"public_id": meeting.public_id},
    }  # fmt: skip
    known = {"{own}": own.public_id, "{theirs}": theirs.public_id}
    bodies = {call: _filled(body, known) for call, body in EXAMPLES.items()}
    return Everything(scene, ids, bodies)


def _filled(value: Any, known: dict[str, str]) -> Any:
    """An example with the identifiers of this very bridge."""
    if isinstance(value, dict):
        return {name: _filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    return known.get(value, value) if isinstance(value, str) else value
