"""What the engine knows of organisations and their listings. Ids are opaque; a value nobody stated is None or empty."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MoneyRange:
    """From `least` to `most` in one currency that all ranges are told in; either end may be open (None)."""

    least: float | None
    most: float | None


@dataclass(frozen=True)
class ListingProfile:
    """A need or an offer. Codes are those of the directory's enumerations.

    `sectors` are branch or top codes; a branch's code starts with its top's code and a hyphen. Empty tuples of what is
    sought mean any.
    """

    id: str
    direction: str
    kind: str
    language: str = "en"
    sectors: tuple[str, ...] = ()
    stage: str | None = None
    trl: int | None = None
    ip_status: str | None = None
    forms: tuple[str, ...] = ()
    partner_kinds: tuple[str, ...] = ()
    partner_sizes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    money: MoneyRange | None = None
    stages_sought: tuple[str, ...] = ()
    regions_sought: tuple[str, ...] = ()
    valid_until: datetime.date | None = None
    published_on: datetime.date | None = None


@dataclass(frozen=True)
class OrganisationProfile:
    """An organisation with its live listings. `places` are names of its city, region and country in any language.

    `completeness` is the share of its profile that is filled in, from 0 to 1, or None when not measured. `verified` are
    levels of verification that others may know of.
    """

    id: str
    side: str
    kind: str
    country: str
    size: str | None = None
    places: tuple[str, ...] = ()
    completeness: float | None = None
    verified: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()
    listings: tuple[ListingProfile, ...] = field(default=())
