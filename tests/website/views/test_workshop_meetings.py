"""Pages of a participant's meetings: for whom they are, what they say, and what can be done on them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qiao.accounts.models import User
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.enums import MeetingOutcome, MeetingState
from qiao.workshops.models import Meeting, MeetingMember, Registration, ScheduleRun
from tests.factories import ListingFactory, RegistrationFactory, UserFactory, member, propose
from tests.workshops.meeting_cast import MeetingCast, colleague_of, meeting_cast

pytestmark = pytest.mark.django_db
State = MeetingState


@pytest.fixture
def cast() -> MeetingCast:
    return meeting_cast()


def at(cast: MeetingCast, name: str, *more: str) -> str:
    return reverse(f"website:{name}", args=[cast.bridge.slug, cast.workshop.public_id, *more])


def signed_in(one: Registration | Any) -> Client:
    client = Client()
    user = one.user if isinstance(one, Registration) else one
    assert user is not None
    client.force_login(user)
    return client


def scheduled(cast: MeetingCast, a: Registration, b: Registration, slot: int = 0) -> Meeting:
    return accept_meeting(cast.ask(a, b, slot=cast.slots[slot]), actor=b.user, registration=b)


def act(client: Client, cast: MeetingCast, meeting: Meeting, verb: str, **more: Any) -> Any:
    return client.post(at(cast, "workshop_meeting_act", meeting.public_id), {"act": verb, **more})


def pair(cast: MeetingCast, one: Registration, other: Registration, **fields: Any) -> None:
    propose(
        ListingFactory(organisation=one.organisation, bridge=cast.bridge),
        ListingFactory(organisation=other.organisation, bridge=cast.bridge),
        **fields,
    )


def pages(cast: MeetingCast, meeting: Meeting) -> list[str]:
    ScheduleRun.objects.create(
        workshop=cast.workshop, state="ready", provisional_until=timezone.now() + datetime.timedelta(days=1),
        placed=[],
    )  # fmt: skip
    return [
        at(cast, "workshop_meetings"),
        at(cast, "workshop_proposed"),
        at(cast, "workshop_meeting_ask", cast.chinese[1].public_id),
        at(cast, "workshop_walk_in"),
        at(cast, "workshop_provisional"),
        at(cast, "workshop_meeting", meeting.public_id),
        at(cast, "workshop_meeting_cancel", meeting.public_id),
    ]


def test_pages_are_for_participants_and_a_meeting_for_its_members(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = scheduled(cast, a, b)
    withdrawn = RegistrationFactory(workshop=cast.workshop, organisation=member(cast.bridge), state="withdrawn")
    for number, page in enumerate(pages(cast, meeting)):
        assert Client().get(page).status_code == 302
        for stranger in (UserFactory(), withdrawn, cast.organiser):
            assert signed_in(stranger).get(page).status_code == 404, page
        assert signed_in(a).get(page).status_code == 200, page
        another = signed_in(cast.british[1]).get(page).status_code
        assert another == (404 if number > 4 else 200), page
    for verb in ("workshop_meeting_act",):
        assert signed_in(cast.british[1]).post(at(cast, verb, meeting.public_id), {"act": "accept"}).status_code == 404


def test_an_empty_agenda_says_what_to_do(cast: MeetingCast) -> None:
    page = signed_in(cast.british[0]).get(at(cast, "workshop_meetings")).content.decode()
    assert "No meetings yet" in page
    assert at(cast, "workshop_proposed") in page


def test_times_are_shown_by_both_clocks(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    scheduled(cast, a, b)
    User.objects.filter(email=a.email).update(time_zone="Europe/London")
    page = signed_in(a).get(at(cast, "workshop_meetings")).content.decode()
    assert "09:00–09:20" in page
    assert "01:00 (Europe/London)" in page
    assert "Table 1" in page


def test_people_are_proposed_best_first_with_reasons(cast: MeetingCast) -> None:
    a = cast.british[0]
    pair(cast, a, cast.chinese[0], score=0.6)
    pair(cast, a, cast.chinese[1], score=0.9)
    page = signed_in(a).get(at(cast, "workshop_proposed"))
    cards = page.context["people"]
    assert [one["person"] for one in cards] == [cast.chinese[1], cast.chinese[0]]
    assert all(one["reasons"] for one in cards)
    assert "Why they would say yes" in page.content.decode()
    found = signed_in(a).get(at(cast, "workshop_proposed"), {"q": cast.chinese[0].name})
    assert [one["person"] for one in found.context["people"]] == [cast.chinese[0]]


@pytest.mark.parametrize("hidden", ["shy", "unlisted", "blocked", "anonymous"])
def test_who_is_not_proposed(cast: MeetingCast, hidden: str) -> None:
    from qiao.directory.models import Block, Listing

    a, b = cast.british[0], cast.chinese[0]
    pair(cast, a, b)
    if hidden == "shy":
        Registration.objects.filter(pk=b.pk).update(wants_meetings=False)
    elif hidden == "unlisted":
        Registration.objects.filter(pk=b.pk).update(is_listed=False)
    elif hidden == "blocked":
        Block.objects.create(organisation=b.organisation, blocked=a.organisation)
    else:
        Listing.objects.filter(organisation=b.organisation).update(anonymous=True)
    assert signed_in(a).get(at(cast, "workshop_proposed")).context["people"] == []


def test_asking_with_a_message_a_time_and_another_person(cast: MeetingCast) -> None:
    a, (b, c) = cast.british[0], cast.chinese
    answer = signed_in(a).post(
        at(cast, "workshop_meeting_ask", b.public_id),
        {"message": "Let us talk.", "slot": str(cast.slots[2].pk), "also": [c.public_id]},
    )
    meeting = Meeting.objects.get()
    assert answer["Location"] == at(cast, "workshop_meeting", meeting.public_id)
    assert (meeting.message, meeting.wished_slot) == ("Let us talk.", cast.slots[2])
    assert set(meeting.members.values_list("registration", flat=True)) == {a.pk, b.pk, c.pk}


def test_busy_times_are_marked_and_can_be_wished_for_all_the_same(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    scheduled(cast, cast.british[1], b)
    page = at(cast, "workshop_meeting_ask", b.public_id)
    assert f"{b.name} has a meeting" in signed_in(a).get(page).content.decode()
    assert signed_in(a).post(page, {"slot": str(cast.slots[0].pk)}).status_code == 302


def test_a_refused_request_keeps_what_was_typed(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    answer = signed_in(a).post(at(cast, "workshop_meeting_ask", b.public_id), {"message": "x" * 1001})
    assert answer.status_code == 422
    assert "x" * 1001 in answer.content.decode()


def test_the_limit_is_shown_and_kept(cast: MeetingCast) -> None:
    cast.workshop.requests_per_person = 1
    cast.workshop.save()
    a = cast.british[0]
    cast.ask(a, cast.chinese[0])
    answer = signed_in(a).post(at(cast, "workshop_meeting_ask", cast.chinese[1].public_id), {})
    assert answer.status_code == 422
    assert "Your open requests: 1 of 1; 0 left." in signed_in(a).get(at(cast, "workshop_meetings")).content.decode()


def test_answering_on_the_page(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b, message="Hello!", slot=cast.slots[0])
    client = signed_in(b)
    page = client.get(at(cast, "workshop_meeting", meeting.public_id)).content.decode()
    assert "Hello!" in page
    assert "Lapses on" in page
    assert act(client, cast, meeting, "time", slot=str(cast.slots[1].pk)).status_code == 302
    assert act(signed_in(a), cast, meeting, "accept").status_code == 302
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot) == (State.SCHEDULED, cast.slots[1])
    assert act(client, cast, meeting, "time", slot=str(cast.slots[3].pk)).status_code == 302
    meeting.refresh_from_db()
    assert meeting.slot == cast.slots[1]
    assert act(signed_in(a), cast, meeting, "keep_time").status_code == 302
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.wished_slot) == (cast.slots[1], None)
    assert act(client, cast, meeting, "nonsense").status_code == 422


def test_declining_and_taking_it_back(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b)
    client = signed_in(b)
    act(client, cast, meeting, "decline", reason="Not now")
    meeting.refresh_from_db()
    assert meeting.state == State.DECLINED
    assert "Not now" not in signed_in(a).get(at(cast, "workshop_meeting", meeting.public_id)).content.decode()
    act(client, cast, meeting, "take_back")
    meeting.refresh_from_db()
    assert meeting.state == State.REQUESTED


def test_cancelling_asks_first(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = scheduled(cast, a, b)
    page = at(cast, "workshop_meeting_cancel", meeting.public_id)
    signed_in(a).get(page)
    meeting.refresh_from_db()
    assert meeting.state == State.SCHEDULED
    assert signed_in(a).post(page, {"reason": "Ill"}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.state, meeting.cancelled_reason) == (State.CANCELLED, "Ill")


def test_notes_are_for_ones_own_organisation(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = scheduled(cast, a, b)
    friend = colleague_of(a)
    act(signed_in(a), cast, meeting, "colleague", colleague=friend.public_id)
    act(signed_in(a), cast, meeting, "notes", notes="They need it by May.")
    page = at(cast, "workshop_meeting", meeting.public_id)
    assert "by May" in signed_in(friend).get(page).content.decode()
    assert "by May" not in signed_in(b).get(page).content.decode()


def test_one_tap_says_whether_it_was_held(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = scheduled(cast, a, b)
    assert act(signed_in(a), cast, meeting, "mark", outcome="held").status_code == 409
    with time_machine.travel(cast.slots[0].starts_at + datetime.timedelta(minutes=5), tick=False):
        assert "Did not happen" in signed_in(a).get(at(cast, "workshop_meetings")).content.decode()
        act(signed_in(a), cast, meeting, "mark", outcome="held")
        act(signed_in(b), cast, meeting, "mark", outcome="did_not_happen")
        meeting.refresh_from_db()
        assert meeting.outcome == MeetingOutcome.DISPUTED
        act(signed_in(b), cast, meeting, "mark", outcome="held")
        meeting.refresh_from_db()
        assert meeting.outcome == MeetingOutcome.HELD
        assert act(signed_in(a), cast, meeting, "step", next_step="Send samples").status_code == 422


def test_a_walk_in_is_written_down_by_the_workshops_clock(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    with time_machine.travel(cast.slots[0].starts_at + datetime.timedelta(hours=2), tick=False):
        client = signed_in(a)
        at_ten = f"{cast.workshop.first_day}T10:00"
        data = {"other": b.public_id, "starts_at": at_ten, "minutes": "20"}
        assert client.post(at(cast, "workshop_walk_in"), data).status_code == 302
        assert client.post(at(cast, "workshop_walk_in"), data).status_code == 302
        later = {**data, "starts_at": f"{cast.workshop.first_day}T18:00"}
        assert client.post(at(cast, "workshop_walk_in"), later).status_code == 422
    meeting = Meeting.objects.get()
    assert meeting.starts_at == cast.slots[3].starts_at
    assert meeting.outcome == MeetingOutcome.HELD


def test_who_takes_part_online_may_open_every_hour(cast: MeetingCast) -> None:
    a = cast.british[0]
    Registration.objects.filter(pk=a.pk).update(mode="remote")
    client = signed_in(a)
    assert "at any hour" in client.get(at(cast, "workshop_meetings")).content.decode()
    client.post(at(cast, "workshop_meeting_hours"), {"at_any_hour": "1"})
    a.refresh_from_db()
    assert a.at_any_hour


def test_the_provisional_schedule_shows_ones_own_meetings_and_takes_comments(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    meeting = cast.ask(a, b)
    place = {"meeting": meeting.public_id, "members": [a.public_id, b.public_id], "slot": cast.slots[0].pk,
             "table": cast.tables[0].pk, "score": 0.5}  # fmt: skip
    run = ScheduleRun.objects.create(
        workshop=cast.workshop, state="ready", placed=[place],
        provisional_until=timezone.now() + datetime.timedelta(days=1),
    )  # fmt: skip
    page = at(cast, "workshop_provisional")
    assert b.name in signed_in(a).get(page).content.decode()
    assert "No meeting for you" in signed_in(cast.british[1]).get(page).content.decode()
    assert signed_in(a).post(page, {"text": "Later, please."}).status_code == 302
    assert run.comments.get().registration == a
    assert signed_in(a).post(page, {"text": ""}).status_code == 422
    ScheduleRun.objects.filter(pk=run.pk).update(state="applied")
    late = signed_in(a).get(page)
    assert (late.status_code, late["Location"]) == (302, at(cast, "workshop_meetings")), "the mail's link stays good"


@pytest.mark.parametrize("page", ["workshop_meetings", "workshop_proposed"])
def test_the_number_of_queries_does_not_grow(page: str) -> None:
    counts = []
    for number in (1, 3, 30):
        cast = meeting_cast(each=1, slots=2)
        a = cast.british[0]
        for n in range(number):
            other = RegistrationFactory(workshop=cast.workshop, organisation=member(cast.bridge, country="CN"))
            pair(cast, a, other)
            if n % 3 != 2:
                meeting = Meeting.objects.create(
                    workshop=cast.workshop, state=State.REQUESTED if n % 2 else State.AGREED,
                    requested_at=timezone.now(), lapses_at=timezone.now() + datetime.timedelta(days=1),
                )  # fmt: skip
                MeetingMember.objects.create(meeting=meeting, registration=a, is_asking=True, answer="yes")
                MeetingMember.objects.create(meeting=meeting, registration=other)
        client = signed_in(a)
        client.get(at(cast, page))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at(cast, page)).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2], counts
