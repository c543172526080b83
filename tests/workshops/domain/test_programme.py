"""Sessions of the draft, conflicts, releases: nothing overwritten, nothing hidden, everybody told once."""

import datetime
from typing import Any

import pytest

from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.notifications.models import Notification
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.domain.queries.shown import shown_sessions
from qiao.workshops.domain.releasing import changes_since_last, release_programme
from qiao.workshops.domain.sessions import (
    ChangedMeanwhile,
    add_to_session,
    answer_session,
    cancel_session,
    change_session,
    create_session,
    place_session,
    remove_from_session,
    restore_session,
)
from qiao.workshops.domain.telling_releases import tell_release
from qiao.workshops.models import Presence, Room, Session, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


@pytest.fixture
def planner(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "programme")
    return user


def session(workshop: Workshop, planner: Any, **fields: Any) -> Session:
    return create_session(
        workshop, actor=planner, **({"kind": "panel", "title": {"en": "Panel"}, "minutes": 60} | fields)
    )


def at(workshop: Workshop, hour: int, minute: int = 0) -> datetime.datetime:
    return workshop.starts_at + datetime.timedelta(hours=hour, minutes=minute)


def place(one: Session, planner: Any, hour: int, room: Room | None = None, minute: int = 0) -> Session:
    one.refresh_from_db()
    when = at(one.workshop, hour, minute)
    return place_session(one, actor=planner, edition=one.edition, starts_at=when, room=room)


def codes(workshop: Workshop) -> list[str]:
    return sorted(one.code for one in conflicts_of(workshop) if one.code != "moderator_missing")


def test_two_organisers_at_one_session_do_not_overwrite_each_other(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    seen = one.edition
    change_session(one, actor=planner, edition=seen, title={"en": "Cells"})
    with pytest.raises(ChangedMeanwhile):
        place_session(one, actor=planner, edition=seen, starts_at=at(workshop, 9), room=None)
    one.refresh_from_db()
    assert (str(one.title), one.starts_at) == ("Cells", None)


def test_who_does_not_plan_changes_nothing(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    other = UserFactory()
    workshop_staff(workshop, other, "check_in")
    for act in (cancel_session, change_session):
        with pytest.raises(NotAllowed):
            act(one, actor=other, edition=one.edition)
    with pytest.raises(NotAllowed):
        create_session(workshop, actor=other, title={"en": "x"}, kind="panel")
    with pytest.raises(NotAllowed):
        release_programme(workshop, actor=other)


@pytest.mark.parametrize(
    ("fields", "field"), [({"title": {"en": " "}}, "title"), ({"kind": "dance"}, "kind"), ({"minutes": 2}, "minutes")]
)
def test_what_makes_no_sense_is_refused(workshop: Workshop, planner: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        session(workshop, planner, **fields)
    assert field in refusal.value.errors


def test_a_place_is_within_the_days_and_a_room_that_is_there(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    with pytest.raises(InvalidInput):
        place(one, planner, 47, minute=30)
    gone = Room.objects.create(workshop=workshop, name="Gone", removed_at=workshop.starts_at)
    elsewhere = Room.objects.create(workshop=WorkshopFactory(), name="Elsewhere")
    for room in (gone, elsewhere):
        with pytest.raises(InvalidInput):
            place(one, planner, 9, room)


def test_every_conflict_is_found_with_its_reason(workshop: Workshop, planner: Any) -> None:
    hall = Room.objects.create(workshop=workshop, name="Hall", capacity=2, site="A")
    annexe = Room.objects.create(workshop=workshop, name="Annexe", site="B")
    first, second = session(workshop, planner, track="cells"), session(workshop, planner, track="cells")
    assert codes(workshop) == ["no_place", "no_place"]
    place(first, planner, 9, hall)
    place(second, planner, 9, hall, minute=30)
    assert codes(workshop) == ["room_twice", "same_track"]
    place(second, planner, 9, annexe, minute=30)
    speaker, wants = RegistrationFactory(workshop=workshop, name="Ada"), RegistrationFactory(workshop=workshop)
    for one in (first, second):
        add_to_session(one, actor=planner, role="speaker", registration=speaker)
        add_to_session(one, actor=planner, role="participant", registration=wants)
    assert codes(workshop) == ["person_twice", "same_people", "same_track"]
    worst = conflicts_of(workshop)[0]
    assert (worst.code, worst.about, worst.is_hard) == ("person_twice", "Ada", True)
    place(second, planner, 10, annexe, minute=5)
    assert codes(workshop) == ["too_far"]
    place(second, planner, 11, annexe)
    assert codes(workshop) == []
    Presence.objects.create(registration=speaker, starts_at=at(workshop, 10), ends_at=at(workshop, 13))
    assert codes(workshop) == ["absent"]
    first.refresh_from_db()
    change_session(first, actor=planner, edition=first.edition, expected=9, needs_interpreting=True)
    assert codes(workshop) == ["absent", "interpreter_missing", "room_small"]


def test_conflicts_take_as_many_queries_whatever_the_size(
    workshop: Workshop, planner: Any, django_assert_num_queries: Any
) -> None:
    for n in range(12):
        one = place(session(workshop, planner), planner, 8 + n)
        add_to_session(one, actor=planner, role="speaker", registration=RegistrationFactory(workshop=workshop))
    with django_assert_num_queries(4):
        conflicts_of(workshop)


def test_a_release_says_what_changed_and_tells_those_it_concerns_once(workshop: Workshop, planner: Any) -> None:
    hall = Room.objects.create(workshop=workshop, name={"en": "Hall", "zh-hans": "大厅"})
    first, second = session(workshop, planner, title={"en": "Cells"}), session(workshop, planner, title={"en": "Water"})
    with pytest.raises(InvalidInput):
        release_programme(workshop, actor=planner)
    place(first, planner, 9, hall)
    place(second, planner, 10, hall)
    speaker, other = RegistrationFactory(workshop=workshop, name="Ada"), RegistrationFactory(workshop=workshop)
    add_to_session(first, actor=planner, role="speaker", registration=speaker)
    add_to_session(second, actor=planner, role="participant", registration=other)
    released = release_programme(workshop, actor=planner, name="First")
    assert [one["code"] for one in released.changes] == ["added", "added"]
    assert [str(one.title) for one in shown_sessions(workshop)] == ["Cells", "Water"]
    assert shown_sessions(workshop)[0].people == ("Ada",)
    with pytest.raises(InvalidInput):
        release_programme(workshop, actor=planner)
    place(first, planner, 14, hall)
    assert shown_sessions(workshop)[0].starts_at == at(workshop, 9)
    assert [one["code"] for one in changes_since_last(workshop)] == ["moved"]
    second.refresh_from_db()
    cancel_session(second, actor=planner, edition=second.edition)
    again = release_programme(workshop, actor=planner)
    assert tell_release(again.pk) == 2
    assert tell_release(again.pk) == 0
    told = Notification.objects.filter(kind="programme_changed").values_list("user_id", flat=True)
    assert len(told) == 2
    assert set(told) == {speaker.user_id, other.user_id}
    by_title = {str(one.title): one for one in shown_sessions(workshop)}
    assert (by_title["Cells"].starts_at, by_title["Water"].is_cancelled) == (at(workshop, 14), True)
    second.refresh_from_db()
    restore_session(second, actor=planner, edition=second.edition)
    assert [one["code"] for one in changes_since_last(workshop)] == ["added"]


def test_people_answer_for_themselves_within_the_places(workshop: Workshop, planner: Any) -> None:
    one = place(session(workshop, planner, capacity=1), planner, 9)
    invited, more = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
    add_to_session(one, actor=planner, role="participant", registration=invited)
    with pytest.raises(Duplicate):
        add_to_session(one, actor=planner, role="participant", registration=invited)
    with pytest.raises(NotAllowed):
        answer_session(one, actor=more.user, registration=invited, comes=True)
    assert answer_session(one, actor=invited.user, registration=invited, comes=True).answer == "accepted"
    with pytest.raises(InvalidInput):
        answer_session(one, actor=more.user, registration=more, comes=True)
    answer_session(one, actor=invited.user, registration=invited, comes=False)
    assert answer_session(one, actor=more.user, registration=more, comes=True).answer == "accepted"
    stranger = RegistrationFactory()
    with pytest.raises(TransitionNotAllowed):
        answer_session(one, actor=stranger.user, registration=stranger, comes=True)


def test_somebody_from_outside_is_a_name(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    person = add_to_session(one, actor=planner, role="speaker", name="Grace Hopper", affiliation="Navy")
    assert person.registration is None
    with pytest.raises(InvalidInput):
        add_to_session(one, actor=planner, role="speaker")
    remove_from_session(person, actor=planner)
    assert not one.people.exists()
