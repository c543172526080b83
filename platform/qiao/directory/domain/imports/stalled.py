"""Imports that nobody is working on though somebody should."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from qiao.directory.domain.imports.checking import SILENCE
from qiao.directory.enums import ImportState
from qiao.directory.models import ImportJob


def stalled_imports() -> tuple[list[int], list[int]]:
    """Ids of imports to check and to apply. One that a living worker applies is among them: it finds the job locked."""
    silent = timezone.now() - SILENCE
    to_check = ImportJob.objects.filter(
        Q(heartbeat_at__lt=silent) | Q(heartbeat_at=None, updated_at__lt=silent), state=ImportState.CHECKING
    )
    to_apply = ImportJob.objects.filter(state=ImportState.IMPORTING, updated_at__lt=silent)
    return list(to_check.values_list("pk", flat=True)), list(to_apply.values_list("pk", flat=True))
