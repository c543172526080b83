"""A file being imported: its rows, what is wrong with them, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public
from qiao.directory.enums import ImportKind, ImportState
from qiao.directory.querysets.importing import ImportJobQuerySet


class ImportJob(Public):
    """One uploaded file. Checked first (a dry run that changes nothing), then imported whole or not at all."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="import_jobs")
    side = models.ForeignKey("bridges.Side", null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(_("what the file holds"), max_length=16, choices=ImportKind)
    source = models.CharField(_("source"), max_length=40)
    file_name = models.CharField(max_length=200)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name


class ImportFile(models.Model):
    """The uploaded file itself, until its rows have been read: a worker on another machine must reach it."""

    job = models.OneToOneField(ImportJob, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self) -> str:
        return f"{self.job_id}"


class ImportRow(models.Model):
    """A row of the file as read, with what is wrong with it or what it became."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    errors = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    outcome = models.CharField(max_length=12, blank=True)
    object_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("job", "number")
        constraints = (models.UniqueConstraint(fields=("job", "number"), name="row_number_in_job"),)
        indexes = (models.Index(fields=("job", "number"), name="bad_rows", condition=~models.Q(errors=[])),)

    def __str__(self) -> str:
        return f"{self.job_id}:{self.number}"
