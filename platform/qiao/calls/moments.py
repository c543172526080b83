"""A moment in words, to the second, in the zone it was meant in and in the reader's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from qiao.common.time_zones import time_zone


def moment_words(moment: datetime, zone: str) -> str:
    """Day, time and zone: `Nov. 30, 2026, 17:00:00 (Europe/London)`."""
    local = moment.astimezone(time_zone(zone) or time_zone("UTC"))
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S} ({zone.replace('_', ' ')})"


def own_moment_words(moment: datetime, zone: str, reader: Any) -> str:
    """The same in the reader's zone; empty if they have chosen none or both clocks show the same."""
    own = getattr(reader, "time_zone", "") or ""
    theirs, meant = time_zone(own), time_zone(zone)
    if (
        theirs is None
        or meant is None
        or moment.astimezone(theirs).replace(tzinfo=None) == moment.astimezone(meant).replace(tzinfo=None)
    ):
        return ""
    return moment_words(moment, own)
