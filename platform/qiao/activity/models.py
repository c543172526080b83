"""Who did what, and what is still to be told to the rest of the system."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.fields.json import KT

from qiao.activity.querysets import AuditEntryQuerySet, OutboxEventQuerySet


class AuditEntry(models.Model):
    """One act. Append-only: a trigger in the database refuses a change or a deletion.

    The actor is kept by id only, so that a deleted account leaves no personal data behind.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    bridge_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    # Organisations that may read it besides: the other side of what two do together.
    also = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # For the people of `organisation_id` alone: not for the other side, nor for those who run the bridge.
    private = models.BooleanField(default=False)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "-at"), name="audit_by_subject"),
            models.Index(fields=("bridge_id", "-at"), name="audit_by_bridge"),
            models.Index(fields=("organisation_id", "-at"), name="audit_by_organisation"),
            models.Index(fields=("bridge_id", "verb", "-at"), name="audit_by_verb"),
            models.Index(fields=("bridge_id", "actor", "-at"), name="audit_by_actor"),
            GinIndex(fields=("also",), name="audit_by_also"),
            models.Index(
                KT("detail__key"),
                models.F("at").desc(),
                name="audit_by_key",
                condition=models.Q(detail__has_key="key"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}:{self.subject_id}"


class OutboxEvent(models.Model):
    """An event written in the same transaction as what it tells of, handed to the broker afterwards.

    A broker that is away delays it and loses nothing: the relay tries again.
    """

    created_at = models.DateTimeField(auto_now_add=True)
    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    objects = OutboxEventQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("id",), name="outbox_waiting", condition=models.Q(sent_at__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
