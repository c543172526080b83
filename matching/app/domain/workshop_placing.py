"""A workshop's sessions, rooms, hours and people as the engine of placement reads them, and back again.

What stands against a placement weighs here what it weighs at the desk (`queries.conflicts`): what the engine lessens is
what the desk then shows.
"""

from __future__ import annotations

import datetime
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.utils import timezone

from matching.app.domain.locks import placing_alone
from matching.core.programme import placing, verify
from matching.core.programme.explanation import Reason, explain
from matching.core.programme.problem import (
    NOWHERE,
    Person,
    Place,
    Placement,
    ProgrammeProblem,
    Room,
    Session,
    Stretch,
    Weights,
)
from qiao.workshops.domain.placing import Placed, begin_placement, fail_placement, is_to_stop, store_placement
from qiao.workshops.domain.queries.conflicts import WAY, WEIGHTS, Conflict, conflicts_of
from qiao.workshops.domain.queries.taken_times import present_at
from qiao.workshops.enums import AnswerToInvitation, SessionKind, SessionRole, WorkshopFormat
from qiao.workshops.models import PlacementRun, Registration, SessionPerson, Workshop
from qiao.workshops.models import Room as RoomRow
from qiao.workshops.models import Session as SessionRow

#: Kinds that need no room: those who come are elsewhere, or at their screens.
OUTSIDE = frozenset({SessionKind.VISIT, SessionKind.WEBINAR})
#: Whether to stop is asked no more often.
_SECONDS_BETWEEN = 1.0


def work_on_placement(run_id: int) -> bool:
    """Find places and keep them, whole or not at all; returns whether it was done here.

    A worker that dies leaves the run as it was: whoever takes it up begins again. Two never work on one.
    """
    with placing_alone(run_id) as mine:
        run = begin_placement(run_id) if mine else None
        if run is None:
            return False
        try:
            found = find_places(run, stop=_stop_of(run_id))
        except (ValueError, RuntimeError) as error:
            fail_placement(run_id, str(error))
        else:
            store_placement(run_id, found)
    return True


def _stop_of(run_id: int) -> Callable[[], bool]:
    """Asks the database now and then."""
    asked, said = time.monotonic(), False

    def stop() -> bool:
        nonlocal asked, said
        if not said and time.monotonic() - asked > _SECONDS_BETWEEN:
            asked, said = time.monotonic(), is_to_stop(run_id)
        return said

    return stop


@dataclass
class Plan:
    """What the engine is asked, and what its names stand for."""

    workshop: Workshop
    problem: ProgrammeProblem
    sessions: dict[str, SessionRow]
    rooms: dict[str, RoomRow]
    #: Registrations by the engine's name of the person.
    people: dict[str, str]

    def moment(self, minute: int) -> datetime.datetime:
        """A minute of the problem."""
        return self.workshop.starts_at.astimezone(datetime.UTC) + datetime.timedelta(minutes=minute)


def find_places(run: PlacementRun, *, stop: Callable[[], bool] = placing.never) -> Placed:
    """What the engine makes of the draft as it stands. Raises `ValueError` when it breaks a rule."""
    began = time.monotonic()
    plan = make_plan(run)
    seconds = float(run.options["seconds"])
    made = placing.solve(plan.problem, seed=run.seed, time_limit=seconds, stop=stop)
    wrong = verify.check(plan.problem, made)
    if wrong:
        raise ValueError("; ".join(wrong[:3]))
    reasons = explain(plan.problem, made.places)
    before = conflicts_of(plan.workshop, list(plan.sessions.values()))
    free = [one.id for one in plan.problem.sessions if one.id not in plan.problem.fixed]
    places = {key: _place(plan, key, made.places.get(key)) for key in free}
    after = conflicts_of(plan.workshop, list(_as_placed(plan, places).values()))
    return Placed(
        places=places,
        unplaced=[_told(plan, reason) for reason in reasons],
        figures=_figures(plan, places, made, before, after) | {"seconds": round(time.monotonic() - began, 2)},
        digest=plan.problem.digest,
    )


def make_plan(run: PlacementRun) -> Plan:
    """The draft as the engine reads it."""
    workshop, options = run.workshop, run.options
    rows = SessionRow.objects.of_workshop(workshop).active().select_related("room").order_by("pk")
    sessions = {one.public_id: one for one in rows}
    for one in sessions.values():
        one.workshop = workshop
    rooms = {one.public_id: one for one in RoomRow.objects.filter(workshop=workshop)}
    chosen = [rooms[key] for key in options["rooms"] if key in rooms and rooms[key].removed_at is None]
    openings = _openings(workshop, options)
    people = _people(sessions)
    engine_rooms = tuple(
        Room(key, openings if room in chosen else (), room.site)
        for key, room in sorted(rooms.items(), key=lambda one: (one[1].position, one[1].pk))
    )
    if not chosen:
        # Nobody needs a room online: hours are told by one that nothing is in.
        engine_rooms += (Room("*", openings),)
    # Breaks stay where they are, and those without a time are for organisers to place.
    among = {key: one for key, one in sessions.items() if one.kind != SessionKind.BREAK or one.starts_at is not None}
    asked = [_session(one, people[one.pk], chosen, workshop, options) for one in among.values()]
    fixed, standing = _standing(workshop, among, chosen, options)
    needed = sorted({who for one in asked for who in one.people}, key=int)
    registered = {str(one.pk): one for one in Registration.objects.filter(pk__in=[int(who) for who in needed])}
    present = present_at(workshop, registered.values())
    problem = ProgrammeProblem(
        rooms=engine_rooms,
        sessions=tuple(asked),
        people=tuple(Person(who, _minutes_of(workshop, present[int(who)])) for who in needed),
        wanting=_wanting(among, people),
        fixed=fixed,
        standing=standing,
        weights=Weights(
            same_people=WEIGHTS["same_people"], same_track=WEIGHTS["same_track"], too_far=WEIGHTS["too_far"]
        ),
        days=tuple(_at(workshop, day, datetime.time.min) for day in workshop.days),
        step=options["step"],
        way=int(WAY.total_seconds() // 60),
    )
    return Plan(workshop, problem, sessions, rooms, {key: one.public_id for key, one in registered.items()})


def _openings(workshop: Workshop, options: dict[str, Any]) -> tuple[Stretch, ...]:
    """The hours of each day by the workshop's clock, as far as they are to come."""
    begins, ends = (datetime.time.fromisoformat(options[name]) for name in ("begins", "ends"))
    step, now = options["step"], _minute(workshop, timezone.now())
    found = []
    for day in workshop.days:
        first, last = _at(workshop, day, begins), _at(workshop, day, ends)
        if first < now:
            first += -(-(now - first) // step) * step
        if first < last:
            found.append((first, last))
    return tuple(found)


def _at(workshop: Workshop, day: datetime.date, clock: datetime.time) -> int:
    return _minute(workshop, datetime.datetime.combine(day, clock, workshop.zone))


def _minute(workshop: Workshop, moment: datetime.datetime) -> int:
    return int((moment - workshop.starts_at).total_seconds() // 60)


def _minutes_of(workshop: Workshop, there: list[tuple[datetime.datetime, datetime.datetime]]) -> tuple[Stretch, ...]:
    return tuple((_minute(workshop, a), _minute(workshop, b)) for a, b in there)


def _people(sessions: dict[str, SessionRow]) -> dict[int, list[SessionPerson]]:
    found: dict[int, list[SessionPerson]] = defaultdict(list)
    people = SessionPerson.objects.filter(session__in=sessions.values()).exclude(answer=AnswerToInvitation.DECLINED)
    for one in people.order_by("pk"):
        found[one.session_id].append(one)
    return found


def _wanting(sessions: dict[str, SessionRow], people: dict[int, list[SessionPerson]]) -> dict[tuple[str, str], int]:
    """How many belong to both of two sessions, in whatever part."""
    of_person: dict[int, set[str]] = defaultdict(set)
    for key, one in sessions.items():
        for person in people[one.pk]:
            if person.registration_id is not None:
                of_person[person.registration_id].add(key)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for keys in of_person.values():
        for pair in combinations(sorted(keys), 2):
            found[pair] += 1
    return dict(found)


def _session(
    one: SessionRow, people: list[SessionPerson], chosen: list[RoomRow], workshop: Workshop, options: dict[str, Any]
) -> Session:
    expected = one.expected or sum(person.role == SessionRole.PARTICIPANT for person in people)
    interpreted = any(person.role == SessionRole.INTERPRETER for person in people)
    needs_booth = one.needs_interpreting and not interpreted
    costs = []
    for room in chosen:
        small = room.capacity is not None and expected > room.capacity
        if small and options["never_small"]:
            continue
        lacks_booth = needs_booth and not room.has_interpreting
        cost = WEIGHTS["room_small"] * small + WEIGHTS["interpreter_missing"] * lacks_booth
        costs.append((room.public_id, cost))
    if _needs_no_room(one, workshop, chosen):
        costs = [(NOWHERE, WEIGHTS["interpreter_missing"] * needs_booth)]
    keeps_time = options["scope"] == "missing" and one.starts_at is not None
    return Session(
        one.public_id,
        one.minutes,
        tuple(costs),
        frozenset(
            str(person.registration_id)
            for person in people
            if person.registration_id is not None and person.role != SessionRole.PARTICIPANT
        ),
        one.track,
        for_all=one.is_for_all,
        at=_minute(workshop, one.starts_at) if keeps_time and one.starts_at is not None else None,
        seats=expected,
    )


def _needs_no_room(one: SessionRow, workshop: Workshop, chosen: list[RoomRow]) -> bool:
    if one.room is not None:
        return False
    return one.kind in OUTSIDE or (workshop.format == WorkshopFormat.ONLINE and not chosen)


def _standing(
    workshop: Workshop, sessions: dict[str, SessionRow], chosen: list[RoomRow], options: dict[str, Any]
) -> tuple[dict[str, Place], dict[str, Place]]:
    """Where sessions stay, and where those are that can be moved.

    Breaks stay, and so does what has begun. Who only wants what is missing leaves all that has a place.
    """
    now = timezone.now()
    fixed, standing = {}, {}
    for key, one in sessions.items():
        if one.starts_at is None:
            continue
        room = one.room
        has_room = room is not None and room.removed_at is None
        place = Place(room.public_id if room is not None and has_room else NOWHERE, _minute(workshop, one.starts_at))
        complete = has_room or _needs_no_room(one, workshop, chosen) or one.kind == SessionKind.BREAK
        stays = one.is_locked or one.kind == SessionKind.BREAK or one.starts_at <= now
        if stays or (options["scope"] == "missing" and complete):
            fixed[key] = place
        elif options["scope"] == "all":
            standing[key] = place
    return fixed, standing


def _place(plan: Plan, key: str, place: Place | None) -> dict[str, Any]:
    """Where a session is to be, as the run keeps it. One that only lacks a room keeps its time without one."""
    one = plan.sessions[key]
    keeps_time = plan.problem.sessions[plan.problem.terms.index[key]].at is not None
    was = {
        "room": None if one.room is None else one.room.public_id,
        "starts_at": None if one.starts_at is None else one.starts_at.astimezone(datetime.UTC).isoformat(),
    }
    to: dict[str, Any] = {"room": None, "starts_at": None}
    if place is not None:
        moment = one.starts_at if keeps_time and one.starts_at is not None else plan.moment(place.start)
        moment = moment.astimezone(datetime.UTC)
        to = {"room": place.room or None, "starts_at": moment.isoformat()}
    elif keeps_time:
        to = was
    return {**to, "minutes": one.minutes, "was": was}


def _as_placed(plan: Plan, places: dict[str, dict[str, Any]]) -> dict[str, SessionRow]:
    """The sessions as they would be; they are never saved."""
    for key, place in places.items():
        one = plan.sessions[key]
        one.starts_at = place["starts_at"] and datetime.datetime.fromisoformat(place["starts_at"])
        one.room = plan.rooms.get(place["room"] or "")
    return plan.sessions


def _told(plan: Plan, reason: Reason) -> dict[str, Any]:
    """Why a session has no place, as the run keeps it."""
    (one,) = [session for session in plan.problem.sessions if session.id == reason.session]
    instead = reason.instead
    return {
        "session": reason.session,
        "code": reason.code,
        "people": [plan.people[who] for who in reason.people],
        "sessions": list(reason.sessions),
        "rooms": reason.rooms,
        "ways": reason.ways,
        "seats": one.seats,
        "minutes": one.minutes,
        "keeps_time": one.at is not None,
        "instead": None
        if instead is None
        else {"room": instead.room or None, "starts_at": plan.moment(instead.start).isoformat()},
        "of": list(reason.of),
    }


def _figures(
    plan: Plan,
    places: dict[str, dict[str, Any]],
    made: Placement,
    before: list[Conflict],
    after: list[Conflict],
) -> dict[str, Any]:
    """What the desk shows of a run."""
    moved = [key for key, one in places.items() if one["was"]["starts_at"] and one["was"] != _to(one)]
    return {
        "sessions": len(places),
        "placed": sum(1 for key in places if key in made.places),
        "new": sum(1 for one in places.values() if one["starts_at"] and not one["was"]["starts_at"]),
        "moved": sum(1 for key in moved if places[key]["starts_at"]),
        "lost": sum(1 for key in moved if not places[key]["starts_at"]),
        "locked": sum(1 for key in plan.problem.fixed if plan.sessions[key].is_locked),
        "hard_before": sum(one.is_hard for one in before),
        "hard_after": sum(one.is_hard for one in after),
        "weight_before": sum(one.weight for one in before if not one.is_hard),
        "weight_after": sum(one.weight for one in after if not one.is_hard),
        "weight": made.weight,
        "bound": made.bound,
        "complete": made.complete,
        "method": made.method,
    }


def _to(place: dict[str, Any]) -> dict[str, Any]:
    return {"room": place["room"], "starts_at": place["starts_at"]}
