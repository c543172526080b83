"""Registering: who may, places and the waiting list, what withdrawing frees, delegations, accounts that come later."""

import datetime
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification, OutgoingMail
from qiao.workshops.domain.admitting import approve_registration, decline_registration, invite_person
from qiao.workshops.domain.delegations import read_people, register_delegation
from qiao.workshops.domain.places_left import move_up_waiting
from qiao.workshops.domain.registering import (
    change_registration,
    link_registrations,
    register,
    register_other,
    withdraw_registration,
)
from qiao.workshops.enums import MeetingState
from qiao.workshops.models import (
    Meeting,
    MeetingMember,
    QuestionAnswer,
    Registration,
    RegistrationQuestion,
    Session,
    SessionPerson,
    Workshop,
)
from tests.factories import (
    OrganisationFactory,
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    affiliate,
    member,
    workshop_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


@pytest.fixture
def handler(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "registration")
    return user


def someone(workshop: Workshop, **fields: Any) -> tuple[Any, Any]:
    user = UserFactory()
    return user, member(workshop.bridge, owner=user, **fields)


def come(workshop: Workshop, **fields: Any) -> Registration:
    user, organisation = someone(workshop)
    return register(workshop, actor=user, organisation=organisation, **fields)


def test_a_member_registers_with_what_they_said(workshop: Workshop) -> None:
    question = RegistrationQuestion.objects.create(
        workshop=workshop, text="Diet?", kind="choice", choices=[{"en": "Any"}, {"en": "None"}], is_required=True
    )
    user, organisation = someone(workshop)
    nine = workshop.starts_at + datetime.timedelta(hours=9)
    one = register(
        workshop, actor=user, organisation=organisation, languages=["en", "zh", "xx"], goals="寻找合作伙伴",
        presences=[(nine, nine + datetime.timedelta(hours=3))], answers={question.pk: "1"},
    )  # fmt: skip
    assert (one.state, one.languages, one.goals_language, one.name) == (
        "confirmed",
        ["en", "zh"],
        "zh",
        user.display_name,
    )
    assert one.presences.count() == 1
    assert QuestionAnswer.objects.get().value == 1
    assert Notification.objects.get(user=user).kind == "registration_confirmed"
    with pytest.raises(Duplicate):
        register(workshop, actor=user, organisation=organisation)


def test_who_may_not_and_when(workshop: Workshop) -> None:
    user, organisation = someone(workshop)
    with pytest.raises(NotAllowed):
        register(workshop, actor=UserFactory(), organisation=organisation)
    stranger = OrganisationFactory()
    affiliate(user, stranger)
    with pytest.raises(InvalidInput):
        register(workshop, actor=user, organisation=stranger)
    for fields in (
        {"state": "draft"},
        {"registration_closes_at": timezone.now()},
        {"registration_opens_at": timezone.now() + datetime.timedelta(days=1)},
        {"registration_mode": "invited"},
    ):
        closed = WorkshopFactory(bridge=workshop.bridge, **fields)
        with pytest.raises(InvalidInput):
            register(closed, actor=user, organisation=organisation)
    with pytest.raises(InvalidInput) as refusal:
        register(workshop, actor=user, organisation=organisation, mode="remote")
    assert "mode" in refusal.value.errors
    outside = [(workshop.starts_at - datetime.timedelta(hours=2), workshop.starts_at)]
    with pytest.raises(InvalidInput):
        register(workshop, actor=user, organisation=organisation, presences=outside)
    RegistrationQuestion.objects.create(workshop=workshop, text="Diet?", kind="line", is_required=True)
    with pytest.raises(InvalidInput):
        register(workshop, actor=user, organisation=organisation, answers={})
    assert not Registration.objects.exists()


def test_the_waiting_list_moves_up_by_itself_first_come_first(workshop: Workshop) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(capacity=1)
    first, second, third = come(workshop), come(workshop), come(workshop)
    assert [one.state for one in (first, second, third)] == ["confirmed", "waiting", "waiting"]
    withdraw_registration(first, actor=first.user)
    assert list(Registration.objects.order_by("pk").values_list("state", flat=True)) == [
        "withdrawn",
        "confirmed",
        "waiting",
    ]
    told = Notification.objects.filter(user=second.user).values_list("kind", flat=True)
    assert set(told) == {"registration_waiting", "registration_confirmed"}
    Workshop.objects.filter(pk=workshop.pk).update(capacity=5)
    assert move_up_waiting(workshop.pk) == 1
    assert move_up_waiting(workshop.pk) == 0


def test_places_on_site_and_online_are_counted_apart(workshop: Workshop) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(capacity=1, remote_capacity=1, format="hybrid")
    on_site, online, more = come(workshop), come(workshop, mode="remote"), come(workshop, mode="remote")
    assert [one.state for one in (on_site, online, more)] == ["confirmed", "confirmed", "waiting"]
    with pytest.raises(InvalidInput):
        change_registration(online, actor=online.user, mode="on_site")
    withdraw_registration(on_site, actor=on_site.user)
    assert change_registration(online, actor=online.user, mode="on_site").mode == "on_site"
    more.refresh_from_db()
    assert more.state == "confirmed"


def test_an_organisation_has_its_share_and_waits_beyond_it(workshop: Workshop) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(places_per_organisation=1)
    user, organisation = someone(workshop)
    colleague = UserFactory()
    affiliate(colleague, organisation, "viewer")
    first = register(workshop, actor=user, organisation=organisation)
    assert register(workshop, actor=colleague, organisation=organisation).state == "waiting"
    assert come(workshop).state == "confirmed"
    withdraw_registration(first, actor=user)
    assert Registration.objects.get(user=colleague).state == "confirmed"


def test_by_approval_organisers_decide_and_may_think_again(workshop: Workshop, handler: Any) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(registration_mode="approval")
    one = come(workshop)
    assert one.state == "applied"
    with pytest.raises(NotAllowed):
        approve_registration(one, actor=one.user)
    assert decline_registration(one, actor=handler).state == "declined"
    with pytest.raises(InvalidInput):
        register(workshop, actor=one.user, organisation=one.organisation)
    assert approve_registration(one, actor=handler).state == "confirmed"
    with pytest.raises(TransitionNotAllowed):
        approve_registration(one, actor=handler)


def test_who_is_invited_needs_no_approval(workshop: Workshop, handler: Any) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(registration_mode="invited")
    user, organisation = someone(workshop)
    invite_person(workshop, actor=handler, organisation=organisation, email=user.email.upper(), name="Ada")
    assert Notification.objects.get(user=user).kind == "registration_invited"
    with pytest.raises(Duplicate):
        invite_person(workshop, actor=handler, organisation=organisation, email=user.email, name="Ada")
    assert register(workshop, actor=user, organisation=organisation).state == "confirmed"


def test_withdrawing_frees_meetings_and_places_in_sessions(workshop: Workshop) -> None:
    one, other = come(workshop), come(workshop)
    [slot] = add_slots(workshop, 1)
    meeting = Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=slot)
    for who in (one, other):
        MeetingMember.objects.create(meeting=meeting, registration=who, answer="yes", held_slot=slot)
    session = Session.objects.create(workshop=workshop, kind="panel", title="Panel")
    SessionPerson.objects.create(session=session, registration=one, role="participant", answer="accepted")
    withdraw_registration(one, actor=one.user)
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert not session.people.exists()
    again = register(workshop, actor=one.user, organisation=one.organisation)
    assert (again.pk, again.state) == (one.pk, "confirmed")


def test_others_change_nothing(workshop: Workshop, handler: Any) -> None:
    one = come(workshop)
    for act in (change_registration, withdraw_registration):
        with pytest.raises(NotAllowed):
            act(one, actor=UserFactory())
    assert withdraw_registration(one, actor=handler).state == "withdrawn"


def test_somebody_without_an_account_gets_a_letter_and_is_linked_later(workshop: Workshop) -> None:
    owner, organisation = someone(workshop)
    one = register_other(workshop, actor=owner, organisation=organisation, email="Li@New.example", name="Li Wei")
    assert (one.user, one.state) == (None, "confirmed")
    letter = OutgoingMail.objects.get(to="li@new.example")
    assert str(workshop.name) in letter.text
    user = UserFactory(email="li@new.example")
    assert link_registrations(user) == 1
    assert Registration.objects.get(pk=one.pk).user == user
    unconfirmed = UserFactory(email="wang@new.example")
    EmailAddress.objects.filter(user=unconfirmed).update(verified=False)
    second = register_other(workshop, actor=owner, organisation=organisation, email="wang@new.example", name="Wang")
    assert second.user is None
    assert link_registrations(unconfirmed) == 0
    with pytest.raises(NotAllowed):
        register_other(workshop, actor=user, organisation=organisation, email="x@new.example", name="X")


CSV = """姓名,邮箱,职务,语言,口译
李伟,li@d.example,主任,中文,是
=cmd(),wang@d.example,,English,
,no name,,,
李四,LI@d.example,,,
"""


def test_a_delegation_from_a_chinese_table_tells_each_bad_row(workshop: Workshop) -> None:
    owner, organisation = someone(workshop)
    people = read_people(CSV.encode("gb18030"))
    told: dict[str, Any] = {"actor": owner, "organisation": organisation, "name": "广州", "people": people}
    tried = register_delegation(workshop, **told, dry_run=True)
    assert (len(tried.good), [row.number for row in tried.bad]) == (2, [4, 5])
    assert not Registration.objects.exists()
    strict = register_delegation(workshop, **told, all_or_nothing=True)
    assert strict.delegation is None
    assert not Registration.objects.exists()
    assert not OutgoingMail.objects.exists()
    done = register_delegation(workshop, **told)
    assert done.delegation is not None
    first = Registration.objects.get(email="li@d.example")
    assert (first.languages, first.needs_interpreter, first.job_title) == (["zh"], True, "主任")
    assert done.delegation.registrations.count() == 2
    with pytest.raises(NotAllowed):
        register_delegation(workshop, actor=UserFactory(), organisation=organisation, name="", people=people)


@pytest.mark.parametrize("content", [b"", b"what,ever\n1,2\n", b"\x00" * 10, ("name,email\n" + "a,b\n" * 201).encode()])
def test_a_file_that_is_no_table_of_people_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_people(content)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_tables_are_read_in_the_charsets_that_people_save(charset: str) -> None:
    assert read_people("name;email\n李伟;li@d.example\n".encode(charset)) == [{"name": "李伟", "email": "li@d.example"}]


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one() -> None:
    workshop = WorkshopFactory(capacity=1)
    people = [someone(workshop) for _ in range(6)]
    begin = threading.Barrier(len(people))

    def run(user: Any, organisation: Any) -> None:
        try:
            begin.wait()
            register(workshop, actor=user, organisation=organisation)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(Registration.objects.values_list("state", flat=True))
    assert states == ["confirmed", *["waiting"] * 5]


def test_a_place_freed_twice_at_once_is_given_once(workshop: Workshop) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(capacity=1)
    first, second, third = come(workshop), come(workshop), come(workshop)
    withdraw_registration(first, actor=first.user)
    with pytest.raises(TransitionNotAllowed):
        withdraw_registration(first, actor=first.user)
    assert Registration.objects.confirmed().count() == 1
    assert {second.pk} == set(Registration.objects.confirmed().values_list("pk", flat=True))
    assert third.state == "waiting"


def test_a_meeting_limit_of_ones_own_is_within_the_workshops(workshop: Workshop) -> None:
    with pytest.raises(InvalidInput):
        come(workshop, most_meetings=99)
    assert come(workshop, most_meetings=3).most_meetings == 3


def test_registered_by_an_organiser_after_it_closed(workshop: Workshop, handler: Any) -> None:
    Workshop.objects.filter(pk=workshop.pk).update(registration_closes_at=timezone.now())
    _owner, organisation = someone(workshop)
    one = register_other(workshop, actor=handler, organisation=organisation, email="late@d.example", name="Late")
    assert one.state == "confirmed"
    assert RegistrationFactory(workshop=workshop).state == "confirmed"
