"""What waits is told in one message at the person's hour: nothing twice, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend

from qiao.accounts.models import User
from qiao.notifications.domain.inbox import mark_read
from qiao.notifications.domain.preferences import Timing, set_mail_preferences
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import MailState
from qiao.notifications.models import MailPreference, Notification, OutgoingMail
from qiao.notifications.tasks import send_waiting_mail, write_digests
from tests.factories import BridgeFactory, UserFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def reader(**fields: object) -> User:
    """Somebody in London with a digest at eight of everything but messages."""
    user: User = UserFactory(**({"time_zone": "Europe/London"} | fields))
    set_mail_preferences(user, actor=user, timing=Timing(digest_hour=8), introductions="digest", trust="digest")
    return user


def news(user: User, subject: str = "Acme", **more: object) -> None:
    values = {"topic": "introductions", "url": "/x/1/", "mail": "request_reminder"} | more
    tell(user, "introduction_opened", subject=subject, **values)  # type: ignore[arg-type]


def test_lines_go_in_one_message_by_bridge_and_topic_in_the_readers_language() -> None:
    one, other = BridgeFactory(), BridgeFactory()
    with time_machine.travel(MONDAY, tick=False):
        user = reader(language="zh-hans")
        news(user, "Acme", bridge=one)
        news(user, "Beta", bridge=other)
        news(user, "Gamma", bridge=one, topic="trust")
        assert write_digests() == 0
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert write_digests() == 1
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.template) == (user.email, "zh-hans", "digest")
    order = [mail.text.index(word) for word in (str(one.name.data["zh-hans"]), "Acme", "Gamma", "Beta")]
    assert order == sorted(order)
    assert mail.text.count("http://testserver/x/1/") == 3


def test_a_second_run_writes_nothing_and_what_came_later_waits_for_the_next_day() -> None:
    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        news(user)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert [write_digests(), write_digests()] == [1, 0]
        news(user, "Later")
        assert write_digests() == 0
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        assert [write_digests(), write_digests()] == [1, 0]
    texts = list(OutgoingMail.objects.order_by("id").values_list("text", flat=True))
    assert ["Later" in text for text in texts] == [False, True]


def test_what_came_after_the_hour_does_not_go_the_same_day() -> None:
    with time_machine.travel(MONDAY.replace(hour=10), tick=False):
        user = reader()
        news(user)
        assert write_digests() == 0
    with time_machine.travel(MONDAY.replace(hour=23), tick=False):
        assert write_digests() == 0


def test_what_was_read_on_the_site_is_not_mailed() -> None:
    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        news(user)
        mark_read(Notification.objects.get())
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert write_digests() == 0


def test_ending_a_topic_takes_its_lines_out_of_the_digest() -> None:
    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        news(user)
        set_mail_preferences(user, actor=user, introductions="site")
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert write_digests() == 0
    assert Notification.objects.count() == 1


def test_lines_that_wait_go_when_the_topic_is_mailed_at_once_again() -> None:
    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        news(user, "Early")
        set_mail_preferences(user, actor=user, introductions="at_once")
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert write_digests() == 1
    assert "Early" in OutgoingMail.objects.get().text


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)])
@pytest.mark.parametrize("hour", [0, 1, 2])
def test_a_change_of_clocks_neither_loses_nor_doubles_a_digest(night: datetime, hour: int) -> None:
    with time_machine.travel(night, tick=False):
        user = reader()
        set_mail_preferences(user, actor=user, timing=Timing(digest_hour=hour))
    written = []
    for quarter in range(4 * 24 * 3):
        with time_machine.travel(night + timedelta(minutes=15 * quarter), tick=False):
            if quarter % 8 == 0:
                news(user, f"n{quarter}n")
            if write_digests():
                written.append((night + timedelta(minutes=15 * quarter)).astimezone(ZoneInfo("Europe/London")).date())
    assert written == sorted(set(written))
    assert len(written) == 3
    text = "".join(OutgoingMail.objects.values_list("text", flat=True))
    told = [n for n in range(0, 4 * 24 * 3, 8) if f"n{n}n" in text]
    assert all(text.count(f"n{n}n") == 1 for n in told)
    waiting = Notification.objects.waiting_for_digest().count()
    assert len(told) + waiting == 36


def test_a_mail_server_that_is_down_for_an_hour_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: EmailBackend, messages: object) -> int:
        raise ConnectionRefusedError("down")

    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        news(user)
        news(user, "Beta", topic="messages", mail="introduction_message", mail_context={"other_name": "Beta"})
    start = MONDAY + timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        for minute in range(60):
            with time_machine.travel(start + timedelta(minutes=minute), tick=False):
                write_digests()
                send_waiting_mail()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.WAITING}
    assert outbox.outbox == []
    for minute in range(60, 240):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            write_digests()
            send_waiting_mail()
            send_waiting_mail()
    assert sorted(len(message.to) for message in outbox.outbox) == [1, 1]
    assert {"Acme" in message.body for message in outbox.outbox} == {True, False}


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    with time_machine.travel(MONDAY, tick=False):
        user = reader()
        quiet = Timing(digest_hour=8, quiet_from=time(22), quiet_until=time(9))
        set_mail_preferences(user, actor=user, timing=quiet)
        news(user)
    with time_machine.travel(MONDAY.replace(day=24, hour=8, minute=5), tick=False):
        assert write_digests() == 1
        assert send_waiting_mail() == 0
    with time_machine.travel(MONDAY.replace(day=24, hour=9, minute=0), tick=False):
        assert send_waiting_mail() == 1


def test_digests_are_looked_for_only_where_something_waits(django_assert_num_queries: object) -> None:
    for _ in range(3):
        reader()
    assert MailPreference.objects.count() == 3
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert write_digests() == 0
