"""When the participants of a workshop can meet: what stands against each slot, for whom."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from django.utils import timezone

from qiao.common.time_zones import time_zone
from qiao.workshops.domain.queries.taken_times import Stretch, in_sessions, present_at
from qiao.workshops.enums import AttendanceMode, MeetingState
from qiao.workshops.models import MeetingMember, Registration, Slot, Workshop

#: The hours of their own clock in which people who take part online have meetings.
DAY_BEGINS, DAY_ENDS = datetime.time(7), datetime.time(22)


class Against(StrEnum):
    """What stands against a meeting of somebody at a time."""

    PAST = "past"
    #: Another meeting: nobody meets twice at a time.
    MEETING = "meeting"
    #: A session for everybody.
    PLENARY = "plenary"
    #: A session they speak in, moderate or have accepted, or the way to it.
    SESSION = "session"
    #: They are not there.
    ABSENT = "absent"
    #: It is night where they are.
    NIGHT = "night"


#: What no wish can overrule. The rest are warnings: people know their own plans best.
FIXED = frozenset({Against.PAST, Against.MEETING, Against.PLENARY})


class FreeTimes:
    """What stands against each slot of a workshop, for some of its people or all. A constant number of queries."""

    def __init__(self, workshop: Workshop, people: Iterable[Registration], *, leave_out: int | None = None) -> None:
        self.workshop = workshop
        self.slots = list(Slot.objects.filter(workshop=workshop))
        self.people = {one.pk: one for one in people}
        self._by_id = {slot.pk: slot for slot in self.slots}
        self._present = present_at(workshop, self.people.values())
        sessions = in_sessions(workshop, self.people)
        margin = datetime.timedelta(minutes=workshop.minutes_between)
        self._sessions = {who: [(a - margin, b + margin) for a, b in found] for who, found in sessions.of.items()}
        self._plenaries = [(a - margin, b + margin) for a, b in sessions.of_all]
        self._held: dict[int, set[int]] = defaultdict(set)
        self._walk_ins: dict[int, list[Stretch]] = defaultdict(list)
        places = MeetingMember.objects.filter(
            registration__in=self.people, meeting__state=MeetingState.SCHEDULED, meeting__workshop=workshop
        ).exclude(meeting=leave_out)
        for who, slot, starts_at, ends_at in places.values_list(
            "registration_id", "held_slot_id", "meeting__starts_at", "meeting__ends_at"
        ):
            if slot is not None:
                self._held[who].add(slot)
            elif starts_at is not None and ends_at is not None:
                self._walk_ins[who].append((starts_at, ends_at))
        self._now = timezone.now()
        # Who has not said for this workshop where they are is where their account says.
        unsaid = [pk for pk, one in self.people.items() if one.mode == AttendanceMode.REMOTE and not one.time_zone]
        own = Registration.objects.filter(pk__in=unsaid).values_list("pk", "user__time_zone") if unsaid else ()
        self._zones: dict[int, str] = {pk: zone or "" for pk, zone in own}

    def against(self, person: int, slot: Slot | int, *, meetings: bool = True) -> frozenset[Against]:
        """What stands against somebody's meeting then. Without `meetings`, others that have a slot do not count."""
        one = self._by_id[slot] if isinstance(slot, int) else slot
        begins, ends = one.starts_at, one.ends_at
        found = set()
        if begins <= self._now:
            found.add(Against.PAST)
        if (meetings and one.pk in self._held[person]) or _meets(self._walk_ins[person], begins, ends):
            found.add(Against.MEETING)
        if _meets(self._plenaries, begins, ends):
            found.add(Against.PLENARY)
        if _meets(self._sessions.get(person, ()), begins, ends):
            found.add(Against.SESSION)
        if not any(a <= begins and ends <= b for a, b in self._present[person]):
            found.add(Against.ABSENT)
        if is_at_night(self.people[person], begins, ends, zone=self._zones.get(person, "")):
            found.add(Against.NIGHT)
        return frozenset(found)

    def free(self, person: int, *, meetings: bool = True) -> list[Slot]:
        """The slots that nothing stands against."""
        return [slot for slot in self.slots if not self.against(person, slot, meetings=meetings)]

    def common(self) -> list[Slot]:
        """The slots that nothing stands against for any of the people."""
        return [slot for slot in self.slots if not any(self.against(person, slot) for person in self.people)]


def is_at_night(person: Registration, begins: datetime.datetime, ends: datetime.datetime, *, zone: str = "") -> bool:
    """Whether somebody online would meet outside the day of their own clock, and has not agreed to that.

    `zone` is theirs where the registration names none.
    """
    own = time_zone(person.time_zone or zone)
    if person.mode != AttendanceMode.REMOTE or person.at_any_hour or own is None:
        return False
    first, last = begins.astimezone(own), ends.astimezone(own)
    return first.time() < DAY_BEGINS or last.date() != first.date() or last.time() > DAY_ENDS


def _meets(stretches: Iterable[Stretch], begins: datetime.datetime, ends: datetime.datetime) -> bool:
    return any(a < ends and begins < b for a, b in stretches)
