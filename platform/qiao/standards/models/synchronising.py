"""Files from which the map is loaded and brought up to date."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public
from qiao.standards.enums import SyncState
from qiao.standards.models.committee import StandardsBody


class SyncRun(Public):
    """One synchronisation with a body's file: what was new, changed, the same, gone, and bad.

    `errors` are the first thousand bad rows: [{"row": n, "code": …, "about": …}]; `rows_bad` counts all.
    """

    body = models.ForeignKey(StandardsBody, on_delete=models.CASCADE, related_name="sync_runs")
    file_name = models.CharField(max_length=200)
    form = models.CharField(max_length=24, blank=True)
    is_complete = models.BooleanField(_("the file is all there is: what it lacks is gone"), default=False)
    state = models.CharField(max_length=10, choices=SyncState, default=SyncState.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_gone = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    # Rows of a document that another row of the file tells further.
    rows_repeated = models.PositiveIntegerField(default=0)
    committees_new = models.PositiveIntegerField(default=0)
    committees_changed = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    error = models.TextField(blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("synchronisation")
        verbose_name_plural = _("synchronisations")

    def __str__(self) -> str:
        return f"{self.body_id}: {self.file_name}"


class SyncFile(models.Model):
    """The file itself, compressed, kept until the run is done."""

    run = models.OneToOneField(SyncRun, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of a synchronisation")
        verbose_name_plural = _("files of synchronisations")

    def __str__(self) -> str:
        return f"{self.run_id}"
