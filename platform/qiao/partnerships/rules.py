"""Who may respond to a proposal, act in an introduction, and broker one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from matching.app.models import Proposal
from qiao.bridges.rules import RUNS, role_on
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation
from qiao.partnerships.enums import BROKERING

if TYPE_CHECKING:
    from qiao.bridges.models import Bridge
    from qiao.partnerships.models import Introduction, Party


def acts_for(user: Any, organisation: Organisation) -> bool:
    """Owner or editor of the organisation. Not even a superuser speaks for others."""
    return (
        user.is_authenticated
        and Affiliation.objects.filter(
            user=user, organisation=organisation, role__in=(PersonRole.OWNER, PersonRole.EDITOR)
        ).exists()
    )


def responds_for(user: Any, proposal: Proposal, organisation: Organisation) -> bool:
    """Owner or editor of an organisation of the pair that has the proposal in its list, or has kept it."""
    received = {
        proposal.first_id: proposal.rank_for_first is not None or proposal.kept_for_first,
        proposal.second_id: proposal.rank_for_second is not None or proposal.kept_for_second,
    }
    return received.get(organisation.pk, False) and acts_for(user, organisation)


@rules.predicate
def responds_to_proposal(user: Any, proposal: Proposal | None) -> bool:
    """May respond for either organisation of the pair."""
    return proposal is not None and (
        responds_for(user, proposal, proposal.first) or responds_for(user, proposal, proposal.second)
    )


def takes_part_for(user: Any, party: Party) -> bool:
    """Acts for a side that knows of the introduction."""
    return party.knows and acts_for(user, party.organisation)


def brokers_on(user: Any, bridge: Bridge) -> bool:
    """Brings organisations of the bridge together: its owners, organisers and advisers."""
    return bool(user.is_authenticated and (user.is_superuser or role_on(user, bridge) in BROKERING))


@rules.predicate
def brokers(user: Any, introduction: Introduction | None) -> bool:
    """May act on a case: who runs the bridge on any, an adviser on those that are theirs or nobody's.

    Nobody brokers for their own organisation: they would read what the other side has said in private.
    """
    if introduction is None or not brokers_on(user, introduction.bridge):
        return False
    own = Affiliation.objects.filter(user=user, organisation__in=(introduction.first_id, introduction.second_id))
    if own.exists():
        return False
    if user.is_superuser or role_on(user, introduction.bridge) in RUNS:
        return True
    advisers = {party.adviser_id for party in introduction.parties.all()} - {None}
    return not advisers or user.pk in advisers


rules.add_perm("partnerships.respond_to_proposal", responds_to_proposal)
rules.add_perm("partnerships.broker", brokers)
