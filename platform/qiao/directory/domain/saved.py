"""What a person keeps to come back to, and whom an organisation does not want to meet."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory import rules as may
from qiao.directory.models import Block, Listing, Organisation, SavedItem


@transaction.atomic
def save_item(item: Organisation | Listing, *, actor: Any, bridge: Bridge) -> SavedItem:
    """Keep an organisation or a listing; keeping it twice is keeping it once."""
    values: dict[str, Any] = {"organisation": item} if isinstance(item, Organisation) else {"listing": item}
    saved, created = SavedItem.objects.get_or_create(user=actor, bridge=bridge, **values)
    if created:
        record("save_item", item, actor=actor, bridge_id=bridge.pk, private=True)
    return saved


@transaction.atomic
def remove_saved_item(item: Organisation | Listing, *, actor: Any, bridge: Bridge) -> bool:
    """Keep it no longer; returns whether it was kept."""
    values: dict[str, Any] = {"organisation": item} if isinstance(item, Organisation) else {"listing": item}
    removed, _ = SavedItem.objects.filter(user=actor, bridge=bridge, **values).delete()
    if removed:
        record("remove_saved_item", item, actor=actor, bridge_id=bridge.pk, private=True)
    return removed > 0


@transaction.atomic
def block_organisation(organisation: Organisation, *, actor: Any, blocked: Organisation) -> Block:
    """Never propose these two to each other. The blocked organisation is not told."""
    if not may.writes_for(actor, organisation):
        raise NotAllowed
    if organisation.pk == blocked.pk:
        raise InvalidInput
    block, created = Block.objects.get_or_create(organisation=organisation, blocked=blocked)
    if created:
        record("block_organisation", block, actor=actor, organisation_id=organisation.pk, private=True)
        emit("block.changed", organisation_id=organisation.pk)
    return block


@transaction.atomic
def unblock_organisation(organisation: Organisation, *, actor: Any, blocked: Organisation) -> bool:
    """Allow proposals again; returns whether they were blocked."""
    if not may.writes_for(actor, organisation):
        raise NotAllowed
    block = Block.objects.filter(organisation=organisation, blocked=blocked).first()
    if block is None:
        return False
    record("unblock_organisation", block, actor=actor, organisation_id=organisation.pk, private=True)
    block.delete()
    emit("block.changed", organisation_id=organisation.pk)
    return True
