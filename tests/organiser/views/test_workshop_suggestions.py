"""The desk's pages of proposed sessions: who sees them, what can be done, what a bad form keeps."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qiao.activity.models import OutboxEvent
from qiao.workshops.enums import SuggestionState
from qiao.workshops.models import Session, SuggestedMember, SuggestedSession, SuggestionRun, Workshop
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, staff, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


def proposed(workshop: Workshop, people: int = 3, **fields: Any) -> SuggestedSession:
    suggestion = SuggestedSession.objects.create(workshop=workshop, title="Cells", **fields)
    for n in range(people):
        SuggestedMember.objects.create(
            suggestion=suggestion,
            registration=RegistrationFactory(workshop=workshop, name=f"Guest {n}"),
            is_moderator=n == 0,
            reasons=[{"code": "listing", "params": {"listing": "x", "title": "Cell culture", "direction": "need"}}],
        )
    return suggestion


def signed_in(workshop: Workshop, role: str) -> Client:
    user = UserFactory()
    if role == "organiser":
        staff(workshop.bridge, user)
    elif role != "stranger":
        workshop_staff(workshop, user, role)
    client = Client()
    client.force_login(user)
    return client


def address(name: str, workshop: Workshop, *more: str) -> str:
    return reverse(f"organiser:{name}", args=[workshop.bridge.slug, workshop.public_id, *more])


ROLES = {"owner": 200, "programme": 200, "organiser": 200, "registration": 403, "check_in": 403, "stranger": 404}


@pytest.mark.parametrize(("role", "status"), ROLES.items())
def test_pages_are_for_who_plans(workshop: Workshop, role: str, status: int) -> None:
    suggestion = proposed(workshop)
    client = signed_in(workshop, role)
    assert client.get(address("workshop_suggestions", workshop)).status_code == status
    assert client.get(address("workshop_suggestion", workshop, suggestion.public_id)).status_code == status


@pytest.mark.parametrize("role", ["registration", "check_in", "stranger"])
def test_acts_are_for_who_plans(workshop: Workshop, role: str) -> None:
    suggestion = proposed(workshop)
    client = signed_in(workshop, role)
    for act in ("lock", "rename", "merge", "split", "move", "add", "moderate", "dismiss", "restore", "accept"):
        answer = client.post(address("workshop_suggestion_act", workshop, suggestion.public_id, act))
        assert answer.status_code in (403, 404), act
    assert client.post(address("workshop_suggestions_run", workshop)).status_code in (403, 404)
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.is_locked, str(suggestion.title)) == ("proposed", False, "Cells")


def test_strangers_without_account_sign_in_first(client: Client, workshop: Workshop) -> None:
    assert client.get(address("workshop_suggestions", workshop)).status_code == 302


def test_asking_hands_the_work_over(workshop: Workshop) -> None:
    RegistrationFactory(workshop=workshop)
    client = signed_in(workshop, "programme")
    client.post(address("workshop_suggestions_run", workshop), {"least": 4, "most": 7, "groups": ""})
    run = SuggestionRun.objects.get()
    assert run.options == {"least": 4, "most": 7, "groups": None}
    assert OutboxEvent.objects.filter(topic="suggestions.requested", payload={"run_id": run.pk}).exists()
    page = client.get(address("workshop_suggestions", workshop)).content.decode()
    assert 'id="suggestion-run"' in page


def test_a_bad_size_is_said_and_kept(workshop: Workshop) -> None:
    RegistrationFactory(workshop=workshop)
    client = signed_in(workshop, "programme")
    answer = client.post(address("workshop_suggestions_run", workshop), {"least": 9, "most": 4})
    assert answer.status_code == 422
    assert 'value="9"' in answer.content.decode()
    assert not SuggestionRun.objects.exists()


def test_people_move_and_a_session_is_made_of_some(workshop: Workshop) -> None:
    one, other = proposed(workshop), proposed(workshop)
    client = signed_in(workshop, "programme")
    people = [member.registration.public_id for member in one.members.all()]
    client.post(
        address("workshop_suggestion_act", workshop, one.public_id, "move"),
        {"people": people[:1], "to": other.public_id},
    )
    assert other.members.count() == 4
    client.post(address("workshop_suggestion_act", workshop, one.public_id, "split"), {"people": people[1:2]})
    assert SuggestedSession.objects.filter(workshop=workshop).count() == 3


def test_people_of_another_workshop_are_not_there(workshop: Workshop) -> None:
    one, elsewhere = proposed(workshop), proposed(WorkshopFactory())
    client = signed_in(workshop, "programme")
    foreign = elsewhere.members.all()[0].registration
    answer = client.post(
        address("workshop_suggestion_act", workshop, one.public_id, "add"), {"person": foreign.public_id}
    )
    assert answer.status_code == 404
    answer = client.post(address("workshop_suggestion_act", workshop, elsewhere.public_id, "dismiss"))
    assert answer.status_code == 404
    assert one.members.count() == 3


def test_an_accepted_session_is_in_the_draft(workshop: Workshop) -> None:
    one = proposed(workshop)
    client = signed_in(workshop, "owner")
    client.post(address("workshop_suggestion_act", workshop, one.public_id, "accept"), {"minutes": 50})
    session = Session.objects.get(workshop=workshop)
    assert (session.minutes, session.people.count()) == (50, 3)
    again = client.post(address("workshop_suggestion_act", workshop, one.public_id, "accept"), {"minutes": 50})
    assert again.status_code == 302
    assert Session.objects.count() == 1


def test_what_was_put_aside_comes_back(workshop: Workshop) -> None:
    one = proposed(workshop)
    client = signed_in(workshop, "owner")
    client.post(address("workshop_suggestion_act", workshop, one.public_id, "dismiss"))
    one.refresh_from_db()
    assert one.state == SuggestionState.DISMISSED
    client.post(address("workshop_suggestion_act", workshop, one.public_id, "restore"))
    one.refresh_from_db()
    assert one.state == SuggestionState.PROPOSED


def test_an_act_that_is_not_there(workshop: Workshop) -> None:
    one = proposed(workshop)
    client = signed_in(workshop, "owner")
    assert client.post(address("workshop_suggestion_act", workshop, one.public_id, "explode")).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_makes_as_many_queries_whatever_its_length(
    workshop: Workshop, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        proposed(workshop, people=2)
    client = signed_in(workshop, "owner")
    with django_assert_max_num_queries(24):
        page = client.get(address("workshop_suggestions", workshop)).content.decode()
    assert page.count('class="suggestion"') == count
