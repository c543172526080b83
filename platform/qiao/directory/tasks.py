"""Background work of the directory."""

from __future__ import annotations

from celery import shared_task

from qiao.directory.domain.listings import expire_listing
from qiao.directory.models import Listing


@shared_task(name="directory.expire_listings")
def expire_listings() -> int:
    """End listings whose date has gone by; returns how many."""
    ids = Listing.objects.past_their_date().values_list("pk", flat=True)
    return sum(expire_listing(pk) for pk in list(ids[:5000]))
