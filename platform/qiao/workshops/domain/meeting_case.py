"""One meeting with its members, locked for a change; and what every change of it does."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.understanding import needs_interpreter
from qiao.workshops.enums import MeetingAnswer, MeetingState, RegistrationState
from qiao.workshops.models import Meeting, MeetingMember, MeetingTable, Registration, Slot, Workshop
from qiao.workshops.transitions import MEETING

TOPIC = "workshops"
#: What is mailed as well, to those who want mail at once. The rest stays on the site.
MAILED = frozenset(
    {
        "meeting_requested", "meeting_declined", "meeting_withdrawn", "meeting_cancelled", "meeting_agreed",
        "meeting_scheduled", "meeting_moved", "meeting_time_proposed", "meeting_unscheduled", "meeting_lapsed",
    }
)  # fmt: skip
#: Messages that change the reader's calendar; True takes the meeting out of it.
IN_CALENDARS = {
    "meeting_scheduled": False, "meeting_moved": False, "meeting_cancelled": True, "meeting_unscheduled": True,
}  # fmt: skip


@dataclass
class MeetingCase:
    """A locked meeting and its members. Who has declined stays a member, and does not come."""

    meeting: Meeting
    members: list[MeetingMember]
    # The slot it has had before this change: calendars have it there, and are told by it.
    slot_before: Slot | None = None

    @property
    def workshop(self) -> Workshop:
        return self.meeting.workshop

    @property
    def coming(self) -> list[MeetingMember]:
        """Who has not declined."""
        return [one for one in self.members if one.answer != MeetingAnswer.NO]

    @property
    def attending(self) -> list[MeetingMember]:
        """Who comes and has not stayed away from the workshop."""
        return [one for one in self.coming if is_there(one.registration)]

    @property
    def asker(self) -> MeetingMember | None:
        """Who has asked for it; None for what the matcher or an organiser has set."""
        return next((one for one in self.members if one.is_asking), None)

    def of(self, registration: Registration) -> MeetingMember:
        """Somebody's place in it. Raises `NotAllowed` for others and for who has declined."""
        found = next((one for one in self.coming if one.registration_id == registration.pk), None)
        if found is None:
            raise NotAllowed
        return found

    def __iter__(self) -> Iterator[MeetingMember]:
        return iter(self.members)


def lock_people(ids: Iterable[int]) -> list[Registration]:
    """Have changes of these people's meetings come one after the other. Always in the order of ids."""
    found = Registration.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=set(ids)).order_by("pk")
    return list(found.select_related("organisation", "user"))


def locked_meeting(meeting: Meeting, *, also: Iterable[int] = ()) -> MeetingCase:
    """Lock everybody in a meeting, and those it is to have `also`, then the meeting, and read it anew.

    Raises `TransitionNotAllowed` when its members have changed in this moment.
    """
    ids = set(MeetingMember.objects.filter(meeting=meeting).values_list("registration_id", flat=True))
    people = {one.pk: one for one in lock_people({*ids, *also})}
    found = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("workshop", "workshop__bridge", "slot", "wished_slot", "table")
        .get(pk=meeting.pk)
    )
    members = list(found.members.all())
    if not {one.registration_id for one in members} <= people.keys():
        raise TransitionNotAllowed
    for one in members:
        one.registration = people[one.registration_id]
    return MeetingCase(found, members)


def step(case: MeetingCase, to: str, verb: str, *, actor: Any, **detail: Any) -> None:
    """Move the meeting to a state, audit it, and tell the rest of the system."""
    before = move(case.meeting, MEETING, to)
    log(case, verb, actor=actor, before=before, after=to, **detail)


def log(case: MeetingCase, verb: str, *, actor: Any, before: str = "", after: str = "", **detail: Any) -> None:
    """Audit an act on a meeting for everybody's organisation, and tell the rest of the system."""
    organisations = sorted({one.registration.organisation_id for one in case})
    record(
        verb,
        case.meeting,
        actor=actor,
        bridge_id=case.workshop.bridge_id,
        organisation_id=organisations[0] if organisations else None,
        before=before,
        after=after,
        detail=detail,
        also=organisations[1:],
    )
    emit("meeting.changed", meeting_id=case.meeting.pk)


def hold(case: MeetingCase, slot: Slot | None, table: MeetingTable | None) -> None:
    """Write the meeting's time and place, and that its members are taken then. The caller has made sure they are free.

    Calendars learn by `sequence` that it has changed.
    """
    meeting = case.meeting
    case.slot_before = meeting.slot or case.slot_before
    changed = (meeting.slot_id, meeting.table_id) != (slot.pk if slot else None, table.pk if table else None)
    meeting.slot, meeting.table = slot, table
    if changed:
        meeting.sequence += 1
    # However it came to its time: whoever plans the interpreters reads it from the table plan.
    meeting.needs_interpreter = needs_interpreter(one.registration for one in case.attending)
    meeting.save(update_fields=["slot", "table", "sequence", "needs_interpreter", "updated_at"])
    coming = {one.pk for one in case.attending}
    for one in case:
        held = slot if slot is not None and one.pk in coming else None
        if one.held_slot_id != (held.pk if held else None):
            one.held_slot = held
            one.save(update_fields=["held_slot", "updated_at"])


def answered(member: MeetingMember, answer: str, now: datetime.datetime | None) -> None:
    """Write what a member has said; `now` is None for who is asked anew."""
    member.answer, member.answered_at = answer, now
    member.save(update_fields=["answer", "answered_at", "decline_reason", "updated_at"])


def path_of(meeting: Meeting) -> str:
    """The page of a meeting, as a participant finds it."""
    workshop = meeting.workshop
    return f"/{workshop.bridge.slug}/workshops/{workshop.public_id}/meetings/{meeting.public_id}/"


def tell_members(
    case: MeetingCase, kind: str, *, but: Iterable[MeetingMember] = (), key: str = "", among: Any = None, **words: Any
) -> None:
    """Tell those who come, in the words of `kind`; each once for a `key`. The line names who the others are.

    `among` tells these instead: somebody who has just left, or those a meeting was taken from.
    """
    skipped = {one.pk for one in but}
    for one in case.coming if among is None else among:
        user = one.registration.user
        if user is None or one.pk in skipped:
            continue
        others = names_of_others(case, one)
        tell(
            user,
            kind,
            topic=TOPIC,
            url=path_of(case.meeting),
            bridge=case.workshop.bridge,
            key=f"{kind}:{case.meeting.public_id}:{key}" if key else "",
            mail=kind if kind in MAILED else "",
            mail_context={
                "meeting": case.meeting,
                "workshop": case.workshop,
                "others": others,
                "zone": case.workshop.zone,
                **words,
            },
            calendar=_calendar_of(case, one, kind),
            subject=others,
        )


def _calendar_of(case: MeetingCase, member: MeetingMember, kind: str) -> tuple[str, str] | None:
    """What goes into the member's calendar with the message, or takes it out again."""
    from qiao.workshops.calendars import calendar_part  # it reads what this module writes

    if kind not in IN_CALENDARS:
        return None
    before = case.slot_before
    hours = (before.starts_at, before.ends_at) if before is not None and case.meeting.slot is None else None
    user = member.registration.user
    with translation.override(user.language if user is not None else None):
        part = calendar_part(case.meeting, member.registration, cancelled=IN_CALENDARS[kind], hours=hours)
    return (part.content, part.method) if part is not None else None


def names_of_others(case: MeetingCase, member: MeetingMember) -> str:
    """Whom a member is to meet: names with their organisations."""
    others = [one.registration for one in case.coming if one.pk != member.pk]
    return ", ".join(f"{one.name} ({one.organisation})" for one in others)


def is_there(registration: Registration) -> bool:
    """Whether somebody has a place and is not known to have stayed away."""
    return registration.state == RegistrationState.CONFIRMED and registration.no_show_at is None


def is_live(meeting: Meeting) -> bool:
    """Something is still to come of it."""
    return meeting.state in (MeetingState.REQUESTED, MeetingState.AGREED, MeetingState.SCHEDULED)
