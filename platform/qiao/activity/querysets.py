"""Reads of the audit log and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.fields.json import KT

from qiao.activity.private_acts import PRIVATE_ACTS
from qiao.activity.readers import ids_of

if TYPE_CHECKING:
    from qiao.activity.models import AuditEntry, OutboxEvent


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Acts, newest first."""

    def visible_to(self, user: Any) -> AuditEntryQuerySet:
        """What the person may read: the only door for pages.

        People of an organisation read its acts, and what another side did with it that is not private to that side.
        Who runs a bridge reads its acts, but for those private to one side. A superuser reads all of it.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if user.is_superuser:
            return self
        own = sorted(ids_of("own", user))
        return self.filter(
            models.Q(organisation_id__in=own)
            | models.Q(also__overlap=own, private=False)
            | models.Q(organisation_id__in=ids_of("kept", user))
            | models.Q(models.Q(bridge_id__in=ids_of("run", user), private=False), ~models.Q(verb__in=PRIVATE_ACTS))
        )

    def about(self, subject: models.Model) -> AuditEntryQuerySet:
        """Acts on one object."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def of_organisation(self, organisation_id: int) -> AuditEntryQuerySet:
        """Acts that are in one organisation's history: its own, and those of others that it may read of."""
        return self.filter(
            models.Q(organisation_id=organisation_id) | models.Q(also__contains=[organisation_id], private=False)
        )

    def by_key(self, public_id: str) -> AuditEntryQuerySet:
        """What programs did with one key."""
        # As the index has it: text, among the rows that name a key.
        return self.filter(detail__has_key="key").alias(by=KT("detail__key")).filter(by=public_id)

    def on_bridge(self, bridge_id: int) -> AuditEntryQuerySet:
        """Acts in a bridge's log: all but those private to one side, whoever reads it."""
        return self.filter(bridge_id=bridge_id, private=False).exclude(verb__in=PRIVATE_ACTS)


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    """Events, oldest first."""

    def waiting(self) -> OutboxEventQuerySet:
        """Not handed to the broker yet."""
        return self.filter(sent_at__isnull=True).order_by("id")

    def sent_before(self, moment: datetime) -> OutboxEventQuerySet:
        """Handed over before `moment`: they may be removed."""
        return self.filter(sent_at__lt=moment)
