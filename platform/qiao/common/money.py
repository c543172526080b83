"""Amounts of money: whole units with an ISO 4217 currency. An amount nobody stated is absent, never 0."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Currency(models.TextChoices):
    """Currencies that the bridges use."""

    GBP = "GBP", "GBP £"
    CNY = "CNY", "CNY ¥"
    USD = "USD", "USD $"
    EUR = "EUR", "EUR €"
    ILS = "ILS", "ILS ₪"
    HKD = "HKD", "HKD $"
    JPY = "JPY", "JPY ¥"
    SGD = "SGD", "SGD $"


SYMBOLS = {
    "GBP": "£",
    "CNY": "CN¥",
    "USD": "US$",
    "EUR": "€",
    "ILS": "₪",
    "HKD": "HK$",
    "JPY": "JP¥",
    "SGD": "S$",
}

#: Rough value of one unit in US dollars, only to compare ranges in different currencies when matching; never shown.
IN_US_DOLLARS = {
    "GBP": 1.3,
    "CNY": 0.14,
    "USD": 1.0,
    "EUR": 1.1,
    "ILS": 0.28,
    "HKD": 0.128,
    "JPY": 0.0066,
    "SGD": 0.75,
}


@dataclass(frozen=True)
class MoneyRange:
    """From `least` to `most`, either of which may be open."""

    least: int | None
    most: int | None
    currency: str

    def __str__(self) -> str:
        symbol = SYMBOLS.get(self.currency, self.currency + " ")
        if self.least is not None and self.most is not None:
            return f"{symbol}{self.least:,} – {symbol}{self.most:,}"
        if self.least is not None:
            return f"≥ {symbol}{self.least:,}"
        return f"≤ {symbol}{self.most:,}" if self.most is not None else ""
