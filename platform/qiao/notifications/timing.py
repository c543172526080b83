"""When a person is mailed: quiet hours and digests, by the clock where they are. Pure functions of an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from qiao.notifications.enums import DigestRhythm


def end_of_quiet(now: datetime, *, start: time, end: time, zone: tzinfo) -> datetime | None:
    """When the quiet hours end that `now` lies in, or None outside them. They may go over midnight.

    On a night when clocks change it is the clock on the wall that counts: an hour shown twice is quiet both times, and
    an end that is left out is waited for until the clock is past it.
    """
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    over_midnight = end < start
    quiet = clock >= start or clock < end if over_midnight else start <= clock < end
    if not quiet:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= start else local.date()
    return max(_instant(day, end, zone, fold) for fold in (0, 1))


def latest_digest(now: datetime, *, every: str, weekday: int, hour: int, zone: tzinfo) -> datetime:
    """The last moment, not after `now`, at which a digest was to be collected.

    There is one for each day (or week), whatever the clocks do: an hour shown twice counts the first time, and one
    that is left out counts when the clock is past it.
    """
    today = now.astimezone(zone).date()
    for back in range(9):
        day = today - timedelta(days=back)
        if every == DigestRhythm.WEEKLY and day.weekday() != weekday:
            continue
        moment = _instant(day, time(hour), zone, fold=0)
        if moment <= now:
            return moment
    raise AssertionError("every nine days hold a whole week")


def _instant(day: date, clock: time, zone: tzinfo, fold: int) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC)
