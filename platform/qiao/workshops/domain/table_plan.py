"""Who sits at which table, a slot at a time."""

from __future__ import annotations

from dataclasses import dataclass

from qiao.workshops.enums import MeetingAnswer
from qiao.workshops.models import Meeting, MeetingTable, Registration, Slot, Workshop


@dataclass(frozen=True)
class Seating:
    """A table in a slot: who meets there. Without a table they meet online, or still wait for one."""

    table: MeetingTable | None
    people: tuple[Registration, ...]
    needs_interpreter: bool
    join_url: str


@dataclass(frozen=True)
class SlotPlan:
    """One slot and every meeting in it."""

    slot: Slot
    seatings: tuple[Seating, ...]


def table_plan(workshop: Workshop) -> list[SlotPlan]:
    """The plan of every slot in which somebody meets, in the order of time and tables. A constant number of queries."""
    by_slot: dict[int, list[Seating]] = {}
    for meeting in Meeting.objects.of_workshop(workshop).scheduled().filter(slot__isnull=False).in_full():
        people = tuple(
            one.registration
            for one in meeting.members.all()
            if one.answer != MeetingAnswer.NO and one.registration.no_show_at is None
        )
        seating = Seating(meeting.table, people, meeting.needs_interpreter, meeting.join_url)
        by_slot.setdefault(meeting.slot_id or 0, []).append(seating)
    plans = []
    for slot in Slot.objects.filter(workshop=workshop).order_by("starts_at"):
        seatings = sorted(by_slot.get(slot.pk, []), key=lambda one: (one.table is None, one.table and one.table.number))
        if seatings:
            plans.append(SlotPlan(slot, tuple(seatings)))
    return plans
