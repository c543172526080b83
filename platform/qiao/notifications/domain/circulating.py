"""Writing the copies of a letter to a group, batch by batch. A batch that runs twice writes to nobody twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from i18nfield.strings import LazyI18nString

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.states import move
from qiao.notifications.domain.mail import draft_mail
from qiao.notifications.domain.preferences import delivery_of
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import CircularState, Delivery, MailState, ReceiverState, Topic
from qiao.notifications.models import Circular, CircularReceiver, OutgoingMail
from qiao.notifications.transitions import CIRCULAR

BATCH = 100


@dataclass(frozen=True)
class _Sender:
    """As much of a bridge as a message says: bridges lie above us."""

    pk: int
    name: LazyI18nString


@dataclass(frozen=True)
class Progress:
    """How far a letter has come. `unwanted` are those who do not want it by e-mail at once."""

    receivers: int
    unwanted: int
    sent: int
    failed: int
    cancelled: int

    @property
    def done(self) -> int:
        return self.unwanted + self.sent + self.failed + self.cancelled


@transaction.atomic
def write_copies(circular_id: int) -> int:
    """Write the next copies of a letter that is being sent; returns how many receivers were seen to.

    The letter is locked: two workers do not write the same batch, and holding it back waits for the batch. Each is
    told in the inbox; who wants news by e-mail at once gets a copy in their language.
    """
    circular = Circular.objects.select_for_update(skip_locked=True).filter(pk=circular_id).first()
    if circular is None or circular.state != CircularState.SENDING:
        return 0
    waiting = CircularReceiver.objects.filter(circular=circular, state=ReceiverState.WAITING).select_related("user")
    batch = list(waiting.order_by("pk")[:BATCH])
    for receiver in batch:
        receiver.state = _write_to(circular, receiver.user)
    CircularReceiver.objects.bulk_update(batch, ["state"])
    if batch:
        emit("circular.approved", circular_id=circular.pk)
    elif not OutgoingMail.objects.filter(circular=circular, state__in=(MailState.WAITING, MailState.HELD)).exists():
        before = move(circular, CIRCULAR, CircularState.SENT)
        bridge_id = circular.bridge_id
        record("finish_circular", circular, actor=None, bridge_id=bridge_id, before=before, after=circular.state)
    return len(batch)


def copy_for(circular: Circular, user: Any, *, language: str) -> OutgoingMail:
    """The copy a person would get, not stored: what the preview shows and what is sent."""
    subject, text = circular.words_in(language)
    return draft_mail(
        "circular",
        to=user.email,
        language=language,
        context={"user": user, "bridge": _sender(circular), "subject": subject, "text": text},
        recipient=user,
        topic=Topic.NEWS,
    )


@transaction.atomic
def send_test_of_circular(circular: Circular, *, actor: Any) -> int:
    """Send what it looks like, in each language it is written in, to oneself; returns how many."""
    languages = [code for code, text in (("en", circular.text_en), ("zh-hans", circular.text_zh)) if text]
    for language in languages:
        mail = copy_for(circular, actor, language=language)
        # Asked for just now: it goes at once, whatever the person has chosen.
        mail.recipient, mail.topic = None, ""
        mail.subject = f"[{circular.public_id}] {mail.subject}"[:255]
        mail.save(force_insert=True)
        emit("mail.waiting", mail_id=mail.pk)
    record("test_circular", circular, actor=actor, bridge_id=circular.bridge_id)
    return len(languages)


def progress_of(circular: Circular) -> Progress:
    """How far it has come."""
    receivers = dict(circular.receivers.order_by().values_list("state").annotate(Count("pk")))
    copies = dict(circular.copies.order_by().values_list("state").annotate(Count("pk")))
    return Progress(
        receivers=sum(receivers.values()),
        unwanted=receivers.get(ReceiverState.SKIPPED, 0),
        sent=copies.get(MailState.SENT, 0),
        failed=copies.get(MailState.FAILED, 0),
        cancelled=copies.get(MailState.CANCELLED, 0),
    )


def _write_to(circular: Circular, user: Any) -> ReceiverState:
    subject, _text = circular.words_in(user.language)
    tell(
        user,
        "circular",
        topic=Topic.NEWS,
        url=f"/letters/{circular.public_id}/",
        bridge=_sender(circular),
        key=f"circular:{circular.public_id}",
        subject=subject,
    )
    if not user.is_active or delivery_of(user, Topic.NEWS) != Delivery.AT_ONCE:
        return ReceiverState.SKIPPED
    mail = copy_for(circular, user, language=user.language)
    mail.circular = circular
    mail.save(force_insert=True)
    emit("mail.waiting", mail_id=mail.pk)
    return ReceiverState.WRITTEN


def _sender(circular: Circular) -> _Sender:
    return _Sender(circular.bridge_id, LazyI18nString(circular.bridge_name))
