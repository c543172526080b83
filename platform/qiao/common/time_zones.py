"""Time zones that people choose from."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

_AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@lru_cache(maxsize=1)
def time_zone_names() -> tuple[str, ...]:
    """Names of zones by place, and UTC. Read from disk once."""
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if name.startswith(_AREAS)))


def time_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone of that name, or None for an empty or unknown one."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
