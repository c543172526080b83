"""The desk of a workshop's meetings: for whom it is, and what can be done there."""

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

from matching.app.domain.workshop_scheduling import work_on_run
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.outcomes import mark_outcome
from qiao.workshops.domain.schedule_runs import request_run
from qiao.workshops.enums import MeetingOutcome, MeetingState, RunState
from qiao.workshops.models import Meeting, MeetingMember, Registration, ScheduleRun
from tests.factories import RegistrationFactory, UserFactory, member, workshop_staff
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db
State = MeetingState


@pytest.fixture
def cast() -> MeetingCast:
    return meeting_cast()


def at(cast: MeetingCast, name: str, *more: str) -> str:
    return reverse(f"organiser:{name}", args=[cast.bridge.slug, cast.workshop.public_id, *more])


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def meeting_of(cast: MeetingCast, number: int = 0, slot: int | None = 0) -> Meeting:
    a, b = cast.british[number], cast.chinese[number]
    asked = cast.ask(a, b, slot=None if slot is None else cast.slots[slot])
    return accept_meeting(asked, actor=b.user, registration=b)


def run_of(cast: MeetingCast, scope: str = "all") -> ScheduleRun:
    run = request_run(cast.workshop, actor=cast.organiser, scope=scope, seconds=2)
    work_on_run(run.pk)
    run.refresh_from_db()
    return run


def act(cast: MeetingCast, meeting: Meeting, verb: str, **more: Any) -> Any:
    client = signed_in(cast.organiser)
    return client.post(at(cast, "workshop_meeting_act", meeting.public_id), {"act": verb, **more})


def test_pages_are_for_those_who_plan(cast: MeetingCast) -> None:
    meeting = meeting_of(cast)
    run = run_of(cast)
    pages = [
        at(cast, "workshop_meetings"),
        at(cast, "workshop_meeting_new"),
        at(cast, "workshop_repair"),
        at(cast, "workshop_meeting", meeting.public_id),
        at(cast, "workshop_schedule_run", run.public_id),
        at(cast, "workshop_schedule_progress", run.public_id),
    ]
    planner, desk = UserFactory(), UserFactory()
    workshop_staff(cast.workshop, planner, "programme")
    workshop_staff(cast.workshop, desk, "check_in")
    for page in pages:
        assert Client().get(page).status_code == 302
        assert signed_in(cast.british[0].user).get(page).status_code == 404
        assert signed_in(UserFactory()).get(page).status_code == 404
        assert signed_in(desk).get(page).status_code == 403
        for user in (cast.organiser, planner):
            assert signed_in(user).get(page).status_code == 200, page
    for post in (at(cast, "workshop_schedule_new"), at(cast, "workshop_schedule_act", run.public_id)):
        assert signed_in(desk).post(post, {"act": "apply"}).status_code == 403


def test_the_list_is_filtered(cast: MeetingCast) -> None:
    first = meeting_of(cast, 0)
    second = meeting_of(cast, 1, slot=None)
    client = signed_in(cast.organiser)

    def listed(**filters: str) -> set[Meeting]:
        return set(client.get(at(cast, "workshop_meetings"), filters).context["page_obj"])

    assert listed() == {first, second}
    assert listed(state="agreed") == {second}
    assert listed(q=cast.british[0].name) == {first}
    assert listed(outcome="disputed") == set()
    with time_machine.travel(cast.slots[1].ends_at, tick=False):
        client = signed_in(cast.organiser)
        assert listed(outcome="none") == {first}
    assert client.get(at(cast, "workshop_meetings"), {"q": "\0"}).status_code == 200


def test_a_run_is_begun_watched_applied_and_taken_back(cast: MeetingCast) -> None:
    meeting = meeting_of(cast, slot=None)
    client = signed_in(cast.organiser)
    answer = client.post(at(cast, "workshop_schedule_new"), {"scope": "all", "seconds": "2", "with_requests": "on"})
    run = ScheduleRun.objects.get()
    assert answer["Location"] == at(cast, "workshop_schedule_run", run.public_id)
    assert run.options["invite_unasked"] is False
    page = client.get(answer["Location"])
    assert at(cast, "workshop_schedule_progress", run.public_id) in page.content.decode()
    progress = at(cast, "workshop_schedule_progress", run.public_id)
    assert "HX-Refresh" not in client.get(progress).headers
    work_on_run(run.pk)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    ready = client.get(answer["Location"]).content.decode()
    assert "Apply it" in ready
    assert "100.0 %" in ready
    run_act = at(cast, "workshop_schedule_act", run.public_id)
    client.post(run_act, {"act": "apply"})
    meeting.refresh_from_db()
    assert meeting.state == State.SCHEDULED
    client.post(run_act, {"act": "roll_back"})
    meeting.refresh_from_db()
    assert meeting.state == State.AGREED
    assert client.post(run_act, {"act": "roll_back"}).status_code == 409
    assert client.post(run_act, {"act": "nonsense"}).status_code == 422


def test_a_refused_run_says_why(cast: MeetingCast) -> None:
    answer = signed_in(cast.organiser).post(at(cast, "workshop_schedule_new"), {"scope": "all", "seconds": "9999"})
    assert answer.status_code == 422
    assert not ScheduleRun.objects.exists()


def test_a_run_is_shown_for_comment_and_comments_are_seen_to(cast: MeetingCast) -> None:
    meeting_of(cast, slot=None)
    run = run_of(cast)
    client = signed_in(cast.organiser)
    run_act = at(cast, "workshop_schedule_act", run.public_id)
    assert client.post(run_act, {"act": "show", "until": "2001-01-01T10:00"}).status_code == 422
    until = (timezone.now() + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    client.post(run_act, {"act": "show", "until": until})
    run.refresh_from_db()
    assert run.provisional_until is not None
    comment = run.comments.create(registration=cast.british[0], text="Too early for me")
    assert "Too early for me" in client.get(at(cast, "workshop_schedule_run", run.public_id)).content.decode()
    client.post(run_act, {"act": "comment", "comment": str(comment.pk)})
    comment.refresh_from_db()
    assert comment.answered_at is not None
    assert client.post(run_act, {"act": "comment", "comment": "9" * 40}).status_code == 404


def test_what_was_kept_at_a_rollback_is_named(cast: MeetingCast) -> None:
    meeting = meeting_of(cast, slot=None)
    run = run_of(cast)
    client = signed_in(cast.organiser)
    run_act = at(cast, "workshop_schedule_act", run.public_id)
    client.post(run_act, {"act": "apply"})
    act(cast, meeting, "place", slot=str(cast.slots[3].pk))
    client.post(run_act, {"act": "roll_back"})
    page = client.get(at(cast, "workshop_schedule_run", run.public_id)).content.decode()
    assert "Kept as it is" in page
    assert at(cast, "workshop_meeting", meeting.public_id) in page


def test_placing_locking_settling_and_cancelling_one(cast: MeetingCast) -> None:
    meeting = meeting_of(cast)
    assert act(cast, meeting, "place", slot=str(cast.slots[2].pk), table=str(cast.tables[1].pk)).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.table) == (cast.slots[2], cast.tables[1])
    act(cast, meeting, "lock")
    meeting.refresh_from_db()
    assert meeting.is_locked
    assert act(cast, meeting, "settle", outcome="held").status_code == 409
    with time_machine.travel(cast.slots[3].ends_at, tick=False):
        for one, outcome in ((cast.british[0], "held"), (cast.chinese[0], "did_not_happen")):
            mark_outcome(meeting, actor=one.user, registration=one, outcome=outcome)
        assert "is disputed" in signed_in(cast.organiser).get(at(cast, "workshop_meetings")).content.decode()
        act(cast, meeting, "settle", outcome="did_not_happen")
    meeting.refresh_from_db()
    assert meeting.outcome == MeetingOutcome.DID_NOT_HAPPEN
    other = meeting_of(cast, 1)
    act(cast, other, "cancel", reason="The room is flooded")
    other.refresh_from_db()
    assert (other.state, other.cancelled_reason) == (State.CANCELLED, "The room is flooded")


def test_a_meeting_can_lose_its_time(cast: MeetingCast) -> None:
    meeting = meeting_of(cast)
    assert act(cast, meeting, "place", slot="").status_code == 302
    meeting.refresh_from_db()
    assert (meeting.state, meeting.slot, meeting.table) == (State.AGREED, None, None)
    assert not MeetingMember.objects.filter(held_slot__isnull=False).exists()


def test_a_time_at_which_somebody_is_taken_is_refused(cast: MeetingCast) -> None:
    meeting_of(cast, 0, slot=0)
    a, b = cast.british[0], cast.chinese[1]
    other = accept_meeting(cast.ask(a, b), actor=b.user, registration=b)
    assert act(cast, other, "place", slot=str(cast.slots[0].pk)).status_code == 422
    other.refresh_from_db()
    assert other.state == State.AGREED


def test_setting_a_meeting(cast: MeetingCast) -> None:
    a, b = cast.british[0], cast.chinese[0]
    client = signed_in(cast.organiser)
    page = at(cast, "workshop_meeting_new")
    assert client.post(page, {"people": [a.public_id]}).status_code == 422
    answer = client.post(page, {"people": [a.public_id, b.public_id], "slot": str(cast.slots[1].pk), "message": ""})
    meeting = Meeting.objects.get()
    assert answer["Location"] == at(cast, "workshop_meeting", meeting.public_id)
    assert (meeting.state, meeting.slot) == (State.SCHEDULED, cast.slots[1])


def test_a_repair_is_asked_for_with_who_stays_away_and_who_is_late(cast: MeetingCast) -> None:
    gone, moves = meeting_of(cast, 0, slot=0), meeting_of(cast, 1, slot=0)
    begins = cast.slots[2].starts_at.astimezone(cast.workshop.zone)
    client = signed_in(cast.organiser)
    late = {"away": [cast.chinese[0].public_id], "late": [cast.chinese[1].public_id], "apply": "on"}
    assert client.post(at(cast, "workshop_repair"), late).status_code == 422
    client.post(at(cast, "workshop_repair"), {**late, "until": f"{begins:%Y-%m-%dT%H:%M}"})
    run = ScheduleRun.objects.get()
    work_on_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.APPLIED
    gone.refresh_from_db()
    moves.refresh_from_db()
    assert gone.state == State.CANCELLED
    assert moves.slot in cast.slots[2:]
    assert Registration.objects.get(pk=cast.chinese[0].pk).no_show_at is not None


def test_private_notes_are_not_at_the_desk(cast: MeetingCast) -> None:
    meeting = meeting_of(cast)
    MeetingMember.objects.filter(registration=cast.british[0]).update(notes="Do not tell anybody")
    page = signed_in(cast.organiser).get(at(cast, "workshop_meeting", meeting.public_id)).content.decode()
    assert "Do not tell anybody" not in page


def test_the_number_of_queries_does_not_grow() -> None:
    counts = []
    for number in (1, 3, 20):
        cast = meeting_cast(each=1, slots=1)
        for _ in range(number):
            meeting = Meeting.objects.create(workshop=cast.workshop, state=State.AGREED)
            for country in ("GB", "CN"):
                one = RegistrationFactory(workshop=cast.workshop, organisation=member(cast.bridge, country=country))
                MeetingMember.objects.create(meeting=meeting, registration=one)
        client = signed_in(cast.organiser)
        client.get(at(cast, "workshop_meetings"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at(cast, "workshop_meetings")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
