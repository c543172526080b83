"""What a block does to introductions: the blocked side sees none of it, the blocking side nothing of the other's.

A request of the blocked goes on waiting in their eyes until its date. An introduction stays as it is for them, and
rests in silence for who has blocked them, who can close it in the open or allow them again.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from qiao.directory.models import Block
from qiao.partnerships.domain.case import blocks, locked_case
from qiao.partnerships.domain.responding import end_own_interest
from qiao.partnerships.enums import Answer, IntroductionState
from qiao.partnerships.models import Introduction, Party

State = IntroductionState


def end_requests_to_blocked(organisation_id: int) -> int:
    """Take back what an organisation has asked of those it blocks, as if it had withdrawn; returns how many.

    May run twice without harm.
    """
    blocked = Block.objects.filter(organisation=organisation_id).values("blocked")
    waiting = Party.objects.filter(
        Q(introduction__first__in=blocked) | Q(introduction__second__in=blocked),
        organisation=organisation_id,
        answer=Answer.INTERESTED,
        introduction__state__in=(State.QUEUED, State.WITH_ADVISERS, State.REQUESTED),
    )
    return sum(_end(pk, organisation_id) for pk in list(waiting.values_list("introduction_id", flat=True)))


@transaction.atomic
def _end(introduction_id: int, organisation_id: int) -> bool:
    case = locked_case(Introduction.objects.get(pk=introduction_id))
    party = case.parties[organisation_id]
    if not blocks(party, case.other(party)):
        return False  # allowed again a moment ago
    return end_own_interest(case, party)
