"""What time does to calls: they open, remind, and close to the second. Doing it twice changes nothing."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from qiao.calls.domain.calls import close_call
from qiao.calls.domain.notices import tell_entrant
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Call, Entry

#: Who has a draft is reminded so long before the call closes.
REMINDED_BEFORE = timedelta(days=2)


def close_past_calls(limit: int = 500) -> int:
    """Close those whose moment has gone by; returns how many. No entry is taken after it, closed or not yet."""
    return sum(close_call(pk) for pk in list(Call.objects.past_their_date().values_list("pk", flat=True)[:limit]))


def calls_to_invite_to(limit: int = 50) -> list[int]:
    """Ids of calls that have opened and for which nobody was looked for yet."""
    return list(Call.objects.to_invite_to().order_by("opens_at").values_list("pk", flat=True)[:limit])


def remind_of_drafts(limit: int = 1000) -> int:
    """Remind of drafts whose call closes soon, once for each date; returns how many were looked at."""
    now = timezone.now()
    soon = Q(call__closes_at__gt=now, call__closes_at__lte=now + REMINDED_BEFORE)
    drafts = Entry.objects.filter(soon, state=EntryState.DRAFT, call__state=CallState.OPEN).order_by("call__closes_at")
    found = list(drafts.select_related("call__bridge", "call__organisation", "organisation")[:limit])
    for entry in found:
        key = f"{entry.public_id}:{entry.call.closes_at.isoformat()}"
        tell_entrant(entry, "call_closing", mail="call_closing", key=key)
    return len(found)
