"""Lines in people's inboxes on the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from qiao.notifications.models import Notification


def notify(user: Any, kind: str, *, topic: str, url: str = "", **context: Any) -> Notification:
    """Add a line to a person's inbox for what is mailed whatever they chose, inside the caller's transaction.

    It waits for no digest, since they have the message. For everything else there is `telling.tell`.
    """
    return Notification.objects.create(user=user, kind=kind, topic=topic, url=url, context=context)


def mark_read(notification: Notification) -> Notification:
    """Mark one line as read; the first time counts."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


def mark_unread(notification: Notification) -> Notification:
    """Have one line stand out again."""
    if notification.read_at is not None:
        notification.read_at = None
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


def mark_all_read(user: Any) -> tuple[int, datetime]:
    """Mark every line of a person's inbox as read; returns how many were not, and the moment that undoes it."""
    now = timezone.now()
    return Notification.objects.visible_to(user).unread().update(read_at=now), now


def mark_unread_again(user: Any, *, at: datetime) -> int:
    """Undo what `mark_all_read` did at that moment; returns how many lines are unread again."""
    return Notification.objects.visible_to(user).filter(read_at=at).update(read_at=None)


def news_of(user: Any) -> tuple[int, int]:
    """How many lines a person has not read, and the number of the latest: what a page needs to know to stay current.

    Both are read from an index, so that every open page can ask again and again.
    """
    lines = Notification.objects.visible_to(user)
    return lines.unread().count(), lines.order_by("-id").values_list("pk", flat=True).first() or 0
