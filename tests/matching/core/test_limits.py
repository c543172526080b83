"""Each hard limit forbids, from either side, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from matching.core import limits
from tests.matching.core.profiles import TODAY, hospital, need, offer, startup


def on(**changes: Any) -> tuple[str, ...]:
    return limits.limits_on(
        changes.get("first", startup()),
        changes.get("first_listing", need()),
        changes.get("second", hospital()),
        changes.get("second_listing", offer()),
        today=TODAY,
    )


def test_nothing_forbids_a_plain_pair() -> None:
    assert limits.limits_between(startup(), hospital()) == ()
    assert on() == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "b"}, limits.SAME_ORGANISATION),
        ({"side": "cn"}, limits.SAME_SIDE),
        ({"blocked": frozenset({"b"})}, limits.BLOCKED),
    ],
)
def test_two_organisations_are_kept_apart(changes: dict[str, Any], code: str) -> None:
    assert code in limits.limits_between(startup(**changes), hospital())
    assert code in limits.limits_between(hospital(), startup(**changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"second_listing": need(id="other")}, limits.SAME_DIRECTION),
        ({"second_listing": offer(kind="investment")}, limits.KINDS_DO_NOT_MEET),
        ({"first_listing": need(valid_until=TODAY - timedelta(days=1))}, limits.PAST_ITS_DATE),
        ({"second_listing": offer(valid_until=TODAY - timedelta(days=1))}, limits.PAST_ITS_DATE),
        ({"first_listing": need(partner_kinds=("university",))}, limits.KIND_NOT_SOUGHT),
        ({"second_listing": offer(partner_kinds=("university",))}, limits.KIND_NOT_SOUGHT),
        ({"first_listing": need(partner_sizes=("micro",))}, limits.SIZE_NOT_SOUGHT),
        ({"second_listing": offer(partner_sizes=("large",))}, limits.SIZE_NOT_SOUGHT),
        ({"first_listing": need(countries=("IL",))}, limits.COUNTRY_NOT_SOUGHT),
        ({"second_listing": offer(countries=("IL",))}, limits.COUNTRY_NOT_SOUGHT),
    ],
)
def test_a_limit_of_either_side_forbids(changes: dict[str, Any], code: str) -> None:
    assert on(**changes) == (code,)


def test_a_size_that_is_not_known_is_not_refused() -> None:
    assert on(second=hospital(size=None), first_listing=need(partner_sizes=("large",))) == ()


def test_a_date_holds_until_its_last_day() -> None:
    assert on(first_listing=need(valid_until=TODAY)) == ()
