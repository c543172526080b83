"""Setting a workshop up: what is refused, who is told, slots over a clock change, copies."""

import datetime
import itertools
from typing import Any

import pytest
from i18nfield.strings import LazyI18nString

from qiao.bridges.models import Side
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification
from qiao.organiser.forms.workshop_setup import QuestionForm
from qiao.workshops.domain.announcing import (
    cancel_workshop,
    end_past_workshops,
    publish_workshop,
    reopen_workshop,
    unpublish_workshop,
)
from qiao.workshops.domain.asking_rules import set_asking_rules
from qiao.workshops.domain.copying import copy_workshop
from qiao.workshops.domain.places import remove_room, restore_room, save_room, set_tables
from qiao.workshops.domain.queries.asking import AskingRules, may_ask
from qiao.workshops.domain.setting_up import create_workshop, set_questions, update_workshop
from qiao.workshops.domain.slots import Span, add_slot, make_slots, moments_of, remove_slots
from qiao.workshops.domain.staffing import set_workshop_roles
from qiao.workshops.enums import MeetingState, RegistrationState, WorkshopState
from qiao.workshops.models import (
    Meeting,
    MeetingMember,
    MeetingTable,
    QuestionAnswer,
    Room,
    Session,
    Slot,
    Workshop,
    WorkshopStaff,
)
from qiao.workshops.rules import owns_workshop
from tests.factories import (
    BridgeFactory,
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    member,
    staff,
    workshop_staff,
)

pytestmark = pytest.mark.django_db

DAY = datetime.date(2027, 5, 20)
NINE, TEN, NOON = datetime.time(9), datetime.time(10), datetime.time(12)


def fields(**changed: Any) -> dict[str, Any]:
    return {
        "name": {"en": "Health workshop", "zh-hans": "健康研讨会"},
        "description": {"en": "Cells and imaging"},
        "venue": {"en": "Bio Island"},
        "first_day": DAY,
        "last_day": DAY + datetime.timedelta(days=1),
        "time_zone": "Asia/Shanghai",
        **changed,
    }


@pytest.fixture
def owner() -> Any:
    return UserFactory()


@pytest.fixture
def workshop(owner: Any) -> Workshop:
    bridge = BridgeFactory()
    staff(bridge, owner)
    return create_workshop(bridge, actor=owner, **fields())


def test_who_runs_the_bridge_makes_one_and_owns_it(workshop: Workshop, owner: Any) -> None:
    assert workshop.state == WorkshopState.DRAFT
    assert owns_workshop.test(owner, workshop)
    with pytest.raises(NotAllowed):
        create_workshop(workshop.bridge, actor=UserFactory(), **fields())
    with pytest.raises(NotAllowed):
        update_workshop(workshop, actor=UserFactory(), **fields())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": {"en": " "}}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"last_day": DAY - datetime.timedelta(days=1)}, "last_day"),
        ({"last_day": DAY + datetime.timedelta(days=30)}, "last_day"),
        ({"least_meetings": 9, "meetings_per_person": 4}, "least_meetings"),
        ({"capacity": 0}, "capacity"),
        (
            {
                "registration_opens_at": datetime.datetime(2027, 5, 1, tzinfo=datetime.UTC),
                "registration_closes_at": datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC),
            },
            "registration_closes_at",
        ),
        ({"registration_closes_at": datetime.datetime(2027, 7, 1, tzinfo=datetime.UTC)}, "registration_closes_at"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    workshop: Workshop, owner: Any, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        update_workshop(workshop, actor=owner, **changed)
    assert field in refusal.value.errors
    assert Workshop.objects.get(pk=workshop.pk).first_day == DAY


def test_nothing_with_a_time_is_left_outside_the_days(workshop: Workshop, owner: Any) -> None:
    make_slots(workshop, actor=owner, days=[DAY], begins=NINE, ends=TEN, minutes=20)
    with pytest.raises(InvalidInput) as refusal:
        update_workshop(workshop, actor=owner, first_day=DAY + datetime.timedelta(days=1))
    assert "3 slots" in str(refusal.value.errors["first_day"])


def test_a_draft_lacks_things_until_it_is_published(workshop: Workshop, owner: Any) -> None:
    update_workshop(workshop, actor=owner, venue={})
    with pytest.raises(InvalidInput, match="venue"):
        publish_workshop(workshop, actor=owner)
    update_workshop(workshop, actor=owner, venue={"zh-hans": "生物岛"})
    assert publish_workshop(workshop, actor=owner).state == WorkshopState.PUBLISHED


def test_other_days_are_told_once_to_those_who_come(workshop: Workshop, owner: Any) -> None:
    publish_workshop(workshop, actor=owner)
    comes, hopes = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop, state="waiting")
    RegistrationFactory(workshop=workshop, state="withdrawn")
    update_workshop(workshop, actor=owner, capacity=40)
    assert not Notification.objects.filter(kind="workshop_changed").exists()
    update_workshop(workshop, actor=owner, last_day=DAY)
    told = set(Notification.objects.filter(kind="workshop_changed").values_list("user_id", flat=True))
    assert told == {comes.user_id, hopes.user_id}


def test_a_published_one_goes_out_of_sight_only_while_nobody_has_registered(workshop: Workshop, owner: Any) -> None:
    publish_workshop(workshop, actor=owner)
    assert unpublish_workshop(workshop, actor=owner).state == WorkshopState.DRAFT
    publish_workshop(workshop, actor=owner)
    RegistrationFactory(workshop=workshop)
    with pytest.raises(InvalidInput):
        unpublish_workshop(workshop, actor=owner)


def test_cancelling_tells_everybody_why_and_calls_meetings_off(workshop: Workshop, owner: Any) -> None:
    publish_workshop(workshop, actor=owner)
    one, other = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
    [slot] = add_slots(workshop, 1)
    meeting = Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=slot)
    for who in (one, other):
        MeetingMember.objects.create(meeting=meeting, registration=who, answer="yes", held_slot=slot)
    with pytest.raises(InvalidInput):
        cancel_workshop(workshop, actor=owner, reason=" ")
    cancel_workshop(workshop, actor=owner, reason="The venue is flooded")
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert not MeetingMember.objects.exclude(held_slot=None).exists()
    assert Notification.objects.filter(kind="workshop_cancelled").count() == 2
    with pytest.raises(TransitionNotAllowed):
        publish_workshop(workshop, actor=owner)
    assert reopen_workshop(workshop, actor=owner).state == WorkshopState.DRAFT


def test_it_ends_after_its_last_day_by_its_own_clock(workshop: Workshop, owner: Any, time_machine: Any) -> None:
    publish_workshop(workshop, actor=owner)
    time_machine.move_to(datetime.datetime(2027, 5, 21, 15, 59, tzinfo=datetime.UTC))
    assert end_past_workshops() == 0
    time_machine.move_to(datetime.datetime(2027, 5, 21, 16, 0, 1, tzinfo=datetime.UTC))
    assert end_past_workshops() == 1
    assert Workshop.objects.get(pk=workshop.pk).state == WorkshopState.ENDED


def test_slots_go_round_breaks_and_pauses(workshop: Workshop) -> None:
    found = moments_of(
        workshop,
        day=DAY,
        begins=NINE,
        ends=NOON,
        minutes=30,
        pause=5,
        breaks=[Span(datetime.time(10), datetime.time(10, 30))],
    )
    starts = [f"{a.astimezone(workshop.zone):%H:%M}" for a, _b in found]
    assert starts == ["09:00", "10:30", "11:05"]
    assert all(b - a == datetime.timedelta(minutes=30) for a, b in found)


@pytest.mark.parametrize(
    ("day", "count"),
    [(datetime.date(2027, 10, 31), 10), (datetime.date(2027, 3, 28), 6), (datetime.date(2027, 6, 1), 8)],
)
def test_a_night_with_a_clock_change_has_its_own_number_of_slots(day: datetime.date, count: int) -> None:
    workshop = WorkshopFactory(time_zone="Europe/London", first_day=day, last_day=day)
    found = moments_of(workshop, day=day, begins=datetime.time(0), ends=datetime.time(4), minutes=30)
    assert len(found) == count
    assert all(b - a == datetime.timedelta(minutes=30) for a, b in found)
    assert all(one[1] == other[0] for one, other in itertools.pairwise(found))


def test_slots_of_a_day_are_made_anew_but_those_in_which_somebody_meets(workshop: Workshop, owner: Any) -> None:
    first = make_slots(workshop, actor=owner, days=[DAY], begins=NINE, ends=TEN, minutes=20)
    Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=first[0])
    again = make_slots(workshop, actor=owner, days=[DAY], begins=NINE, ends=NOON, minutes=20)
    assert len(again) == 9
    assert first[0] in again
    with pytest.raises(InvalidInput, match="overlap"):
        make_slots(workshop, actor=owner, days=[DAY], begins=datetime.time(9, 10), ends=NOON, minutes=20)
    assert Slot.objects.filter(workshop=workshop).count() == 9
    with pytest.raises(InvalidInput, match="meets"):
        remove_slots(workshop, actor=owner, slots=again)
    assert remove_slots(workshop, actor=owner, slots=again[1:]) == 8


def test_a_single_slot_is_within_the_days_and_over_no_other(workshop: Workshop, owner: Any) -> None:
    at = datetime.datetime.combine(DAY, NINE, tzinfo=workshop.zone)
    add_slot(workshop, actor=owner, starts_at=at, minutes=45)
    with pytest.raises(InvalidInput):
        add_slot(workshop, actor=owner, starts_at=at + datetime.timedelta(minutes=30), minutes=45)
    with pytest.raises(InvalidInput):
        add_slot(workshop, actor=owner, starts_at=at - datetime.timedelta(days=3), minutes=45)


def test_a_removed_room_frees_its_sessions_and_says_so(workshop: Workshop, owner: Any) -> None:
    room = save_room(workshop, actor=owner, name={"en": "Hall"}, capacity=80)
    session = Session.objects.create(workshop=workshop, kind="panel", title="Panel", room=room, is_locked=True)
    set_tables(workshop, actor=owner, count=2, room=room)
    assert remove_room(room, actor=owner) == [session]
    session.refresh_from_db()
    assert (session.room, session.is_locked, session.edition) == (None, False, 2)
    assert not MeetingTable.objects.filter(workshop=workshop, removed_at=None).exists()
    assert Notification.objects.get(kind="room_removed").user == owner
    with pytest.raises(InvalidInput):
        remove_room(room, actor=owner)
    restore_room(room, actor=owner)
    assert Room.objects.get(pk=room.pk).removed_at is None


def test_fewer_tables_keep_meetings_at_their_time(workshop: Workshop, owner: Any) -> None:
    tables = set_tables(workshop, actor=owner, count=3)
    [slot] = add_slots(workshop, 1)
    meeting = Meeting.objects.create(
        workshop=workshop, state=MeetingState.SCHEDULED, slot=slot, table=tables[2], sequence=4
    )
    assert [one.number for one in set_tables(workshop, actor=owner, count=1, seats=6)] == [1]
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot, meeting.table, meeting.sequence) == ("scheduled", slot, None, 5)
    assert len(set_tables(workshop, actor=owner, count=3)) == 3
    with pytest.raises(InvalidInput):
        set_tables(workshop, actor=owner, count=-1)


def test_the_last_owner_stays(workshop: Workshop, owner: Any) -> None:
    helper = UserFactory()
    set_workshop_roles(workshop, actor=owner, user=helper, roles=["programme", "check_in"])
    assert Notification.objects.get(kind="workshop_role").user == helper
    with pytest.raises(InvalidInput):
        set_workshop_roles(workshop, actor=owner, user=owner, roles=["programme"])
    set_workshop_roles(workshop, actor=owner, user=helper, roles=["owner"])
    set_workshop_roles(workshop, actor=owner, user=owner, roles=[])
    assert list(WorkshopStaff.objects.filter(workshop=workshop).values_list("user", "role")) == [(helper.pk, "owner")]


def test_questions_are_asked_in_order_and_need_choices(workshop: Workshop, owner: Any) -> None:
    first, second = set_questions(
        workshop,
        actor=owner,
        questions=[
            {"text": {"en": "Diet?"}, "kind": "choice", "choices": [{"en": "Any"}, {"en": "None", "zh-hans": "无"}]},
            {"text": {"zh-hans": "备注"}},
        ],
    )
    kept = set_questions(
        workshop, actor=owner, questions=[{"id": second.pk, "text": {"en": "Notes"}, "is_required": True}]
    )
    assert [one.pk for one in kept] == [second.pk]
    assert not workshop.questions.filter(pk=first.pk).exists()
    refused: list[list[dict[str, Any]]] = [
        [{"text": {}}],
        [{"text": {"en": "x"}, "kind": "choice", "choices": [{"en": "one"}]}],
    ]
    for bad in refused:
        with pytest.raises(InvalidInput):
            set_questions(workshop, actor=owner, questions=bad)


def test_rules_say_who_asks_whom(workshop: Workshop, owner: Any, django_assert_num_queries: Any) -> None:
    bridge = workshop.bridge
    sides = {side.country: side for side in Side.objects.filter(bridge=bridge)}
    startup = RegistrationFactory(workshop=workshop, organisation=member(bridge, country="GB", kind="startup"))
    hospital = RegistrationFactory(workshop=workshop, organisation=member(bridge, country="CN", kind="hospital"))
    investor = RegistrationFactory(workshop=workshop, organisation=member(bridge, country="CN", kind="investor"))
    assert may_ask(startup, hospital)
    set_asking_rules(
        workshop,
        actor=owner,
        rules=[
            {"asking_kinds": ["startup"], "asked_sides": [sides["CN"]], "asked_kinds": ["hospital"]},
            {"asking_kinds": ["investor"]},
        ],
    )
    rules = AskingRules(workshop)
    with django_assert_num_queries(0):
        allowed = [
            (a.organisation.kind, b.organisation.kind)
            for a in (startup, hospital, investor)
            for b in (startup, hospital, investor)
            if rules.allow(a, b)
        ]
    assert allowed == [("startup", "hospital"), ("investor", "startup"), ("investor", "hospital")]
    with pytest.raises(InvalidInput):
        set_asking_rules(workshop, actor=owner, rules=[{"asked_kinds": ["dragon"]}])


def test_a_copy_has_everything_but_people_and_keeps_clock_times(workshop: Workshop, owner: Any) -> None:
    update_workshop(workshop, actor=owner, time_zone="Europe/London")
    workshop.refresh_from_db()
    make_slots(workshop, actor=owner, days=[DAY], begins=NINE, ends=TEN, minutes=30)
    room = save_room(workshop, actor=owner, name={"en": "Hall"})
    set_tables(workshop, actor=owner, count=2, room=room)
    set_questions(workshop, actor=owner, questions=[{"text": {"en": "Diet?"}}])
    set_asking_rules(workshop, actor=owner, rules=[{"asking_kinds": ["startup"]}])
    workshop_staff(workshop, UserFactory(), "check_in")
    RegistrationFactory(workshop=workshop)
    Session.objects.create(workshop=workshop, kind="panel", title="Panel", room=room, starts_at=workshop.starts_at)
    new = copy_workshop(workshop, actor=owner, first_day=datetime.date(2027, 12, 1), with_sessions=True)
    assert new.name.data == LazyI18nString({"en": "Health workshop", "zh-hans": "健康研讨会"}).data
    assert (new.state, new.last_day) == (WorkshopState.DRAFT, datetime.date(2027, 12, 2))
    # May is summer time in London and December is not: nine o'clock stays nine o'clock.
    assert [f"{one.starts_at.astimezone(new.zone):%d %H:%M}" for one in new.slots.all()] == ["01 09:00", "01 09:30"]
    assert (new.rooms.count(), new.tables.count(), new.questions.count(), new.asking_rules.count()) == (1, 2, 1, 1)
    assert new.tables.filter(room__workshop=new).count() == 2
    assert new.sessions.get().room == new.rooms.get()
    assert new.staff.filter(role="check_in").count() == 1
    assert not new.registrations.exists()
    assert RegistrationState.CONFIRMED in workshop.registrations.values_list("state", flat=True)
    with pytest.raises(NotAllowed):
        copy_workshop(workshop, actor=UserFactory(), first_day=DAY)


@pytest.mark.parametrize("night", [datetime.date(2027, 10, 31), datetime.date(2027, 3, 28)])
def test_a_copy_from_or_to_a_night_with_a_clock_change_has_no_overlap(owner: Any, night: datetime.date) -> None:
    bridge = BridgeFactory()
    staff(bridge, owner)
    plain = datetime.date(2027, 6, 1)
    for first, second in ((night, plain), (plain, night)):
        old = create_workshop(bridge, actor=owner, **fields(first_day=first, last_day=first, time_zone="Europe/London"))
        make_slots(old, actor=owner, days=[first], begins=datetime.time(0), ends=datetime.time(4), minutes=30)
        slots = list(copy_workshop(old, actor=owner, first_day=second).slots.all())
        assert len(slots) >= 6
        assert all(one.ends_at - one.starts_at == datetime.timedelta(minutes=30) for one in slots)
        assert all(one.ends_at <= other.starts_at for one, other in itertools.pairwise(slots))


def test_a_meeting_that_was_called_off_keeps_no_slot(workshop: Workshop, owner: Any) -> None:
    first, second = make_slots(workshop, actor=owner, days=[DAY], begins=NINE, ends=TEN, minutes=30)
    off = Meeting.objects.create(workshop=workshop, state=MeetingState.CANCELLED, slot=first)
    Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=second)
    assert remove_slots(workshop, actor=owner, slots=[first]) == 1
    off.refresh_from_db()
    assert (off.state, off.slot) == (MeetingState.CANCELLED, None)


def test_answers_follow_their_choice_when_choices_are_put_in_another_order(workshop: Workshop, owner: Any) -> None:
    any_food, vegetarian, halal = ({"en": name} for name in ("Any", "Vegetarian", "Halal"))
    row: dict[str, Any] = {
        "text": {"en": "Diet?"},
        "kind": "choice",
        "choices": [any_food, vegetarian, halal],
    }
    (question,) = set_questions(workshop, actor=owner, questions=[row])
    people = RegistrationFactory.create_batch(3, workshop=workshop)
    for number, person in enumerate(people):
        QuestionAnswer.objects.create(registration=person, question=question, value=number)
    row |= {"id": question.pk, "choices": [vegetarian, {"en": "Anything"}]}
    set_questions(workshop, actor=owner, questions=[row])
    answers = [QuestionAnswer.objects.get(registration=person).value for person in people]
    assert answers == [None, 0, None]
    set_questions(workshop, actor=owner, questions=[row | {"choices": [{"en": "No meat"}, {"en": "Anything"}]}])
    assert QuestionAnswer.objects.get(registration=people[1]).value == 0


def test_a_choice_in_one_language_stays_in_it() -> None:
    assert QuestionForm.as_lines([{"zh-hans": "素食"}, {"en": "Any"}, {"en": "Tea", "zh-hans": "茶"}]) == (
        " | 素食\nAny\nTea | 茶"
    )
