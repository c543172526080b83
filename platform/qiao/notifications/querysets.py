"""Reads of mail and notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from qiao.notifications.models import Notification, OutgoingMail


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Messages."""

    def due(self) -> OutgoingMailQuerySet:
        """Waiting, and not before their next attempt."""
        return self.filter(state="waiting").filter(
            models.Q(try_after__isnull=True) | models.Q(try_after__lte=timezone.now())
        )

    def of_bridge(self, bridge_id: int) -> OutgoingMailQuerySet:
        """What a bridge has written to people."""
        return self.filter(bridge_id=bridge_id)


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Lines of inboxes."""

    def visible_to(self, user: Any) -> NotificationQuerySet:
        """A person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self) -> NotificationQuerySet:
        """Not read yet."""
        return self.filter(read_at__isnull=True)
