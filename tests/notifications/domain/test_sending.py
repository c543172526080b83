"""A message on its way: quiet hours, what its reader has ended, its two forms, and how such messages are ended."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox

from qiao.accounts.models import User
from qiao.common.errors import InvalidInput
from qiao.notifications.domain.mail import send_mail, write_mail
from qiao.notifications.domain.preferences import Timing, set_mail_preferences
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import MailState
from qiao.notifications.models import Notification, OutgoingMail
from qiao.notifications.tasks import send_waiting_mail
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
QUIET = Timing(quiet_from=time(22), quiet_until=time(7))


def told(user: User, topic: str = "messages") -> OutgoingMail | None:
    tell(
        user, "introduction_message", topic=topic, url="/x/", mail="introduction_message",
        mail_context={"other_name": "Acme"}, subject="Acme",
    )  # fmt: skip
    return OutgoingMail.objects.order_by("-id").first()


def test_nothing_is_mailed_within_quiet_hours_and_it_goes_when_they_end() -> None:
    user = UserFactory(time_zone="Asia/Shanghai")
    set_mail_preferences(user, actor=user, timing=QUIET)
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=False):  # 23:00 in Shanghai
        mail = told(user)
        assert mail is not None
        assert not send_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)
    assert mail.try_after == datetime(2026, 11, 23, 23, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 11, 23, 22, 59, tzinfo=UTC), tick=False):
        assert send_waiting_mail() == 0
    with time_machine.travel(datetime(2026, 11, 23, 23, 0, tzinfo=UTC), tick=False):
        assert [send_waiting_mail(), send_waiting_mail()] == [1, 0]


def test_quiet_hours_hold_over_the_night_on_which_clocks_go_back() -> None:
    user = UserFactory(time_zone="Europe/London")
    set_mail_preferences(user, actor=user, timing=QUIET)
    with time_machine.travel(datetime(2026, 10, 24, 22, tzinfo=UTC), tick=False):
        mail = told(user)
        assert mail is not None
        assert not send_mail(mail.pk)
    mail.refresh_from_db()
    assert mail.try_after == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_mail_of_accounts_goes_in_quiet_hours() -> None:
    user = UserFactory(time_zone="Asia/Shanghai")
    set_mail_preferences(user, actor=user, timing=QUIET)
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=False):
        assert send_mail(write_mail("account/password_set", to=user.email, language="en", context={}).pk)
    assert "List-Unsubscribe" not in outbox.outbox[0].extra_headers
    assert "/unsubscribe/" not in outbox.outbox[0].body


@pytest.mark.parametrize(("start", "end", "field"), [(time(22), None, "quiet_until"), (None, time(7), "quiet_from")])
def test_quiet_hours_have_both_ends(start: time | None, end: time | None, field: str) -> None:
    user = UserFactory()
    with pytest.raises(InvalidInput) as refused:
        set_mail_preferences(user, actor=user, timing=Timing(quiet_from=start, quiet_until=end))
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("delivery", "mailed", "in_digest"), [("at_once", 1, False), ("digest", 0, True), ("site", 0, False)]
)
def test_a_topic_goes_as_chosen(delivery: str, mailed: int, in_digest: bool) -> None:
    user = UserFactory()
    set_mail_preferences(user, actor=user, messages=delivery)
    told(user)
    told(user, topic="trust")
    assert OutgoingMail.objects.filter(topic="messages").count() == mailed
    assert OutgoingMail.objects.filter(topic="trust").count() == 1
    assert Notification.objects.get(topic="messages").in_digest is in_digest


def test_what_was_ended_meanwhile_does_not_go() -> None:
    user = UserFactory()
    mail = told(user)
    assert mail is not None
    set_mail_preferences(user, actor=user, messages="site")
    assert not send_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, outbox.outbox) == (MailState.CANCELLED, [])


def test_who_is_no_longer_active_is_not_written_to() -> None:
    user = UserFactory()
    mail = told(user)
    assert mail is not None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not send_mail(mail.pk)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_message_says_how_to_end_its_kind_in_head_and_foot(language: str) -> None:
    mail = told(UserFactory(language=language))
    assert mail is not None
    assert send_mail(mail.pk)
    [message] = outbox.outbox
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert address.startswith("http://testserver/unsubscribe/")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    foot = message.body.rpartition("\n--\n")[2]
    assert address in foot
    assert "http://testserver/settings/" in foot


def test_a_message_goes_as_text_and_as_html() -> None:
    mail = told(UserFactory(name="Ada Lin"))
    assert mail is not None
    assert send_mail(mail.pk)
    sent: list[Any] = outbox.outbox
    [message] = sent
    [page] = [part.content for part in message.alternatives if part.mimetype == "text/html"]
    assert "Dear Ada Lin," in message.body
    assert "Dear Ada Lin," in page
    assert '<a href="http://testserver/x/">http://testserver/x/</a>' in page
    assert "<img" not in page
