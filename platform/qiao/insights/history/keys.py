"""What programs did with a key, in words."""

from __future__ import annotations

from typing import Any

from qiao.accounts.models import ApiKey
from qiao.activity.models import AuditEntry
from qiao.activity.querysets import AuditEntryQuerySet
from qiao.insights.history.lines import Address, HistoryLine, desk_lines, people_lines


def entries_of_key(key: ApiKey, user: Any) -> AuditEntryQuerySet:
    """Acts done with the key: all for its own person, what they may read otherwise for who keeps it besides."""
    entries: AuditEntryQuerySet = AuditEntry.objects.all()
    if user.pk != key.user_id:
        entries = entries.visible_to(user)
    return entries.by_key(key.public_id)


def key_lines(
    key: ApiKey, entries: list[AuditEntry], user: Any, *, own: set[int], address: Address
) -> list[HistoryLine]:
    """Lines for who keeps the key."""
    if key.bridge_id is not None:
        return desk_lines(key.bridge_id, entries, address=address)
    return people_lines(entries, user, own=own, address=address)
