"""Who is here, who was, who is still expected. Days are those of the workshop's own clock."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Side
from qiao.directory.enums import OrganisationKind
from qiao.directory.models import Membership
from qiao.workshops.enums import CheckInKind
from qiao.workshops.models import CheckIn, Registration, Workshop


class Standing(StrEnum):
    """Where somebody stands on a day."""

    HERE = "here"
    LEFT = "left"
    EXPECTED = "expected"
    AWAY = "away"


STANDING_WORDS = {
    Standing.HERE: _("Here"),
    Standing.LEFT: _("Left again"),
    Standing.EXPECTED: _("Expected"),
    Standing.AWAY: _("Stays away"),
}


@dataclass(frozen=True)
class PersonToday:
    """Somebody with a place, and what the doors have seen of them today."""

    registration: Registration
    standing: Standing
    side: Side | None
    first: CheckIn | None = None
    last: CheckIn | None = None


@dataclass
class Tally:
    """People of one side or kind."""

    label: str
    here: int = 0
    left: int = 0
    expected: int = 0
    away: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.here + self.left + self.expected + self.away

    def add(self, standing: Standing) -> None:
        """Count one."""
        setattr(self, str(standing), getattr(self, str(standing)) + 1)


@dataclass
class WhoIsHere:
    """The figures of a day, and everybody behind them."""

    people: list[PersonToday]
    total: Tally
    sides: list[Tally] = field(default_factory=list)
    kinds: list[Tally] = field(default_factory=list)
    by_hour: Counter[int] = field(default_factory=Counter)


def day_bounds(workshop: Workshop, moment: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """Beginning and end of the day a moment is in, by the workshop's clock; 23 or 25 hours where the clock changes."""
    day = moment.astimezone(workshop.zone).date()
    begin, end = (
        datetime.datetime.combine(one, datetime.time.min, tzinfo=workshop.zone)
        for one in (day, day + datetime.timedelta(days=1))
    )
    return begin, end


def last_seen(registration: Registration, workshop: Workshop, *, day: datetime.datetime) -> CheckIn | None:
    """The last thing a door of the workshop has noted of somebody on the day that `day` is in."""
    begin, end = day_bounds(workshop, day)
    rows = CheckIn.objects.filter(registration=registration, session=None, undone_at=None)
    return rows.filter(happened_at__gte=begin, happened_at__lt=end).order_by("-happened_at", "-pk").first()


def who_is_here(workshop: Workshop, *, now: datetime.datetime | None = None) -> WhoIsHere:
    """Everybody with a place as of today. A constant number of queries."""
    begin, end = day_bounds(workshop, now or timezone.now())
    seen: dict[int, list[CheckIn]] = {}
    rows = CheckIn.objects.filter(registration__workshop=workshop, session=None, undone_at=None)
    for row in rows.filter(happened_at__gte=begin, happened_at__lt=end).order_by("happened_at", "pk"):
        seen.setdefault(row.registration_id, []).append(row)
    memberships = Membership.objects.filter(bridge_id=workshop.bridge_id).exclude(side=None).select_related("side")
    side_of = {one.organisation_id: one.side for one in memberships}
    found = WhoIsHere([], Tally(""))
    sides: dict[str, Tally] = {}
    kinds: dict[str, Tally] = {}
    for one in Registration.objects.of_workshop(workshop).confirmed().select_related("organisation", "delegation"):
        mine = seen.get(one.pk, [])
        standing = _standing(one, mine)
        side = side_of.get(one.organisation_id)
        found.people.append(PersonToday(one, standing, side, mine[0] if mine else None, mine[-1] if mine else None))
        found.total.add(standing)
        side_label = str(side) if side is not None else str(_("No side"))
        sides.setdefault(side_label, Tally(side_label)).add(standing)
        kind_label = str(OrganisationKind(one.organisation.kind).label)
        kinds.setdefault(kind_label, Tally(kind_label)).add(standing)
        if mine and mine[0].kind == CheckInKind.IN:
            found.by_hour[mine[0].happened_at.astimezone(workshop.zone).hour] += 1
    found.sides = [sides[label] for label in sorted(sides)]
    found.kinds = [kinds[label] for label in sorted(kinds)]
    return found


def _standing(registration: Registration, mine: list[CheckIn]) -> Standing:
    if mine:
        return Standing.HERE if mine[-1].kind == CheckInKind.IN else Standing.LEFT
    return Standing.AWAY if registration.no_show_at is not None else Standing.EXPECTED
