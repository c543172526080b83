"""The audit log on the administration site."""

from __future__ import annotations

from django.contrib import admin

from qiao.activity.models import AuditEntry
from qiao.common.admin import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "verb", "subject_type", "subject_id", "actor", "before", "after")
    list_filter = ("verb", "subject_type")
    search_fields = ("subject_id", "verb")
    list_select_related = ("actor",)
    date_hierarchy = "at"
