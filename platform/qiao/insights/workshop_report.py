"""What a workshop came to: who was there, which meetings were held, what has grown out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db.models import Avg, Count, Q

from qiao.common.regions import country_name
from qiao.directory.enums import OrganisationKind
from qiao.directory.models import Membership
from qiao.partnerships.enums import STAGE_ORDER, Stage
from qiao.partnerships.models import Introduction
from qiao.workshops.enums import (
    CheckInKind,
    MeetingAnswer,
    MeetingOrigin,
    MeetingOutcome,
    MeetingState,
    RegistrationState,
)
from qiao.workshops.models import CheckIn, Feedback, Meeting, MeetingMember, Registration, Workshop


@dataclass(frozen=True)
class GroupLine:
    """One side or one kind of organisation: its people, and their meetings. Shares are of 1, None of nothing."""

    label: str
    registered: int
    came: int
    asked: int
    held: int
    #: Pairs of organisations that met, with one of these in it; and how far they have come since.
    met: int = 0
    introduced: int = 0
    agreements: int = 0

    @property
    def held_each(self) -> float | None:
        """Meetings held for each person who is registered."""
        return self.held / self.registered if self.registered else None


@dataclass(frozen=True)
class WorkshopReport:
    """All figures of one workshop. A share is of 1; None where there is nothing to take a share of."""

    registered: int
    waiting: int
    withdrawn: int
    came: int
    organisations: int
    meetings_asked: int
    meetings_agreed: int
    meetings_scheduled: int
    meetings_held: int
    meetings_missed: int
    meetings_disputed: int
    walk_ins: int
    answered_share: float | None
    cross_border_share: float | None
    people_without_meeting: int
    pairs_met: int
    stages: dict[str, int] = field(default_factory=dict)
    sides: tuple[GroupLine, ...] = ()
    kinds: tuple[GroupLine, ...] = ()
    feedback: int = 0
    mark: float | None = None

    @property
    def attended_share(self) -> float | None:
        """Of those registered, how many came."""
        return self.came / self.registered if self.registered else None


def workshop_report(workshop: Workshop) -> WorkshopReport:
    """Count. The number of queries does not depend on how many people or meetings there are."""
    registrations = list(
        Registration.objects.of_workshop(workshop).values(
            "pk", "state", "organisation_id", "organisation__kind", "no_show_at"
        )
    )
    confirmed = [one for one in registrations if one["state"] == RegistrationState.CONFIRMED]
    organisation_of = {one["pk"]: one["organisation_id"] for one in registrations}
    kind_of = {one["pk"]: one["organisation__kind"] for one in registrations}
    memberships = Membership.objects.filter(bridge_id=workshop.bridge_id).exclude(side=None)
    side_of_organisation = dict(
        memberships.filter(organisation__in=set(organisation_of.values())).values_list(
            "organisation_id", "side__country"
        )
    )
    side_of = {pk: side_of_organisation.get(organisation, "") for pk, organisation in organisation_of.items()}
    came = set(
        CheckIn.objects.filter(registration__workshop=workshop, kind=CheckInKind.IN, undone_at=None).values_list(
            "registration_id", flat=True
        )
    ) & {one["pk"] for one in confirmed}
    meetings: list[Any] = list(Meeting.objects.of_workshop(workshop).values("pk", "state", "outcome", "origin"))
    members: dict[int, list[Any]] = {}
    in_meetings = MeetingMember.objects.filter(meeting__workshop=workshop)
    for place in in_meetings.values("meeting_id", "registration_id", "is_asking", "answer"):
        members.setdefault(place["meeting_id"], []).append(place)
    held = [one["pk"] for one in meetings if one["outcome"] == MeetingOutcome.HELD]
    held_by = Counter(one["registration_id"] for pk in held for one in members.get(pk, ()))
    requests = [one for one in meetings if one["origin"] == MeetingOrigin.REQUEST]
    asked_by = Counter(
        one["registration_id"] for meeting in requests for one in members.get(meeting["pk"], ()) if one["is_asking"]
    )
    answered = [one for one in requests if _answered(one, members.get(one["pk"], ()))]
    across = [pk for pk in held if len({side_of.get(one["registration_id"], "") for one in members.get(pk, ())}) > 1]
    pairs = _pairs(held, members, organisation_of)
    marks = Feedback.objects.filter(workshop=workshop, session=None).aggregate(n=Count("pk"), mark=Avg("mark"))
    reached = _reached(workshop, pairs)
    people = [one["pk"] for one in confirmed]
    kind_of_organisation = {one["organisation_id"]: one["organisation__kind"] for one in registrations}
    return WorkshopReport(
        registered=len(confirmed),
        waiting=sum(one["state"] == RegistrationState.WAITING for one in registrations),
        withdrawn=sum(one["state"] == RegistrationState.WITHDRAWN for one in registrations),
        came=len(came),
        organisations=len({one["organisation_id"] for one in confirmed}),
        meetings_asked=len(requests),
        meetings_agreed=sum(one["state"] in (MeetingState.AGREED, MeetingState.SCHEDULED) for one in requests),
        meetings_scheduled=sum(one["state"] == MeetingState.SCHEDULED for one in meetings),
        meetings_held=len(held),
        meetings_missed=sum(one["outcome"] == MeetingOutcome.DID_NOT_HAPPEN for one in meetings),
        meetings_disputed=sum(one["outcome"] == MeetingOutcome.DISPUTED for one in meetings),
        walk_ins=sum(one["origin"] == MeetingOrigin.WALK_IN for one in meetings),
        answered_share=len(answered) / len(requests) if requests else None,
        cross_border_share=len(across) / len(held) if held else None,
        people_without_meeting=sum(not held_by[pk] for pk in people),
        pairs_met=len(pairs),
        stages={
            stage: sum(one >= place for one in reached.values() if one is not None)
            for stage, place in STAGE_ORDER.items()
        },
        sides=_lines(people, side_of, came, asked_by, held_by, _side_label, _by_group(reached, side_of_organisation)),
        kinds=_lines(people, kind_of, came, asked_by, held_by, _kind_label, _by_group(reached, kind_of_organisation)),
        feedback=marks["n"],
        mark=marks["mark"],
    )


def _answered(meeting: dict[str, Any], members: Iterable[dict[str, Any]]) -> bool:
    """Whether everybody who was asked has said something."""
    return all(one["answer"] != MeetingAnswer.ASKED for one in members if not one["is_asking"])


def _pairs(
    held: Sequence[int], members: dict[int, list[dict[str, Any]]], organisation_of: dict[int, int]
) -> set[tuple[int, int]]:
    """Organisations that have met, lower id first."""
    found: set[tuple[int, int]] = set()
    for pk in held:
        there = sorted({organisation_of[one["registration_id"]] for one in members.get(pk, ())})
        found.update((one, other) for one, other in combinations(there, 2))
    return found


def _reached(workshop: Workshop, pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int | None]:
    """How far each pair that has met has come by now; None for one that nobody has introduced."""
    reached: dict[tuple[int, int], int | None] = dict.fromkeys(pairs)
    if not pairs:
        return reached
    chosen = Q(first__in={one for one, _other in pairs}, second__in={other for _one, other in pairs})
    rows = Introduction.objects.filter(chosen, bridge_id=workshop.bridge_id).exclude(stage="")
    for first, second, stage in rows.values_list("first_id", "second_id", "stage"):
        if (first, second) in reached:
            reached[(first, second)] = STAGE_ORDER[stage]
    return reached


def _by_group(
    reached: dict[tuple[int, int], int | None], group_of: Mapping[int, str]
) -> dict[str, tuple[int, int, int]]:
    """Of each group: pairs that met with one of it, those introduced, those with an agreement. A pair counts once."""
    counts: dict[str, list[int]] = {}
    for pair, place in reached.items():
        for group in {group_of.get(organisation, "") for organisation in pair}:
            line = counts.setdefault(group, [0, 0, 0])
            line[0] += 1
            line[1] += place is not None
            line[2] += place is not None and place >= STAGE_ORDER[Stage.AGREEMENT]
    return {group: (one, two, three) for group, (one, two, three) in counts.items()}


def _lines(
    people: Sequence[int],
    group_of: dict[int, str],
    came: set[int],
    asked_by: Counter[int],
    held_by: Counter[int],
    label: Any,
    grown: Mapping[str, tuple[int, int, int]],
) -> tuple[GroupLine, ...]:
    groups: dict[str, list[int]] = {}
    for pk in people:
        groups.setdefault(group_of[pk], []).append(pk)
    return tuple(
        GroupLine(
            label=label(name),
            registered=len(of_one),
            came=sum(pk in came for pk in of_one),
            asked=sum(asked_by[pk] for pk in of_one),
            held=sum(held_by[pk] for pk in of_one),
            met=grown.get(name, (0, 0, 0))[0],
            introduced=grown.get(name, (0, 0, 0))[1],
            agreements=grown.get(name, (0, 0, 0))[2],
        )
        for name, of_one in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _side_label(country: str) -> str:
    return country_name(country) if country else "–"


def _kind_label(kind: str) -> str:
    return str(OrganisationKind(kind).label) if kind in OrganisationKind.values else kind
