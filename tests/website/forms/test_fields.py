"""Fields of our own."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from qiao.website.forms.fields import AmountField, RegionsField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("500000", 500_000),
        ("500,000", 500_000),
        ("５００，０００", 500_000),
        ("£1.5m", 1_500_000),
        ("2 million", 2_000_000),
        ("300万", 3_000_000),
        ("300万元", 3_000_000),
        ("1.2亿", 120_000_000),
        ("0.1", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: int | None) -> None:
    if typed == "0.1":
        with pytest.raises(ValidationError):
            AmountField().clean(typed)
    else:
        assert AmountField().clean(typed) == amount


@pytest.mark.parametrize("typed", ["abc", "-5", "1.2.3", "5 zillion", "1" * 16, "10000亿亿", "1e5", "NaN", "inf"])
def test_amounts_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        AmountField().clean(typed)


def test_an_amount_is_shown_as_it_can_be_typed() -> None:
    field = AmountField()
    assert field.clean(field.prepare_value(1_500_000)) == 1_500_000


def test_regions_are_separated_by_commas_of_either_language_and_said_once() -> None:
    assert RegionsField().clean(" Guangdong, 江苏、上海；江苏\nYorkshire ,, ") == [
        "Guangdong",
        "江苏",
        "上海",
        "Yorkshire",
    ]
    assert RegionsField().clean("") == []


@pytest.mark.parametrize("typed", ["x" * 81, ",".join(f"region {n}" for n in range(21))])
def test_too_many_or_too_long_regions_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        RegionsField().clean(typed)
