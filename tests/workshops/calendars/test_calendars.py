"""Calendars by RFC 5545: lines, escaping, zones with a clock change, what is cancelled, keys, and 304."""

import datetime
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from qiao.notifications.domain.mail import send_mail
from qiao.notifications.models import OutgoingMail
from qiao.workshops.calendars import calendar_part, personal_calendar, workshop_calendar
from qiao.workshops.domain.answering import accept_meeting, cancel_meeting
from qiao.workshops.domain.calendar_keys import reader_of, renew_calendar_key, revoke_calendar_key
from qiao.workshops.models import CalendarKey, Meeting, Release, Room, Session, SessionPerson, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db


def scheduled(cast: MeetingCast, **fields: Any) -> Meeting:
    one, two = cast.british[0], cast.chinese[0]
    meeting = cast.ask(one, two, slot=cast.slots[0], **fields)
    accept_meeting(meeting, actor=two.user, registration=two)
    meeting.refresh_from_db()
    return meeting


def release(workshop: Workshop, number: int, *lines: dict[str, Any]) -> Release:
    return Release.objects.create(
        workshop=workshop, number=number, name=str(number), content={"sessions": list(lines)},
        released_at=timezone.now() + datetime.timedelta(seconds=number),
    )  # fmt: skip


def line(public_id: str, starts_at: str, **more: Any) -> dict[str, Any]:
    return {
        "id": public_id,
        "title": {"en": "Opening"},
        "starts_at": starts_at,
        "minutes": 60,
        "state": "active",
        **more,
    }


def keeps_the_rules(content: bytes) -> None:
    """Lines end in CRLF and have 75 bytes at most, no character is cut, and the whole can be read again."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert all(b"\n" not in one and b"\r" not in one for one in lines)
    assert max(len(one) for one in lines) <= 75
    for one in lines:
        one.decode()
    calendar = Calendar.from_ical(content)
    zones = {str(one["TZID"]) for one in calendar.walk("VTIMEZONE")}
    for event in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS"} <= set(event)
        told = event["DTSTART"].params.get("TZID")
        begins: Any = event["DTSTART"]
        assert told in zones or (told is None and begins.to_ical().endswith(b"Z"))


def events(content: bytes) -> dict[str, Any]:
    return {str(one["UID"]): one for one in Calendar.from_ical(content).walk("VEVENT")}


def test_a_personal_feed_keeps_the_rules() -> None:
    cast = meeting_cast(name={"en": "A, B; C\\D"}, time_zone="Asia/Shanghai")
    meeting = scheduled(cast, message="Line one\nline two, with; marks \\ and " + "很长的中文" * 40)
    content = personal_calendar(cast.british[0].user).content
    keeps_the_rules(content)
    [event] = events(content).values()
    assert event.decoded("dtstart") == cast.slots[0].starts_at
    assert "Line one\nline two, with; marks \\ and" in str(event["DESCRIPTION"])
    assert b"\\n" in content
    assert str(event["STATUS"]) == "CONFIRMED"
    assert cast.chinese[0].name in str(event["SUMMARY"])
    assert "table" in str(event["LOCATION"])
    assert meeting.public_id in str(event["UID"])


def test_a_feed_that_has_not_changed_is_the_same() -> None:
    cast = meeting_cast()
    scheduled(cast)
    first, second = (personal_calendar(cast.british[0].user) for _ in range(2))
    assert first == second


def test_what_is_cancelled_says_so_under_the_same_name() -> None:
    cast = meeting_cast()
    meeting = scheduled(cast)
    person = cast.british[0]
    [(uid, before)] = events(personal_calendar(person.user).content).items()
    hours = (cast.slots[0].starts_at, cast.slots[0].ends_at)
    cancel_meeting(meeting, actor=person.user, registration=person, reason="Ill")
    meeting = Meeting.objects.in_full().get(pk=meeting.pk)
    part = calendar_part(meeting, person, cancelled=True, hours=hours)
    assert part is not None
    [(same, after)] = events(part.content.encode()).items()
    assert same == uid
    assert str(after["STATUS"]) == "CANCELLED"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert part.method == "CANCEL"


def test_an_invitation_names_only_its_reader() -> None:
    cast = meeting_cast()
    meeting = scheduled(cast)
    meeting.join_url = "https://meet.example/x?a=1;b=2,3"
    meeting = Meeting.objects.in_full().get(pk=meeting.pk)
    meeting.join_url = "https://meet.example/x?a=1;b=2,3"
    person, other = cast.british[0], cast.chinese[0]
    part = calendar_part(meeting, person)
    assert part is not None
    assert part.content_type == "text/calendar; method=REQUEST"
    keeps_the_rules(part.content.encode())
    calendar = Calendar.from_ical(part.content)
    assert str(calendar["METHOD"]) == "REQUEST"
    [event] = calendar.walk("VEVENT")
    assert person.user is not None
    assert other.user is not None
    assert str(event["ATTENDEE"]) == f"mailto:{person.user.email}"
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert other.user.email not in part.content
    assert "https://meet.example/x?a=1;b=2,3" in str(event["LOCATION"])
    assert "CONFERENCE;" in part.content.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("zone", "day", "offsets"),
    [
        ("Europe/London", "2026-10-25", {datetime.timedelta(0), datetime.timedelta(hours=1)}),
        ("America/New_York", "2026-03-08", {datetime.timedelta(hours=-4), datetime.timedelta(hours=-5)}),
        ("Asia/Shanghai", "2026-10-25", {datetime.timedelta(hours=8)}),
    ],
)
def test_a_night_in_which_the_clock_changes(zone: str, day: str, offsets: set[datetime.timedelta]) -> None:
    date = datetime.date.fromisoformat(day)
    workshop = WorkshopFactory(first_day=date - datetime.timedelta(days=1), last_day=date, time_zone=zone)
    moments = [
        datetime.datetime.combine(date - datetime.timedelta(days=back), datetime.time(9), tzinfo=workshop.zone)
        for back in (1, 0)
    ]
    release(workshop, 1, *(line(f"s{n}", moment.isoformat()) for n, moment in enumerate(moments)))
    content = workshop_calendar(workshop).content
    keeps_the_rules(content)
    found = events(content)
    assert [found[f"session-s{n}@{_host(found)}"].decoded("dtstart") for n in (0, 1)] == moments
    [rules] = Calendar.from_ical(content).walk("VTIMEZONE")
    parts: list[Any] = rules.subcomponents
    assert {part["TZOFFSETTO"].td for part in parts} == offsets
    assert re.findall(rb"DTSTART;TZID=[A-Za-z_/]+:\d{8}T090000\r\n", content)


def _host(found: dict[str, Any]) -> str:
    return next(iter(found)).split("@")[1]


def test_sessions_by_release() -> None:
    workshop = WorkshopFactory()
    room = Room.objects.create(workshop=workshop, name={"en": "Hall"})
    first = line("opening", "2026-12-01T09:00:00+08:00", room=room.public_id)
    release(workshop, 1, first, line("gone", "2026-12-01T11:00:00+08:00"))
    release(workshop, 2, first)
    release(workshop, 3, {**first, "starts_at": "2026-12-01T10:00:00+08:00"})
    found = {uid.split("@")[0]: one for uid, one in events(workshop_calendar(workshop).content).items()}
    assert str(found["session-gone"]["STATUS"]) == "CANCELLED"
    assert int(found["session-gone"]["SEQUENCE"]) == 2
    assert int(found["session-opening"]["SEQUENCE"]) == 3
    assert str(found["session-opening"]["LOCATION"]).startswith("Hall")
    url = reverse("website:room_calendar_feed", args=[workshop.bridge.slug, workshop.public_id, room.public_id])
    assert {uid.split("@")[0] for uid in events(Client().get(url).content)} == {"session-opening"}


def test_the_draft_is_in_no_feed() -> None:
    workshop = WorkshopFactory()
    person = RegistrationFactory(workshop=workshop)
    session = Session.objects.create(workshop=workshop, kind="panel", title={"en": "Secret"}, starts_at=timezone.now())
    SessionPerson.objects.create(session=session, registration=person, role="speaker")
    assert b"Secret" not in workshop_calendar(workshop).content
    assert b"Secret" not in personal_calendar(person.user).content
    release(workshop, 1, line(session.public_id, timezone.now().isoformat(), title={"en": "Told"}))
    assert b"Told" in personal_calendar(person.user).content


def test_a_key_is_kept_as_a_hash_renewed_and_ended() -> None:
    user = UserFactory()
    key = renew_calendar_key(actor=user)
    assert key not in CalendarKey.objects.get().key_hash
    url = reverse("website:calendar_feed", args=[key])
    answer = Client().get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert CalendarKey.objects.get().used_at is not None
    assert Client().get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304
    second = renew_calendar_key(actor=user)
    assert Client().get(url).status_code == 404
    assert reader_of(second) == user
    assert revoke_calendar_key(actor=user)
    assert not revoke_calendar_key(actor=user)
    assert reader_of(second) is None


def test_a_closed_account_has_no_calendar() -> None:
    user = UserFactory()
    key = renew_calendar_key(actor=user)
    user.is_active = False
    user.save()
    assert reader_of(key) is None


def test_the_page_of_ones_own_calendar() -> None:
    url = reverse("website:calendar_settings")
    assert Client().get(url).status_code == 302
    client = Client()
    client.force_login(UserFactory())
    made = client.post(url, {"act": "renew"})
    [address] = set(re.findall(r"/calendars/[\w-]+\.ics", made.content.decode()))
    assert Client().get(address).status_code == 200
    assert address not in client.get(url).content.decode()
    client.post(url, {"act": "revoke"})
    assert Client().get(address).status_code == 404


def test_feeds_of_a_draft_are_for_its_organisers() -> None:
    workshop = WorkshopFactory(state="draft")
    url = reverse("website:workshop_calendar_feed", args=[workshop.bridge.slug, workshop.public_id])
    assert Client().get(url).status_code == 404


def test_mail_carries_the_invitation_and_its_cancellation() -> None:
    cast = meeting_cast()
    meeting = scheduled(cast)
    person = cast.british[0]
    invited = OutgoingMail.objects.get(template="meeting_scheduled", recipient=person.user)
    assert invited.calendar_method == "REQUEST"
    cancel_meeting(meeting, actor=person.user, registration=person, reason="Ill")
    other = cast.chinese[0]
    first = OutgoingMail.objects.get(template="meeting_scheduled", recipient=other.user)
    gone = OutgoingMail.objects.get(template="meeting_cancelled", recipient=other.user)
    assert gone.calendar_method == "CANCEL"
    [(uid, before)], [(same, after)] = (events(one.calendar.encode()).items() for one in (first, gone))
    assert uid == same
    assert before.decoded("dtstart") == after.decoded("dtstart")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_the_message_has_the_calendar_as_its_last_alternative() -> None:
    cast = meeting_cast()
    scheduled(cast)
    queued = OutgoingMail.objects.get(template="meeting_scheduled", recipient=cast.british[0].user)
    assert send_mail(queued.pk)
    message = mail.outbox[-1].message()
    parts = [one for one in message.walk() if not one.is_multipart()]
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/html", "text/calendar"]
    assert parts[-1].get_param("method") == "REQUEST"
    content: Any = parts[-1].get_payload(decode=True)
    assert b"\r\n" in content
    keeps_the_rules(content)
