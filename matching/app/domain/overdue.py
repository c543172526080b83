"""Changes of listings that no worker has come to: their event was lost with a worker, or with the broker's memory."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from matching.app.domain.runs import request_run
from matching.app.models import ListingVector, MatchRun
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing
from qiao.directory.querysets.listing import ListingQuerySet

#: An event usually takes seconds; one that has taken this long is asked for again, ...
PATIENCE = timedelta(minutes=1)
#: ... and then not again for a while: it may be waiting behind others.
ASKED_FOR_SECONDS = 300
#: What changed lately is looked at each time; all that there is, which takes long on a large bridge, so often.
LATELY = timedelta(hours=1)
ALL_EVERY_SECONDS = 1_800
#: More than this on one bridge, as after a long absence of workers, are better done by a run.
MANY = 25


def overdue_work() -> list[int]:
    """Ids of listings to refresh now. Where there are many on a bridge, a run over it is asked for instead."""
    by_bridge: dict[int, list[int]] = defaultdict(list)
    overdue = _overdue()
    if not cache.add("matching:overdue:all", 1, ALL_EVERY_SECONDS):
        overdue = overdue.filter(updated_at__gte=timezone.now() - LATELY)
    for listing_id, bridge_id in overdue.values_list("pk", "bridge_id")[:2000]:
        by_bridge[bridge_id].append(listing_id)
    due: list[int] = []
    for bridge_id, listing_ids in by_bridge.items():
        if len(listing_ids) > MANY:
            request_run(Bridge.objects.get(pk=bridge_id), actor=None)
        else:
            due += [pk for pk in listing_ids if cache.add(f"matching:overdue:{pk}", 1, ASKED_FOR_SECONDS)]
    return due


def _overdue() -> ListingQuerySet:
    vectors = ListingVector.objects.filter(listing=OuterRef("pk"))
    # Of whichever encoder: a bridge that is switched to another is gone over by a run.
    matched = vectors.filter(matched_at__gte=OuterRef("updated_at"))
    live = Listing.objects.live().values("pk")
    running = MatchRun.objects.unfinished().values("bridge_id")
    return (
        Listing.objects.filter(updated_at__lt=timezone.now() - PATIENCE)
        .exclude(bridge__in=running)
        .exclude(bridge__state=BridgeState.CLOSED)
        .filter(Q(pk__in=live) & ~Exists(matched) | ~Q(pk__in=live) & Exists(vectors))
        .order_by("updated_at")
    )
