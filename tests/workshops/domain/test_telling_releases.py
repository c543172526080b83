"""Releases: each whom one concerns is told once, and calendars hear only of what differs, in a form they accept."""

from __future__ import annotations

import datetime
from email.message import Message
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import OperationalError, connection
from django.utils import timezone
from icalendar import Calendar

from qiao.activity.models import OutboxEvent
from qiao.notifications.domain.mail import send_mail
from qiao.notifications.models import MailPreference, Notification, OutgoingMail
from qiao.workshops.calendars import personal_calendar, room_calendar, workshop_calendar
from qiao.workshops.domain.announcing import cancel_workshop, publish_workshop
from qiao.workshops.domain.places import remove_room
from qiao.workshops.domain.registering import withdraw_registration
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import (
    add_to_session,
    answer_session,
    cancel_session,
    change_session,
    create_session,
    place_session,
    remove_from_session,
    restore_session,
)
from qiao.workshops.domain.telling_releases import empty_calendars_of_who_left, tell_release
from qiao.workshops.models import CalendarEntry, Registration, Release, Room, Session, Workshop
from qiao.workshops.tasks import tell_release as tell_release_task
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff
from tests.workshops.calendars.test_calendars import keeps_the_rules

pytestmark = pytest.mark.django_db


class Stage:
    """A workshop whose programme is planned and released."""

    def __init__(self, **fields: Any) -> None:
        self.workshop: Workshop = WorkshopFactory(**fields)
        self.planner: Any = UserFactory()
        workshop_staff(self.workshop, self.planner, "owner")
        self.hall = Room.objects.create(workshop=self.workshop, name={"en": "Hall", "zh-hans": "大厅"})

    def session(self, title: str, hour: int, **fields: Any) -> Session:
        made = create_session(self.workshop, actor=self.planner, kind="panel", title={"en": title}, minutes=60)
        return self.place(made, hour, **fields)

    def place(self, one: Session, hour: int, **fields: Any) -> Session:
        one.refresh_from_db()
        when = self.workshop.starts_at + datetime.timedelta(hours=hour)
        values = {"room": self.hall} | fields
        return place_session(one, actor=self.planner, edition=one.edition, starts_at=when, **values)

    def person(self, *sessions: Session, role: str = "speaker", **fields: Any) -> Registration:
        made: Registration = RegistrationFactory(workshop=self.workshop, **fields)
        for one in sessions:
            add_to_session(one, actor=self.planner, role=role, registration=made)
        return made

    def release(self) -> Release:
        made = release_programme(self.workshop, actor=self.planner)
        tell_release(made.pk)
        return made


@pytest.fixture
def stage() -> Stage:
    return Stage(time_zone="Europe/London")


def mails(person: Registration, *templates: str) -> list[OutgoingMail]:
    names = templates or ("programme_changed", "session_calendar", "session_removed")
    return list(OutgoingMail.objects.filter(recipient=person.user, template__in=names).order_by("pk"))


def event(one: OutgoingMail) -> Any:
    [found] = Calendar.from_ical(one.calendar).walk("VEVENT")
    return found


def partstat(one: OutgoingMail) -> str:
    return str(event(one)["ATTENDEE"].params["PARTSTAT"])


def test_the_first_release_reaches_each_calendar_by_what_they_have_said(stage: Stage) -> None:
    one = stage.session("Cells", 9)
    speaker, silent, coming = stage.person(one), stage.person(one, role="participant"), stage.person(role="participant")
    stranger = stage.person()
    answer_session(one, actor=coming.user, registration=coming, comes=True)
    stage.release()
    assert (partstat(*mails(speaker)), partstat(*mails(coming))) == ("NEEDS-ACTION", "ACCEPTED")
    [told] = mails(silent)
    assert told.calendar == ""
    assert "Cells" in told.text
    assert "Europe/London" in told.text
    assert mails(stranger) == []
    assert Notification.objects.filter(kind="programme_out").count() == 3
    # Whoever says later that they come has it in their calendar at once.
    answer_session(one, actor=silent.user, registration=silent, comes=True)
    assert mails(silent)[-1].calendar_method == "REQUEST"


def test_calendars_hear_only_of_what_differs_with_a_rising_sequence(stage: Stage) -> None:
    one, other = stage.session("Cells", 9), stage.session("Water", 11)
    person, elsewhere = stage.person(one), stage.person(other)
    stage.release()
    stage.place(one, 14)
    stage.release()
    one.refresh_from_db()
    cancel_session(one, actor=stage.planner, edition=one.edition)
    stage.release()
    sent = mails(person)
    assert [one.calendar_method for one in sent] == ["REQUEST", "REQUEST", "CANCEL"]
    found = [event(one) for one in sent]
    assert len({str(one["UID"]) for one in found}) == 1
    numbers = [int(one["SEQUENCE"]) for one in found]
    assert numbers == sorted(set(numbers))
    assert [str(one["STATUS"]) for one in found] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert found[1].decoded("dtstart") == stage.workshop.starts_at + datetime.timedelta(hours=14)
    assert len(mails(elsewhere)) == 1
    one.refresh_from_db()
    restore_session(one, actor=stage.planner, edition=one.edition)
    stage.release()
    assert int(event(mails(person)[-1])["SEQUENCE"]) > numbers[-1]
    assert mails(person)[-1].calendar_method == "REQUEST"


def test_another_length_is_released_and_told_and_a_description_is_not(stage: Stage) -> None:
    one = stage.session("Cells", 9)
    person = stage.person(one)
    stage.release()
    one.refresh_from_db()
    change_session(one, actor=stage.planner, edition=one.edition, description={"en": "All about cells"})
    assert [change["code"] for change in stage.release().changes] == ["details"]
    assert len(mails(person)) == 1
    one.refresh_from_db()
    change_session(one, actor=stage.planner, edition=one.edition, minutes=90)
    assert [change["code"] for change in stage.release().changes] == ["minutes"]
    last = mails(person)[-1]
    assert "now 90 minutes instead of 60" in last.text
    assert event(last).decoded("dtend") - event(last).decoded("dtstart") == datetime.timedelta(minutes=90)


def test_two_sessions_are_two_messages_of_one_event_each_and_one_line(stage: Stage) -> None:
    first, second = stage.session("Cells", 9), stage.session("Water", 11)
    person = stage.person(first, second)
    stage.release()
    sent = mails(person)
    assert [one.template for one in sent] == ["programme_changed", "session_calendar"]
    assert len({str(event(one)["UID"]) for one in sent}) == 2
    assert Notification.objects.filter(user=person.user, kind="programme_out").count() == 1


def test_a_task_that_runs_twice_tells_nobody_twice(stage: Stage) -> None:
    person = stage.person(stage.session("Cells", 9), stage.session("Water", 11))
    made = release_programme(stage.workshop, actor=stage.planner)
    assert OutboxEvent.objects.filter(topic="programme.released", payload__release_id=made.pk).count() == 1
    assert [tell_release_task(**payload) for payload in 2 * [{"release_id": made.pk, "workshop_id": 1}]] == [1, 0]
    assert len(mails(person)) == 2
    made.refresh_from_db()
    assert made.told_at is not None


def test_by_digest_nothing_is_sent_and_all_of_it_once_mail_is_wanted(stage: Stage) -> None:
    one = stage.session("Cells", 9)
    person: Any = stage.person(one)
    wish = MailPreference.objects.create(user=person.user, in_digest=["workshops"])
    stage.release()
    assert mails(person) == []
    assert Notification.objects.get(user=person.user, kind="programme_out").in_digest
    wish.in_digest = []
    wish.save()
    other = stage.session("Water", 11)
    add_to_session(other, actor=stage.planner, role="speaker", registration=person)
    stage.release()
    assert len([one for one in mails(person) if one.calendar]) == 2


def test_who_is_taken_out_declines_or_withdraws_has_it_taken_out_of_the_calendar(stage: Stage) -> None:
    one = stage.session("Cells", 9)
    removed, declining, leaving = stage.person(one), stage.person(one), stage.person(one)
    stage.release()
    remove_from_session(one.people.get(registration=removed), actor=stage.planner)
    answer_session(one, actor=declining.user, registration=declining, comes=False)
    withdraw_registration(leaving, actor=leaving.user)
    assert empty_calendars_of_who_left() == 1
    assert empty_calendars_of_who_left() == 0
    for person in (removed, declining, leaving):
        assert [one.calendar_method for one in mails(person)] == ["REQUEST", "CANCEL"]
        numbers = [int(event(one)["SEQUENCE"]) for one in mails(person)]
        assert numbers[0] < numbers[1]
    assert not CalendarEntry.objects.filter(is_cancelled=False).exists()


def test_a_cancelled_workshop_leaves_no_session_in_a_calendar(stage: Stage) -> None:
    person = stage.person(stage.session("Cells", 9))
    stage.release()
    cancel_workshop(stage.workshop, actor=stage.planner, reason="Flood")
    assert empty_calendars_of_who_left() == 1
    assert [one.calendar_method for one in mails(person)] == ["REQUEST", "CANCEL"]


def test_a_release_before_publication_is_told_with_it() -> None:
    stage = Stage(state="draft", description={"en": "Cells"}, venue={"en": "Hall"})
    person = stage.person(stage.session("Cells", 9))
    made = stage.release()
    assert mails(person) == []
    publish_workshop(stage.workshop, actor=stage.planner)
    assert OutboxEvent.objects.filter(topic="programme.released", payload__release_id=made.pk).count() == 2
    tell_release(made.pk)
    assert len(mails(person)) == 1


def test_a_room_removed_after_the_release_is_told_to_organisers_then_to_those_in_it(stage: Stage) -> None:
    one, other = stage.session("Cells", 9), stage.session("Water", 11, room=None)
    person, elsewhere = stage.person(one), stage.person(other)
    stage.release()
    remove_room(stage.hall, actor=stage.planner)
    assert Notification.objects.filter(user=stage.planner, kind="room_removed").count() == 1
    # Until the next release participants and feeds have what they were told.
    assert b"Hall" in workshop_calendar(stage.workshop).content
    assert len(mails(person)) == 1
    new = Room.objects.create(workshop=stage.workshop, name={"en": "Library"})
    stage.place(one, 9, room=new)
    stage.release()
    last = mails(person)[-1]
    assert "now in Library" in last.text
    assert "Library" in str(event(last)["LOCATION"])
    assert len(mails(elsewhere)) == 1
    assert b"Library" in personal_calendar(person.user).content
    assert b"VEVENT" not in room_calendar(stage.workshop, stage.hall).content
    assert b"Library" in room_calendar(stage.workshop, new).content


class ServerIsDown(EmailBackend):
    """A mail server that refuses connections until it is up again."""

    is_up = False

    def send_messages(self, messages: Any) -> int:
        if not ServerIsDown.is_up:
            raise ConnectionRefusedError("down")
        return int(super().send_messages(messages))


def test_a_mail_server_down_for_an_hour_loses_and_doubles_nothing(
    stage: Stage, settings: Any, time_machine: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ServerIsDown"
    ServerIsDown.is_up = False
    one = stage.session("Cells", 9)
    people = [stage.person(one) for _ in range(3)]
    stage.release()
    begun = timezone.now()

    def send_all() -> int:
        return sum(send_mail(pk) for pk in OutgoingMail.objects.due().values_list("pk", flat=True))

    for minutes in range(0, 61, 5):
        time_machine.move_to(begun + datetime.timedelta(minutes=minutes))
        assert send_all() == 0
    assert mail.outbox == []
    ServerIsDown.is_up = True
    for minutes in range(61, 240, 20):
        time_machine.move_to(begun + datetime.timedelta(minutes=minutes))
        send_all()
    invitations = [one for one in mail.outbox if "programme" in one.subject]
    assert sorted(one.to[0] for one in invitations) == sorted(one.email for one in people)
    assert len(mail.outbox) == 2 * len(people)  # the letter that asked each, and the programme


@pytest.mark.django_db(transaction=True)
def test_what_is_cut_off_half_way_is_finished_by_the_next_run() -> None:
    stage = Stage()
    one = stage.session("Cells", 9)
    people = [stage.person(one) for _ in range(4)]
    made = release_programme(stage.workshop, actor=stage.planner)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM workshops_registration WHERE id = %s FOR UPDATE", [people[2].pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError):
            tell_release(made.pk)
        assert [len(mails(person)) for person in people] == [1, 1, 0, 0]
        made.refresh_from_db()
        assert made.told_at is None
    finally:
        other.close()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
    assert tell_release(made.pk) == 2
    assert [len(mails(person)) for person in people] == [1, 1, 1, 1]


class TestWhatCalendarsAskFor:
    """Rules of RFC 5545, 5546 and 6047, and what Outlook, Apple and Google are known to refuse (docs/workshops.md)."""

    def message(self, stage: Stage, *, cancelled: bool = False) -> tuple[Message, Any]:
        one = stage.session("Cells, genes; and “more” 细胞与基因的研究进展以及临床应用的前景", 9)
        person = stage.person(one, user=UserFactory(name="Ada, Countess; of Lovelace"))
        stage.release()
        if cancelled:
            one.refresh_from_db()
            cancel_session(one, actor=stage.planner, edition=one.edition)
            stage.release()
        # Messages to one person go in their order: an invitation before its cancellation.
        for pk in OutgoingMail.objects.filter(recipient=person.user).order_by("pk").values_list("pk", flat=True):
            assert send_mail(pk)
        return mail.outbox[-1].message(), person

    @pytest.mark.parametrize("cancelled", [False, True])
    @pytest.mark.parametrize("zone", ["Europe/London", "Asia/Shanghai", "UTC"])
    def test_is_kept(self, zone: str, cancelled: bool) -> None:
        message, person = self.message(Stage(time_zone=zone), cancelled=cancelled)
        method = "CANCEL" if cancelled else "REQUEST"
        parts = [one for one in message.walk() if not one.is_multipart()]
        assert message.get_content_type() == "multipart/alternative"
        assert [one.get_content_type() for one in parts] == ["text/plain", "text/html", "text/calendar"]
        # The method of the header is that of the calendar (RFC 6047, 2.4): Outlook refuses the message otherwise.
        assert parts[-1].get_param("method") == method
        assert parts[-1].get_content_charset() == "utf-8"
        assert parts[-1].get_filename() is None
        content: Any = parts[-1].get_payload(decode=True)
        keeps_the_rules(content)
        calendar = Calendar.from_ical(content)
        assert (str(calendar["METHOD"]), str(calendar["VERSION"])) == (method, "2.0")
        assert calendar["PRODID"]
        found: Any = calendar.walk("VEVENT")[0]
        assert len(calendar.walk("VEVENT")) == 1
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "ORGANIZER", "ATTENDEE", "STATUS"):
            assert not isinstance(found[name], list), name
        assert content.count(b"DTSTAMP:") == 1
        assert found["DTSTAMP"].to_ical().endswith(b"Z")
        assert found.decoded("dtstamp") <= timezone.now()
        assert str(found["STATUS"]) == ("CANCELLED" if cancelled else "CONFIRMED")
        assert str(found["ATTENDEE"]) == f"mailto:{person.user.email}"
        assert message["To"] == person.user.email
        assert found["ATTENDEE"].params["RSVP"] == "FALSE"
        assert found["ATTENDEE"].params["ROLE"] == "REQ-PARTICIPANT"
        assert str(found["ORGANIZER"]).removeprefix("mailto:") in str(message["From"])
        assert str(found["ORGANIZER"]) != str(found["ATTENDEE"])
        assert found.decoded("dtend") - found.decoded("dtstart") == datetime.timedelta(hours=1)
        rules = calendar.walk("VTIMEZONE")
        if zone == "UTC":
            assert rules == []
            assert found["DTSTART"].to_ical().endswith(b"Z")
        else:
            [zone_rules] = rules
            kinds = {one.name for one in zone_rules.subcomponents}
            assert kinds == ({"STANDARD", "DAYLIGHT"} if zone == "Europe/London" else {"STANDARD"})
            for one in zone_rules.subcomponents:
                assert {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= set(one)
