"""One question after 1, 3, 6 and 12 months, answered by one click."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from qiao.common.errors import InvalidInput, NotAllowed, NotFound
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.domain.brokering import close, reopen
from qiao.partnerships.domain.follow_ups import (
    answer_follow_up,
    follow_up_of,
    follow_up_token,
    send_due_follow_ups,
)
from qiao.partnerships.domain.opening import months_later
from qiao.partnerships.enums import CloseReason, FollowUpAnswer
from qiao.partnerships.models import FollowUp
from tests.partnerships.cast import Cast


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 31), 3, date(2026, 6, 30)),
        (date(2026, 11, 23), 3, date(2027, 2, 23)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, due: date) -> None:
    assert months_later(day, months) == due


def test_each_side_is_asked_four_times_in_a_year(cast: Cast) -> None:
    cast.open()
    sent = []
    for days in range(0, 400, 5):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            sent.append(send_due_follow_ups())
    assert [number for number in sent if number] == [2, 2, 2, 2]
    assert OutgoingMail.objects.filter(template="follow_up").count() == 16  # two people a side


def test_nobody_is_asked_about_what_has_ended_but_when_it_is_taken_up_again(cast: Cast) -> None:
    found = cast.open()
    close(found, actor=cast.user("a.owner"), organisation=cast.a, reason=CloseReason.TIMING)
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        assert send_due_follow_ups() == 0
        reopen(found, actor=cast.user("a.owner"), organisation=cast.a)
        assert send_due_follow_ups() == 2


def test_the_link_answers_one_question_only_for_a_while(cast: Cast) -> None:
    cast.open()
    one = FollowUp.objects.filter(organisation=cast.a).earliest("months")
    token = follow_up_token(one)
    assert follow_up_of(token) == one
    for forged in (
        token[:-1] + ("A" if token[-1] != "A" else "B"), signing.dumps(one.public_id, salt="another"), "", "x:y:z",
    ):  # fmt: skip
        with pytest.raises(NotFound):
            follow_up_of(forged)
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=False), pytest.raises(NotFound):
        follow_up_of(token)


def test_answers_can_be_changed_and_help_is_called_once(cast: Cast) -> None:
    cast.open()
    one = FollowUp.objects.filter(organisation=cast.a).earliest("months")
    with pytest.raises(InvalidInput) as refusal:
        answer_follow_up(one, actor=None, answer="great")
    assert set(refusal.value.errors) == {"answer"}
    for _press in range(2):
        answer_follow_up(one, actor=None, answer=FollowUpAnswer.HELP, comment="Who pays the\ncustoms?")
    one.refresh_from_db()
    assert (one.answer, one.comment) == (FollowUpAnswer.HELP, "Who pays the customs?")
    assert OutgoingMail.objects.filter(template="case_help").count() == 2  # organiser and adviser
    answer_follow_up(one, actor=cast.user("a.owner"), answer=FollowUpAnswer.GOING_ON)
    one.refresh_from_db()
    assert (one.answer, one.answered_by, one.comment) == (
        FollowUpAnswer.GOING_ON, cast.user("a.owner"), "Who pays the customs?",
    )  # fmt: skip


@pytest.mark.parametrize("who", ["a.viewer", "b.owner", "c.owner", "organiser", "reviewer", "stranger", "nobody"])
def test_signed_in_only_the_side_itself_answers(cast: Cast, who: str) -> None:
    cast.open()
    one = FollowUp.objects.filter(organisation=cast.a).earliest("months")
    with pytest.raises(NotAllowed):
        answer_follow_up(one, actor=cast.user(who), answer=FollowUpAnswer.SLOW)
    assert not FollowUp.objects.exclude(answer="").exists()


def test_what_one_side_answers_is_not_the_others_to_see(cast: Cast) -> None:
    found = cast.open()
    told = Notification.objects.filter(user=cast.user("b.owner")).count()
    stirred = found.stirred_at
    one = FollowUp.objects.filter(organisation=cast.a).earliest("months")
    answer_follow_up(one, actor=cast.user("a.owner"), answer=FollowUpAnswer.ENDED)
    assert not FollowUp.objects.visible_to(cast.user("b.owner")).filter(organisation=cast.a).exists()
    assert FollowUp.objects.visible_to(cast.user("organiser")).filter(answer=FollowUpAnswer.ENDED).exists()
    assert not FollowUp.objects.visible_to(cast.user("reviewer")).exists()
    assert Notification.objects.filter(user=cast.user("b.owner")).count() == told
    found.refresh_from_db()
    assert found.stirred_at == stirred  # the order of the other side's list does not tell
