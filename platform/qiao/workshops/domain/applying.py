"""Applying what the scheduler has found to the meetings, whole or not at all; and taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from qiao.activity.domain.outbox import emit_all
from qiao.common.errors import NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.meeting_case import TOPIC, MeetingCase
from qiao.workshops.domain.queries.free_times import FIXED, FreeTimes
from qiao.workshops.enums import MeetingAnswer, MeetingOrigin, MeetingState, RunState
from qiao.workshops.models import Meeting, MeetingMember, MeetingTable, Registration, ScheduleRun, Slot, Workshop
from qiao.workshops.rules import plans_programme
from qiao.workshops.templatetags.workshop_meetings import when
from qiao.workshops.transitions import MEETING, RUN

State = MeetingState
_LIVE = (State.REQUESTED, State.AGREED, State.SCHEDULED)


@dataclass
class _Change:
    """A meeting, where it was, and where it goes."""

    case: MeetingCase
    before: dict[str, Any]
    state: str
    slot: Slot | None
    table: MeetingTable | None
    place: dict[str, Any]


@transaction.atomic
def apply_run(run: ScheduleRun, *, actor: Any) -> ScheduleRun:
    """Give every meeting the time and table that the run has found, in one step, and tell everybody affected once.

    What cannot be any more — a meeting cancelled meanwhile, somebody who is busy by now — is left as it is and kept in
    the run's figures as `skipped`.
    """
    found, floor = _begin(run, actor)
    if found.state not in (RunState.READY, RunState.ROLLED_BACK):
        raise TransitionNotAllowed
    changes, skipped = floor.changes(found)
    changes, late = floor.without_clashes(changes)
    before = [one.before for one in changes]
    floor.write(changes, run=found)
    found.before = before
    found.placed = floor.as_kept(found.placed, changes)
    found.applied_at = timezone.now()
    found.figures = {**found.figures, "skipped": [*skipped, *late], "kept": []}
    found.save(update_fields=["before", "placed", "applied_at", "figures", "updated_at"])
    was = move(found, RUN, RunState.APPLIED)
    log_act(found.workshop, "apply_schedule", actor=actor, subject=found, before=was, after=found.state)
    _tell(found, changes, key=str(found.applied_at))
    return found


@transaction.atomic
def roll_back_run(run: ScheduleRun, *, actor: Any) -> ScheduleRun:
    """Put every meeting back to where it was before the run. What was changed by hand since is kept, and named in the
    run's figures as `kept`."""
    found, floor = _begin(run, actor)
    if found.state != RunState.APPLIED:
        raise TransitionNotAllowed
    changes, kept = floor.back(found)
    changes, late = floor.without_clashes(changes)
    floor.write(changes, run=None)
    found.figures = {**found.figures, "kept": [*kept, *late]}
    found.save(update_fields=["figures", "updated_at"])
    move(found, RUN, RunState.ROLLED_BACK)
    log_act(found.workshop, "roll_back_schedule", actor=actor, subject=found, after=found.state)
    _tell(found, changes, key=f"back:{timezone.now()}")
    return found


def _begin(run: ScheduleRun, actor: Any) -> tuple[ScheduleRun, _Floor]:
    """Lock everything that a schedule touches: people first, then meetings, then slots, as every other act does."""
    if actor is not None and not plans_programme(actor, run.workshop):
        raise NotAllowed
    workshop = Workshop.objects.select_related("bridge").get(pk=run.workshop_id)
    people = Registration.objects.select_for_update(no_key=True, of=("self",)).filter(workshop=workshop).order_by("pk")
    registrations = {one.pk: one for one in people.select_related("organisation", "user")}
    found = ScheduleRun.objects.select_for_update(of=("self",)).select_related("workshop__bridge").get(pk=run.pk)
    return found, _Floor(workshop, registrations)


class _Floor:
    """All meetings, slots and tables of a workshop, locked to the end of the transaction."""

    def __init__(self, workshop: Workshop, people: dict[int, Registration]) -> None:
        self.workshop, self.people = workshop, people
        self.by_public_id = {one.public_id: one for one in people.values()}
        locked = Meeting.objects.select_for_update(of=("self",)).filter(workshop=workshop).order_by("pk")
        self.slots = {}
        self.meetings: dict[str, MeetingCase] = {}
        for meeting in locked.select_related("slot", "table"):
            meeting.workshop = workshop
            self.meetings[meeting.public_id] = MeetingCase(meeting, [])
        by_pk = {case.meeting.pk: case for case in self.meetings.values()}
        for member in MeetingMember.objects.filter(meeting__workshop=workshop):
            member.registration = people[member.registration_id]
            by_pk[member.meeting_id].members.append(member)
        slots = Slot.objects.select_for_update(no_key=True).filter(workshop=workshop).order_by("pk")
        self.slots = {slot.pk: slot for slot in slots}
        self.tables = {one.pk: one for one in MeetingTable.objects.filter(workshop=workshop, removed_at=None)}
        self.times = FreeTimes(workshop, people.values())

    def changes(self, run: ScheduleRun) -> tuple[list[_Change], list[dict[str, Any]]]:
        """What the run would change as things stand now, and what it no longer can."""
        changes, skipped = [], []
        for place in run.placed:
            case = self._case(place)
            slot, table = self.slots.get(place.get("slot") or 0), self.tables.get(place.get("table") or 0)
            why = self._why_not(case, place, slot, table)
            if why or case is None:
                skipped.append({"members": place["members"], "meeting": place.get("meeting"), "why": why or "gone"})
                continue
            state = State.SCHEDULED if slot is not None else _without_time(case, place)
            change = _Change(case, _standing(case.meeting), state, slot, table, place)
            if (case.meeting.state, case.meeting.slot_id, case.meeting.table_id) != (
                state, slot.pk if slot else None, table.pk if table else None,
            ):  # fmt: skip
                changes.append(change)
        return changes, skipped

    def back(self, run: ScheduleRun) -> tuple[list[_Change], list[dict[str, Any]]]:
        """What is to go back to where it was, and what others have gone on with since."""
        changes, kept = [], []
        after = {place["meeting"]: place for place in run.placed if place.get("meeting")}
        for before in run.before:
            case, place = self.meetings.get(before["meeting"]), after.get(before["meeting"])
            if case is None or place is None:
                continue
            now = _standing(case.meeting)
            stands = [now[name] for name in ("state", "slot", "table")]
            was_set = place.get("set") or [State.SCHEDULED, place.get("slot"), place.get("table")]
            slot = self.slots.get(before["slot"] or 0)
            if stands != was_set or case.meeting.outcome or (slot is None and before["state"] == State.SCHEDULED):
                members = [one.registration.public_id for one in case]
                kept.append({"members": members, "meeting": before["meeting"], "why": "changed"})
                continue
            state = before["state"] or State.CANCELLED
            changes.append(_Change(case, now, state, slot, self.tables.get(before["table"] or 0), place))
        return changes, kept

    def without_clashes(self, changes: list[_Change]) -> tuple[list[_Change], list[dict[str, Any]]]:
        """Leave out what would have somebody twice at a time, or a table twice, beside what stays where it is.

        What is left out stays where it stands, which may be in the way of another: until nothing is.
        """
        left_out: list[dict[str, Any]] = []
        while True:
            moving = {change.case.meeting.pk for change in changes}
            busy: set[tuple[str, int, int]] = set()
            for case in self.meetings.values():
                if case.meeting.pk not in moving and case.meeting.state == State.SCHEDULED and case.meeting.slot_id:
                    busy |= _places(case, case.meeting.slot_id, case.meeting.table_id)
            wrong = None
            for change in changes:
                if change.state != State.SCHEDULED or change.slot is None:
                    continue
                wanted = _places(change.case, change.slot.pk, change.table.pk if change.table else None)
                if wanted & busy:
                    wrong = change
                    break
                busy |= wanted
            if wrong is None:
                return changes, left_out
            changes = [change for change in changes if change is not wrong]
            members = [one.registration.public_id for one in wrong.case]
            left_out.append({"members": members, "meeting": wrong.case.meeting.public_id, "why": "busy"})

    def write(self, changes: list[_Change], *, run: ScheduleRun | None) -> None:
        """Write the changes: first everybody lets go of the times they held, then all take the new ones."""
        standing = [change.case.meeting.pk for change in changes if change.case.meeting.pk is not None]
        MeetingMember.objects.filter(meeting__in=standing, held_slot__isnull=False).update(held_slot=None)
        Meeting.objects.filter(pk__in=standing).update(table=None)
        for change in changes:
            meeting = change.case.meeting
            if not MEETING.allows(meeting.state, change.state) and meeting.state != change.state:
                raise TransitionNotAllowed(before=meeting.state, after=change.state)
            meeting.state, meeting.slot, meeting.table, meeting.run = change.state, change.slot, change.table, run
            if run is not None:
                meeting.score = change.place.get("score")
                meeting.needs_interpreter = bool(change.place.get("interpreter"))
        # Places are the same for many, and are written together; the rest meeting by meeting, and what is new whole.
        together: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for change in changes:
            if change.case.meeting.pk is not None:
                together[change.state, change.slot.pk if change.slot else None].append(change.case.meeting.pk)
        for (state, slot), ids in together.items():
            Meeting.objects.filter(pk__in=ids).update(
                state=state, slot=slot, run=run, wished_slot=None, sequence=F("sequence") + 1, updated_at=timezone.now()
            )
        kept = [change.case.meeting for change in changes if change.case.meeting.pk is not None]
        self._create([change.case for change in changes if change.case.meeting.pk is None])
        Meeting.objects.bulk_update(kept, ["table", "score", "needs_interpreter"], batch_size=500)
        holding: dict[int, list[int]] = defaultdict(list)
        for change in changes:
            if change.state == State.SCHEDULED and change.slot is not None:
                holding[change.slot.pk] += [member.pk for member in change.case.attending]
        for slot, members in holding.items():
            MeetingMember.objects.filter(pk__in=members).update(held_slot=slot, updated_at=timezone.now())
        emit_all("meeting.changed", ({"meeting_id": change.case.meeting.pk} for change in changes))

    def as_kept(self, placed: list[dict[str, Any]], changes: list[_Change]) -> list[dict[str, Any]]:
        """What the run keeps of where it has put meetings, with the names of those it has made."""
        by_place = {id(change.place): change for change in changes}
        kept = []
        for place in placed:
            change = by_place.get(id(place))
            if change is not None:
                meeting = change.case.meeting
                place = {
                    **place,
                    "meeting": meeting.public_id,
                    "set": [meeting.state, meeting.slot_id, meeting.table_id],
                }
            kept.append(place)
        for change in changes:
            change.before["meeting"] = change.case.meeting.public_id
        return kept

    def _case(self, place: dict[str, Any]) -> MeetingCase | None:
        """The meeting of a place; one that nobody has asked for yet is made when it is written."""
        if place.get("meeting"):
            return self.meetings.get(place["meeting"])
        people = [self.by_public_id.get(one) for one in place["members"]]
        if any(one is None for one in people):
            return None
        meeting = Meeting(
            workshop=self.workshop,
            origin=MeetingOrigin.SCHEDULER,
            state=State.AGREED,
            score=place.get("score"),
            reasons=place.get("reasons") or {},
            join_url=self.workshop.online_url if not self.workshop.has_venue else "",
        )
        return MeetingCase(meeting, [MeetingMember(registration=one) for one in people if one is not None])

    def _create(self, cases: list[MeetingCase]) -> None:
        now = timezone.now()
        for case in cases:
            case.meeting.requested_at, case.meeting.sequence = now, 1
        Meeting.objects.bulk_create([case.meeting for case in cases], batch_size=200)
        for case in cases:
            for member in case.members:
                member.meeting = case.meeting
            self.meetings[case.meeting.public_id] = case
        MeetingMember.objects.bulk_create([member for case in cases for member in case.members], batch_size=500)

    def _why_not(
        self, case: MeetingCase | None, place: dict[str, Any], slot: Slot | None, table: MeetingTable | None
    ) -> str:
        if case is None:
            return "gone"
        meeting = case.meeting
        again = meeting.state == State.CANCELLED and meeting.origin == MeetingOrigin.SCHEDULER and place.get("set")
        if meeting.outcome or (meeting.state not in _LIVE and not again):
            return "ended"
        if slot is None:
            return "" if place.get("slot") is None else "slot"
        if {one.registration.public_id for one in case.attending} != set(place["members"]):
            return "people"
        if meeting.is_locked and meeting.slot_id != slot.pk:
            return "locked"
        if place.get("table") and table is None:
            return "table"
        for one in case.attending:
            # Other meetings are looked at all together.
            if self.times.against(one.registration.pk, slot, meetings=False) & FIXED and meeting.slot_id != slot.pk:
                return "busy"
        return ""


def _without_time(case: MeetingCase, place: dict[str, Any]) -> str:
    """What a meeting is that loses its time: off when somebody stays away or nobody had asked for it; else wanted."""
    meeting = case.meeting
    if place.get("away") or meeting.origin == MeetingOrigin.SCHEDULER:
        return State.CANCELLED
    unanswered = any(one.answer == MeetingAnswer.ASKED for one in case.coming)
    if unanswered and meeting.lapses_at is not None and meeting.lapses_at > timezone.now():
        return State.REQUESTED
    return State.AGREED


def _places(case: MeetingCase, slot: int, table: int | None) -> set[tuple[str, int, int]]:
    """What a meeting takes: each of its people at the time, and the table."""
    taken = {("person", one.registration.pk, slot) for one in case.attending}
    return taken | ({("table", table, slot)} if table is not None else set())


def _standing(meeting: Meeting) -> dict[str, Any]:
    """Where a meeting is; one that is not made yet is nowhere."""
    made = meeting.pk is not None
    return {
        "meeting": meeting.public_id if made else None,
        "state": str(meeting.state) if made else "",
        "slot": meeting.slot_id,
        "table": meeting.table_id,
    }


def _tell(run: ScheduleRun, changes: Iterable[_Change], *, key: str) -> None:
    """One message for each person, however many of their meetings have changed."""
    workshop = run.workshop
    of_person: dict[Registration, list[_Change]] = defaultdict(list)
    for change in changes:
        for member in change.case:
            if member.answer != MeetingAnswer.NO:
                of_person[member.registration].append(change)
    for person, mine in of_person.items():
        user = person.user
        if user is None:
            continue
        with override(user.language):
            lines = [_line(change, person, workshop, user) for change in mine]
        tell(
            user,
            "schedule_changed",
            topic=TOPIC,
            url=f"/{workshop.bridge.slug}/workshops/{workshop.public_id}/meetings/",
            bridge=workshop.bridge,
            key=f"schedule_changed:{run.public_id}:{key}",
            mail="schedule_changed",
            mail_context={"workshop": workshop, "count": len(mine), "lines": lines},
            subject=str(workshop.name),
        )


def _line(change: _Change, person: Registration, workshop: Workshop, user: Any) -> str:
    others = ", ".join(
        f"{one.registration.name} ({one.registration.organisation})"
        for one in change.case.coming
        if one.registration.pk != person.pk
    )
    if change.state == State.SCHEDULED and change.slot is not None:
        moment = when(change.slot.starts_at, workshop.zone, user)
        return f"{others}: {moment}" + (f", {_('table')} {change.table.number}" if change.table else "")
    if change.state == State.CANCELLED:
        return f"{others}: {_('cancelled')}"
    return f"{others}: {_('no time yet')}"
