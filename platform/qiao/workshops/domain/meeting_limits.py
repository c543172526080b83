"""How many meetings and open requests a participant may have, and how many are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import MeetingMember, Registration, Workshop


@dataclass(frozen=True)
class MeetingAllowance:
    """Meetings agreed or scheduled, and open requests one has made, with how many there may be."""

    meetings: int
    meetings_limit: int
    requests: int
    requests_limit: int

    @property
    def meetings_left(self) -> int:
        return max(0, self.meetings_limit - self.meetings)

    @property
    def requests_left(self) -> int:
        return max(0, self.requests_limit - self.requests)


def allowances_of(workshop: Workshop, people: Iterable[Registration]) -> dict[int, MeetingAllowance]:
    """Of several people, in one query."""
    found = list(people)
    agreed = Q(meeting__state__in=(MeetingState.AGREED, MeetingState.SCHEDULED)) & ~Q(answer=MeetingAnswer.NO)
    counted = {
        row["registration_id"]: (row["meetings"], row["requests"])
        for row in MeetingMember.objects.filter(registration__in=found)
        .order_by()
        .values("registration_id")
        .annotate(
            meetings=Count("pk", filter=agreed & Q(meeting__starts_at=None)),
            requests=Count("pk", filter=Q(is_asking=True, meeting__state=MeetingState.REQUESTED)),
        )
    }
    allowances = {}
    for one in found:
        meetings, requests = counted.get(one.pk, (0, 0))
        allowances[one.pk] = MeetingAllowance(
            meetings=meetings,
            meetings_limit=limit_of(one, workshop),
            requests=requests,
            requests_limit=workshop.requests_per_person,
        )
    return allowances


def allowance_of(registration: Registration, workshop: Workshop) -> MeetingAllowance:
    """What somebody has left."""
    return allowances_of(workshop, [registration])[registration.pk]


def limit_of(registration: Registration, workshop: Workshop) -> int:
    """The most meetings somebody has: what the workshop allows, or fewer if they want fewer."""
    if registration.most_meetings is None:
        return workshop.meetings_per_person
    return min(registration.most_meetings, workshop.meetings_per_person)
