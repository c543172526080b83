"""Reads of mail and notifications."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from qiao.notifications.models import Circular, Notification, OutgoingMail


#: A message that does not go at all holds up later ones for no longer.
IN_ORDER_FOR = timedelta(hours=3)
_OF_ACCOUNTS = models.Q(template__startswith="account/")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Messages."""

    def due(self) -> OutgoingMailQuerySet:
        """Waiting, not before their next attempt, and not before an earlier message to the same person has gone.

        After an outage people read things in the order in which they happened. Messages of accounts, such as codes to
        sign in, wait for none.
        """
        now = timezone.now()
        earlier = self.model._default_manager.filter(
            state="waiting", to=models.OuterRef("to"), pk__lt=models.OuterRef("pk"), created_at__gt=now - IN_ORDER_FOR
        ).exclude(_OF_ACCOUNTS)
        return self.filter(
            models.Q(try_after__isnull=True) | models.Q(try_after__lte=now),
            _OF_ACCOUNTS | ~models.Exists(earlier),
            state="waiting",
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

    def waiting_for_digest(self) -> NotificationQuerySet:
        """What the next digest tells; what was read on the site meanwhile needs no mail."""
        return self.filter(in_digest=True, read_at__isnull=True)


class CircularQuerySet(models.QuerySet["Circular"]):
    """Letters to groups."""

    def visible_to(self, user: Any) -> CircularQuerySet:
        """Those that were sent to the person. Drafts are at the desk."""
        return self.filter(receivers__user=user) if user.is_authenticated else self.none()

    def of_bridge(self, bridge_id: int) -> CircularQuerySet:
        """Those of a bridge's organisers."""
        return self.filter(bridge_id=bridge_id)
