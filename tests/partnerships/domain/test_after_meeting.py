"""What a meeting held at a workshop brings on."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from qiao.directory.models import Block
from qiao.partnerships.domain.after_meeting import carry_on_from_meeting
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.enums import IntroductionState, MilestoneState, Origin, Stage
from qiao.partnerships.models import Introduction, Milestone, PrivateNote
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.outcomes import agree_next_step, mark_outcome, settle_outcome, write_notes
from qiao.workshops.models import Meeting
from tests.factories import affiliate
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> MeetingCast:
    cast = meeting_cast()
    for one in cast.everybody:
        assert one.user is not None
        affiliate(one.user, one.organisation)
    return cast


@pytest.fixture
def meeting(cast: MeetingCast) -> Any:
    a, b = cast.british[0], cast.chinese[0]
    found = accept_meeting(cast.ask(a, b, slot=cast.slots[0]), actor=b.user, registration=b)
    with time_machine.travel(cast.slots[0].ends_at, tick=False):
        yield found


def mark(meeting: Meeting, one: Any, outcome: str = "held") -> None:
    mark_outcome(meeting, actor=one.user, registration=one, outcome=outcome)


def test_both_say_it_was_held_and_are_introduced_once(cast: MeetingCast, meeting: Meeting) -> None:
    a, b = cast.british[0], cast.chinese[0]
    due = cast.workshop.first_day + datetime.timedelta(days=7)
    mark(meeting, a)
    agree_next_step(meeting, actor=a.user, registration=a, text="Send samples", on=due)
    assert carry_on_from_meeting(meeting.pk) == []
    assert not Introduction.objects.exists()
    mark(meeting, b)
    for _ in range(2):
        [introduction] = carry_on_from_meeting(meeting.pk)
    introduction = Introduction.objects.get()
    assert (introduction.state, introduction.origin) == (IntroductionState.OPEN, Origin.WORKSHOP)
    assert introduction.stage == Stage.MEETING
    assert (introduction.next_step, introduction.next_step_on) == ("Send samples", due)
    milestone = Milestone.objects.get()
    assert (milestone.state, milestone.happened_on) == (MilestoneState.CONFIRMED, cast.workshop.first_day)
    assert milestone.confirmations.count() == 2


def test_an_organiser_who_settles_it_speaks_for_both(cast: MeetingCast, meeting: Meeting) -> None:
    mark(meeting, cast.british[0])
    mark(meeting, cast.chinese[0], "did_not_happen")
    assert carry_on_from_meeting(meeting.pk) == []
    settle_outcome(meeting, actor=cast.organiser, outcome="held")
    assert len(carry_on_from_meeting(meeting.pk)) == 1


def test_an_introduction_there_is_goes_on(cast: MeetingCast, meeting: Meeting) -> None:
    a, b = cast.british[0], cast.chinese[0]
    there = introduce_by_hand(
        cast.bridge, a.organisation, b.organisation, actor=cast.organiser, note="You fit.", ask_first=False
    )
    mark(meeting, a)
    mark(meeting, b)
    assert carry_on_from_meeting(meeting.pk) == [there]
    there.refresh_from_db()
    assert (there.stage, there.note, there.origin) == (Stage.MEETING, "You fit.", Origin.ORGANISER)


def test_a_step_that_they_changed_since_is_left_alone(cast: MeetingCast, meeting: Meeting) -> None:
    a, b = cast.british[0], cast.chinese[0]
    due = cast.workshop.first_day + datetime.timedelta(days=7)
    for one in (a, b):
        mark(meeting, one)
    for step in ("Send samples", "Send better samples"):
        agree_next_step(meeting, actor=a.user, registration=a, text=step, on=due)
        [introduction] = carry_on_from_meeting(meeting.pk)
        assert introduction.next_step == step
    Introduction.objects.update(next_step="Sign the NDA")
    agree_next_step(meeting, actor=a.user, registration=a, text="Third", on=due)
    [introduction] = carry_on_from_meeting(meeting.pk)
    assert introduction.next_step == "Sign the NDA"


def test_those_who_have_blocked_each_other_are_not_introduced(cast: MeetingCast, meeting: Meeting) -> None:
    a, b = cast.british[0], cast.chinese[0]
    for one in (a, b):
        mark(meeting, one)
    Block.objects.create(organisation=b.organisation, blocked=a.organisation)
    assert carry_on_from_meeting(meeting.pk) == []
    assert not Introduction.objects.exists()


def test_notes_of_each_side_go_on_as_its_own_private_note(cast: MeetingCast, meeting: Meeting) -> None:
    a, b = cast.british[0], cast.chinese[0]
    write_notes(meeting, actor=a.user, registration=a, notes="They have the cells")
    for one in (a, b):
        mark(meeting, one)
    [introduction] = carry_on_from_meeting(meeting.pk)
    carry_on_from_meeting(meeting.pk)
    note = PrivateNote.objects.get()
    assert (note.introduction, note.organisation, note.author) == (introduction, a.organisation, a.user)
    assert note.text.endswith("They have the cells")
    assert str(cast.workshop.name) in note.text
    assert not PrivateNote.objects.visible_to(b.user).exists()
    # Kept up to date until somebody changes it there.
    write_notes(meeting, actor=a.user, registration=a, notes="They have the cells and the mice")
    carry_on_from_meeting(meeting.pk)
    assert PrivateNote.objects.get().text.endswith("and the mice")
    PrivateNote.objects.update(text="Ours")
    write_notes(meeting, actor=a.user, registration=a, notes="Something else")
    carry_on_from_meeting(meeting.pk)
    assert PrivateNote.objects.get().text == "Ours"
