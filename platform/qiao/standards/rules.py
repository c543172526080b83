"""Who may do what in standards work."""

from __future__ import annotations

from typing import Any

import rules

from qiao.bridges.models import BridgeStaff
from qiao.bridges.rules import RUNS, reviews_for_bridge, runs_bridge
from qiao.directory.rules import is_person_of, writes_for
from qiao.standards.models import Group, Nomination, Seat, WorkProposal


@rules.predicate
def keeps_map(user: Any, subject: Any = None) -> bool:
    """Loads and edits bodies, committees and documents, which all bridges share: whoever runs a bridge."""
    if not getattr(user, "is_authenticated", False):
        return False
    return user.is_superuser or BridgeStaff.objects.filter(user=user, role__in=RUNS).exists()


@rules.predicate
def sets_policy(user: Any, group: Group | None) -> bool:
    """Takes groups up for a bridge, sets their policy, seats people: whoever runs the bridge."""
    return group is not None and bool(runs_bridge(user, group.bridge))


@rules.predicate
def endorses(user: Any, nomination: Nomination | None) -> bool:
    """Endorses for the mirror committee or the bridge: the bridge's desk, advisers of the sides among them."""
    return nomination is not None and bool(reviews_for_bridge(user, nomination.group.bridge))


@rules.predicate
def nominates(user: Any, nomination: Nomination | None) -> bool:
    """Writes for the organisation."""
    return nomination is not None and bool(writes_for(user, nomination.organisation))


@rules.predicate
def reads_declarations(user: Any, seat: Seat | None) -> bool:
    """Conflicts of interest and patents: the bridge's desk, the organisation's people and the seated person."""
    if seat is None or not getattr(user, "is_authenticated", False):
        return False
    return (
        seat.user_id == user.pk
        or bool(reviews_for_bridge(user, seat.group.bridge))
        or bool(is_person_of(user, seat.organisation))
    )


@rules.predicate
def declares(user: Any, seat: Seat | None) -> bool:
    """The seated person, or who writes for the organisation."""
    return (
        seat is not None
        and getattr(user, "is_authenticated", False)
        and (seat.user_id == user.pk or bool(writes_for(user, seat.organisation)))
    )


@rules.predicate
def prepares_work(user: Any, proposal: WorkProposal | None) -> bool:
    """Whoever runs the bridge, and the proposed leader's own people who write for it."""
    if proposal is None:
        return False
    return bool(runs_bridge(user, proposal.bridge)) or (
        proposal.leader is not None and bool(writes_for(user, proposal.leader))
    )


rules.add_perm("standards.keep_map", keeps_map)
rules.add_perm("standards.set_policy", sets_policy)
rules.add_perm("standards.endorse", endorses)
rules.add_perm("standards.nominate", nominates)
rules.add_perm("standards.read_declarations", reads_declarations)
rules.add_perm("standards.prepare_work", prepares_work)
