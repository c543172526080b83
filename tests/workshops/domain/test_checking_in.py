"""Check-in: from devices that were offline, twice, by two, undone, and by who may not."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.workshops.domain.badges import badge_code, badge_token, holder_of
from qiao.workshops.domain.checking_in import BATCH, Outcome, check_in, take_in, undo_check_in
from qiao.workshops.domain.queries.attendance import Standing, day_bounds, who_is_here
from qiao.workshops.models import CheckIn, Registration, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    today = timezone.now().date()
    day = datetime.timedelta(days=1)
    workshop: Workshop = WorkshopFactory(first_day=today - day, last_day=today + day, time_zone="UTC")
    return workshop


@pytest.fixture
def person(workshop: Workshop) -> Registration:
    person: Registration = RegistrationFactory(workshop=workshop, name="王小明")
    return person


@pytest.fixture
def helper(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "check_in")
    return user


def item(person: Registration, key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "person": person.public_id, "kind": "in", "at": timezone.now().isoformat(), **more}


def standing(workshop: Workshop, person: Registration) -> Standing:
    return next(one.standing for one in who_is_here(workshop).people if one.registration.pk == person.pk)


def test_a_token_tells_nothing_and_finds_its_holder(workshop: Workshop, person: Registration) -> None:
    token = badge_token(person)
    assert person.public_id.upper() not in token
    assert str(person.pk) != token
    assert holder_of(workshop, token) == person
    assert holder_of(workshop, f"https://qiao.example/organiser/x/door/{token}/") == person
    assert holder_of(workshop, badge_code(person).lower().replace("-", " ")) == person
    assert holder_of(workshop, "A" * 16) is None
    assert holder_of(workshop, "") is None
    assert holder_of(WorkshopFactory(), token) is None


def test_the_clock_of_the_device_is_kept(workshop: Workshop, person: Registration, helper: Any) -> None:
    then = timezone.now() - datetime.timedelta(hours=2)
    [answer] = take_in(workshop, actor=helper, items=[item(person, "device-1", at=then.isoformat())])
    assert answer.outcome == Outcome.RECORDED
    row = CheckIn.objects.get()
    assert row.happened_at == then
    assert row.recorded_by == helper
    assert AuditEntry.objects.filter(verb="check_in", actor=helper).count() == 1


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday", None, "2026-02-31T00:00Z"])
def test_a_clock_that_cannot_be_right_gives_way(
    workshop: Workshop, person: Registration, helper: Any, at: str | None
) -> None:
    take_in(workshop, actor=helper, items=[item(person, "device-1", at=at)])
    assert abs(CheckIn.objects.get().happened_at - timezone.now()) < datetime.timedelta(seconds=30)


def test_sent_twice_counts_once_and_two_doors_do_no_harm(workshop: Workshop, person: Registration, helper: Any) -> None:
    once = item(person, "device-1")
    outcomes = [
        take_in(workshop, actor=helper, items=[given])[0].outcome for given in (once, once, item(person, "device-2"))
    ]
    assert outcomes == [Outcome.RECORDED, Outcome.KNOWN, Outcome.AGAIN]
    assert who_is_here(workshop).total.here == 1


def test_one_that_is_refused_keeps_none_back(workshop: Workshop, person: Registration, helper: Any) -> None:
    waiting = RegistrationFactory(workshop=workshop, state="waiting")
    elsewhere = RegistrationFactory()
    sent: list[Any] = [
        item(waiting, "device-1"), item(elsewhere, "device-2"), item(person, "device-3", kind="fly"),
        item(person, "short"), "nonsense", {"key": 7}, item(person, "device-4"),
    ]  # fmt: skip
    answers = take_in(workshop, actor=helper, items=sent)
    assert [one.outcome for one in answers] == [*[Outcome.REFUSED] * 6, Outcome.RECORDED]
    assert all(one.reason for one in answers[:6])
    assert CheckIn.objects.count() == 1


def test_leaving_undoing_and_coming_again(workshop: Workshop, person: Registration, helper: Any) -> None:
    now = timezone.now()
    check_in(person, actor=helper, happened_at=now - datetime.timedelta(minutes=3))
    assert standing(workshop, person) == Standing.HERE
    left, _ = check_in(person, actor=helper, kind="out", happened_at=now - datetime.timedelta(minutes=2))
    assert standing(workshop, person) == Standing.LEFT
    undo_check_in(left, actor=helper)
    undo_check_in(left, actor=helper)
    assert standing(workshop, person) == Standing.HERE
    assert AuditEntry.objects.filter(verb="undo_check_in").count() == 1


def test_undo_from_a_device(workshop: Workshop, person: Registration, helper: Any) -> None:
    answers = take_in(
        workshop,
        actor=helper,
        items=[
            item(person, "device-1"), {"key": "device-2", "kind": "undo", "of": "device-1"},
            {"key": "device-3", "kind": "undo", "of": "device-9"},
        ],
    )  # fmt: skip
    assert [one.outcome for one in answers] == [Outcome.RECORDED, Outcome.UNDONE, Outcome.REFUSED]
    assert standing(workshop, person) == Standing.EXPECTED


def test_an_undo_reaches_no_other_workshop(workshop: Workshop, helper: Any) -> None:
    elsewhere = RegistrationFactory()
    row = CheckIn.objects.create(registration=elsewhere, happened_at=timezone.now(), device_key="theirs-1")
    take_in(workshop, actor=helper, items=[{"key": "device-2", "kind": "undo", "of": "theirs-1"}])
    row.refresh_from_db()
    assert row.undone_at is None


def test_who_was_thought_away_has_come(workshop: Workshop, person: Registration, helper: Any) -> None:
    Registration.objects.filter(pk=person.pk).update(no_show_at=timezone.now())
    assert standing(workshop, person) == Standing.AWAY
    check_in(person, actor=helper)
    person.refresh_from_db()
    assert person.no_show_at is None


def test_who_may_not(workshop: Workshop, person: Registration) -> None:
    planner = UserFactory()
    workshop_staff(workshop, planner, "programme")
    with pytest.raises(NotAllowed):
        check_in(person, actor=planner)
    with pytest.raises(NotAllowed):
        take_in(workshop, actor=person.user, items=[item(person, "device-1")])
    assert not CheckIn.objects.exists()


def test_too_many_at_once(workshop: Workshop, helper: Any) -> None:
    with pytest.raises(InvalidInput):
        take_in(workshop, actor=helper, items=[{}] * (BATCH + 1))


def test_a_day_has_the_hours_of_its_clock(workshop: Workshop) -> None:
    workshop.time_zone = "Europe/London"
    begin, end = day_bounds(workshop, datetime.datetime(2026, 10, 25, 12, tzinfo=datetime.UTC))
    assert end.astimezone(datetime.UTC) - begin.astimezone(datetime.UTC) == datetime.timedelta(hours=25)


def test_figures_take_as_many_queries_for_30_as_for_1(
    workshop: Workshop, helper: Any, django_assert_num_queries: Any
) -> None:
    for count in (1, 2, 27):
        for person in RegistrationFactory.create_batch(count, workshop=workshop):
            check_in(person, actor=helper)
        with django_assert_num_queries(3):
            found = who_is_here(workshop)
    assert found.total.here == 30
    assert sum(one.here for one in found.sides) == sum(one.here for one in found.kinds) == 30
