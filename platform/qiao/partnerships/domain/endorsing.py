"""What one side says of the other in public, once they have met."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.directory.domain.trust.endorsing import endorse_organisation
from qiao.directory.models import Endorsement, Organisation
from qiao.partnerships.domain.case import locked_case
from qiao.partnerships.enums import STAGE_ORDER, Stage
from qiao.partnerships.models import Introduction


def source_of(introduction: Introduction) -> str:
    """By what an endorsement says where the two have met."""
    return f"introduction:{introduction.public_id}"


def have_met(introduction: Introduction) -> bool:
    """Both sides have confirmed a meeting, or something that comes after one."""
    return STAGE_ORDER.get(introduction.stage, 0) >= STAGE_ORDER[Stage.MEETING]


@transaction.atomic
def endorse_partner(
    introduction: Introduction, *, actor: Any, organisation: Organisation, text: str, language: str
) -> Endorsement:
    """Recommend the other side of an introduction, once.

    Raises `NotAllowed` for who does not write for the organisation and before both have confirmed a meeting,
    `Duplicate` for a second one, `InvalidInput` for words that are empty or too long.
    """
    # With the lock: a meeting that is taken back this very moment is none.
    case = locked_case(introduction)
    party = case.party_of(organisation)
    return endorse_organisation(
        case.other(party).organisation,
        actor=actor,
        by=party.organisation,
        bridge=case.bridge,
        source=source_of(case.introduction),
        have_met=have_met(case.introduction),
        text=text,
        language=language,
    )
