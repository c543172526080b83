"""The demonstration's workshop, some weeks ahead: people, rooms, slots, sessions and requests for meetings.

Made by the functions that people's acts go through.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils import timezone
from i18nfield.strings import LazyI18nString

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation, Organisation
from qiao.workshops.domain.announcing import publish_workshop
from qiao.workshops.domain.answering import accept_meeting, decline_meeting
from qiao.workshops.domain.asking import ask_for_meeting
from qiao.workshops.domain.asking_rules import set_asking_rules
from qiao.workshops.domain.delegations import register_delegation
from qiao.workshops.domain.places import save_room, set_tables
from qiao.workshops.domain.registering import register
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import add_to_session, answer_session, create_session, place_session
from qiao.workshops.domain.setting_up import create_workshop, set_questions
from qiao.workshops.domain.slots import Span, make_slots
from qiao.workshops.domain.staffing import set_workshop_roles
from qiao.workshops.enums import AttendanceMode, SessionRole
from qiao.workshops.models import Registration, Room, Workshop

_TEXTS = ("name", "theme", "description", "venue", "venue_address")
_PLAIN = (
    "format", "online_url", "time_zone", "capacity", "remote_capacity", "places_per_organisation", "hours_to_answer",
    "meetings_per_person", "least_meetings", "requests_per_person", "longest_run", "minutes_between", "interpreters",
)  # fmt: skip
_SESSION = ("kind", "minutes", "capacity", "is_for_all", "needs_interpreting")
TUESDAY = 1


def load_workshops(
    bridge: Bridge, organisations: Mapping[str, Organisation], workshops: Iterable[dict[str, Any]], organiser: Any
) -> int:
    """Make every workshop with its people; returns how many."""
    made = 0
    for data in workshops:
        _load(bridge, organisations, data, organiser)
        made += 1
    return made


def _load(bridge: Bridge, organisations: Mapping[str, Organisation], data: dict[str, Any], organiser: Any) -> None:
    first = _first_day(data["weeks_ahead"])
    workshop = create_workshop(
        bridge,
        actor=organiser,
        first_day=first,
        last_day=first + datetime.timedelta(days=data["days"] - 1),
        **{name: LazyI18nString(data[name]) for name in _TEXTS},
        **{name: data[name] for name in _PLAIN if name in data},
        **_closing(first, data),
    )
    for one in data["staff"]:
        set_workshop_roles(workshop, actor=organiser, user=User.objects.get(email=one["email"]), roles=one["roles"])
    rooms = {
        room.pop("key"): save_room(workshop, actor=organiser, **room | {"name": LazyI18nString(room["name"])})
        for room in (dict(one) for one in data["rooms"])
    }
    tables = data["tables"]
    set_tables(
        workshop, actor=organiser, count=tables["count"], seats=tables["seats"], room=rooms.get(tables.get("room"))
    )
    slots = data["slots"]
    make_slots(
        workshop,
        actor=organiser,
        days=workshop.days,
        begins=_clock(slots["begins"]),
        ends=_clock(slots["ends"]),
        minutes=slots["minutes"],
        pause=slots["pause"],
        breaks=[Span(_clock(begins), _clock(ends)) for begins, ends in slots["breaks"]],
    )
    questions = set_questions(workshop, actor=organiser, questions=data["questions"])
    sides = {side.code: side for side in bridge.sides.all()}
    rules = [
        {name: [sides[code] for code in codes] if name.endswith("sides") else codes for name, codes in rule.items()}
        for rule in data["asking_rules"]
    ]
    set_asking_rules(workshop, actor=organiser, rules=rules)
    workshop = publish_workshop(workshop, actor=organiser)
    meals = next(one.pk for one in questions if one.is_required)
    _register(workshop, data["registrations"], meals)
    people = {one.email: one for one in Registration.objects.of_workshop(workshop).select_related("user")}
    for one in data["sessions"]:
        _load_session(workshop, one, rooms, people, organiser)
    release_programme(workshop, actor=organiser, note=data.get("release_note", ""))
    _ask(workshop, data["meetings"], people)


def _register(workshop: Workshop, registrations: Iterable[dict[str, Any]], meals: int) -> None:
    """Everybody for themselves, and the people of a delegation by who leads it."""
    for delegation, rows in groupby(registrations, lambda one: one.get("delegation", "")):
        if delegation:
            together = [dict(row) for row in rows]
            leader = User.objects.get(email=together[0]["by"])
            report = register_delegation(
                workshop,
                actor=leader,
                organisation=_organisation_of(leader),
                name=delegation,
                people=together,
                all_or_nothing=True,
            )
            if report.bad:
                raise ValueError(f"{delegation}: {report.bad}")
            continue
        for row in rows:
            user = User.objects.get(email=row["email"])
            affiliation = Affiliation.objects.get(user=user)
            register(
                workshop,
                actor=user,
                organisation=_organisation_of(user),
                name=user.name_zh if user.language == "zh-hans" and user.name_zh else user.name,
                job_title=affiliation.title_zh if user.language == "zh-hans" else affiliation.title_en,
                mode=row.get("mode", AttendanceMode.ON_SITE),
                languages=row.get("languages") or ["zh" if user.language == "zh-hans" else "en"],
                needs_interpreter=row.get("interpreter", False),
                access_needs=row.get("access_needs", ""),
                time_zone=row.get("time_zone", ""),
                goals=row["goals"],
                presences=[_whole(workshop, day) for day in row["days"]] if "days" in row else None,
                answers={meals: row["meals"]},
            )


def _load_session(
    workshop: Workshop,
    data: dict[str, Any],
    rooms: Mapping[str, Room],
    people: Mapping[str, Registration],
    organiser: Any,
) -> None:
    """A session with its room, its time and its people; those who are to come have said so."""
    values = {name: data[name] for name in _SESSION if name in data}
    session = create_session(workshop, actor=organiser, title=LazyI18nString(data["title"]), **values)
    session = place_session(
        session,
        actor=organiser,
        edition=session.edition,
        starts_at=datetime.datetime.combine(workshop.days[data["day"]], _clock(data["at"]), tzinfo=workshop.zone),
        room=rooms.get(data.get("room", "")),
    )
    named = [(SessionRole.SPEAKER, email) for email in data.get("speakers", ())]
    named += [(SessionRole.MODERATOR, data["moderator"])] if "moderator" in data else []
    named += [(SessionRole.PARTICIPANT, email) for email in data.get("people", ())]
    for role, email in named:
        add_to_session(session, actor=organiser, role=role, registration=people[email])
        if people[email].user is not None:
            answer_session(session, actor=people[email].user, registration=people[email], comes=True)


def _ask(workshop: Workshop, meetings: Iterable[dict[str, Any]], people: Mapping[str, Registration]) -> None:
    slots = list(workshop.slots.all())
    for one in meetings:
        asking, asked = people[one["by"]], [people[email] for email in one["asked"]]
        meeting = ask_for_meeting(
            workshop,
            actor=asking.user,
            asking=asking,
            asked=asked,
            message=one["message"],
            slot=slots[one["slot"]],
        )
        for person in asked:
            if one.get("answer") == "yes":
                accept_meeting(meeting, actor=person.user, registration=person)
            elif one.get("answer") == "no":
                decline_meeting(meeting, actor=person.user, registration=person)


def _first_day(weeks: int) -> datetime.date:
    """The Tuesday so many weeks ahead, or the next one after it."""
    day = timezone.now().date() + datetime.timedelta(weeks=weeks)
    return day + datetime.timedelta(days=(TUESDAY - day.weekday()) % 7)


def _closing(first: datetime.date, data: dict[str, Any]) -> dict[str, datetime.datetime]:
    """When registration and requests for meetings close: six in the evening, so many days before."""
    evening = datetime.datetime.combine(first, datetime.time(18), tzinfo=zoneinfo.ZoneInfo(data["time_zone"]))
    names = ("registration_closes", "meeting_requests_close")
    return {f"{name}_at": evening - datetime.timedelta(days=data[name]) for name in names}


def _whole(workshop: Workshop, number: int) -> tuple[datetime.datetime, datetime.datetime]:
    """A day of the workshop from morning to evening."""
    morning = datetime.datetime.combine(workshop.days[number], datetime.time(8), tzinfo=workshop.zone)
    return morning, morning + datetime.timedelta(hours=11)


def _clock(words: str) -> datetime.time:
    return datetime.time.fromisoformat(words)


def _organisation_of(user: User) -> Organisation:
    return Affiliation.objects.select_related("organisation").get(user=user).organisation
