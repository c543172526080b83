"""Telling a person something: on the site always, by e-mail as they chose."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.preferences import wants_mail
from qiao.notifications.models import Notification


@transaction.atomic
def tell(
    user: Any,
    kind: str,
    *,
    topic: str,
    url: str = "",
    bridge: Any = None,
    key: str = "",
    mail: str = "",
    mail_context: dict[str, Any] | None = None,
    **context: Any,
) -> Notification | None:
    """Add a line to a person's inbox and, if they want mail on `topic`, write the message `mail/<mail>.txt`.

    Part of the caller's transaction. `key` makes it once per person: a task that runs again tells nobody twice, and
    gets None. `context` fills the sentence of `kind` (strings only); `mail_context` fills the message, which always
    has `user`, `bridge` and `url` (a path of the site) besides.
    """
    line = Notification(user=user, kind=kind, url=url, context=context, topic=topic, key=key)
    if key:
        made = Notification.objects.bulk_create([line], ignore_conflicts=True)[0]
        found = Notification.objects.filter(user=user, key=key).first()
        # A line with that key was there before: its identifier is not the one just made.
        if found is None or found.public_id != made.public_id:
            return None
        line = found
    else:
        line.save(force_insert=True)
    if mail and wants_mail(user, topic):
        write_mail(
            mail,
            to=user.email,
            language=user.language,
            context={"user": user, "bridge": bridge, "url": url, **(mail_context or {})},
        )
    return line
