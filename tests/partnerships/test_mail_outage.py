"""The mail server is away for an hour while people meet: everything arrives, once and in the order of what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from qiao.notifications.models import OutgoingMail
from qiao.notifications.tasks import send_one, send_waiting_mail
from qiao.partnerships.domain.conversation import send_message
from qiao.partnerships.domain.milestones import confirm_milestone, record_milestone
from qiao.partnerships.enums import Answer, Stage
from qiao.partnerships.models import Introduction
from tests.partnerships.cast import Cast


class MailServer(EmailBackend):
    """One that can be away, or break off after some of the messages."""

    is_away = False
    breaks_off_at: set[str] = set()

    def send_messages(self, messages: Any) -> int:
        if MailServer.is_away or any(set(one.to) & MailServer.breaks_off_at for one in messages):
            raise ConnectionRefusedError(111, "Connection refused")
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _server(settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = f"{__name__}.MailServer"
    yield
    MailServer.is_away, MailServer.breaks_off_at = False, set()


def minutes(clock: Any, count: int) -> None:
    """Let time pass as the beat does; each task comes twice, as after a worker's crash."""
    for _minute in range(count):
        clock.shift(timedelta(minutes=1))
        send_waiting_mail()
        send_waiting_mail()


def sent_to() -> dict[str, list[str]]:
    """Subjects in the order in which each person received them."""
    found: dict[str, list[str]] = defaultdict(list)
    for message in mail.outbox:
        found[message.to[0]].append(str(message.subject))
    return dict(found)


def written_to() -> dict[str, list[str]]:
    """Subjects in the order in which things happened."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in OutgoingMail.objects.order_by("pk"):
        found[one.to].append(one.subject)
    return dict(found)


def _meet(cast: Cast, clock: Any, pause: int) -> Introduction:
    """From interest to a memorandum, with so many minutes between one thing and the next."""
    found = cast.ask()
    minutes(clock, pause)
    cast.answer(found, Answer.INTERESTED)
    minutes(clock, pause)
    send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Hello")
    minutes(clock, pause)
    milestone = record_milestone(
        found, actor=cast.user("a.owner"), organisation=cast.a, stage=Stage.MEMORANDUM, happened_on=timezone.localdate()
    )
    minutes(clock, pause)
    confirm_milestone(milestone, actor=cast.user("b.owner"), organisation=cast.b)
    minutes(clock, pause)
    return found


def test_an_hour_without_a_mail_server_doubles_and_loses_nothing(cast: Cast) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        MailServer.is_away = True
        found = _meet(cast, clock, 12)  # an hour
        assert found.pk
        assert not mail.outbox
        assert Introduction.objects.get().stage == Stage.MEMORANDUM  # nobody waited for the server
        MailServer.is_away = False
        send_message(found, actor=cast.user("b.owner"), organisation=cast.b, text="We are back")
        minutes(clock, 120)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}
    assert sent_to() == written_to()
    assert Counter(message.extra_headers["Message-ID"] for message in mail.outbox).most_common(1)[0][1] == 1


def test_a_message_that_is_handed_over_at_once_does_not_overtake_those_that_wait(cast: Cast) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        MailServer.is_away = True
        found = cast.open()
        minutes(clock, 50)
        MailServer.is_away = False
        send_message(found, actor=cast.user("a.owner"), organisation=cast.a, text="Hello")
        newest = OutgoingMail.objects.filter(to="b.owner@cast.example").latest("pk")
        send_one(newest.pk)  # the event comes before the beat
        send_one(newest.pk)
        minutes(clock, 120)
    assert sent_to() == written_to()


def test_one_address_that_fails_holds_up_nobody_else(cast: Cast) -> None:
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        MailServer.breaks_off_at = {"b.owner@cast.example"}
        _meet(cast, clock, 1)
        written = written_to()
        assert sent_to() == {to: subjects for to, subjects in written.items() if to != "b.owner@cast.example"}
        MailServer.breaks_off_at = set()
        minutes(clock, 120)
    assert sent_to() == written_to()
