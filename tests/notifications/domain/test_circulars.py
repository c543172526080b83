"""Letters to groups: settled when approved, written in batches that may run twice, held and cancelled on the way."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
import time_machine
from django.core import mail as outbox

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.notifications.domain import circulating
from qiao.notifications.domain.circulars import (
    approve_circular,
    cancel_circular,
    change_circular,
    hold_circular,
    resume_circular,
    write_circular,
)
from qiao.notifications.domain.circulating import progress_of, send_test_of_circular, write_copies
from qiao.notifications.domain.preferences import Timing, set_mail_preferences
from qiao.notifications.enums import CircularState, MailState
from qiao.notifications.models import Circular, Notification, OutgoingMail
from qiao.notifications.tasks import go_on_with_circulars, send_waiting_mail
from tests.factories import BridgeFactory, UserFactory

pytestmark = pytest.mark.django_db
WORDS = {
    "subject_en": "Spring meeting",
    "text_en": "Come to Leeds.",
    "subject_zh": "春季会议",
    "text_zh": "欢迎来利兹。",
}


@pytest.fixture
def organiser() -> User:
    user: User = UserFactory()
    return user


@pytest.fixture
def bridge() -> Bridge:
    found: Bridge = BridgeFactory()
    return found


def approved(bridge: Bridge, organiser: User, people: list[User], **words: str) -> Circular:
    circular = write_circular(bridge, actor=organiser, audience={}, **(words or WORDS))
    return approve_circular(circular, actor=organiser, receivers=[person.pk for person in people])


def test_each_gets_one_copy_in_their_language_and_a_line(bridge: Bridge, organiser: User) -> None:
    people = [UserFactory(), UserFactory(language="zh-hans")]
    circular = approved(bridge, organiser, people)
    for _ in range(3):
        go_on_with_circulars()
        write_copies(circular.pk)
    for _ in range(2):
        send_waiting_mail()
    assert sorted((m.to[0], m.subject) for m in outbox.outbox) == sorted(
        [(people[0].email, "Spring meeting"), (people[1].email, "春季会议")]
    )
    assert all("List-Unsubscribe" in message.extra_headers for message in outbox.outbox)
    assert Notification.objects.filter(kind="circular").count() == 2
    go_on_with_circulars()
    circular.refresh_from_db()
    assert circular.state == CircularState.SENT
    progress = progress_of(circular)
    assert (progress.receivers, progress.sent, progress.done) == (2, 2, 2)


def test_batches_go_on_where_the_last_ended(bridge: Bridge, organiser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circulating, "BATCH", 2)
    circular = approved(bridge, organiser, UserFactory.create_batch(5))
    assert [write_copies(circular.pk) for _ in range(4)] == [2, 2, 1, 0]
    assert OutgoingMail.objects.filter(circular=circular).values("recipient").distinct().count() == 5


def test_a_batch_that_fails_midway_leaves_nothing_and_is_done_again(
    bridge: Bridge, organiser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    circular = approved(bridge, organiser, UserFactory.create_batch(3))
    plain, calls = circulating.copy_for, []

    def third_fails(*args: object, **named: object) -> OutgoingMail:
        calls.append(1)
        if len(calls) == 3:
            raise ConnectionError
        return plain(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(circulating, "copy_for", third_fails)
        with pytest.raises(ConnectionError):
            write_copies(circular.pk)
    assert (OutgoingMail.objects.count(), Notification.objects.count()) == (0, 0)
    write_copies(circular.pk)
    assert (OutgoingMail.objects.count(), Notification.objects.count()) == (3, 3)


@pytest.mark.parametrize("choice", ["site", "digest"])
def test_who_does_not_want_news_at_once_gets_no_copy(bridge: Bridge, organiser: User, choice: str) -> None:
    person = UserFactory()
    set_mail_preferences(person, actor=person, news=choice)
    circular = approved(bridge, organiser, [person])
    write_copies(circular.pk)
    assert not OutgoingMail.objects.exists()
    line = Notification.objects.get(user=person)
    assert (line.in_digest, line.sentence) == (choice == "digest", "The organisers write: Spring meeting")
    assert progress_of(circular).unwanted == 1


def test_who_ends_news_meanwhile_is_not_mailed(bridge: Bridge, organiser: User) -> None:
    person = UserFactory()
    circular = approved(bridge, organiser, [person])
    write_copies(circular.pk)
    set_mail_preferences(person, actor=person, news="site")
    assert send_waiting_mail() == 0
    assert progress_of(circular).cancelled == 1


def test_quiet_hours_hold_for_letters(bridge: Bridge, organiser: User) -> None:
    person = UserFactory(time_zone="Asia/Shanghai")
    set_mail_preferences(person, actor=person, timing=Timing(quiet_from=time(22), quiet_until=time(7)))
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=False):
        circular = approved(bridge, organiser, [person])
        go_on_with_circulars()
        assert send_waiting_mail() == 0
        go_on_with_circulars()
        circular.refresh_from_db()
        assert circular.state == CircularState.SENDING
    with time_machine.travel(datetime(2026, 11, 23, 23, 1, tzinfo=UTC), tick=False):
        assert send_waiting_mail() == 1
        go_on_with_circulars()
    circular.refresh_from_db()
    assert circular.state == CircularState.SENT


def test_one_held_back_sends_nothing_until_it_goes_on(
    bridge: Bridge, organiser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circulating, "BATCH", 1)
    circular = approved(bridge, organiser, UserFactory.create_batch(2))
    write_copies(circular.pk)
    hold_circular(circular, actor=organiser)
    assert (write_copies(circular.pk), send_waiting_mail()) == (0, 0)
    resume_circular(circular, actor=organiser)
    write_copies(circular.pk)
    assert send_waiting_mail() == 2


def test_what_has_not_gone_is_cancelled_and_what_has_stays(
    bridge: Bridge, organiser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circulating, "BATCH", 1)
    circular = approved(bridge, organiser, UserFactory.create_batch(3))
    write_copies(circular.pk)
    assert send_waiting_mail() == 1
    write_copies(circular.pk)
    cancel_circular(circular, actor=organiser)
    assert (write_copies(circular.pk), send_waiting_mail()) == (0, 0)
    states = sorted(OutgoingMail.objects.values_list("state", flat=True))
    assert states == [MailState.CANCELLED, MailState.SENT]
    with pytest.raises(TransitionNotAllowed):
        resume_circular(circular, actor=organiser)


def test_it_is_changed_before_it_is_approved_only(bridge: Bridge, organiser: User) -> None:
    circular = write_circular(bridge, actor=organiser, audience={}, **WORDS)
    seen = circular.version
    circular = change_circular(circular, actor=organiser, audience={"side": "gb"}, subject_en="Autumn meeting")
    assert (circular.subject_en, circular.audience) == ("Autumn meeting", {"side": "gb"})
    with pytest.raises(InvalidInput):
        approve_circular(circular, actor=organiser, receivers=[organiser.pk], seen=seen)
    approve_circular(circular, actor=organiser, receivers=[organiser.pk], seen=circular.version)
    with pytest.raises(TransitionNotAllowed):
        change_circular(circular, actor=organiser, audience={}, subject_en="Too late")
    with pytest.raises(TransitionNotAllowed):
        approve_circular(circular, actor=organiser, receivers=[organiser.pk])
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "write_circular", "change_circular", "approve_circular",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, "subject_en"),
        ({"subject_en": "A"}, "text_en"),
        ({"text_zh": "好"}, "subject_zh"),
        ({"subject_en": "A" * 151, "text_en": "B"}, "subject_en"),
        ({"subject_en": "A", "text_en": "B" * 10_001}, "text_en"),
    ],
)
def test_half_a_letter_is_refused(bridge: Bridge, organiser: User, words: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        write_circular(bridge, actor=organiser, audience={}, **words)
    assert list(refused.value.errors) == [field]
    assert not Circular.objects.exists()


def test_a_letter_to_nobody_stays_a_draft(bridge: Bridge, organiser: User) -> None:
    circular = write_circular(bridge, actor=organiser, audience={}, **WORDS)
    with pytest.raises(InvalidInput):
        approve_circular(circular, actor=organiser, receivers=[])
    circular.refresh_from_db()
    assert circular.state == CircularState.DRAFT


def test_a_trial_goes_to_oneself_alone_whatever_one_chose(bridge: Bridge, organiser: User) -> None:
    set_mail_preferences(organiser, actor=organiser, news="site")
    circular = write_circular(bridge, actor=organiser, audience={}, **WORDS)
    assert send_test_of_circular(circular, actor=organiser) == 2
    # One after the other to the same person.
    assert [send_waiting_mail(), send_waiting_mail()] == [1, 1]
    assert {tuple(message.to) for message in outbox.outbox} == {(organiser.email,)}
    circular.refresh_from_db()
    assert (circular.state, circular.copies.count()) == (CircularState.DRAFT, 0)
