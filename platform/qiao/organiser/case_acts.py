"""One act on many cases, and taking it back. Each goes through its own domain function, on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.common.errors import QiaoError
from qiao.partnerships.domain.brokering import assign_adviser, close, nudge, pause, reopen, resume
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState
from qiao.partnerships.models import Introduction

#: Frees a case of its advisers.
NOBODY = "none"


@dataclass
class BulkResult:
    """How many were done, which were refused and why, and what it takes to undo it (none where that cannot be)."""

    done: int = 0
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    undo: dict[str, Any] = field(default_factory=dict)


def act_on_cases(cases: Iterable[Introduction], *, actor: Any, act: str, adviser: str = "") -> BulkResult:
    """Assign, nudge, pause, resume or close each case that allows it."""
    result = BulkResult()
    person = User.objects.filter(public_id=adviser).first() if adviser not in ("", NOBODY) else None
    for case in cases:
        before: Any = case.state
        try:
            # A case is done whole or not at all: one side may be refused after the other was done.
            with transaction.atomic():
                if act == "assign":
                    before = {str(one.organisation_id): one.adviser_id for one in case.parties.all()}
                    for party in case.parties.all():
                        assign_adviser(case, actor=actor, organisation=party.organisation, adviser=person)
                elif act == "nudge":
                    _nudge(case, actor)
                elif act == "pause":
                    pause(case, actor=actor)
                elif act == "resume":
                    resume(case, actor=actor)
                else:
                    close(case, actor=actor, reason=CloseReason.NO_ANSWER)
                left = _last_act(case)
        except QiaoError as refusal:
            result.refused[str(refusal)].append(_name(case))
            continue
        result.done += 1
        if act != "nudge":
            result.undo[case.public_id] = {"was": before, "left": left}
    return result


def undo_bulk(cases: Mapping[str, Introduction], *, actor: Any, act: str, before: Mapping[str, Any]) -> BulkResult:
    """Put every case back that can be: one in which something has happened since stays as it is."""
    result = BulkResult()
    for public_id, then in before.items():
        case = cases.get(public_id)
        if case is None:
            continue
        try:
            with transaction.atomic():
                _put_back(case, actor, act, then)
        except QiaoError as refusal:
            result.refused[str(refusal)].append(_name(case))
            continue
        result.done += 1
    return result


def _put_back(case: Introduction, actor: Any, act: str, then: Mapping[str, Any]) -> None:
    was = then["was"]
    # Locked, so that what somebody else does meanwhile comes before or after, never in between.
    if _last_act(case, lock=True) != then["left"]:
        raise QiaoError(_("Something has happened in it since."))
    if act == "assign":
        people = User.objects.in_bulk([pk for pk in was.values() if pk])
        for party in case.parties.all():
            pk = was.get(str(party.organisation_id))
            assign_adviser(case, actor=actor, organisation=party.organisation, adviser=people.get(pk))
    elif act == "pause":
        resume(case, actor=actor)
    elif act == "resume":
        pause(case, actor=actor)
    else:
        reopen(case, actor=actor)
        if was == IntroductionState.PAUSED:
            pause(case, actor=actor)


def _last_act(case: Introduction, *, lock: bool = False) -> str:
    """When anybody last did anything in it."""
    found = Introduction.objects.select_for_update() if lock else Introduction.objects
    return str(found.values_list("stirred_at", flat=True).get(pk=case.pk).isoformat())


def _nudge(case: Introduction, actor: Any) -> None:
    """Those who have not answered; once introduced, both."""
    parties = [one for one in case.parties.all() if one.knows and (case.is_introduced or one.answer == Answer.NONE)]
    if not parties:
        raise QiaoError(_("There is nobody to nudge."))
    for party in parties:
        nudge(case, actor=actor, organisation=party.organisation)


def _name(case: Introduction) -> str:
    return f"{case.first} – {case.second}"
