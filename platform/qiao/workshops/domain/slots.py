"""The slots in which meetings are held: made day by day by the workshop's own clock, never overlapping."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.setting_up import owned
from qiao.workshops.models import Meeting, Slot, Workshop

MOST_SLOTS = 400
SHORTEST, LONGEST = 5, 240


@dataclass(frozen=True)
class Span:
    """From and to, of one day's clock."""

    begins: datetime.time
    ends: datetime.time


def moments_of(
    workshop: Workshop,
    *,
    day: datetime.date,
    begins: datetime.time,
    ends: datetime.time,
    minutes: int,
    pause: int = 0,
    breaks: Sequence[Span] = (),
) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Slots of `minutes` one after another on a day, `pause` minutes apart, none within a break; in UTC.

    The clock of the place says when the day begins and ends. In a night with a clock change an hour that is there
    twice holds twice as many slots, and one that is left out none: what lasts twenty minutes lasts twenty minutes.
    An end that is not after the beginning is that of the next day, if the workshop lasts until then; midnight ends any
    day. Raises `InvalidInput`.
    """
    errors: dict[str, list[str]] = {}
    if day not in workshop.days:
        errors["days"] = [_("Choose days of the workshop.")]
    over_midnight = ends <= begins and ends != datetime.time(0)
    next_day = day + datetime.timedelta(days=1)
    if ends == begins or (over_midnight and next_day not in workshop.days):
        errors["ends"] = [_("It ends after it has begun.")]
    if not SHORTEST <= minutes <= LONGEST:
        errors["minutes"] = [_("%(from)d to %(to)d minutes.") % {"from": SHORTEST, "to": LONGEST}]
    if not 0 <= pause <= 120:
        errors["pause"] = [_("0 to 120 minutes.")]
    if any(one.ends == one.begins or (one.ends < one.begins and ends > begins) for one in breaks):
        errors["breaks"] = [_("A break ends after it has begun.")]
    if errors:
        raise InvalidInput(errors=errors)

    def at(clock: datetime.time) -> datetime.datetime:
        # Hours before the beginning are those after midnight.
        of = next_day if ends <= begins and clock < begins else day
        return datetime.datetime.combine(of, clock, tzinfo=workshop.zone).astimezone(datetime.UTC)

    closed = sorted((at(one.begins), at(one.ends)) for one in breaks)
    length, step = datetime.timedelta(minutes=minutes), datetime.timedelta(minutes=minutes + pause)
    found = []
    moment, end = at(begins), at(ends)
    while moment + length <= end:
        within = next((b for a, b in closed if moment < b and a < moment + length), None)
        if within is not None:
            moment = within
            continue
        found.append((moment, moment + length))
        moment += step
    return found


@transaction.atomic
def make_slots(
    workshop: Workshop,
    *,
    actor: Any,
    days: Sequence[datetime.date],
    begins: datetime.time,
    ends: datetime.time,
    minutes: int,
    pause: int = 0,
    breaks: Sequence[Span] = (),
) -> list[Slot]:
    """Make the slots of some days, in the place of those days' slots without a meeting; returns all slots of the days.

    Raises `InvalidInput` where a new slot would overlap one in which somebody meets.
    """
    workshop = owned(workshop, actor)
    if not days:
        raise InvalidInput(errors={"days": [_("Choose a day.")]})
    wanted = [
        moments
        for day in sorted(set(days))
        for moments in moments_of(
            workshop, day=day, begins=begins, ends=ends, minutes=minutes, pause=pause, breaks=breaks
        )
    ]
    if not wanted:
        raise InvalidInput(errors={"ends": [_("There is no room for a slot between these hours.")]})
    of_days = [
        slot
        for slot in _locked(workshop)
        if slot.starts_at.astimezone(workshop.zone).date() in set(days)
        or any(begins < slot.ends_at and slot.starts_at < ends for begins, ends in wanted)  # made over midnight
    ]
    kept = {slot.starts_at: slot for slot in of_days if _is_taken(slot)}
    for slot in of_days:
        if slot.starts_at not in kept:
            _delete(slot)
    new = [(a, b) for a, b in wanted if a not in kept or kept[a].ends_at != b]
    _refuse_overlap(workshop, new)
    if Slot.objects.filter(workshop=workshop).count() + len(new) > MOST_SLOTS:
        raise InvalidInput(_("A workshop has at most %(n)d slots.") % {"n": MOST_SLOTS})
    Slot.objects.bulk_create(Slot(workshop=workshop, starts_at=a, ends_at=b) for a, b in new)
    log_act(workshop, "make_slots", actor=actor, detail={"slots": len(new)})
    emit("workshop.changed", workshop_id=workshop.pk)
    chosen, made = set(days), {begins for begins, _ends in wanted}
    return [
        one
        for one in workshop.slots.all()
        if one.starts_at in made or one.starts_at.astimezone(workshop.zone).date() in chosen
    ]


@transaction.atomic
def add_slot(workshop: Workshop, *, actor: Any, starts_at: datetime.datetime, minutes: int) -> Slot:
    """Add one slot of any length. Raises `InvalidInput` for one outside the days, or over another."""
    workshop = owned(workshop, actor)
    ends_at = starts_at + datetime.timedelta(minutes=minutes)
    if not SHORTEST <= minutes <= LONGEST:
        limits = {"from": SHORTEST, "to": LONGEST}
        raise InvalidInput(errors={"minutes": [_("%(from)d to %(to)d minutes.") % limits]})
    if starts_at < workshop.starts_at or ends_at > workshop.ends_at:
        raise InvalidInput(errors={"starts_at": [_("Choose a time within the days of the workshop.")]})
    _refuse_overlap(workshop, [(starts_at, ends_at)])
    slot = Slot.objects.create(workshop=workshop, starts_at=starts_at, ends_at=ends_at)
    log_act(workshop, "make_slots", actor=actor, detail={"slots": 1})
    emit("workshop.changed", workshop_id=workshop.pk)
    return slot


@transaction.atomic
def remove_slots(workshop: Workshop, *, actor: Any, slots: Sequence[Slot]) -> int:
    """Remove slots; returns how many. Raises `InvalidInput` when somebody meets in one of them."""
    workshop = owned(workshop, actor)
    chosen = [one for one in _locked(workshop) if one.pk in {slot.pk for slot in slots}]
    taken = [one for one in chosen if _is_taken(one)]
    if taken:
        moment = taken[0].starts_at.astimezone(workshop.zone)
        raise InvalidInput(
            _("Somebody meets in the slot of %(day)s, %(time)s. Move these meetings first.")
            % {"day": moment.date().isoformat(), "time": f"{moment:%H:%M}"}
        )
    for one in chosen:
        _delete(one)
    if chosen:
        log_act(workshop, "remove_slots", actor=actor, detail={"slots": len(chosen)})
        emit("workshop.changed", workshop_id=workshop.pk)
    return len(chosen)


def _is_taken(slot: Slot) -> bool:
    return Meeting.objects.filter(slot=slot).live().exists()


def _delete(slot: Slot) -> None:
    """Delete a slot that nobody meets in. A meeting that was called off no longer says when it would have been."""
    Meeting.objects.filter(slot=slot).update(slot=None)
    slot.delete()


def _locked(workshop: Workshop) -> list[Slot]:
    return list(Slot.objects.select_for_update(no_key=True).filter(workshop=workshop).order_by("starts_at"))


def _refuse_overlap(workshop: Workshop, moments: Sequence[tuple[datetime.datetime, datetime.datetime]]) -> None:
    known = list(Slot.objects.filter(workshop=workshop).values_list("starts_at", "ends_at"))
    for begins, ends in moments:
        over = next((a for a, b in known if begins < b and a < ends), None)
        if over is not None:
            local = over.astimezone(workshop.zone)
            raise InvalidInput(
                _("A slot would overlap the one of %(day)s, %(time)s, in which somebody meets.")
                % {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}
            )
