"""Reads of the audit log and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from qiao.activity.models import AuditEntry, OutboxEvent


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Acts, newest first."""

    def about(self, subject: models.Model) -> AuditEntryQuerySet:
        """Acts on one object."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def on_bridge(self, bridge_id: int) -> AuditEntryQuerySet:
        """Acts on one bridge, but for those private to one side."""
        return self.filter(bridge_id=bridge_id, private=False)


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    """Events, oldest first."""

    def waiting(self) -> OutboxEventQuerySet:
        """Not handed to the broker yet."""
        return self.filter(sent_at__isnull=True).order_by("id")

    def sent_before(self, moment: datetime) -> OutboxEventQuerySet:
        """Handed over before `moment`: they may be removed."""
        return self.filter(sent_at__lt=moment)
