"""Reports of abuse, what was decided on them, and appeals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public
from qiao.directory.querysets.moderation import AppealQuerySet, ReportQuerySet
from qiao.directory.trust_words import AppealState, Measure, ReportCategory, ReportState

WORDS_LENGTH = 2000
SNAPSHOT_LENGTH = 10_000


class Report(Public):
    """A person says that something is wrong. Who it was is for the organisers alone, never for the reported.

    What is reported is named by its type and public id, since it may belong to any app; `snapshot` is what it said
    then, so that a change afterwards hides nothing.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="reports")
    # Whose it is.
    organisation = models.ForeignKey(
        "directory.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    snapshot = models.TextField(max_length=SNAPSHOT_LENGTH, blank=True)
    category = models.CharField(_("what is wrong"), max_length=16, choices=ReportCategory)
    text = models.TextField(_("in your words"), max_length=WORDS_LENGTH)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports_made"
    )
    state = models.CharField(max_length=12, choices=ReportState, default=ReportState.OPEN)
    looked_into_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # For the desk, and for the organisation if a measure follows.
    reason = models.TextField(blank=True)
    note_to_reporter = models.TextField(blank=True)
    measure = models.CharField(max_length=12, choices=Measure, default=Measure.NONE)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.UniqueConstraint(
                fields=("reporter", "bridge", "subject_type", "subject_id"),
                condition=models.Q(state__in=("open", "looking")),
                name="one_open_report_by_a_person",
            ),
        )
        indexes = (
            models.Index(fields=("bridge", "state", "id"), name="report_queue"),
            models.Index(fields=("reporter", "created_at"), name="report_by_reporter"),
            models.Index(fields=("subject_type", "subject_id"), name="report_by_subject"),
        )

    def __str__(self) -> str:
        return f"{self.category}: {self.subject_type} {self.subject_id}"


class Appeal(Public):
    """An organisation asks for a decision against it to be looked at again: once for each decision.

    `decision` is the number of the act in the audit log, which is neither changed nor deleted.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="appeals")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="appeals")
    listing = models.ForeignKey(
        "directory.Listing", null=True, blank=True, on_delete=models.CASCADE, related_name="appeals"
    )
    decision = models.BigIntegerField(unique=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=12, choices=AppealState, default=AppealState.WAITING)
    text = models.TextField(_("why it should be looked at again"), max_length=WORDS_LENGTH)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes = (models.Index(fields=("bridge", "state", "id"), name="appeal_queue"),)

    def __str__(self) -> str:
        return f"appeal of {self.organisation_id}"
