"""Profiles for tests of the engine: a startup that needs clinical validation, a hospital that offers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from matching.core.profiles import ListingProfile, OrganisationProfile

TODAY = date(2026, 11, 1)


def need(**changes: Any) -> ListingProfile:
    """A need of clinical validation."""
    made = ListingProfile(
        id="need",
        direction="need",
        kind="clinical_validation",
        sectors=("health-devices",),
        stage="prototype",
        forms=("rd_cooperation",),
        published_on=TODAY,
    )
    return replace(made, **changes)


def offer(**changes: Any) -> ListingProfile:
    """An offer of clinical validation."""
    made = ListingProfile(
        id="offer",
        direction="offer",
        kind="clinical_validation",
        language="zh",
        sectors=("health-devices",),
        stage="prototype",
        forms=("rd_cooperation", "memorandum_first"),
        published_on=TODAY,
    )
    return replace(made, **changes)


def startup(**changes: Any) -> OrganisationProfile:
    """The first side."""
    made = OrganisationProfile(id="a", side="gb", kind="startup", country="GB", size="small", listings=(need(),))
    return replace(made, **changes)


def hospital(**changes: Any) -> OrganisationProfile:
    """The second side."""
    made = OrganisationProfile(id="b", side="cn", kind="hospital", country="CN", size="large", listings=(offer(),))
    return replace(made, **changes)
