"""Writing a message, and sending those that wait."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import EmailValidator
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.notifications.domain.preferences import TOPICS, end_of_quiet_hours, mail_preferences_of
from qiao.notifications.enums import Delivery, MailState
from qiao.notifications.mail_html import html_of
from qiao.notifications.models import OutgoingMail
from qiao.notifications.transitions import MAIL
from qiao.notifications.unsubscribing import DIGEST, unsubscribe_url

logger = logging.getLogger(__name__)

#: Messages with a link that lets its holder in: their text is forgotten once it has gone.
SECRET = ("account/", "invitation_")
MAX_ATTEMPTS = 12
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=2)


def write_mail(
    template: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    recipient: Any = None,
    topic: str = "",
    calendar: tuple[str, str] | None = None,
) -> OutgoingMail:
    """Render `mail/<template>_subject.txt` and `mail/<template>.txt` in the reader's language and queue the message.

    Part of the caller's transaction: a write that fails tells nobody. Text templates switch escaping off themselves
    (`{% autoescape off %}`): they are not HTML. Line breaks in a subject are removed, and characters that turn the
    direction of reading everywhere. A `bridge` in the context is the one whose organisers see the message on its way.
    With a `recipient` their quiet hours hold; with a `topic` as well, its foot says how to end such messages.
    `calendar` is an iCalendar object and its method, sent beside the text.
    """
    mail = draft_mail(template, to=to, language=language, context=context, recipient=recipient, topic=topic)
    if calendar is not None:
        mail.calendar, mail.calendar_method = calendar
    mail.save(force_insert=True)
    emit("mail.waiting", mail_id=mail.pk)
    return mail


def draft_mail(
    template: str, *, to: str, language: str, context: dict[str, Any], recipient: Any = None, topic: str = ""
) -> OutgoingMail:
    """The message as `write_mail` would queue it, not stored: for a look at it, or for many at once."""
    with translation.override(language):
        values = context | {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        if recipient is not None and topic:
            values["stop_url"] = unsubscribe_url(recipient, topic)
        return OutgoingMail(
            to=to,
            language=language,
            template=template,
            subject=clean_line(render_to_string(f"mail/{template}_subject.txt", values))[:255],
            text=clean_text(render_to_string(f"mail/{template}.txt", values)) + "\n",
            bridge_id=getattr(context.get("bridge"), "pk", None),
            recipient=recipient,
            topic=topic,
        )


@transaction.atomic
def retry_mail(mail: OutgoingMail, *, actor: Any) -> OutgoingMail:
    """Try a message again that was given up or waits for its next attempt. The caller has made sure that `actor` may.

    Raises `InvalidInput` for one that has gone.
    """
    mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if mail.state == MailState.SENT:
        raise InvalidInput(_("It has been sent meanwhile."))
    before, mail.state = mail.state, MailState.WAITING
    mail.attempts, mail.try_after = 0, None
    mail.save(update_fields=["state", "attempts", "try_after", "updated_at"])
    record("retry_mail", mail, actor=actor, bridge_id=mail.bridge_id, before=before, after=mail.state)
    emit("mail.waiting", mail_id=mail.pk)
    return mail


@transaction.atomic
def retry_failed_mail(bridge_id: int, *, actor: Any) -> int:
    """Try every message of a bridge again that was given up; returns how many."""
    failed = OutgoingMail.objects.of_bridge(bridge_id).filter(state=MailState.FAILED).order_by("pk")
    return len([retry_mail(mail, actor=actor) for mail in failed])


@transaction.atomic
def hold_mail(mail: OutgoingMail, *, actor: Any) -> OutgoingMail:
    """Keep a message from going for now."""
    return _move(mail, MailState.HELD, "hold_mail", actor)


@transaction.atomic
def cancel_mail(mail: OutgoingMail, *, actor: Any) -> OutgoingMail:
    """Have a message not go."""
    return _move(mail, MailState.CANCELLED, "cancel_mail", actor)


@transaction.atomic
def change_mail_address(mail: OutgoingMail, *, actor: Any, to: str) -> OutgoingMail:
    """Send a message that was given up to another address of the same person. The log does not hold the address.

    Raises `InvalidInput` for what is no address, and for messages that let whoever reads them in.
    """
    mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if mail.state != MailState.FAILED or mail.template.startswith(SECRET):
        raise InvalidInput(_("The address of this message cannot be changed."))
    to = clean_line(to)
    try:
        EmailValidator()(to)
    except ValidationError:
        raise InvalidInput(errors={"to": [_("Type an e-mail address.")]}) from None
    mail.to = to
    mail.save(update_fields=["to", "updated_at"])
    record("change_mail_address", mail, actor=actor, bridge_id=mail.bridge_id)
    return retry_mail(mail, actor=actor)


def _move(mail: OutgoingMail, to: MailState, verb: str, actor: Any) -> OutgoingMail:
    """The caller has made sure that `actor` may. Raises `TransitionNotAllowed` for a message that has gone."""
    mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    before = move(mail, MAIL, to)
    record(verb, mail, actor=actor, bridge_id=mail.bridge_id, before=before, after=mail.state)
    return mail


def send_mail(mail_id: int) -> bool:
    """Send one waiting message; returns whether it went. A failure waits longer each time and is kept.

    Within the quiet hours of its reader it waits for their end, and does not go at all if they have ended e-mail on its
    topic since it was written.
    """
    with transaction.atomic():
        due = OutgoingMail.objects.due().select_for_update(skip_locked=True, of=("self",))
        mail = due.select_related("recipient").filter(pk=mail_id).first()
        if mail is None or not _may_go_now(mail):
            return False
        mail.attempts += 1
        try:
            _message(mail).send()
        except Exception as error:
            logger.warning("mail %s not sent: %s", mail.public_id, error)
            mail.error = f"{type(error).__name__}: {error}"[:2000]
            delay = min(_FIRST_DELAY * 2 ** (mail.attempts - 1), _LONGEST_DELAY)
            mail.try_after = timezone.now() + delay
            if mail.attempts >= MAX_ATTEMPTS:
                mail.state = MailState.FAILED
            mail.save()
            return False
        mail.state, mail.sent_at, mail.error = MailState.SENT, timezone.now(), ""
        if mail.template.startswith(SECRET):
            mail.text = ""
        mail.save()
    return True


def _may_go_now(mail: OutgoingMail) -> bool:
    """Whether its reader may be written to at this moment; the message is put off or dropped if not."""
    reader = mail.recipient
    if reader is None:
        return True
    preference = mail_preferences_of(reader)
    unwanted = mail.topic in TOPICS and preference.delivery_of(mail.topic) == Delivery.SITE
    if unwanted or not reader.is_active:
        mail.state = MailState.CANCELLED
        mail.save(update_fields=["state", "updated_at"])
        return False
    mail.try_after = end_of_quiet_hours(preference, now=timezone.now())
    if mail.try_after is not None:
        mail.save(update_fields=["try_after", "updated_at"])
        return False
    return True


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The text, the same as HTML, and how to end such messages (RFC 8058)."""
    headers = {
        "Message-ID": f"<{mail.public_id}@{settings.SITE_NAME.lower()}.mail>",
        "Content-Language": mail.language,
        "Auto-Submitted": "auto-generated",
    }
    if mail.recipient is not None and mail.topic in (*TOPICS, DIGEST):
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(mail.recipient, mail.topic)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    message.attach_alternative(html_of(mail.subject, mail.text, language=mail.language), "text/html")
    if mail.calendar:
        # Within the alternatives, last: Outlook, Apple and Google look for it there and nowhere else.
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method}")
    return message
