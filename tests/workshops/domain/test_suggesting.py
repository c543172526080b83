"""Changing proposed sessions by hand: who may, and that nobody is lost or in two."""

from typing import Any

import pytest

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.workshops.domain import suggestion_runs
from qiao.workshops.domain.suggesting import (
    accept_suggestion,
    dismiss_suggestion,
    move_suggested_person,
    restore_suggestion,
    split_suggestion,
)
from qiao.workshops.domain.suggestion_runs import request_suggestions
from qiao.workshops.enums import RunState, SuggestionState
from qiao.workshops.models import Registration, SuggestedMember, SuggestedSession, SuggestionRun, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> Any:
    return UserFactory()


@pytest.fixture
def workshop(planner: Any) -> Workshop:
    workshop: Workshop = WorkshopFactory()
    workshop_staff(workshop, planner, "programme")
    return workshop


def proposed(workshop: Workshop, people: int) -> SuggestedSession:
    suggestion = SuggestedSession.objects.create(workshop=workshop, title="Cells")
    for n in range(people):
        registration = RegistrationFactory(workshop=workshop)
        SuggestedMember.objects.create(
            suggestion=suggestion, registration=registration, fit=1 - n / 10, is_moderator=n == 0
        )
    return suggestion


def moderators(suggestion: SuggestedSession) -> int:
    return suggestion.members.filter(is_moderator=True).count()


def test_only_who_plans_the_programme_touches_them(workshop: Workshop) -> None:
    suggestion = proposed(workshop, 3)
    for role in ("registration", "check_in"):
        helper = UserFactory()
        workshop_staff(workshop, helper, role)
        for act in (dismiss_suggestion, accept_suggestion):
            with pytest.raises(NotAllowed):
                act(suggestion, actor=helper)
        with pytest.raises(NotAllowed):
            request_suggestions(workshop, actor=helper)


def test_dividing_leaves_each_part_its_people_and_a_moderator(workshop: Workshop, planner: Any) -> None:
    suggestion = proposed(workshop, 5)
    leaving = list(suggestion.members.order_by("pk").values_list("registration", flat=True)[:2])
    new = split_suggestion(suggestion, actor=planner, registrations=leaving)
    assert set(new.members.values_list("registration", flat=True)) == set(leaving)
    assert suggestion.members.count() == 3
    assert moderators(new) == moderators(suggestion) == 1
    with pytest.raises(InvalidInput):
        split_suggestion(new, actor=planner, registrations=leaving)


def test_somebody_who_is_moved_is_in_one_session(workshop: Workshop, planner: Any) -> None:
    one, other = proposed(workshop, 2), proposed(workshop, 2)
    person = Registration.objects.get(suggested_for=one.members.filter(is_moderator=True).get())
    move_suggested_person(person, actor=planner, workshop=workshop, to=other)
    assert list(person.suggested_for.values_list("suggestion", flat=True)) == [other.pk]
    assert moderators(one) == 1
    move_suggested_person(person, actor=planner, workshop=workshop, to=None)
    assert not person.suggested_for.exists()


def test_a_session_that_loses_its_last_person_goes(workshop: Workshop, planner: Any) -> None:
    one = proposed(workshop, 1)
    person = Registration.objects.get(suggested_for=one.members.get())
    move_suggested_person(person, actor=planner, workshop=workshop, to=None)
    assert not SuggestedSession.objects.filter(pk=one.pk).exists()


def test_what_was_put_aside_comes_back_without_those_who_went_elsewhere(workshop: Workshop, planner: Any) -> None:
    one, other = proposed(workshop, 3), proposed(workshop, 2)
    dismiss_suggestion(one, actor=planner)
    elsewhere = Registration.objects.get(suggested_for=one.members.order_by("pk")[0])
    SuggestedMember.objects.create(suggestion=other, registration=elsewhere)
    restored = restore_suggestion(one, actor=planner)
    assert restored.state == SuggestionState.PROPOSED
    assert restored.members.count() == 2
    assert moderators(restored) == 1


def test_what_was_accepted_is_not_changed_any_more(workshop: Workshop, planner: Any) -> None:
    suggestion = proposed(workshop, 3)
    accept_suggestion(suggestion, actor=planner, minutes=45)
    for act in (accept_suggestion, dismiss_suggestion):
        with pytest.raises(TransitionNotAllowed):
            act(suggestion, actor=planner)


def test_asking_twice_is_one_run_and_a_silent_one_is_taken_up_again(workshop: Workshop, planner: Any) -> None:
    RegistrationFactory(workshop=workshop)
    first = request_suggestions(workshop, actor=planner)
    assert request_suggestions(workshop, actor=planner) == first
    assert suggestion_runs.claim_suggestion_run(first.pk) is not None
    assert suggestion_runs.claim_suggestion_run(first.pk) is None
    SuggestionRun.objects.filter(pk=first.pk).update(updated_at=first.created_at - 2 * suggestion_runs.SILENCE)
    assert suggestion_runs.silent_runs() == [first.pk]
    again = suggestion_runs.claim_suggestion_run(first.pk)
    assert again is not None
    assert again.state == RunState.RUNNING


def test_sizes_that_make_no_sense_are_refused(workshop: Workshop, planner: Any) -> None:
    RegistrationFactory(workshop=workshop)
    for least, most in ((1, 5), (8, 6), (6, 400)):
        with pytest.raises(InvalidInput):
            request_suggestions(workshop, actor=planner, least=least, most=most)
