"""What forbids a pair, whatever its score. Each limit has a code; a forbidden pair is never proposed."""

from __future__ import annotations

import datetime

from matching.core.complementarity import answers
from matching.core.profiles import ListingProfile, OrganisationProfile

SAME_ORGANISATION = "same_organisation"
SAME_SIDE = "same_side"
BLOCKED = "blocked"
SAME_DIRECTION = "same_direction"
KINDS_DO_NOT_MEET = "kinds_do_not_meet"
PAST_ITS_DATE = "past_its_date"
KIND_NOT_SOUGHT = "kind_not_sought"
SIZE_NOT_SOUGHT = "size_not_sought"
COUNTRY_NOT_SOUGHT = "country_not_sought"


def limits_between(first: OrganisationProfile, second: OrganisationProfile) -> tuple[str, ...]:
    """Codes of what forbids any meeting of the two; empty when nothing does."""
    found = []
    if first.id == second.id:
        found.append(SAME_ORGANISATION)
    if first.side == second.side:
        found.append(SAME_SIDE)
    if second.id in first.blocked or first.id in second.blocked:
        found.append(BLOCKED)
    return tuple(found)


def limits_on(
    first: OrganisationProfile,
    first_listing: ListingProfile,
    second: OrganisationProfile,
    second_listing: ListingProfile,
    *,
    today: datetime.date,
) -> tuple[str, ...]:
    """Codes of what forbids these two listings to be the evidence of a meeting, looked at from both sides.

    A size that is not known cannot be refused: unknown is not small.
    """
    found = []
    if first_listing.direction == second_listing.direction:
        found.append(SAME_DIRECTION)
    else:
        need, offer = (
            (first_listing, second_listing) if first_listing.direction == "need" else (second_listing, first_listing)
        )
        if answers(need.kind, offer.kind) == 0:
            found.append(KINDS_DO_NOT_MEET)
    for listing in (first_listing, second_listing):
        if listing.valid_until is not None and listing.valid_until < today:
            found.append(PAST_ITS_DATE)
            break
    for listing, other in ((first_listing, second), (second_listing, first)):
        if listing.partner_kinds and other.kind not in listing.partner_kinds:
            found.append(KIND_NOT_SOUGHT)
        if listing.partner_sizes and other.size is not None and other.size not in listing.partner_sizes:
            found.append(SIZE_NOT_SOUGHT)
        if listing.countries and other.country not in listing.countries:
            found.append(COUNTRY_NOT_SOUGHT)
    return tuple(dict.fromkeys(found))
