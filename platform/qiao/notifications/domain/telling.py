"""Telling a person something: on the site always, by e-mail as they chose."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.preferences import delivery_of
from qiao.notifications.enums import Delivery
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
    calendar: tuple[str, str] | None = None,
    **context: Any,
) -> Notification | None:
    """Add a line to a person's inbox; by their choice for `topic` it is mailed at once, told in their digest, or not.

    Part of the caller's transaction. `key` makes it once per person: a task that runs again tells nobody twice, and
    gets None. `context` fills the sentence of `kind` (strings only). `mail` names the message `mail/<mail>.txt` for
    those who are mailed at once; without one such a line stays on the site. `mail_context` fills the message, which
    always has `user`, `bridge` and `url` (a path of the site) besides. `calendar`
    goes into the reader's calendar with it.
    """
    delivery = delivery_of(user, topic)
    line = Notification(
        user=user,
        kind=kind,
        url=url,
        context=context,
        topic=topic,
        key=key,
        in_digest=delivery == Delivery.DIGEST,
        bridge_name=names_of(bridge),
    )
    if key:
        made = Notification.objects.bulk_create([line], ignore_conflicts=True)[0]
        found = Notification.objects.filter(user=user, key=key).first()
        # A line with that key was there before: its identifier is not the one just made.
        if found is None or found.public_id != made.public_id:
            return None
        line = found
    else:
        line.save(force_insert=True)
    if mail and delivery == Delivery.AT_ONCE:
        write_mail(
            mail,
            to=user.email,
            language=user.language,
            context={"user": user, "bridge": bridge, "url": url, **(mail_context or {})},
            recipient=user,
            topic=topic,
            calendar=calendar,
        )
    return line


def names_of(bridge: Any) -> dict[str, str]:
    """A bridge's name by language, as it is kept beside what is told of it."""
    data = getattr(getattr(bridge, "name", None), "data", None)
    if isinstance(data, dict):
        return {language: str(name) for language, name in data.items() if name}
    return {"en": str(bridge.name)} if bridge is not None else {}
