"""The demonstration's cases: introductions at every stage, made by the functions that people's acts go through.

Only their dates are moved back afterwards, for acts happen now; what the audit log says is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from qiao.bridges.models import Bridge
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation
from qiao.partnerships.domain.brokering import close, introduce_by_hand
from qiao.partnerships.domain.conversation import send_message, set_next_step
from qiao.partnerships.domain.lapsing import lapse_requests
from qiao.partnerships.domain.milestones import DETAILS, confirm_milestone, record_milestone
from qiao.partnerships.enums import Origin
from qiao.partnerships.models import FollowUp, Introduction, Message, Party


def load_cases(
    bridge: Bridge, organisations: Mapping[str, Organisation], cases: Iterable[dict[str, Any]], organiser: Any
) -> int:
    """Make every case; returns how many."""
    made = 0
    for case in cases:
        _load(bridge, organisations, case, organiser)
        made += 1
    # Those whose date has gone by end as they would have.
    lapse_requests()
    return made


def _load(bridge: Bridge, organisations: Mapping[str, Organisation], case: dict[str, Any], organiser: Any) -> None:
    first, second = organisations[case["first"]], organisations[case["second"]]
    opened = "opened" in case
    introduction = introduce_by_hand(
        bridge,
        first,
        second,
        actor=organiser,
        origin=Origin.ORGANISER if "by_hand" in case else Origin.PROPOSAL,
        note=case.get("by_hand", ""),
        ask_first=not opened,
    )
    for said in case.get("messages", ()):
        organisation = organisations[said["by"]]
        message = send_message(introduction, actor=_owner(organisation), organisation=organisation, text=said["text"])
        Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(days=said["days"]))
    for done in case.get("milestones", ()):
        _load_milestone(introduction, organisations, done)
    if step := case.get("next_step"):
        organisation = organisations[step["by"]]
        set_next_step(
            introduction,
            actor=_owner(organisation),
            organisation=organisation,
            text=step["text"],
            on=timezone.localdate() + timedelta(days=max(step["days"], 1)),
            by=organisation,
        )
    if end := case.get("close"):
        organisation = organisations[end["by"]]
        close(
            introduction,
            actor=_owner(organisation),
            organisation=organisation,
            reason=end["reason"],
            note=end.get("note", ""),
        )
    _move_back(introduction, case)


def _load_milestone(
    introduction: Introduction, organisations: Mapping[str, Organisation], done: dict[str, Any]
) -> None:
    organisation = organisations[done["by"]]
    milestone = record_milestone(
        introduction,
        actor=_owner(organisation),
        organisation=organisation,
        stage=done["stage"],
        happened_on=timezone.localdate() - timedelta(days=done["days"]),
        **{name: done[name] for name in DETAILS if name in done},
    )
    if done["confirmed"]:
        other = next(one.organisation for one in introduction.parties.all() if one.organisation_id != organisation.pk)
        confirm_milestone(milestone, actor=_owner(other), organisation=other)


def _move_back(introduction: Introduction, case: dict[str, Any]) -> None:
    asked = timedelta(days=case["asked"])
    found = Introduction.objects.filter(pk=introduction.pk)
    Party.objects.filter(introduction=introduction).update(asked_at=F("asked_at") - asked)
    found.filter(requested_at__isnull=False).update(
        requested_at=F("requested_at") - asked, lapses_at=F("lapses_at") - asked
    )
    if "opened" in case:
        opened = timedelta(days=case["opened"])
        newest = min(
            [case["opened"], *(one["days"] for one in (*case.get("messages", ()), *case.get("milestones", ())))]
        )
        found.update(
            opened_at=F("opened_at") - opened,
            requested_at=timezone.now() - asked,
            stirred_at=timezone.now() - timedelta(days=newest),
        )
        FollowUp.objects.filter(introduction=introduction).update(due_on=F("due_on") - opened)
        # Those that would have been asked long ago: nobody wants four messages at once.
        FollowUp.objects.filter(introduction=introduction, due_on__lt=timezone.localdate()).update(
            sent_at=timezone.now()
        )
        if case.get("next_step", {}).get("days", 1) < 1:
            found.update(next_step_on=timezone.localdate() + timedelta(days=case["next_step"]["days"]))
    else:
        found.update(stirred_at=timezone.now() - asked)


def _owner(organisation: Organisation) -> Any:
    return organisation.affiliations.filter(role=PersonRole.OWNER).select_related("user").order_by("pk")[0].user
