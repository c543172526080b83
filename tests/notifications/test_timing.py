"""Quiet hours and digests by the clock on the wall, over midnight and over nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiao.notifications.timing import end_of_quiet, latest_digest

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
ZONES = [
    ZoneInfo(name) for name in ("Europe/London", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC")
]
clocks = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-10 21:59", None),
        ("2026-03-10 22:00", "2026-03-11 07:00"),
        ("2026-03-10 23:59", "2026-03-11 07:00"),
        ("2026-03-11 00:00", "2026-03-11 07:00"),
        ("2026-03-11 06:59", "2026-03-11 07:00"),
        ("2026-03-11 07:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, end: str | None) -> None:
    found = end_of_quiet(at(now, SHANGHAI), start=time(22), end=time(7), zone=SHANGHAI)
    assert found == (end and at(end, SHANGHAI))


def test_quiet_hours_end_by_the_clock_on_nights_when_it_changes() -> None:
    # 29 March 2026: 01:00 becomes 02:00. 25 October 2026: 02:00 becomes 01:00.
    spring = end_of_quiet(at("2026-03-28 23:00", LONDON), start=time(22), end=time(7), zone=LONDON)
    assert spring == datetime(2026, 3, 29, 6, tzinfo=UTC)
    autumn = end_of_quiet(at("2026-10-24 23:00", LONDON), start=time(22), end=time(7), zone=LONDON)
    assert autumn == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_an_end_that_the_clock_leaves_out_is_waited_for() -> None:
    end = end_of_quiet(at("2026-03-28 23:00", LONDON), start=time(22), end=time(1, 30), zone=LONDON)
    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_end_that_the_clock_shows_twice_is_the_second() -> None:
    end = end_of_quiet(at("2026-10-24 23:00", LONDON), start=time(22), end=time(1, 30), zone=LONDON)
    assert end == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(instants, clocks, clocks, st.sampled_from(ZONES))
def test_quiet_hours_end_later_within_a_day_and_then_it_is_not_quiet(
    now: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    found = end_of_quiet(now, start=start, end=end, zone=zone)
    if found is None:
        return
    assert now < found <= now + timedelta(hours=26)
    if start != end:
        # Where a leap of the clock swallows the whole of the time between, the next quiet hours may have begun.
        between = (datetime.combine(now.date(), start) - datetime.combine(now.date(), end)) % timedelta(days=1)
        if between > timedelta(hours=1):
            assert end_of_quiet(found, start=start, end=end, zone=zone) is None


def test_a_digest_is_once_a_day_when_its_hour_is_left_out_or_shown_twice() -> None:
    def days(first: datetime) -> list[datetime]:
        moments = {
            latest_digest(first + timedelta(minutes=10 * n), every="daily", weekday=0, hour=1, zone=LONDON)
            for n in range(6 * 24 * 2 + 18)
        }
        return sorted(moment for moment in moments if moment >= first)

    spring = days(datetime(2026, 3, 28, 0, 30, tzinfo=UTC))
    assert [(moment.day, moment.hour) for moment in spring] == [(28, 1), (29, 1), (30, 0)]
    autumn = days(datetime(2026, 10, 23, 23, 30, tzinfo=UTC))
    assert [(moment.day, moment.hour) for moment in autumn] == [(24, 0), (25, 0), (26, 1)]


def test_a_weekly_digest_is_on_its_day() -> None:
    moment = latest_digest(at("2026-11-25 12:00", SHANGHAI), every="weekly", weekday=0, hour=9, zone=SHANGHAI)
    assert moment == at("2026-11-23 09:00", SHANGHAI)
    moment = latest_digest(at("2026-11-23 08:59", SHANGHAI), every="weekly", weekday=0, hour=9, zone=SHANGHAI)
    assert moment == at("2026-11-16 09:00", SHANGHAI)


@given(instants, st.integers(0, 23), st.sampled_from(ZONES), st.sampled_from(["daily", "weekly"]), st.integers(0, 6))
def test_every_instant_has_a_latest_digest_not_after_it(
    now: datetime, hour: int, zone: ZoneInfo, every: str, weekday: int
) -> None:
    moment = latest_digest(now, every=every, weekday=weekday, hour=hour, zone=zone)
    longest = timedelta(days=7 if every == "weekly" else 1, hours=2)
    assert now - longest < moment <= now
    assert latest_digest(moment, every=every, weekday=weekday, hour=hour, zone=zone) == moment
