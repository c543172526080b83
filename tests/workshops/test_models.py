"""What the database itself refuses, and whose eyes reach what."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from qiao.bridges.enums import BridgeRole
from qiao.workshops.enums import MeetingState, RegistrationState, WorkshopRole, WorkshopState
from qiao.workshops.models import Meeting, MeetingMember, Registration, Workshop
from qiao.workshops.rules import checks_in, handles_registrations, owns_workshop, plans_programme, runs_workshop
from tests.factories import (
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    add_tables,
    staff,
    workshop_staff,
)

pytestmark = pytest.mark.django_db


def test_a_table_has_one_meeting_a_slot() -> None:
    workshop = WorkshopFactory()
    [slot], [table] = add_slots(workshop, 1), add_tables(workshop, 1)
    first = Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=slot, table=table)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=slot, table=table)
    Meeting.objects.filter(pk=first.pk).update(state=MeetingState.CANCELLED)
    assert Meeting.objects.create(workshop=workshop, state=MeetingState.SCHEDULED, slot=slot, table=table).pk


def test_a_person_holds_one_meeting_a_slot() -> None:
    workshop = WorkshopFactory()
    [slot] = add_slots(workshop, 1)
    person = RegistrationFactory(workshop=workshop)
    one, other = Meeting.objects.create(workshop=workshop), Meeting.objects.create(workshop=workshop)
    MeetingMember.objects.create(meeting=one, registration=person, held_slot=slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingMember.objects.create(meeting=other, registration=person, held_slot=slot)


def test_an_address_is_registered_once_whatever_its_letters() -> None:
    workshop = WorkshopFactory()
    RegistrationFactory(workshop=workshop, email="li@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(workshop=workshop, email="Li@Example.org")


def test_days_are_those_of_its_own_clock_over_a_clock_change() -> None:
    workshop = WorkshopFactory(
        first_day=datetime.date(2026, 10, 24), last_day=datetime.date(2026, 10, 25), time_zone="Europe/London"
    )
    assert workshop.ends_at.astimezone(datetime.UTC) - workshop.starts_at.astimezone(
        datetime.UTC
    ) == datetime.timedelta(hours=49)


def test_drafts_are_seen_by_who_runs_them() -> None:
    draft, open_one = WorkshopFactory(state=WorkshopState.DRAFT), WorkshopFactory()
    stranger, organiser, helper = UserFactory(), UserFactory(), UserFactory()
    staff(draft.bridge, organiser, BridgeRole.ORGANISER)
    workshop_staff(draft, helper, WorkshopRole.CHECK_IN)
    for user, seen in ((AnonymousUser(), 0), (stranger, 0), (organiser, 1), (helper, 1)):
        assert Workshop.objects.visible_to(user).filter(pk=draft.pk).count() == seen
        assert Workshop.objects.visible_to(user).filter(pk=open_one.pk).exists()


def test_roles_reach_as_far_as_they_say() -> None:
    workshop = WorkshopFactory()
    people = {role: UserFactory() for role in WorkshopRole.values}
    for role, user in people.items():
        workshop_staff(workshop, user, role)
    may = {
        role: {
            predicate.__name__
            for predicate in (owns_workshop, plans_programme, handles_registrations, checks_in, runs_workshop)
            if predicate.test(user, workshop)
        }
        for role, user in people.items()
    }
    assert may == {
        "owner": {"owns_workshop", "plans_programme", "handles_registrations", "checks_in", "runs_workshop"},
        "programme": {"plans_programme", "runs_workshop"},
        "registration": {"handles_registrations", "checks_in", "runs_workshop"},
        "check_in": {"checks_in", "runs_workshop"},
    }
    assert not runs_workshop.test(UserFactory(), workshop)


def test_the_list_of_participants_is_for_participants() -> None:
    workshop = WorkshopFactory()
    me = RegistrationFactory(workshop=workshop)
    hidden = RegistrationFactory(workshop=workshop, is_listed=False)
    waiting = RegistrationFactory(workshop=workshop, state=RegistrationState.WAITING)
    seen = set(Registration.objects.visible_to(me.user).of_workshop(workshop))
    assert seen == {me}
    assert set(Registration.objects.visible_to(hidden.user).of_workshop(workshop)) == {me, hidden}
    assert set(Registration.objects.visible_to(waiting.user).of_workshop(workshop)) == {waiting}
    assert not Registration.objects.visible_to(UserFactory()).of_workshop(workshop).exists()
