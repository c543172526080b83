"""Who may ask whom for a meeting."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.bridges.models import Side
from qiao.common.errors import InvalidInput
from qiao.directory.enums import OrganisationKind
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.setting_up import owned
from qiao.workshops.models import AskingRule, Workshop

MOST_RULES = 30


@transaction.atomic
def set_asking_rules(workshop: Workshop, *, actor: Any, rules: list[dict[str, Any]]) -> list[AskingRule]:
    """Write the rules anew: each with `asking_sides`, `asking_kinds`, `asked_sides`, `asked_kinds`; empty means any.

    None at all lets everybody ask people of other organisations. Requests that were made stay. Raises `InvalidInput`.
    """
    workshop = owned(workshop, actor)
    if len(rules) > MOST_RULES:
        raise InvalidInput(_("At most %(n)d rules.") % {"n": MOST_RULES})
    sides = {side.pk for side in Side.objects.filter(bridge=workshop.bridge_id)}
    AskingRule.objects.filter(workshop=workshop).delete()
    made = []
    for position, row in enumerate(rules):
        rule = AskingRule(workshop=workshop, position=position)
        for end in ("asking", "asked"):
            kinds = list(dict.fromkeys(row.get(f"{end}_kinds") or ()))
            if not set(kinds) <= set(OrganisationKind.values):
                raise InvalidInput(_("Rule %(n)d names a kind that is not there.") % {"n": position + 1})
            setattr(rule, f"{end}_kinds", kinds)
        rule.save()
        for end in ("asking", "asked"):
            chosen = [getattr(side, "pk", side) for side in row.get(f"{end}_sides") or ()]
            if not set(chosen) <= sides:
                raise InvalidInput(_("Rule %(n)d names a side that is not there.") % {"n": position + 1})
            getattr(rule, f"{end}_sides").set(chosen)
        made.append(rule)
    log_act(workshop, "set_asking_rules", actor=actor, detail={"rules": len(made)})
    return made
