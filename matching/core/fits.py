"""Single fits of two listings. Each gives a value from 0 (not at all) to 1 (exactly), or None for what is not known."""

from __future__ import annotations

import datetime
import math

from matching.core.profiles import ListingProfile, MoneyRange, OrganisationProfile

STAGES = ("concept", "proof_of_concept", "prototype", "demonstration", "market_ready", "in_use")
#: A listing loses half of its freshness in this time.
HALF_LIFE_DAYS = 270.0
#: What each level of verification counts alone: judgements of ours. One person of many may have an address.
TRUST = {"email_domain": 0.4, "document": 0.7, "vouched": 0.7}
_PROTECTED = frozenset({"patent_granted", "patent_filed", "design", "copyright"})


def sector_fit(first: ListingProfile, second: ListingProfile) -> float | None:
    """Best agreement of any two sectors: 1 for the same branch, 0.5 for the same top sector."""
    if not first.sectors or not second.sectors:
        return None
    if shared_sectors(first, second):
        return 1.0
    tops = {code.partition("-")[0] for code in first.sectors} & {code.partition("-")[0] for code in second.sectors}
    return 0.5 if tops else 0.0


def shared_sectors(first: ListingProfile, second: ListingProfile) -> tuple[str, ...]:
    """Codes that both carry, in alphabetical order."""
    return tuple(sorted(set(first.sectors) & set(second.sectors)))


def form_fit(first: ListingProfile, second: ListingProfile) -> float | None:
    """1 when a form of cooperation is sought by both, 0.6 when one would begin with a memorandum, else 0."""
    if not first.forms or not second.forms:
        return None
    if set(first.forms) & set(second.forms):
        return 1.0
    return 0.6 if "memorandum_first" in (*first.forms, *second.forms) else 0.0


def shared_forms(first: ListingProfile, second: ListingProfile) -> tuple[str, ...]:
    """Forms of cooperation that both seek, in alphabetical order."""
    return tuple(sorted(set(first.forms) & set(second.forms)))


def stage_fit(accepting: ListingProfile, other: ListingProfile) -> float | None:
    """Whether the other's stage suits the accepting side.

    An investor's thesis says which stages it takes: 1 for one of them, 0.4 for the next to one, else 0. Otherwise both
    stages are compared: the same 1, each step apart 0.25 less.
    """
    if accepting.stages_sought:
        if other.stage is None:
            return None
        at = STAGES.index(other.stage)
        apart = min(abs(at - STAGES.index(stage)) for stage in accepting.stages_sought)
        return (1.0, 0.4)[apart] if apart < 2 else 0.0
    if accepting.stage is None or other.stage is None:
        return None
    return max(0.0, 1.0 - 0.25 * abs(STAGES.index(accepting.stage) - STAGES.index(other.stage)))


def protection_fit(accepting: ListingProfile, other: ListingProfile) -> float | None:
    """For one who needs technology or invests: whether what the other has is protected or freely usable."""
    wants = accepting.kind in ("technology", "rd_cooperation", "manufacturing", "investment")
    if not wants or other.ip_status is None or (accepting.direction == "offer" and accepting.kind != "investment"):
        return None
    if other.ip_status in _PROTECTED:
        return 1.0
    return {"open": 0.8, "licensed_in": 0.6, "know_how": 0.6, "none": 0.2}.get(other.ip_status)


def ticket_fit(first: ListingProfile, second: ListingProfile) -> float | None:
    """Overlap of the sum sought and the ticket range on a scale of ratios: 1 inside, 0 from a factor of four away."""
    if first.kind != "investment" or second.kind != "investment" or first.money is None or second.money is None:
        return None
    gap = _gap(first.money, second.money)
    return max(0.0, 1.0 - gap / math.log(4.0))


def region_fit(accepting: ListingProfile, other: OrganisationProfile) -> float | None:
    """Whether the other's place is one of the regions the accepting side invests in."""
    if not accepting.regions_sought or not other.places:
        return None
    places = {place.casefold() for place in other.places if place}
    return 1.0 if any(region.casefold() in places for region in accepting.regions_sought) else 0.0


def freshness(listing: ListingProfile, today: datetime.date) -> float | None:
    """How new a listing is: 1 today, halved every `HALF_LIFE_DAYS`."""
    if listing.published_on is None:
        return None
    age = max(0, (today - listing.published_on).days)
    return float(0.5 ** (age / HALF_LIFE_DAYS))


def trust(other: OrganisationProfile) -> float | None:
    """How far the other is verified, by what somebody has looked at and never by how known it is.

    Levels are independent looks: 1 less the product of what each leaves open. Without any, nothing is known.
    """
    levels = trust_levels(other)
    return 1.0 - math.prod(1.0 - TRUST[level] for level in levels) if levels else None


def trust_levels(other: OrganisationProfile) -> tuple[str, ...]:
    """Levels of verification that count, in a fixed order."""
    return tuple(level for level in TRUST if level in other.verified)


def _gap(one: MoneyRange, other: MoneyRange) -> float:
    """Distance of two ranges as the logarithm of a ratio; 0 when they overlap."""
    low = max(one.least or 0.0, other.least or 0.0)
    high = min(one.most or math.inf, other.most or math.inf)
    return 0.0 if low <= high else math.log(low / high)
