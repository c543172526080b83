"""Who may respond to a proposal."""

from __future__ import annotations

from typing import Any

import rules

from matching.app.models import Proposal
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation


def responds_for(user: Any, proposal: Proposal, organisation: Organisation) -> bool:
    """Owner or editor of an organisation of the pair that has the proposal in its list, or has kept it."""
    received = {
        proposal.first_id: proposal.rank_for_first is not None or proposal.kept_for_first,
        proposal.second_id: proposal.rank_for_second is not None or proposal.kept_for_second,
    }
    return (
        received.get(organisation.pk, False)
        and user.is_authenticated
        and Affiliation.objects.filter(
            user=user, organisation=organisation, role__in=(PersonRole.OWNER, PersonRole.EDITOR)
        ).exists()
    )


@rules.predicate
def responds_to_proposal(user: Any, proposal: Proposal | None) -> bool:
    """May respond for either organisation of the pair."""
    return proposal is not None and (
        responds_for(user, proposal, proposal.first) or responds_for(user, proposal, proposal.second)
    )


rules.add_perm("partnerships.respond_to_proposal", responds_to_proposal)
