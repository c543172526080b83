"""Beginning a workshop with what an earlier one was: everything but its people and their meetings."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from qiao.activity.domain.outbox import emit
from qiao.common.errors import NotAllowed
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.setting_up import FIELDS
from qiao.workshops.enums import SessionState, WorkshopRole
from qiao.workshops.models import AskingRule, MeetingTable, RegistrationQuestion, Room, Session, Slot, Workshop
from qiao.workshops.models import WorkshopStaff as Staff
from qiao.workshops.rules import creates_workshops, owns_workshop

MOMENTS = (
    "registration_opens_at", "registration_closes_at", "meeting_requests_open_at", "meeting_requests_close_at",
)  # fmt: skip


@transaction.atomic
def copy_workshop(workshop: Workshop, *, actor: Any, first_day: datetime.date, with_sessions: bool = False) -> Workshop:
    """Make a draft with the texts, rooms, tables, slots, questions, rules and people who run it of an earlier one.

    Every moment keeps its clock time, as many days later as the first day is; sessions come without speakers and only
    if asked for. The new one is owned by the actor as well. Raises `NotAllowed`.
    """
    if not owns_workshop(actor, workshop) or not creates_workshops(actor, workshop.bridge):
        raise NotAllowed
    later = first_day - workshop.first_day
    new = Workshop(bridge=workshop.bridge, copied_from=workshop)
    for name in FIELDS:
        setattr(new, name, getattr(workshop, name))
    new.first_day, new.last_day = first_day, workshop.last_day + later
    for name in MOMENTS:
        setattr(new, name, _moved(getattr(workshop, name), later, workshop))
    new.save()
    rooms = {}
    for room in Room.objects.filter(workshop=workshop, removed_at=None):
        rooms[room.pk] = Room.objects.create(
            workshop=new,
            name=room.name,
            site=room.site,
            capacity=room.capacity,
            has_interpreting=room.has_interpreting,
            online_url=room.online_url,
            position=room.position,
        )
    MeetingTable.objects.bulk_create(
        MeetingTable(
            workshop=new, number=one.number, seats=one.seats, room=rooms.get(one.room_id) if one.room_id else None
        )
        for one in MeetingTable.objects.filter(workshop=workshop, removed_at=None)
    )
    Slot.objects.bulk_create(
        Slot(workshop=new, starts_at=begins, ends_at=ends) for begins, ends in _slots_later(workshop, later)
    )
    RegistrationQuestion.objects.bulk_create(
        RegistrationQuestion(
            workshop=new,
            position=one.position,
            text=one.text,
            help_text=one.help_text,
            kind=one.kind,
            choices=one.choices,
            is_required=one.is_required,
        )
        for one in workshop.questions.all()
    )
    for rule in AskingRule.objects.filter(workshop=workshop):
        made = AskingRule.objects.create(
            workshop=new, position=rule.position, asking_kinds=rule.asking_kinds, asked_kinds=rule.asked_kinds
        )
        made.asking_sides.set(rule.asking_sides.all())
        made.asked_sides.set(rule.asked_sides.all())
    roles = {(one.user_id, one.role) for one in Staff.objects.filter(workshop=workshop)}
    roles.add((actor.pk, str(WorkshopRole.OWNER)))
    Staff.objects.bulk_create(Staff(workshop=new, user_id=user, role=role) for user, role in sorted(roles))
    if with_sessions:
        _copy_sessions(workshop, new, later, rooms)
    log_act(new, "copy_workshop", actor=actor, after=new.state, detail={"from": workshop.public_id})
    emit("workshop.changed", workshop_id=new.pk)
    return new


def _copy_sessions(workshop: Workshop, new: Workshop, later: datetime.timedelta, rooms: dict[int, Room]) -> None:
    for one in Session.objects.filter(workshop=workshop, state=SessionState.ACTIVE):
        Session.objects.create(
            workshop=new,
            kind=one.kind,
            title=one.title,
            description=one.description,
            track=one.track,
            minutes=one.minutes,
            starts_at=_moved(one.starts_at, later, workshop),
            room=rooms.get(one.room_id) if one.room_id else None,
            capacity=one.capacity,
            expected=one.expected,
            needs_interpreting=one.needs_interpreting,
            is_for_all=one.is_for_all,
            online_url=one.online_url,
        )


def _slots_later(workshop: Workshop, later: datetime.timedelta) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """The slots at their clock times on the later days, each as long as it was.

    Where a clock change on either day makes two of them overlap, the first one stays.
    """
    found: list[tuple[datetime.datetime, datetime.datetime]] = []
    moved = ((_moved(one.starts_at, later, workshop), one) for one in Slot.objects.filter(workshop=workshop))
    for begins, one in sorted(moved, key=lambda pair: pair[0]):
        if not found or begins >= found[-1][1]:
            found.append((begins, begins + (one.ends_at - one.starts_at)))
    return found


def _moved(moment: Any, later: datetime.timedelta, workshop: Workshop) -> Any:
    """The same clock time so many days later, by the workshop's own clock: a clock change between moves nothing."""
    if moment is None:
        return None
    local = moment.astimezone(workshop.zone)
    return datetime.datetime.combine(local.date() + later, local.time(), tzinfo=workshop.zone).astimezone(datetime.UTC)
