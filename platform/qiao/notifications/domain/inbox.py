"""Lines in people's inboxes on the site."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from qiao.notifications.models import Notification


def notify(user: Any, kind: str, *, url: str = "", **context: Any) -> Notification:
    """Add a line to a person's inbox, inside the caller's transaction."""
    return Notification.objects.create(user=user, kind=kind, url=url, context=context)


def mark_read(notification: Notification) -> Notification:
    """Mark one line as read; the first time counts."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


def mark_all_read(user: Any) -> int:
    """Mark every line of a person's inbox as read; returns how many were not."""
    return Notification.objects.visible_to(user).unread().update(read_at=timezone.now())
