"""Organisers and participants at one session at the same moment: real connections, and what is left afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from qiao.common.errors import InvalidInput
from qiao.notifications.models import Notification, OutgoingMail
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import (
    ChangedMeanwhile,
    add_to_session,
    answer_session,
    change_session,
    create_session,
    place_session,
)
from qiao.workshops.domain.telling_releases import tell_release
from qiao.workshops.models import CalendarEntry, Release, Session, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff
from tests.workshops.test_meeting_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def planned(**fields: Any) -> tuple[Session, Any, Any]:
    """A session with a time, and two who plan."""
    workshop: Workshop = WorkshopFactory()
    planners = [UserFactory(), UserFactory()]
    for one in planners:
        workshop_staff(workshop, one, "programme")
    session = create_session(
        workshop, actor=planners[0], **{"kind": "panel", "title": {"en": "Cells"}, "minutes": 60} | fields
    )
    placed = place_session(session, actor=planners[0], edition=1, starts_at=workshop.starts_at, room=None)
    return placed, planners[0], planners[1]


def test_of_two_organisers_who_save_at_once_one_is_told_of_the_other() -> None:
    session, first, second = planned()
    given = together(
        lambda: change_session(session, actor=first, edition=session.edition, title={"en": "First"}),
        lambda: place_session(session, actor=second, edition=session.edition, starts_at=None, room=None),
    )
    assert sorted(isinstance(one, ChangedMeanwhile) for one in given) == [False, True]
    after = Session.objects.get()
    assert after.edition == session.edition + 1
    title_changed, place_taken = str(after.title) == "First", after.starts_at is None
    assert title_changed != place_taken


def test_the_last_place_of_a_session_goes_to_one() -> None:
    session, _first, _second = planned(capacity=1)
    people = [RegistrationFactory(workshop=session.workshop) for _ in range(3)]
    given = together(
        *(lambda one=one: answer_session(session, actor=one.user, registration=one, comes=True) for one in people)
    )
    assert sum(isinstance(one, InvalidInput) for one in given) == 2
    assert session.people.filter(answer="accepted").count() == 1


def test_a_release_pressed_twice_and_told_twice_at_once_is_one() -> None:
    session, first, second = planned()
    person = RegistrationFactory(workshop=session.workshop)
    add_to_session(session, actor=first, role="speaker", registration=person)
    given = together(
        lambda: release_programme(session.workshop, actor=first),
        lambda: release_programme(session.workshop, actor=second),
    )
    assert sorted(isinstance(one, InvalidInput) for one in given) == [False, True]
    made = Release.objects.get()
    told = together(*(lambda: tell_release(made.pk) for _ in range(3)))
    assert sorted(told) == [0, 0, 1]
    assert Notification.objects.filter(kind="programme_out").count() == 1
    assert OutgoingMail.objects.filter(calendar_method="REQUEST").count() == 1
    assert CalendarEntry.objects.get().is_cancelled is False
