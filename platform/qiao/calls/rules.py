"""Who may do what with calls and entries."""

from __future__ import annotations

from typing import Any

import rules

from qiao.bridges.rules import runs_bridge
from qiao.calls.models import Call, Entry, Reviewer
from qiao.directory.models import Organisation
from qiao.directory.rules import role_in, writes_for


@rules.predicate
def manages_call(user: Any, call: Call | None) -> bool:
    """Owner or editor of the organisation whose call it is."""
    return call is not None and writes_for(user, call.organisation)


@rules.predicate
def reviews_call(user: Any, call: Call | None) -> bool:
    """Runs the bridge, and is none of the organisation's own people."""
    return call is not None and runs_bridge(user, call.bridge) and role_in(user, call.organisation) is None


@rules.predicate
def stops_call(user: Any, call: Call | None) -> bool:
    """May withdraw it: its own people, and who runs the bridge."""
    return bool(manages_call(user, call) or reviews_call(user, call))


def enters_for(user: Any, call: Call, organisation: Organisation) -> bool:
    """Writes for an organisation other than the one whose call it is."""
    return organisation.pk != call.organisation_id and writes_for(user, organisation)


@rules.predicate
def writes_entry(user: Any, entry: Entry | None) -> bool:
    """Owner or editor of the organisation that enters."""
    return entry is not None and writes_for(user, entry.organisation)


def reviewer_of(user: Any, call: Call) -> Reviewer | None:
    """The person's place among the reviewers of a call, once they have accepted it."""
    if not getattr(user, "is_authenticated", False):
        return None
    return Reviewer.objects.active().filter(call=call, user=user).first()


rules.add_perm("calls.manage_call", manages_call)
rules.add_perm("calls.review_call", reviews_call)
rules.add_perm("calls.write_entry", writes_entry)
