"""The schedule of a workshop's meetings: its people, times and tables as the engine reads them, and back again."""

from __future__ import annotations

import datetime
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from matching.app.domain.workshop_people import Pair, blocked_pairs, scores_between
from matching.core.timetable import scheduling, verify
from matching.core.timetable.problem import Person, Timetable, TimetableProblem, Wish
from matching.core.timetable.repair import repair
from qiao.workshops.domain.applying import apply_run
from qiao.workshops.domain.meeting_case import is_there
from qiao.workshops.domain.meeting_limits import limit_of
from qiao.workshops.domain.queries.asking import AskingRules
from qiao.workshops.domain.queries.free_times import FreeTimes
from qiao.workshops.domain.schedule_runs import Outcome, begin_run, fail_run, store_outcome
from qiao.workshops.domain.seating import Party, needs_table, seat_all, tables_of
from qiao.workshops.domain.understanding import needs_interpreter
from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting, Registration, ScheduleRun, Slot, Workshop

#: What it is worth, beside how well two fit, that all want to meet, and that one has asked.
AGREED, ASKED = 2.0, 1.0
#: How well two are taken to fit of whom the matcher knows nothing: they have asked each other all the same.
UNKNOWN_FIT = 0.3
#: Nobody meets people of one organisation twice unasked, and no more than so many others are thought of for each.
UNASKED_EACH = 40
_RUN = 0x51A3
INTERPRETER, TABLE = "interpreter", "table"


def work_on_run(run_id: int) -> bool:
    """Find a schedule and keep it, whole or not at all; returns whether it was done here.

    A worker that dies leaves the run as it was: whoever takes it up begins again. Two never work on one.
    """
    with _alone(run_id) as mine:
        run = begin_run(run_id) if mine else None
        if run is None:
            return False
        try:
            outcome = find_schedule(run)
        except (ValueError, RuntimeError) as error:
            fail_run(run_id, str(error))
            return True
        with transaction.atomic():
            stored = store_outcome(run_id, outcome)
            if stored is not None and stored.options.get("apply"):
                apply_run(stored, actor=stored.asked_by)
    return True


@contextmanager
def _alone(run_id: int) -> Iterator[bool]:
    """Whether this worker alone works on the run while the block lasts; a worker that dies lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashint8(%s::bigint))", [_RUN, run_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashint8(%s::bigint))", [_RUN, run_id])


@dataclass
class _Plan:
    """What the engine is asked, and what its names stand for."""

    workshop: Workshop
    people: dict[str, Registration]
    slots: list[Slot]
    #: The engine's number of each slot: a pause between two takes a number, so that what lies around it is not a row.
    number: dict[int, int]
    problem: TimetableProblem
    meetings: dict[str, Meeting]
    members: dict[str, tuple[str, ...]]
    fit: dict[str, float]
    interpreted: set[str]
    unasked: set[str] = field(default_factory=set)
    standing: dict[str, int] = field(default_factory=dict)
    #: Meetings in which too few are left, with whether somebody has stayed away.
    lost: dict[str, bool] = field(default_factory=dict)


def find_schedule(run: ScheduleRun) -> Outcome:
    """What the engine makes of the workshop as it stands. Raises `ValueError` when it breaks a rule."""
    began = time.monotonic()
    plan = make_plan(run)
    if run.options["scope"] == "repair":
        made = repair(plan.problem, plan.standing, time_limit=float(run.options["seconds"])).timetable
    else:
        made = scheduling.solve(plan.problem, seed=run.seed, time_limit=float(run.options["seconds"]))
    wrong = verify.check(plan.problem, made)
    if wrong:
        raise ValueError("; ".join(wrong[:3]))
    placed, unseated = _place(plan, made)
    with_time = {one["key"] for one in placed}
    dropped = [
        {"meeting": key, "members": list(plan.members.get(key, ())), "away": plan.lost.get(key, False)}
        for key in plan.standing
        if key not in with_time
    ] + [
        {"meeting": key, "members": [], "away": True}
        for key, away in plan.lost.items()
        if away and key not in plan.standing
    ]
    figures = _figures(plan, made, placed, unseated=len(unseated), seconds=time.monotonic() - began)
    return Outcome(
        placed=[{name: value for name, value in one.items() if name != "key"} for one in placed],
        figures=figures,
        digest=plan.problem.digest,
        dropped=dropped,
    )


def make_plan(run: ScheduleRun) -> _Plan:
    """The workshop as the engine reads it."""
    workshop, options = run.workshop, run.options
    everybody = list(Registration.objects.of_workshop(workshop).select_related("organisation").order_by("pk"))
    there = {one.public_id: one for one in everybody if is_there(one)}
    times = FreeTimes(workshop, there.values())
    number = _numbers(times.slots)
    live = list(Meeting.objects.of_workshop(workshop).live().filter(starts_at=None, outcome="").in_full())
    plan = _Plan(workshop, there, times.slots, number, TimetableProblem((), (), ()), {}, {}, {}, set())
    wishes: list[Wish] = []
    locked: dict[str, int] = {}
    organisations = {one.organisation_id for one in everybody}
    fits = scores_between(workshop, organisations)
    now = timezone.now()
    for meeting in live:
        key = meeting.public_id
        has_time = meeting.state == MeetingState.SCHEDULED and meeting.slot_id in number
        if has_time and meeting.slot_id is not None:
            plan.standing[key] = number[meeting.slot_id]
        coming = [one.registration for one in meeting.members.all() if one.answer != MeetingAnswer.NO]
        left = [one for one in coming if one.public_id in there]
        begun = has_time and meeting.slot is not None and meeting.slot.starts_at <= now
        if len({one.organisation_id for one in left}) < 2 and not begun:
            plan.lost[key] = len(left) < len(coming)
            continue
        if not _is_wanted(meeting, options):
            continue
        people = coming if begun else left
        for one in people:
            plan.people.setdefault(one.public_id, one)
        plan.meetings[key] = meeting
        plan.members[key] = tuple(one.public_id for one in people)
        plan.fit[key] = _fit(people, fits)
        bonus = AGREED if meeting.state != MeetingState.REQUESTED else ASKED
        wishes.append(Wish(key, plan.members[key], plan.fit[key] + bonus))
        if has_time and (begun or meeting.is_locked or options["scope"] == "unbooked"):
            locked[key] = plan.standing[key]
    if options.get("invite_unasked"):
        wishes += _unasked(plan, everybody, fits)
    plan.problem = _problem(plan, times, wishes, locked)
    return plan


def _is_wanted(meeting: Meeting, options: dict[str, Any]) -> bool:
    if meeting.state != MeetingState.REQUESTED:
        return True
    return bool(options.get("with_requests")) and options["scope"] != "repair"


def _fit(people: list[Registration], fits: dict[Pair, float]) -> float:
    """How well they fit: of the two best, where there are more."""
    ids = sorted({one.organisation_id for one in people})
    known = [fits[(a, b)] for a in ids for b in ids if (a, b) in fits]
    return max(known, default=UNKNOWN_FIT)


def _numbers(slots: list[Slot]) -> dict[int, int]:
    """A number for each slot in the order of time, with one left out where there is a pause."""
    numbers: dict[int, int] = {}
    following, ended = 0, None
    for slot in slots:
        if ended is not None and slot.starts_at > ended:
            following += 1
        numbers[slot.pk] = following
        following, ended = following + 1, slot.ends_at
    return numbers


def _unasked(plan: _Plan, everybody: list[Registration], fits: dict[Pair, float]) -> list[Wish]:
    """Meetings that nobody has asked for: of pairs that the matcher holds, between people whom it falls to in turn.

    No pair of organisations that has a meeting already, has ended one, or of which one does not want the other.
    """
    workshop = plan.workshop
    of: dict[int, list[Registration]] = defaultdict(list)
    for one in everybody:
        if is_there(one) and one.wants_meetings:
            of[one.organisation_id].append(one)
    taken = blocked_pairs(of)
    for meeting in (
        Meeting.objects.of_workshop(workshop)
        .exclude(state=MeetingState.LAPSED)
        .prefetch_related("members__registration")
    ):
        ids = sorted({member.registration.organisation_id for member in meeting.members.all()})
        taken |= {(a, b) for a in ids for b in ids if a < b}
    rules = AskingRules(workshop)
    thought: Counter[str] = Counter()
    rules = AskingRules(workshop)
    wishes = []
    for pair, fit in sorted(fits.items(), key=lambda one: (-one[1], one[0])):
        if pair in taken or not of[pair[0]] or not of[pair[1]]:
            continue
        first, second = (min(of[one], key=lambda who: (thought[who.public_id], who.pk)) for one in pair)
        if max(thought[first.public_id], thought[second.public_id]) >= UNASKED_EACH:
            continue
        if not _may_meet(rules, first, second) or (workshop.interpreters == 0 and needs_interpreter([first, second])):
            continue
        thought[first.public_id] += 1
        thought[second.public_id] += 1
        key = f"+{first.public_id}+{second.public_id}"
        plan.members[key] = (first.public_id, second.public_id)
        plan.fit[key] = fit
        plan.unasked.add(key)
        wishes.append(Wish(key, plan.members[key], max(fit, 0.01)))
    return wishes


def _may_meet(rules: AskingRules, first: Registration, second: Registration) -> bool:
    return rules.allow(first, second) or rules.allow(second, first)


def _problem(plan: _Plan, times: FreeTimes, wishes: list[Wish], locked: dict[str, int]) -> TimetableProblem:
    workshop, number = plan.workshop, plan.number
    count = max(number.values(), default=-1) + 1
    tables = tables_of(workshop)
    people_of = {wish.id: [plan.people[one] for one in wish.members] for wish in wishes}
    at_table = {wish.id for wish in wishes if needs_table(workshop, people_of[wish.id], tables)}
    plan.interpreted = {wish.id for wish in wishes if needs_interpreter(people_of[wish.id])}
    speaking = plan.interpreted if workshop.interpreters else set()
    plenty = len(wishes)
    there = [0] * count
    resources: dict[str, tuple[int, ...]] = {}
    needs: dict[str, str] = dict.fromkeys(speaking, INTERPRETER)
    if len(at_table) == len(wishes):
        places = len(tables)
        interpreters = workshop.interpreters
    else:
        # Those online take no table. A meeting may need one thing besides its time: those that take a table and an
        # interpreter have their tables put aside.
        both = min(workshop.interpreters, len(tables), len(speaking & at_table))
        places, interpreters = plenty, both if speaking & at_table else workshop.interpreters
        for key in at_table - speaking:
            needs[key] = TABLE
        resources[TABLE] = _each(number, count, len(tables) - both)
    if speaking:
        resources[INTERPRETER] = _each(number, count, interpreters)
    for slot in number.values():
        there[slot] = places
    limits = {one.public_id: limit_of(one, workshop) for one in plan.people.values()}
    people = []
    for key, one in plan.people.items():
        free = (
            frozenset(number[slot.pk] for slot in times.free(one.pk, meetings=False)) if one.pk in times.people else ()
        )
        people.append(
            Person(
                key,
                frozenset(free),
                limit=limits[key],
                minimum=min(workshop.least_meetings, limits[key]) if one.wants_meetings else 0,
                longest_run=workshop.longest_run,
            )
        )
    return TimetableProblem(
        tables=tuple(there),
        people=tuple(people),
        wishes=tuple(replace(wish, needs=needs.get(wish.id)) for wish in wishes),
        resources=resources,
        locked=locked,
    )


def _each(number: dict[int, int], count: int, amount: int) -> tuple[int, ...]:
    real = set(number.values())
    return tuple(max(0, amount) if one in real else 0 for one in range(count))


def _place(plan: _Plan, made: Timetable) -> tuple[list[dict[str, Any]], list[str]]:
    """Each meeting with its slot and table, as a run keeps it; and those for which no table was large enough."""
    slot_of = {place: pk for pk, place in plan.number.items()}
    tables = tables_of(plan.workshop)
    parties: dict[int, list[Party]] = defaultdict(list)
    kept: dict[int, dict[str, int]] = defaultdict(dict)
    without = set()
    usable = {table.pk for table in tables}
    for key, place in sorted(made.meetings.items(), key=lambda one: (one[1], one[0])):
        people = [plan.people[one] for one in plan.members[key]]
        if not needs_table(plan.workshop, people, tables):
            without.add(key)
            continue
        slot = slot_of[place]
        parties[slot].append(Party(key, tuple(one.pk for one in people), tuple(one.organisation_id for one in people)))
        meeting = plan.meetings.get(key)
        stays = meeting is not None and meeting.state == MeetingState.SCHEDULED and meeting.slot_id == slot
        if stays and meeting is not None and meeting.table_id in usable and meeting.table_id is not None:
            kept[slot][key] = meeting.table_id
    seated = seat_all(parties, tables, kept)
    placed, unseated = [], []
    for key, place in sorted(made.meetings.items(), key=lambda one: (one[1], one[0])):
        table = seated.get(key)
        if table is None and key not in without:
            unseated.append(key)
            continue
        placed.append(
            {
                "key": key,
                "meeting": None if key in plan.unasked else key,
                "members": [one for one in plan.members[key] if is_there(plan.people[one])],
                "slot": slot_of[place],
                "table": table,
                "score": round(plan.fit[key], 6),
                "interpreter": key in plan.interpreted,
            }
        )
    return placed, unseated


def _figures(
    plan: _Plan, made: Timetable, placed: list[dict[str, Any]], *, unseated: int, seconds: float
) -> dict[str, Any]:
    """What the desk shows of a run."""
    counts: Counter[str] = Counter(member for one in placed for member in one["members"])
    open_to = [key for key, one in plan.people.items() if one.wants_meetings and is_there(one)]
    wished = [key for key in plan.members if key not in plan.unasked]
    with_time = {one["key"] for one in placed}
    least = plan.workshop.least_meetings
    moved = sum(
        1 for one in placed if one["key"] in plan.standing and plan.number[one["slot"]] != plan.standing[one["key"]]
    )
    return {
        "meetings": len(placed),
        "new": sum(1 for one in placed if one["key"] not in plan.standing),
        "unasked": sum(1 for one in placed if one["meeting"] is None),
        "moved": moved,
        "dropped": sum(1 for key in plan.standing if key not in with_time),
        "sum": round(sum(one["score"] for one in placed), 4),
        "worth": round(made.worth, 4),
        "bound": None if made.bound is None else round(made.bound, 4),
        "gap": None if made.gap is None else round(made.gap, 6),
        "people": len(open_to),
        "least": min((counts[one] for one in open_to), default=0),
        "below": sum(1 for one in open_to if counts[one] < least),
        "none": sum(1 for one in open_to if not counts[one]),
        "wishes": len(wished),
        "wishes_met": sum(1 for key in wished if key in with_time),
        "unseated": unseated,
        "seconds": round(seconds, 2),
        "at": datetime.datetime.now(tz=datetime.UTC).isoformat(),
    }
