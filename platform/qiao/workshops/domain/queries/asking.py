"""Who may ask whom for a meeting, by the rules of the workshop."""

from __future__ import annotations

from dataclasses import dataclass

from qiao.directory.models import Membership
from qiao.workshops.models import AskingRule, Registration, Workshop


@dataclass(frozen=True)
class _Rule:
    """One rule; an empty set means any."""

    asking_sides: frozenset[int]
    asking_kinds: frozenset[str]
    asked_sides: frozenset[int]
    asked_kinds: frozenset[str]


class AskingRules:
    """The rules of a workshop, read once: asking them for any two people takes no further query."""

    def __init__(self, workshop: Workshop) -> None:
        rows = AskingRule.objects.filter(workshop=workshop).prefetch_related("asking_sides", "asked_sides")
        self._rules = [
            _Rule(
                frozenset(side.pk for side in rule.asking_sides.all()),
                frozenset(rule.asking_kinds),
                frozenset(side.pk for side in rule.asked_sides.all()),
                frozenset(rule.asked_kinds),
            )
            for rule in rows
        ]
        self._side_of: dict[int, int | None] = {}
        if any(rule.asking_sides or rule.asked_sides for rule in self._rules):
            members = Membership.objects.approved().filter(bridge_id=workshop.bridge_id)
            self._side_of = dict(members.values_list("organisation_id", "side_id"))

    def allow(self, asking: Registration, asked: Registration) -> bool:
        """Whether one may ask the other. People of one organisation need no rule and no request."""
        if asking.organisation_id == asked.organisation_id:
            return False
        if not self._rules:
            return True
        return any(
            self._meets(asking, rule.asking_sides, rule.asking_kinds)
            and self._meets(asked, rule.asked_sides, rule.asked_kinds)
            for rule in self._rules
        )

    def _meets(self, one: Registration, sides: frozenset[int], kinds: frozenset[str]) -> bool:
        return (not sides or self._side_of.get(one.organisation_id) in sides) and (
            not kinds or one.organisation.kind in kinds
        )


def may_ask(asking: Registration, asked: Registration) -> bool:
    """Whether the rules let one ask the other. For many people, read `AskingRules` once instead."""
    return AskingRules(asking.workshop).allow(asking, asked)
