"""Nights in which clocks change, a zone in which they never do, and workshops that go over midnight."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
from icalendar import Calendar

from qiao.common.errors import InvalidInput
from qiao.notifications.models import OutgoingMail
from qiao.organiser.forms.workshop_programme import PlaceForm
from qiao.workshops.calendars import personal_calendar, workshop_calendar
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.copying import copy_workshop
from qiao.workshops.domain.queries.free_times import FreeTimes
from qiao.workshops.domain.queries.shown import shown_sessions
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import add_to_session, create_session, place_session
from qiao.workshops.domain.slots import Span, make_slots
from qiao.workshops.domain.telling_releases import tell_release
from qiao.workshops.models import Meeting, Session, Workshop
from qiao.workshops.templatetags.programme import moment_words
from qiao.workshops.templatetags.workshop_meetings import when
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff
from tests.workshops.meeting_cast import meeting_cast

pytestmark = pytest.mark.django_db
UTC = datetime.UTC
AUTUMN, SPRING = datetime.date(2027, 10, 31), datetime.date(2027, 3, 28)
ZONES = ("Europe/London", "Asia/Shanghai")
NIGHT = datetime.time(0), datetime.time(4)


def of_night(night: datetime.date, zone: str, **fields: Any) -> tuple[Workshop, Any]:
    """A workshop from the evening before to the day after."""
    day = datetime.timedelta(days=1)
    workshop: Workshop = WorkshopFactory(first_day=night - day, last_day=night + day, time_zone=zone, **fields)
    owner = UserFactory()
    workshop_staff(workshop, owner, "owner")
    return workshop, owner


def clock(workshop: Workshop, moment: datetime.datetime) -> str:
    return f"{moment.astimezone(workshop.zone):%H:%M}"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("night", [AUTUMN, SPRING])
def test_a_session_lasts_as_long_as_it_says_whatever_clocks_do(night: datetime.date, zone: str) -> None:
    workshop, owner = of_night(night, zone)
    session = create_session(workshop, actor=owner, kind="visit", title={"en": "Night shift"}, minutes=240)
    begins = datetime.datetime.combine(night, datetime.time(0), tzinfo=workshop.zone)
    place_session(session, actor=owner, edition=session.edition, starts_at=begins, room=None)
    person = RegistrationFactory(workshop=workshop, user=UserFactory(time_zone="Asia/Tokyo"))
    add_to_session(session, actor=owner, role="speaker", registration=person)
    tell_release(release_programme(workshop, actor=owner).pk)
    [shown] = shown_sessions(workshop)
    assert shown.ends_at.astimezone(UTC) - shown.starts_at.astimezone(UTC) == datetime.timedelta(hours=4)
    ends = {("Europe/London", AUTUMN): "03:00", ("Europe/London", SPRING): "05:00"}.get((zone, night), "04:00")
    assert (clock(workshop, shown.starts_at), clock(workshop, shown.ends_at)) == ("00:00", ends)
    mail = OutgoingMail.objects.get(recipient=person.user, template="programme_changed")
    for content in (workshop_calendar(workshop).content, personal_calendar(person.user).content, mail.calendar):
        [event] = Calendar.from_ical(content).walk("VEVENT")
        assert event.decoded("dtstart").astimezone(UTC) == begins.astimezone(UTC)
        assert event.decoded("dtend").astimezone(UTC) - event.decoded("dtstart").astimezone(UTC) == datetime.timedelta(
            hours=4
        )
    assert f"clock of {zone}" in mail.text
    letter = OutgoingMail.objects.get(recipient=person.user, template="session_invited")
    assert f"00:00 ({zone}); " in letter.text
    assert "(Asia/Tokyo)" in letter.text


@pytest.mark.parametrize(
    ("night", "zone", "count"),
    [(AUTUMN, "Europe/London", 10), (SPRING, "Europe/London", 6), (AUTUMN, "Asia/Shanghai", 8)],
)
def test_slots_meetings_and_free_times_of_that_night(night: datetime.date, zone: str, count: int) -> None:
    cast = meeting_cast(slots=0, first_day=night - datetime.timedelta(days=1), last_day=night, time_zone=zone)
    slots = make_slots(cast.workshop, actor=cast.organiser, days=[night], begins=NIGHT[0], ends=NIGHT[1], minutes=30)
    assert len(slots) == count
    assert all(later.starts_at >= earlier.ends_at for earlier, later in itertools.pairwise(slots))
    times = FreeTimes(cast.workshop, cast.everybody)
    assert len({one.starts_at for one in times.slots}) == count
    one, two = cast.british[0], cast.chinese[0]
    # In the hour that is there twice, or beside the one that is left out.
    for slot in slots[2:4]:
        meeting = cast.ask(one, two, slot=slot) if slot == slots[2] else cast.ask(cast.british[1], two, slot=slot)
        accept_meeting(meeting, actor=two.user, registration=two)
    held = list(Meeting.objects.filter(workshop=cast.workshop, state="scheduled").order_by("slot__starts_at"))
    assert [meeting.slot for meeting in held] == slots[2:4]
    events = Calendar.from_ical(personal_calendar(two.user).content).walk("VEVENT")
    found = sorted(
        (event.decoded("dtstart").astimezone(UTC), event.decoded("dtend").astimezone(UTC)) for event in events
    )
    assert found == [(slot.starts_at, slot.ends_at) for slot in slots[2:4]]


def test_the_two_times_of_one_oclock_stay_apart_in_calendars() -> None:
    workshop, owner = of_night(AUTUMN, "Europe/London")
    first = datetime.datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # 01:30, the first time
    for hours, name in ((0, "First"), (1, "Second")):
        session = create_session(workshop, actor=owner, kind="panel", title={"en": name}, minutes=20)
        place_session(session, actor=owner, edition=1, starts_at=first + datetime.timedelta(hours=hours), room=None)
    release_programme(workshop, actor=owner)
    assert [clock(workshop, one.starts_at) for one in shown_sessions(workshop)] == ["01:30", "01:30"]
    events = Calendar.from_ical(workshop_calendar(workshop).content).walk("VEVENT")
    assert sorted(event.decoded("dtstart").astimezone(UTC) for event in events) == [
        first,
        first + datetime.timedelta(hours=1),
    ]


def test_a_time_that_is_left_out_is_refused() -> None:
    workshop, _owner = of_night(SPRING, "Europe/London")
    session = Session(workshop=workshop, kind="panel", title={"en": "Night"}, minutes=30)
    for given, is_there in (("00:30", True), ("01:30", False), ("02:00", True)):
        form = PlaceForm({"starts_at": f"2027-03-28T{given}"}, session=session)
        assert form.is_valid() == is_there, given
    elsewhere, _owner = of_night(SPRING, "Asia/Shanghai")
    session.workshop = elsewhere
    assert PlaceForm({"starts_at": "2027-03-28T01:30"}, session=session).is_valid()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("night", [AUTUMN, SPRING])
def test_a_copy_keeps_clock_times_across_the_change(night: datetime.date, zone: str) -> None:
    workshop, owner = of_night(night, zone)
    staff(workshop.bridge, owner, role="owner")
    before = night - datetime.timedelta(days=1)
    make_slots(workshop, actor=owner, days=[before], begins=datetime.time(9), ends=datetime.time(10), minutes=30)
    session = create_session(workshop, actor=owner, kind="panel", title={"en": "Cells"}, minutes=60)
    place_session(
        session, actor=owner, edition=1, room=None,
        starts_at=datetime.datetime.combine(before, datetime.time(9), tzinfo=workshop.zone),
    )  # fmt: skip
    new = copy_workshop(workshop, actor=owner, first_day=night, with_sessions=True)
    assert [clock(new, slot.starts_at) for slot in new.slots.all()] == ["09:00", "09:30"]
    begins = new.sessions.get().starts_at
    assert begins is not None
    assert clock(new, begins) == "09:00"


class TestOverMidnight:
    def test_slots_go_on_into_the_next_day(self) -> None:
        workshop, owner = of_night(datetime.date(2027, 6, 12), "Asia/Shanghai")
        day = workshop.first_day
        hours: dict[str, Any] = {"begins": datetime.time(22), "ends": datetime.time(1), "minutes": 60}
        slots = make_slots(workshop, actor=owner, days=[day], **hours)
        assert [clock(workshop, one.starts_at) for one in slots] == ["22:00", "23:00", "00:00"]
        again = make_slots(workshop, actor=owner, days=[day], **hours | {"minutes": 30})
        assert (len(again), workshop.slots.count()) == (6, 6)

    def test_midnight_ends_any_day_and_nothing_goes_beyond_the_last(self) -> None:
        workshop, owner = of_night(datetime.date(2027, 6, 12), "Europe/London")
        last = workshop.last_day
        slots = make_slots(
            workshop, actor=owner, days=[last], begins=datetime.time(23), ends=datetime.time(0), minutes=30
        )
        assert [clock(workshop, one.ends_at) for one in slots] == ["23:30", "00:00"]
        assert slots[-1].ends_at == workshop.ends_at
        with pytest.raises(InvalidInput) as refusal:
            make_slots(workshop, actor=owner, days=[last], begins=datetime.time(23), ends=datetime.time(1), minutes=30)
        assert "ends" in refusal.value.errors

    def test_a_break_may_lie_over_midnight(self) -> None:
        workshop, owner = of_night(datetime.date(2027, 6, 12), "Europe/London")
        slots = make_slots(
            workshop,
            actor=owner,
            days=[workshop.first_day],
            begins=datetime.time(22),
            ends=datetime.time(2),
            minutes=60,
            breaks=[Span(datetime.time(23, 30), datetime.time(0, 30))],
        )
        assert [clock(workshop, one.starts_at) for one in slots] == ["22:00", "00:30"]

    def test_a_session_over_midnight_is_of_the_day_it_begins_on(self) -> None:
        workshop, owner = of_night(datetime.date(2027, 6, 12), "Europe/London")
        session = create_session(workshop, actor=owner, kind="panel", title={"en": "Night"}, minutes=90)
        begins = datetime.datetime.combine(workshop.first_day, datetime.time(23), tzinfo=workshop.zone)
        place_session(session, actor=owner, edition=1, starts_at=begins, room=None)
        release_programme(workshop, actor=owner)
        [shown] = shown_sessions(workshop)
        assert "23:00" in moment_words(shown.starts_at, workshop)
        assert shown.ends_at.astimezone(workshop.zone).date() == workshop.first_day + datetime.timedelta(days=1)


def test_who_is_elsewhere_reads_both_clocks_with_their_names() -> None:
    workshop, _owner = of_night(datetime.date(2027, 6, 12), "Europe/London")
    moment = datetime.datetime(2027, 6, 12, 16, 30, tzinfo=UTC)
    words = when(moment, workshop.zone, UserFactory(time_zone="Asia/Shanghai"))
    assert "17:30 (Europe/London)" in words
    assert "00:30 (Asia/Shanghai)" in words
    assert "13" in words.split(";")[1]  # it is the next day there
    assert ";" not in when(moment, workshop.zone, UserFactory(time_zone="Europe/Lisbon"))
