"""Runs of automatic placement: asked for, worked on, stopped, put aside. What one finds changes nothing by itself."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import RunState, WorkshopFormat
from qiao.workshops.models import PlacementRun, Room, Session, Slot, Workshop
from qiao.workshops.rules import plans_programme
from qiao.workshops.transitions import RUN

#: What is placed: what has no time or no room yet, while the rest stays; or all that is not locked.
SCOPES = ("missing", "all")
#: Beginnings of sessions lie so many minutes apart.
STEPS = (5, 10, 15, 20, 30, 60)
LONGEST = 600
#: A run that nobody works on is handed out again after so long.
STALLED_AFTER = datetime.timedelta(seconds=90)
#: Where neither slots nor sessions tell the hours.
USUAL_HOURS = (datetime.time(9), datetime.time(18))
UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


@transaction.atomic
def request_placement(
    workshop: Workshop,
    *,
    actor: Any,
    scope: str = "missing",
    begins: datetime.time | None = None,
    ends: datetime.time | None = None,
    step: int = 15,
    rooms: Iterable[Room] | None = None,
    never_small: bool = False,
    seconds: int = 30,
) -> PlacementRun:
    """Ask for a placement. One at a time: another that waits or runs is returned instead.

    Sessions are placed between `begins` and `ends` of each day by the workshop's clock, in `rooms` (all, if none are
    named); `never_small` rules out rooms with fewer seats than are expected. Raises `InvalidInput`.
    """
    if not plans_programme(actor, workshop):
        raise NotAllowed
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    under_way = PlacementRun.objects.filter(workshop=workshop, state__in=UNDER_WAY).first()
    if under_way is not None:
        return under_way
    usual = hours_of(workshop)
    begins, ends = begins or usual[0], ends or usual[1]
    there = {one.pk: one for one in Room.objects.filter(workshop=workshop, removed_at=None)}
    chosen = list(there.values()) if rooms is None else list(rooms)
    errors = {}
    if scope not in SCOPES:
        errors["scope"] = [_("Choose what to place.")]
    if ends <= begins:
        errors["ends"] = [_("Choose an end after the beginning.")]
    if step not in STEPS:
        errors["step"] = [_("Choose how far beginnings lie apart.")]
    if not 1 <= seconds <= LONGEST:
        errors["seconds"] = [_("Between 1 second and 10 minutes.")]
    if any(one.pk not in there for one in chosen):
        errors["rooms"] = [_("Choose rooms of this workshop.")]
    elif not chosen and workshop.format != WorkshopFormat.ONLINE:
        errors["rooms"] = [_("Add rooms first, or choose at least one.")]
    if errors:
        raise InvalidInput(errors=errors)
    run = PlacementRun.objects.create(
        workshop=workshop,
        asked_by=actor,
        options={
            "scope": scope,
            "begins": f"{begins:%H:%M}",
            "ends": f"{ends:%H:%M}",
            "step": step,
            "rooms": [one.public_id for one in chosen],
            "never_small": never_small,
            "seconds": seconds,
        },
        seed=secrets.randbelow(2**31),
    )
    log_act(workshop, "request_placement", actor=actor, subject=run, after=run.state, detail={"scope": scope})
    emit("placement.requested", run_id=run.pk)
    return run


def hours_of(workshop: Workshop) -> tuple[datetime.time, datetime.time]:
    """From when to when sessions are on a day, by the workshop's clock, as its slots and sessions tell."""
    stretches = list(Slot.objects.filter(workshop=workshop).values_list("starts_at", "ends_at"))
    sessions = Session.objects.of_workshop(workshop).active().placed()
    stretches += [(one.starts_at, one.ends_at) for one in sessions if one.starts_at is not None and one.ends_at]
    days = set(workshop.days)
    local = [(a.astimezone(workshop.zone), b.astimezone(workshop.zone)) for a, b in stretches]
    local = [(a, b) for a, b in local if a.date() in days and b.date() == a.date()]
    if not local:
        return USUAL_HOURS
    first, last = min(a.time() for a, _b in local), max(b.time() for _a, b in local)
    # One session at noon does not make noon the whole day.
    return min(first, USUAL_HOURS[0]), max(last, USUAL_HOURS[1])


def placements_to_work_on() -> list[int]:
    """Runs that wait, or that a worker has left: a lost hand-over and a killed worker are both noticed here."""
    late = timezone.now() - STALLED_AFTER
    left = PlacementRun.objects.filter(state__in=UNDER_WAY, updated_at__lt=late)
    return list(left.order_by("pk").values_list("pk", flat=True)[:50])


@transaction.atomic
def begin_placement(run_id: int) -> PlacementRun | None:
    """Mark a run as worked on; None when there is nothing left to do. One that a worker has left begins again."""
    run = _locked(run_id)
    if run is None or run.state not in UNDER_WAY:
        return None
    if run.state == RunState.QUEUED:
        move(run, RUN, RunState.RUNNING)
    run.started_at = timezone.now()
    run.save(update_fields=["started_at", "updated_at"])
    return run


def is_to_stop(run_id: int) -> bool:
    """Whether somebody has said to stop: what is found by then is kept, unless the run was put aside."""
    found = PlacementRun.objects.filter(pk=run_id, state=RunState.RUNNING).values_list("options", flat=True).first()
    return found is None or bool(found.get("stop"))


@dataclass(frozen=True)
class Placed:
    """What a run has found. `places` by public id: room, starts_at, minutes, and `was` with the place before."""

    places: dict[str, dict[str, Any]]
    unplaced: list[dict[str, Any]]
    figures: dict[str, Any]
    digest: str


@transaction.atomic
def store_placement(run_id: int, found: Placed) -> PlacementRun | None:
    """Keep what a run has found, all at once; None when it was put aside meanwhile."""
    run = _locked(run_id)
    if run is None or run.state != RunState.RUNNING:
        return None
    run.placed, run.unplaced, run.figures, run.digest = found.places, found.unplaced, found.figures, found.digest
    run.error, run.finished_at = "", timezone.now()
    run.save(
        update_fields=["placed", "unplaced", "figures", "digest", "error", "finished_at", "updated_at"],
    )
    move(run, RUN, RunState.READY)
    log_act(run.workshop, "store_placement", actor=None, subject=run, after=run.state)
    return run


@transaction.atomic
def fail_placement(run_id: int, error: str) -> None:
    """Say that a run could not be done, and why. Nothing of it is kept."""
    run = _locked(run_id)
    if run is None or run.state not in UNDER_WAY:
        return
    run.error, run.finished_at = error[:2000], timezone.now()
    run.save(update_fields=["error", "finished_at", "updated_at"])
    move(run, RUN, RunState.FAILED)
    log_act(run.workshop, "fail_placement", actor=None, subject=run, after=run.state)


@transaction.atomic
def stop_placement(run: PlacementRun, *, actor: Any) -> PlacementRun:
    """Have a run end now, with the best it has found; one that nobody works on yet is put aside."""
    found = _planned(run, actor)
    if found.state == RunState.QUEUED:
        return discard_placement(found, actor=actor)
    if found.state != RunState.RUNNING:
        raise TransitionNotAllowed
    found.options = {**found.options, "stop": True}
    # Not `updated_at`: by it a worker that has died is noticed.
    PlacementRun.objects.filter(pk=found.pk).update(options=found.options)
    log_act(found.workshop, "stop_placement", actor=actor, subject=found, after=found.state)
    return found


@transaction.atomic
def discard_placement(run: PlacementRun, *, actor: Any) -> PlacementRun:
    """Put a run aside that was not applied. It stays in the list with its figures."""
    found = _planned(run, actor)
    move(found, RUN, RunState.DISCARDED)
    log_act(found.workshop, "discard_placement", actor=actor, subject=found, after=found.state)
    return found


def _locked(run_id: int) -> PlacementRun | None:
    found = PlacementRun.objects.select_for_update(of=("self",)).select_related("workshop__bridge")
    return found.filter(pk=run_id).first()


def _planned(run: PlacementRun, actor: Any) -> PlacementRun:
    if not plans_programme(actor, run.workshop):
        raise NotAllowed
    found = _locked(run.pk)
    if found is None:
        raise TransitionNotAllowed
    return found
