"""Mail on the administration site: what waits, what failed and why."""

from __future__ import annotations

from django.contrib import admin

from qiao.common.admin import ReadOnlyAdmin
from qiao.notifications.models import OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ("to", "template", "subject", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "template", "language")
    search_fields = ("to", "subject")
    date_hierarchy = "created_at"
    # Texts hold links that let their reader in.
    exclude = ("text", "html")
