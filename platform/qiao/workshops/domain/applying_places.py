"""Applying a placement to the draft, whole and by what the draft is by then; and taking it back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from qiao.activity.domain.outbox import emit_all
from qiao.common.errors import NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.enums import RunState, SessionState
from qiao.workshops.models import PlacementRun, Room, Session, Workshop
from qiao.workshops.rules import plans_programme
from qiao.workshops.transitions import RUN


@dataclass
class _Change:
    """A session, where it stands, and where it goes."""

    session: Session
    was: tuple[datetime.datetime | None, Room | None]
    to: tuple[datetime.datetime | None, Room | None]


@transaction.atomic
def apply_placement(run: PlacementRun, *, actor: Any) -> PlacementRun:
    """Give every session the place that the run has found for it, in one step.

    What was changed since the run was made stays as it is, and so does whatever would break a hard rule beside it by
    now; both are kept in the run's figures as `skipped`. Participants see nothing of it until the next release.
    """
    found, draft = _begin(run, actor)
    if found.state not in (RunState.READY, RunState.ROLLED_BACK):
        raise TransitionNotAllowed
    changes, skipped = draft.forward(found)
    changes, late = draft.without_clashes(changes)
    draft.write(changes)
    found.before = {one.session.public_id: _as_kept(*one.was) for one in changes}
    found.applied_at = timezone.now()
    found.figures = {**found.figures, "applied": len(changes), "skipped": [*skipped, *late], "kept": []}
    found.save(update_fields=["before", "applied_at", "figures", "updated_at"])
    was = move(found, RUN, RunState.APPLIED)
    detail = {"sessions": len(changes)}
    log_act(found.workshop, "apply_placement", actor=actor, subject=found, before=was, after=found.state, detail=detail)
    return found


@transaction.atomic
def roll_back_placement(run: PlacementRun, *, actor: Any) -> PlacementRun:
    """Put every session back to where it was before. What was moved by hand since stays, and is named in the run's
    figures as `kept`."""
    found, draft = _begin(run, actor)
    if found.state != RunState.APPLIED:
        raise TransitionNotAllowed
    changes, kept = draft.back(found)
    changes, late = draft.without_clashes(changes)
    draft.write(changes)
    found.figures = {**found.figures, "kept": [*kept, *late]}
    found.save(update_fields=["figures", "updated_at"])
    move(found, RUN, RunState.ROLLED_BACK)
    detail = {"sessions": len(changes)}
    log_act(found.workshop, "roll_back_placement", actor=actor, subject=found, after=found.state, detail=detail)
    return found


def _begin(run: PlacementRun, actor: Any) -> tuple[PlacementRun, _Draft]:
    """Lock rooms and sessions, always in one order, and then the run."""
    if not plans_programme(actor, run.workshop):
        raise NotAllowed
    draft = _Draft(run.workshop)
    found = PlacementRun.objects.select_for_update(of=("self",)).select_related("workshop__bridge").get(pk=run.pk)
    return found, draft


class _Draft:
    """All sessions of a workshop, locked to the end of the transaction, and its rooms."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        # Rooms before sessions, as whoever removes a room locks them.
        rooms = Room.objects.select_for_update(no_key=True).filter(workshop=workshop, removed_at=None)
        self.rooms = {one.public_id: one for one in rooms.order_by("pk")}
        locked = Session.objects.select_for_update(no_key=True, of=("self",)).filter(workshop=workshop)
        self.sessions = {one.public_id: one for one in locked.select_related("room").order_by("pk")}

    def forward(self, run: PlacementRun) -> tuple[list[_Change], list[dict[str, str]]]:
        """What the run would change as the draft is now, and what has changed under it."""
        changes: list[_Change] = []
        skipped = []
        for key, place in run.placed.items():
            session = self.sessions.get(key)
            why = self._why_not(session, place)
            if why or session is None:
                skipped.append({"session": key, "why": why})
                continue
            self._change(changes, session, place)
        return changes, skipped

    def _why_not(self, session: Session | None, place: dict[str, Any]) -> str:
        if session is None or session.state != SessionState.ACTIVE:
            return "gone"
        if place["room"] is not None and place["room"] not in self.rooms:
            return "room"
        if session.is_locked:
            return "locked"
        if _standing(session) != place["was"] or session.minutes != place["minutes"]:
            return "changed"
        return ""

    def back(self, run: PlacementRun) -> tuple[list[_Change], list[dict[str, str]]]:
        """What is to go back, and what others have gone on with since."""
        changes: list[_Change] = []
        kept = []
        for key, before in run.before.items():
            session, place = self.sessions.get(key), run.placed.get(key)
            if session is None or place is None:
                continue
            now = _standing(session)
            if session.state != SessionState.ACTIVE or now != {name: place[name] for name in now}:
                kept.append({"session": key, "why": "changed"})
            elif before["room"] is not None and before["room"] not in self.rooms:
                kept.append({"session": key, "why": "room"})
            else:
                self._change(changes, session, before)
        return changes, kept

    def _change(self, changes: list[_Change], session: Session, place: dict[str, Any]) -> None:
        starts_at = place["starts_at"] and datetime.datetime.fromisoformat(place["starts_at"])
        to = (starts_at or None, self.rooms.get(place["room"] or ""))
        was = (session.starts_at, session.room)
        if to != was:
            changes.append(_Change(session, was, to))

    def without_clashes(self, changes: list[_Change]) -> tuple[list[_Change], list[dict[str, str]]]:
        """Leave out what would break a hard rule beside what stays where it is, until nothing does.

        What is left out stays where it stands, which may be in the way of another.
        """
        left_out: list[dict[str, str]] = []
        for one in changes:
            one.session.starts_at, one.session.room = one.to
        while changes:
            moving = {one.session.pk for one in changes}
            wrong = next((pk for pk in self._in_conflict() if pk in moving), None)
            if wrong is None:
                break
            for one in changes:
                if one.session.pk == wrong:
                    one.session.starts_at, one.session.room = one.was
                    left_out.append({"session": one.session.public_id, "why": "clash"})
            changes = [one for one in changes if one.session.pk != wrong]
        return changes, left_out

    def _in_conflict(self) -> list[int]:
        """Sessions that cannot be where they are."""
        active = [one for one in self.sessions.values() if one.state == SessionState.ACTIVE]
        found = [session.pk for one in conflicts_of(self.workshop, active) if one.is_hard for session in one.sessions]
        placed = [one for one in active if one.starts_at is not None]
        return found + [pk for one in placed if one.is_for_all for pk in _beside(one, placed)]

    def write(self, changes: list[_Change]) -> None:
        """Write the new places, each a change of its session as any other is."""
        for one in changes:
            one.session.edition += 1
            one.session.updated_at = timezone.now()
        Session.objects.bulk_update(
            [one.session for one in changes], ["starts_at", "room", "edition", "updated_at"], batch_size=500
        )
        emit_all("session.changed", ({"session_id": one.session.pk} for one in changes))


def _beside(plenary: Session, placed: Iterable[Session]) -> list[int]:
    """A session for everybody, with all that overlap with it."""
    begins, ends = plenary.starts_at, plenary.ends_at
    found = [
        one.pk
        for one in placed
        if one.pk != plenary.pk
        and begins is not None and ends is not None and one.starts_at is not None and one.ends_at is not None
        and one.starts_at < ends and begins < one.ends_at
    ]  # fmt: skip
    return [*found, plenary.pk] if found else []


def _standing(session: Session) -> dict[str, str | None]:
    """Where a session is."""
    return _as_kept(session.starts_at, session.room)


def _as_kept(starts_at: datetime.datetime | None, room: Room | None) -> dict[str, str | None]:
    return {
        "starts_at": None if starts_at is None else starts_at.astimezone(datetime.UTC).isoformat(),
        "room": None if room is None else room.public_id,
    }
