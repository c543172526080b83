"""Rooms and tables. What is removed stays in the records of what took place there."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.common.text import clean_line
from qiao.common.validation import check_model
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.audience import TOPIC, desk_path_of
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.setting_up import owned
from qiao.workshops.enums import MeetingState
from qiao.workshops.models import Meeting, MeetingTable, Room, Session, Workshop, WorkshopStaff

MOST_ROOMS, MOST_TABLES = 100, 1000
ROOM_FIELDS = ("name", "site", "capacity", "has_interpreting", "online_url")


@transaction.atomic
def save_room(workshop: Workshop, *, actor: Any, room: Room | None = None, **fields: Any) -> Room:
    """Add a room, or change one. Raises `InvalidInput`."""
    workshop = owned(workshop, actor)
    if room is None:
        there = Room.objects.filter(workshop=workshop, removed_at=None)
        if there.count() >= MOST_ROOMS:
            raise InvalidInput(_("A workshop has at most %(n)d rooms.") % {"n": MOST_ROOMS})
        last = there.order_by("-position").values_list("position", flat=True).first()
        found = Room(workshop=workshop, position=0 if last is None else last + 1)
    else:
        found = _room(workshop, room)
    for name in ROOM_FIELDS:
        if name in fields:
            setattr(found, name, fields[name])
    data = found.name.data if isinstance(found.name, LazyI18nString) else found.name
    known = data if isinstance(data, dict) else {"en": data or ""}
    found.name = LazyI18nString({code: clean_line(text)[:120] for code, text in known.items() if clean_line(text)})
    if not found.name.data:
        raise InvalidInput(errors={"name": [_("Name the room, in one language at least.")]})
    found.site = clean_line(found.site)
    check_model(found)
    found.save()
    log_act(workshop, "save_room", actor=actor, detail={"room": found.public_id})
    emit("workshop.changed", workshop_id=workshop.pk)
    return found


@transaction.atomic
def remove_room(room: Room, *, actor: Any) -> list[Session]:
    """Remove a room; returns the sessions that have lost their place in the draft.

    Released programmes stay as participants know them until the next release; those who plan the programme are told
    which sessions need another room. Its tables go as well.
    """
    workshop = owned(room.workshop, actor)
    room = _room(workshop, room)
    lost = list(room.sessions.select_for_update(no_key=True).order_by("starts_at", "pk"))
    for session in lost:
        session.room, session.is_locked = None, False
        session.edition += 1
        session.save(update_fields=["room", "is_locked", "edition", "updated_at"])
        emit("session.changed", session_id=session.pk)
    room.removed_at = timezone.now()
    room.save(update_fields=["removed_at", "updated_at"])
    for table in MeetingTable.objects.filter(room=room, removed_at=None):
        _take_away(table)
    log_act(workshop, "remove_room", actor=actor, detail={"room": room.public_id, "sessions": len(lost)})
    emit("room.removed", workshop_id=workshop.pk, room_id=room.pk)
    if lost:
        for user in planners_of(workshop):
            tell(
                user,
                "room_removed",
                topic=TOPIC,
                url=f"{desk_path_of(workshop)}programme/",
                bridge=workshop.bridge,
                key=f"room_removed:{room.public_id}",
                mail="room_removed",
                mail_context={"workshop": workshop, "room": room, "sessions": lost},
                subject=str(room.name),
            )
    return lost


@transaction.atomic
def restore_room(room: Room, *, actor: Any) -> Room:
    """Bring a removed room back. Sessions that have moved on stay where they are."""
    workshop = owned(room.workshop, actor)
    room = Room.objects.select_for_update(no_key=True).get(pk=room.pk, workshop=workshop)
    room.removed_at = None
    room.save(update_fields=["removed_at", "updated_at"])
    log_act(workshop, "restore_room", actor=actor, detail={"room": room.public_id})
    emit("workshop.changed", workshop_id=workshop.pk)
    return room


@transaction.atomic
def set_tables(
    workshop: Workshop, *, actor: Any, count: int, seats: int = 4, room: Room | None = None
) -> list[MeetingTable]:
    """Have tables 1 to `count`, of so many seats, in a room or anywhere; returns them.

    More are added, those above are taken away: meetings there keep their time and are seated anew.
    Raises `InvalidInput`.
    """
    workshop = owned(workshop, actor)
    errors = {}
    if not 0 <= count <= MOST_TABLES:
        errors["count"] = [_("0 to %(n)d tables.") % {"n": MOST_TABLES}]
    if not 2 <= seats <= 50:
        errors["seats"] = [_("2 to 50 seats.")]
    if room is not None and (room.workshop_id != workshop.pk or room.removed_at is not None):
        errors["room"] = [_("Choose a room of this workshop.")]
    if errors:
        raise InvalidInput(errors=errors)
    known = {table.number: table for table in MeetingTable.objects.select_for_update().filter(workshop=workshop)}
    for number in range(1, count + 1):
        table = known.pop(number, None) or MeetingTable(workshop=workshop, number=number)
        table.seats, table.room, table.removed_at = seats, room, None
        table.save()
    for table in known.values():
        if table.removed_at is None:
            _take_away(table)
    log_act(workshop, "set_tables", actor=actor, detail={"tables": count, "seats": seats})
    emit("workshop.changed", workshop_id=workshop.pk)
    return list(MeetingTable.objects.filter(workshop=workshop, removed_at=None))


def planners_of(workshop: Workshop) -> list[Any]:
    """Who plans the programme: the workshop's owners and those with that role."""
    staff = WorkshopStaff.objects.filter(workshop=workshop, role__in=("owner", "programme")).select_related("user")
    return list({one.user_id: one.user for one in staff}.values())


def _take_away(table: MeetingTable) -> None:
    table.removed_at = timezone.now()
    table.save(update_fields=["removed_at", "updated_at"])
    # A meeting without a table is seated when the schedule is next made, or by hand; its time is kept.
    for meeting in Meeting.objects.filter(table=table, state=MeetingState.SCHEDULED).select_for_update(of=("self",)):
        meeting.table = None
        meeting.sequence += 1
        meeting.save(update_fields=["table", "sequence", "updated_at"])
        emit("meeting.changed", meeting_id=meeting.pk)


def _room(workshop: Workshop, room: Room) -> Room:
    found = Room.objects.select_for_update(no_key=True).filter(pk=room.pk, workshop=workshop, removed_at=None).first()
    if found is None:
        raise InvalidInput(_("This room is not there any more."))
    return found
