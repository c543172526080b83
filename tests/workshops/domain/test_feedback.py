"""Feedback: who may give it and when; asked for once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification
from qiao.workshops.domain.afterwards import (
    attendance_of,
    certificate_of,
    certificate_token,
    write_afterwards,
)
from qiao.workshops.domain.feedback import ask_for_feedback, give_feedback
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import CheckIn, Feedback, Registration, Session, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def over() -> Workshop:
    """A workshop that ended the day before yesterday."""
    today = timezone.now().date()
    workshop: Workshop = WorkshopFactory(first_day=today - timedelta(days=3), last_day=today - timedelta(days=2))
    return workshop


def test_a_participant_says_it_once_and_may_change_it(over: Workshop) -> None:
    mine = RegistrationFactory(workshop=over)
    give_feedback(mine, actor=mine.user, mark=3, good="Meetings")
    give_feedback(mine, actor=mine.user, mark=5, good="Meetings", is_anonymous=True)
    said = Feedback.objects.get()
    assert (said.mark, said.good, said.is_anonymous) == (5, "Meetings", True)
    session = Session.objects.create(workshop=over, kind="panel", title="Panel")
    give_feedback(mine, actor=mine.user, session=session, mark=4)
    assert Feedback.objects.count() == 2


def test_who_wants_no_name_is_not_in_the_log(over: Workshop) -> None:
    mine = RegistrationFactory(workshop=over)
    give_feedback(mine, actor=mine.user, mark=1, better="Less noise", is_anonymous=True)
    entry = AuditEntry.objects.get(verb="give_feedback")
    assert entry.actor is None
    assert entry.subject_id == str(over.pk)


def test_others_and_other_times_are_refused(over: Workshop) -> None:
    mine = RegistrationFactory(workshop=over)
    with pytest.raises(NotAllowed):
        give_feedback(mine, actor=UserFactory(), mark=5)
    waiting = RegistrationFactory(workshop=over, state=RegistrationState.WAITING)
    with pytest.raises(NotAllowed):
        give_feedback(waiting, actor=waiting.user, mark=5)
    early = RegistrationFactory()
    with pytest.raises(TransitionNotAllowed):
        give_feedback(early, actor=early.user, mark=5)
    with pytest.raises(InvalidInput):
        give_feedback(mine, actor=mine.user)
    with pytest.raises(InvalidInput):
        give_feedback(mine, actor=mine.user, mark=6)
    elsewhere = Session.objects.create(workshop=early.workshop, kind="panel", title="Panel")
    with pytest.raises(InvalidInput):
        give_feedback(mine, actor=mine.user, session=elsewhere, mark=5)
    assert not Feedback.objects.exists()


def test_those_who_came_are_asked_once(over: Workshop) -> None:
    silent, spoke = RegistrationFactory(workshop=over), RegistrationFactory(workshop=over)
    RegistrationFactory(workshop=over, no_show_at=timezone.now())
    RegistrationFactory(workshop=over, state=RegistrationState.WITHDRAWN)
    RegistrationFactory()
    give_feedback(spoke, actor=spoke.user, mark=5)
    assert ask_for_feedback() == 1
    assert ask_for_feedback() == 0
    assert Notification.objects.get(kind="feedback_wanted").user == silent.user


def checked_in(registration: Registration, **fields: Any) -> CheckIn:
    at = registration.workshop.starts_at + timedelta(hours=9)
    return CheckIn.objects.create(
        registration=registration, happened_at=at, device_key=registration.public_id, **fields
    )


def test_a_certificate_is_for_who_was_there(over: Workshop) -> None:
    came, stayed_away = RegistrationFactory(workshop=over), RegistrationFactory(workshop=over)
    checked_in(came)
    found = certificate_of(certificate_token(came))
    assert found is not None
    assert found.days == (over.first_day,)
    assert certificate_of(certificate_token(stayed_away)) is None
    assert certificate_of(certificate_token(came)[:-1] + "x") is None
    assert certificate_of("") is None
    Registration.objects.filter(pk=came.pk).update(state=RegistrationState.WITHDRAWN)
    assert certificate_of(certificate_token(came)) is None


def test_a_check_in_that_was_taken_back_is_none(over: Workshop) -> None:
    came = RegistrationFactory(workshop=over)
    checked_in(came, undone_at=timezone.now())
    assert not attendance_of(came).was_there


def test_minutes_are_written_by_who_plans(over: Workshop) -> None:
    planner, helper = UserFactory(), UserFactory()
    workshop_staff(over, planner, "programme")
    workshop_staff(over, helper, "check_in")
    with pytest.raises(NotAllowed):
        write_afterwards(over, actor=helper, highlights={"en": "Good"}, minutes={}, is_public=True)
    with pytest.raises(InvalidInput):
        write_afterwards(over, actor=planner, highlights={"en": " "}, minutes={}, is_public=True)
    written = write_afterwards(
        over, actor=planner, highlights={"en": "Good", "zh-hans": "很好"}, minutes={}, is_public=True
    )
    assert written.highlights.data == {"en": "Good", "zh-hans": "很好"}
    assert written.after_is_public
