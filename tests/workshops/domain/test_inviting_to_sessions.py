"""Invitations to sessions: one letter with two links, places kept until a date, few reminders, and the answers."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone, translation

from qiao.common.errors import InvalidInput, NotAllowed, NotFound
from qiao.notifications.models import MailPreference, Notification, OutgoingMail
from qiao.workshops.domain.inviting_to_sessions import ask_again, invitation_of, invitation_token
from qiao.workshops.domain.sessions import (
    add_to_session,
    answer_session,
    change_session,
    create_session,
    place_session,
    remove_from_session,
)
from qiao.workshops.domain.suggesting import accept_suggestion
from qiao.workshops.models import (
    Registration,
    Session,
    SessionPerson,
    SuggestedMember,
    SuggestedSession,
    Workshop,
)
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory(time_zone="Europe/London")
    return workshop


@pytest.fixture
def planner(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "programme")
    return user


def session(workshop: Workshop, planner: Any, **fields: Any) -> Session:
    values = {"kind": "panel", "title": {"en": "Cells", "zh-hans": "细胞"}, "minutes": 60} | fields
    return create_session(workshop, actor=planner, **values)


def letters(registration: Registration, template: str = "session_invited") -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(recipient=registration.user, template=template).order_by("pk"))


def test_who_is_added_gets_one_letter_with_why_when_where_and_two_links(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner, answer_by=workshop.first_day - datetime.timedelta(days=3))
    place_session(
        one, actor=planner, edition=one.edition, starts_at=workshop.starts_at + datetime.timedelta(hours=9), room=None
    )
    english = RegistrationFactory(workshop=workshop, user=UserFactory(time_zone="Asia/Shanghai"))
    chinese = RegistrationFactory(workshop=workshop, user=UserFactory(language="zh-hans"))
    add_to_session(one, actor=planner, role="speaker", registration=english, note="Your work on organoids")
    add_to_session(one, actor=planner, role="moderator", registration=chinese)
    [letter] = letters(english)
    assert "ask you to speak at “Cells”" in letter.text
    assert "Why: Your work on organoids" in letter.text
    assert "09:00 (Europe/London); 1" in letter.text
    assert "(Asia/Shanghai)" in letter.text
    assert "(planned: it holds once the programme is released)" in letter.text
    assert "Please answer by" in letter.text
    links = re.findall(r"http\S+/invitations/sessions/\S+", letter.text)
    assert [link.rpartition("?")[2] for link in links] == ["answer=yes", "answer=no"]
    assert letter.calendar == ""
    [other] = letters(chinese)
    assert other.language == "zh-hans"
    assert "细胞" in other.subject
    kinds = Notification.objects.filter(kind__startswith="session_").values_list("user_id", "kind")
    assert set(kinds) == {(english.user_id, "session_speaks"), (chinese.user_id, "session_moderates")}


def test_who_wants_a_digest_gets_no_letter_but_a_line(workshop: Workshop, planner: Any) -> None:
    person: Any = RegistrationFactory(workshop=workshop)
    MailPreference.objects.create(user=person.user, in_digest=["workshops"])
    add_to_session(session(workshop, planner), actor=planner, role="participant", registration=person)
    assert letters(person) == []
    assert Notification.objects.get(user=person.user, kind="session_invited").in_digest


def test_a_name_from_outside_gets_nothing(workshop: Workshop, planner: Any) -> None:
    person = add_to_session(session(workshop, planner), actor=planner, role="speaker", name="Grace Hopper")
    assert (person.answer, person.letters) == ("accepted", 0)
    assert not OutgoingMail.objects.filter(template="session_invited").exists()


def test_an_accepted_proposal_invites_its_people_and_says_what_they_share(workshop: Workshop, planner: Any) -> None:
    people = [RegistrationFactory(workshop=workshop) for _ in range(3)]
    found = SuggestedSession.objects.create(
        workshop=workshop, title={"en": "Gait"}, topics={"en": ["gait", "sensors"], "zh": ["步态"]}
    )
    for number, one in enumerate(people):
        SuggestedMember.objects.create(suggestion=found, registration=one, is_moderator=number == 0)
    Registration.objects.filter(pk=people[0].pk).update(languages=["zh"])
    assert accept_suggestion(found, actor=planner).needs_interpreting  # they share no language
    [moderator], [member] = letters(people[0]), letters(people[1])
    assert "ask you to moderate" in moderator.text
    assert "What they have in common: gait, sensors" in member.text
    assert "3 people are asked" in member.text


class TestPlaces:
    def test_are_kept_for_the_invited_until_the_date(self, workshop: Workshop, planner: Any, time_machine: Any) -> None:
        last = timezone.now().date() + datetime.timedelta(days=5)
        one = session(workshop, planner, capacity=1, answer_by=last)
        invited, more = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
        add_to_session(one, actor=planner, role="participant", registration=invited)
        with pytest.raises(InvalidInput):
            answer_session(one, actor=more.user, registration=more, comes=True)
        time_machine.move_to(timezone.now() + datetime.timedelta(days=7))
        assert answer_session(one, actor=more.user, registration=more, comes=True).answer == "accepted"
        with pytest.raises(InvalidInput):
            answer_session(one, actor=invited.user, registration=invited, comes=True)

    def test_are_free_as_soon_as_somebody_declines(self, workshop: Workshop, planner: Any) -> None:
        one = session(workshop, planner, capacity=1)
        invited, more = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
        add_to_session(one, actor=planner, role="participant", registration=invited)
        answer_session(one, actor=invited.user, registration=invited, comes=False)
        assert answer_session(one, actor=more.user, registration=more, comes=True).answer == "accepted"

    def test_are_never_wanting_for_who_speaks(self, workshop: Workshop, planner: Any) -> None:
        one = session(workshop, planner, capacity=1)
        first, speaker = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
        answer_session(one, actor=first.user, registration=first, comes=True)
        add_to_session(one, actor=planner, role="speaker", registration=speaker)
        assert answer_session(one, actor=speaker.user, registration=speaker, comes=True).answer == "accepted"


def test_two_parts_in_a_session_are_answered_at_once_and_planners_hear_of_a_no(
    workshop: Workshop, planner: Any
) -> None:
    one = session(workshop, planner)
    person = RegistrationFactory(workshop=workshop, name="Ada Lovelace")
    for role in ("speaker", "moderator"):
        add_to_session(one, actor=planner, role=role, registration=person)
    answer_session(one, actor=person.user, registration=person, comes=False)
    assert set(one.people.values_list("answer", flat=True)) == {"declined"}
    told = Notification.objects.filter(user=planner, kind="session_declined")
    assert told.count() == 2
    assert {line.context["subject"] for line in told} == {"Ada Lovelace: Cells"}
    for line in Notification.objects.filter(kind__startswith="session_"):
        assert resolve(line.url).url_name == "workshop_session"
    answer_session(one, actor=person.user, registration=person, comes=False)
    assert told.count() == 2


class TestAskingAgain:
    def test_is_limited_by_day_and_number(self, workshop: Workshop, planner: Any, time_machine: Any) -> None:
        one = session(workshop, planner)
        silent, said = RegistrationFactory(workshop=workshop), RegistrationFactory(workshop=workshop)
        for person in (silent, said):
            add_to_session(one, actor=planner, role="participant", registration=person)
        answer_session(one, actor=said.user, registration=said, comes=True)
        with pytest.raises(InvalidInput):
            ask_again(one, actor=planner)
        for _ in range(2):
            time_machine.move_to(timezone.now() + datetime.timedelta(hours=25))
            assert ask_again(one, actor=planner) == 1
        time_machine.move_to(timezone.now() + datetime.timedelta(hours=25))
        with pytest.raises(InvalidInput):
            ask_again(one, actor=planner)
        assert (len(letters(silent)), len(letters(said))) == (3, 1)
        assert "we ask once more" in letters(silent)[-1].text

    def test_is_for_planners(self, workshop: Workshop, planner: Any) -> None:
        with pytest.raises(NotAllowed):
            ask_again(session(workshop, planner), actor=UserFactory())


def test_who_is_taken_out_is_told_once_and_not_when_they_stay_in_another_part(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    person = RegistrationFactory(workshop=workshop)
    speaks = add_to_session(one, actor=planner, role="speaker", registration=person)
    comes = add_to_session(one, actor=planner, role="participant", registration=person)
    remove_from_session(speaks, actor=planner)
    assert letters(person, "session_removed") == []
    remove_from_session(comes, actor=planner)
    assert len(letters(person, "session_removed")) == 1


class TestThePageOfALetter:
    def url(self, one: Session, person: Registration) -> str:
        return f"/invitations/sessions/{invitation_token(one, person)}/"

    def test_looking_writes_nothing_and_the_button_does(self, workshop: Workshop, planner: Any, client: Client) -> None:
        one = session(workshop, planner)
        person = RegistrationFactory(workshop=workshop, user=UserFactory(language="zh-hans"))
        add_to_session(one, actor=planner, role="participant", registration=person, note="Because of cells")
        url = self.url(one, person)
        for query in ("", "?answer=yes", "?answer=no"):
            found = client.get(url + query)
            assert found.status_code == 200
            assert found["X-Robots-Tag"] == "noindex"
        assert "细胞" in found.content.decode()
        assert 'lang="zh' in found.content.decode()
        assert one.people.get().answer == "invited"
        client.post(url, {"comes": "yes"})
        assert one.people.get().answer == "accepted"
        client.post(url, {"comes": "no"})
        assert one.people.get().answer == "declined"
        assert "_auth_user_id" not in client.session

    def test_forged_and_ended_links_lead_nowhere(self, workshop: Workshop, planner: Any, client: Client) -> None:
        one = session(workshop, planner)
        person = RegistrationFactory(workshop=workshop)
        place = add_to_session(one, actor=planner, role="participant", registration=person)
        url = self.url(one, person)
        assert client.get("/invitations/sessions/made-up/").status_code == 404
        assert client.get(url[:-3] + "xx/").status_code == 404
        remove_from_session(place, actor=planner)
        assert client.get(url).status_code == 404
        with pytest.raises(NotFound):
            invitation_of("made-up")

    def test_who_has_no_place_any_more_cannot_answer(self, workshop: Workshop, planner: Any, client: Client) -> None:
        one = session(workshop, planner)
        person = RegistrationFactory(workshop=workshop)
        add_to_session(one, actor=planner, role="speaker", registration=person)
        Registration.objects.filter(pk=person.pk).update(state="withdrawn")
        url = self.url(one, person)
        assert "comes" not in client.get(url).content.decode().split("<main")[-1].split("</main")[0].replace(
            "You come", ""
        ).replace("welcomes", "")
        client.post(url, {"comes": "yes"})
        assert SessionPerson.objects.get().answer == "invited"


def test_a_date_to_answer_by_is_set_with_the_session(workshop: Workshop, planner: Any) -> None:
    one = session(workshop, planner)
    day = workshop.first_day - datetime.timedelta(days=1)
    change_session(one, actor=planner, edition=one.edition, answer_by=day)
    one.refresh_from_db()
    assert one.answer_by == day
    with translation.override("en"):
        assert str(one.title) == "Cells"
