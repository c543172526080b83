"""Background work of the directory."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError

from qiao.directory.domain.imports import applying, checking
from qiao.directory.domain.imports.stalled import stalled_imports
from qiao.directory.domain.listings import expire_listing
from qiao.directory.domain.trust.email_domain import check_email_domain, organisations_to_check
from qiao.directory.domain.trust.verifying import expire_verification
from qiao.directory.models import Listing, Verification


@shared_task(name="directory.expire_listings")
def expire_listings() -> int:
    """End listings whose date has gone by; returns how many."""
    ids = Listing.objects.past_their_date().values_list("pk", flat=True)
    return sum(expire_listing(pk) for pk in list(ids[:5000]))


@shared_task(name="directory.check_verifications")
def check_verifications() -> int:
    """End verifications whose date has gone by, and look at confirmed addresses again; returns how many were ended.

    Addresses are looked at when something changes; this catches what changed by another way, such as an import.
    """
    ids = Verification.objects.past_their_date().values_list("pk", flat=True)
    ended = sum(expire_verification(pk) for pk in list(ids[:5000]))
    for organisation_id in organisations_to_check():
        check_email_domain(organisation_id)
    return ended


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
