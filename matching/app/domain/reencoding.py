"""Bringing a bridge from one encoder to another in the background, while the vectors of the first go on serving.

The settings name an encoder; a bridge that has another in service gets there in parts that any worker may take up
again: each encodes some texts and leaves its place. When no text is missing, the index is built, what is usual is
measured, and the bridge is switched in one step, which asks for a run. The old vectors stay for a while, so that going
back is quick, and are dropped then. Doing any part twice changes nothing.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from matching.app.domain.encoding import encode_listings_with, listings_to_encode
from matching.app.domain.locks import lock_bridge
from matching.app.domain.runs import request_run
from matching.app.domain.statistics import fit_statistics
from matching.app.domain.vector_index import index_vectors
from matching.app.encoder import NamedEncoder, configured_encoder
from matching.app.models import BridgeEncoder, LanguageStatistics, ListingSentences, ListingVector, MatchRun
from qiao.activity.domain.audit import record
from qiao.bridges.enums import BridgeState
from qiao.directory.models import Listing

logger = logging.getLogger(__name__)

#: A worker that has not been heard of for so long has died.
SILENCE = timedelta(seconds=60)
#: A part gives way to others' work after so long; texts are encoded so many at a time.
TURN_SECONDS = 2.0
LISTINGS_A_BATCH = 8
LISTINGS_LOOKED_AT = 1_000
#: How long vectors that serve no more are kept, for the case that the setting is taken back.
OLD_KEPT_FOR = timedelta(days=1)
#: Rows deleted at once.
DROPPED_AT_ONCE = 500


def bridges_to_reencode() -> list[tuple[int, int]]:
    """Bridges whose encoder is not the configured one and that no worker is at, each with the turn that is due."""
    wanted = configured_encoder()
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - SILENCE)
    rows = BridgeEncoder.objects.exclude(bridge__state=BridgeState.CLOSED).filter(silent)
    rows = rows.exclude(in_use=wanted.name, coming="")
    return list(rows.order_by("pk").values_list("bridge_id", "turn"))


def reencode_part(bridge_id: int, turn: int) -> int | None:
    """Encode the next texts of a bridge with the configured encoder, and switch to it when none is left.

    Returns the number of the next turn, or None when there is none: the bridge is switched, or another worker is at it.
    """
    claimed = _claim(bridge_id, turn)
    if claimed is None:
        return None
    row, coming = claimed
    done_before, after, over = row.done, row.after, False
    if coming.load() is None:
        logger.error("the configured encoder cannot be loaded: bridge %s keeps %s", bridge_id, row.in_use)
        return None
    began = time.monotonic()
    batch: list[int] = []
    looked_at = 0
    for listing_id, needed in listings_to_encode(bridge_id, coming.name, after=row.after):
        after = listing_id
        looked_at += 1
        if needed:
            batch.append(listing_id)
        if len(batch) == LISTINGS_A_BATCH or looked_at == LISTINGS_LOOKED_AT:
            encode_listings_with(batch, coming)
            batch = []
            over = looked_at >= LISTINGS_LOOKED_AT or time.monotonic() - began >= TURN_SECONDS
            if over:
                break
    encode_listings_with(batch, coming)
    mine = BridgeEncoder.objects.filter(pk=row.pk, turn=row.turn, coming=coming.name)
    if over:
        mine.update(after=after, done=done_before + looked_at, heartbeat_at=timezone.now())
        return row.turn
    mine.update(
        after=after, done=done_before + looked_at, heartbeat_at=timezone.now() + SILENCE
    )  # what follows is long
    if _is_missing(bridge_id, coming.name):
        mine.update(after=0, done=0)
        return row.turn
    index_vectors(bridge_id, coming.name)
    fit_statistics(bridge_id, coming.name)
    _switch(row, coming)
    return None


def drop_old_vectors() -> int:
    """Delete what no longer serves on bridges that were switched long enough ago; returns how many vectors went.

    Not while a run is unfinished: a part of it may have begun with the old ones.
    """
    unfinished = MatchRun.objects.unfinished().filter(bridge=OuterRef("bridge"))
    rows = BridgeEncoder.objects.filter(has_old=True, coming="", switched_at__lt=timezone.now() - OLD_KEPT_FOR)
    dropped = 0
    for row in rows.exclude(Exists(unfinished)).order_by("pk"):
        old = ListingVector.objects.filter(bridge=row.bridge_id).exclude(encoder=row.in_use)
        while ids := list(old.order_by().values_list("pk", flat=True)[:DROPPED_AT_ONCE]):
            dropped += ListingVector.objects.filter(pk__in=ids).delete()[0]
        quoting = NamedEncoder(row.in_use, row.in_use_setting).sentences
        sentences = ListingSentences.objects.filter(listing__bridge=row.bridge_id).exclude(encoder=quoting)
        while ids := list(sentences.order_by().values_list("pk", flat=True)[:DROPPED_AT_ONCE]):
            ListingSentences.objects.filter(pk__in=ids).delete()
        LanguageStatistics.objects.filter(bridge=row.bridge_id).exclude(encoder=row.in_use).delete()
        BridgeEncoder.objects.filter(pk=row.pk, coming="", in_use=row.in_use).update(has_old=False)
    return dropped


@transaction.atomic
def _claim(bridge_id: int, turn: int) -> tuple[BridgeEncoder, NamedEncoder] | None:
    """Take the turn, and begin anew where the setting names another encoder than before.

    Of several tasks that came to the same turn, the first has it: chains of tasks never double.
    """
    wanted = configured_encoder()
    rows = BridgeEncoder.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(bridge=bridge_id, turn=turn).exclude(bridge__state=BridgeState.CLOSED).first()
    if row is None:
        return None
    row.turn += 1
    row.heartbeat_at = timezone.now()
    if wanted.name == row.in_use:  # the setting was taken back
        row.coming, row.coming_setting, row.has_old = "", "", True
        row.switched_at, row.heartbeat_at = timezone.now(), None
    elif row.coming != wanted.name:
        row.coming, row.coming_setting = wanted.name, wanted.setting
        row.after, row.done = 0, 0
        row.total = Listing.objects.live().filter(bridge_id=bridge_id).count()
    row.save()
    return (row, wanted) if row.coming else None


def _is_missing(bridge_id: int, encoder: str) -> bool:
    """Whether a live listing has no vector of the encoder. One of an old text is its change's own event's."""
    vectors = ListingVector.objects.filter(listing=OuterRef("pk"), encoder=encoder)
    return Listing.objects.live().filter(bridge_id=bridge_id).exclude(Exists(vectors)).exists()


@transaction.atomic
def _switch(row: BridgeEncoder, coming: NamedEncoder) -> None:
    """Put the coming encoder in service, unless another turn was taken meanwhile, and ask for a run over the bridge."""
    # Whoever writes proposals holds this lock, shared, and reads the encoder after that: none is half of each.
    lock_bridge(row.bridge_id)
    locked = BridgeEncoder.objects.select_for_update(no_key=True, of=("self",)).select_related("bridge").get(pk=row.pk)
    if locked.coming != coming.name or locked.turn != row.turn:
        return
    before = locked.in_use
    locked.in_use, locked.in_use_setting = coming.name, coming.setting
    locked.coming, locked.coming_setting = "", ""
    locked.switched_at, locked.heartbeat_at, locked.has_old = timezone.now(), None, True
    locked.save()
    record(
        "change_encoder", locked.bridge, actor=None, bridge_id=row.bridge_id,
        before=before[:40], after=coming.name[:40],
    )  # fmt: skip
    request_run(locked.bridge, actor=None)
