"""A workshop with rooms and sessions to place, and somebody who plans it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from matching.app.domain.workshop_placing import work_on_placement
from qiao.accounts.models import User
from qiao.workshops.domain.placing import request_placement
from qiao.workshops.domain.sessions import place_session
from qiao.workshops.enums import RunState
from qiao.workshops.models import PlacementRun, Presence, Registration, Room, Session, SessionPerson, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff


@dataclass
class PlacingCast:
    """Two days in Shanghai, from nine to six unless told otherwise."""

    workshop: Workshop
    planner: User
    rooms: list[Room]

    def room(self, name: str, **fields: Any) -> Room:
        """Another room."""
        room = Room.objects.create(workshop=self.workshop, name={"en": name}, **fields)
        self.rooms.append(room)
        return room

    def session(self, title: str, **fields: Any) -> Session:
        """A session of the draft; a panel has no moderator, which is not what is tested here."""
        made: Session = Session.objects.create(
            workshop=self.workshop, **({"kind": "training", "title": {"en": title}, "minutes": 60} | fields)
        )
        return made

    def person(self, **fields: Any) -> Registration:
        """Somebody registered."""
        made: Registration = RegistrationFactory(workshop=self.workshop, **fields)
        return made

    def at(self, hour: int, minute: int = 0, *, day: int = 0) -> datetime.datetime:
        """A moment by the workshop's clock."""
        return self.workshop.starts_at + datetime.timedelta(days=day, hours=hour, minutes=minute)

    def there(self, person: Registration, begins: datetime.datetime, ends: datetime.datetime) -> None:
        """Say when somebody is there."""
        Presence.objects.create(registration=person, starts_at=begins, ends_at=ends)

    def put(self, session: Session, begins: datetime.datetime | None, room: Room | None, **more: Any) -> Session:
        """Place it by hand."""
        session.refresh_from_db()
        return place_session(session, actor=self.planner, edition=session.edition, starts_at=begins, room=room, **more)

    def ask(self, **options: Any) -> PlacementRun:
        """Ask for a placement."""
        return request_placement(self.workshop, actor=self.planner, **({"seconds": 2} | options))

    def run(self, **options: Any) -> PlacementRun:
        """Ask for a placement, and have it made."""
        run = self.ask(**options)
        assert work_on_placement(run.pk)
        run.refresh_from_db()
        assert run.state == RunState.READY, run.error
        return run


def add(session: Session, person: Registration, role: str = "participant", **fields: Any) -> SessionPerson:
    """Somebody in a session."""
    made: SessionPerson = SessionPerson.objects.create(
        session=session, registration=person, name=person.name, role=role, **fields
    )
    return made


def placing_cast(*, rooms: int = 2, **fields: Any) -> PlacingCast:
    """Make one. `fields` are the workshop's."""
    workshop: Workshop = WorkshopFactory(**fields)
    planner = UserFactory()
    workshop_staff(workshop, planner, "programme")
    cast = PlacingCast(workshop, planner, [])
    for number in range(rooms):
        cast.room(f"Room {number + 1}", position=number)
    return cast
