"""One act on many cases, and taking it back. Each goes through its own domain function, on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.common.errors import QiaoError
from qiao.partnerships.domain.brokering import assign_adviser, close, nudge, pause, reopen, resume
from qiao.partnerships.enums import Answer, CloseReason, IntroductionState
from qiao.partnerships.models import Introduction


@dataclass
class BulkResult:
    """How many were done, which were refused and why, and what it takes to undo it (none where that cannot be)."""

    done: int = 0
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    undo: dict[str, Any] = field(default_factory=dict)


def act_on_cases(cases: Iterable[Introduction], *, actor: Any, act: str, adviser: str = "") -> BulkResult:
    """Assign, nudge, pause, resume or close each case that allows it."""
    result = BulkResult()
    person = User.objects.filter(public_id=adviser).first() if adviser else None
    for case in cases:
        before: Any = case.state
        try:
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
        except QiaoError as refusal:
            result.refused[str(refusal)].append(_name(case))
            continue
        result.done += 1
        if act != "nudge":
            result.undo[case.public_id] = before
    return result


def undo_bulk(cases: Mapping[str, Introduction], *, actor: Any, act: str, before: Mapping[str, Any]) -> BulkResult:
    """Put every case back that can be."""
    result = BulkResult()
    for public_id, was in before.items():
        case = cases.get(public_id)
        if case is None:
            continue
        try:
            if act == "assign":
                people = User.objects.in_bulk([pk for pk in was.values() if pk])
                for party in case.parties.all():
                    pk = was.get(str(party.organisation_id))
                    assign_adviser(case, actor=actor, organisation=party.organisation, adviser=people.get(pk))
            elif act == "pause":
                resume(case, actor=actor)
            elif act == "resume":
                pause(case, actor=actor)
            elif was == IntroductionState.PAUSED:
                reopen(case, actor=actor)
                pause(case, actor=actor)
            else:
                reopen(case, actor=actor)
        except QiaoError as refusal:
            result.refused[str(refusal)].append(_name(case))
            continue
        result.done += 1
    return result


def _nudge(case: Introduction, actor: Any) -> None:
    """Those who have not answered; once introduced, both."""
    parties = [one for one in case.parties.all() if one.knows and (case.is_introduced or one.answer == Answer.NONE)]
    if not parties:
        raise QiaoError(_("There is nobody to nudge."))
    for party in parties:
        nudge(case, actor=actor, organisation=party.organisation)


def _name(case: Introduction) -> str:
    return f"{case.first} – {case.second}"
