"""Background work of the directory."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from qiao.directory.domain.imports import applying, checking
from qiao.directory.domain.imports.stalled import stalled_imports
from qiao.directory.domain.listings import expire_listing
from qiao.directory.models import Listing


@shared_task(name="directory.expire_listings")
def expire_listings() -> int:
    """End listings whose date has gone by; returns how many."""
    ids = Listing.objects.past_their_date().values_list("pk", flat=True)
    return sum(expire_listing(pk) for pk in list(ids[:5000]))


# The database may be restarting: it passes.
_PASSING = {"autoretry_for": (OperationalError,), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 20}


@shared_task(name="directory.check_import", **_PASSING)
def check_import(job_id: int) -> bool:
    """Judge every row of an import; returns whether it was done here."""
    return checking.check_import(job_id)


@shared_task(name="directory.apply_import", **_PASSING)
def apply_import(job_id: int) -> bool:
    """Apply a confirmed import, whole or not at all; returns whether it was done here."""
    return applying.apply_import(job_id)


@shared_task(name="directory.resume_imports")
def resume_imports() -> None:
    """Take up again what a worker that died has left undone."""
    to_check, to_apply = stalled_imports()
    for job_id in to_check:
        check_import.apply_async(args=[job_id], expires=60)
    for job_id in to_apply:
        apply_import.apply_async(args=[job_id], expires=60)
