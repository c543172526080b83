"""What an act in an introduction says to the matcher."""

from __future__ import annotations

from typing import Any

from matching.app.domain.learning_responses import (
    record_response,
    record_response_without_proposal,
    void_response_between,
)
from matching.app.enums import ResponseKind
from qiao.partnerships.domain.case import Case
from qiao.partnerships.models import Party


def teach(case: Case, party: Party, *, actor: Any, kind: ResponseKind, reason: str = "") -> None:
    """Keep what a side did. A pair without a proposal teaches nothing, and is proposed no more all the same."""
    proposal = case.introduction.proposal
    if proposal is not None:
        record_response(proposal, actor=actor, organisation=party.organisation, kind=kind, reason=reason)
    else:
        record_response_without_proposal(
            case.bridge,
            actor=actor,
            organisation=party.organisation,
            other=case.other(party).organisation,
            kind=kind,
            reason=reason,
        )


def unteach(case: Case, party: Party, *, kind: ResponseKind) -> None:
    """It was undone."""
    void_response_between(
        case.bridge.pk,
        organisation_id=party.organisation_id,
        other_id=case.other(party).organisation_id,
        kind=kind,
    )
