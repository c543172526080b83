"""Writing a message, and sending those that wait."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput
from qiao.common.text import clean_line
from qiao.notifications.models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

#: Messages with a link that lets its holder in: their text is forgotten once it has gone.
SECRET = ("account/", "invitation_")
MAX_ATTEMPTS = 12
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=2)


def write_mail(template: str, *, to: str, language: str, context: dict[str, Any]) -> OutgoingMail:
    """Render `mail/<template>_subject.txt` and `mail/<template>.txt` in the reader's language and queue the message.

    Part of the caller's transaction: a write that fails tells nobody. Text templates switch escaping off themselves
    (`{% autoescape off %}`): they are not HTML. Line breaks in a subject are removed. A `bridge` in the context is the
    one whose organisers see the message on its way.
    """
    with translation.override(language):
        values = context | {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        subject = clean_line(render_to_string(f"mail/{template}_subject.txt", values))[:255]
        text = render_to_string(f"mail/{template}.txt", values).strip() + "\n"
        mail = OutgoingMail.objects.create(
            to=to,
            language=language,
            template=template,
            subject=subject,
            text=text,
            bridge_id=getattr(context.get("bridge"), "pk", None),
        )
    emit("mail.waiting", mail_id=mail.pk)
    return mail


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


def send_mail(mail_id: int) -> bool:
    """Send one waiting message; returns whether it went. A failure waits longer each time and is kept."""
    with transaction.atomic():
        mail = OutgoingMail.objects.due().select_for_update(skip_locked=True).filter(pk=mail_id).first()
        if mail is None:
            return False
        mail.attempts += 1
        try:
            EmailMultiAlternatives(
                mail.subject,
                mail.text,
                settings.DEFAULT_FROM_EMAIL,
                [mail.to],
                headers={
                    "Message-ID": f"<{mail.public_id}@{settings.SITE_NAME.lower()}.mail>",
                    "Content-Language": mail.language,
                },
            ).send()
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
