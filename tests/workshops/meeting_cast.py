"""A workshop with slots and tables and people of both sides who may meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.workshops.domain.asking import ask_for_meeting
from qiao.workshops.models import Meeting, MeetingTable, Registration, Slot, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, add_slots, add_tables, member, staff


@dataclass
class MeetingCast:
    """`british` and `chinese` are of organisations of their own, one each."""

    workshop: Workshop
    british: list[Registration]
    chinese: list[Registration]
    slots: list[Slot]
    tables: list[MeetingTable]
    organiser: User

    @property
    def bridge(self) -> Bridge:
        return self.workshop.bridge

    @property
    def everybody(self) -> list[Registration]:
        return [*self.british, *self.chinese]

    def ask(self, asking: Registration, *asked: Registration, **more: Any) -> Meeting:
        """Have one ask others."""
        return ask_for_meeting(self.workshop, actor=asking.user, asking=asking, asked=asked, **more)


def meeting_cast(*, each: int = 2, slots: int = 4, tables: int = 2, **fields: Any) -> MeetingCast:
    """Make one. `fields` are the workshop's."""
    workshop: Workshop = WorkshopFactory(**fields)
    people: dict[str, list[Registration]] = {
        country: [
            RegistrationFactory(workshop=workshop, organisation=member(workshop.bridge, country=country))
            for _ in range(each)
        ]
        for country in ("GB", "CN")
    }
    organiser = UserFactory()
    staff(workshop.bridge, organiser, role="owner")
    return MeetingCast(
        workshop=workshop,
        british=people["GB"],
        chinese=people["CN"],
        slots=add_slots(workshop, slots),
        tables=add_tables(workshop, tables),
        organiser=organiser,
    )


def colleague_of(registration: Registration, **fields: Any) -> Registration:
    """Another person of the same organisation at the same workshop."""
    found: Registration = RegistrationFactory(
        workshop=registration.workshop, organisation=registration.organisation, **fields
    )
    return found
