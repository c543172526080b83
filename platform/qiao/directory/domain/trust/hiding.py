"""Taking a need or an offer out of sight, and putting it back: decisions of organisers."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.directory import trust_rules as may
from qiao.directory.domain.trust.notices import tell_organisation
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing
from qiao.directory.transitions import LISTING


@transaction.atomic
def hide_listing(listing: Listing, *, actor: Any, reason: str) -> Listing:
    """Withdraw a listing of others: it comes back only through review, or when an appeal is granted.

    Raises `InvalidInput` without a reason.
    """
    listing = _locked(listing, actor)
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput(errors={"reason": [_("Say why: the organisation reads it.")]})
    before = move(listing, LISTING, ListingState.WITHDRAWN)
    _recorded("hide_listing", listing, actor=actor, before=before)
    tell_organisation(
        listing.organisation,
        "listing_hidden",
        bridge=listing.bridge,
        mail="listing_hidden",
        url=f"/{listing.bridge.slug}/my/appeals/?organisation={listing.organisation.public_id}",
        subject=listing.title,
        title=listing.title,
        reason=reason,
    )
    emit("listing.changed", listing_id=listing.pk)
    return listing


@transaction.atomic
def unhide_listing(listing: Listing, *, actor: Any) -> Listing:
    """Put a listing back as it was when it was hidden; nothing happens if its people have changed that since."""
    listing = _locked(listing, actor)
    hidden = hiding_of(listing)
    if hidden is None:
        return listing
    was_shown = hidden.before == ListingState.PUBLISHED
    # No step leads from withdrawn to published: each on the way is one of the table's.
    for state in (ListingState.DRAFT, ListingState.IN_REVIEW, ListingState.PUBLISHED)[: 3 if was_shown else 1]:
        move(listing, LISTING, state)
    _recorded("unhide_listing", listing, actor=actor, before=ListingState.WITHDRAWN)
    emit("listing.changed", listing_id=listing.pk)
    return listing


def hiding_of(listing: Listing) -> AuditEntry | None:
    """The act by which organisers hid it, while that is the last that happened to it."""
    if listing.state != ListingState.WITHDRAWN:
        return None
    last = AuditEntry.objects.about(listing).first()
    return last if last is not None and last.verb == "hide_listing" else None


def _locked(listing: Listing, actor: Any) -> Listing:
    if not may.moderates_on(actor, listing.bridge, listing.organisation):
        raise NotAllowed
    return Listing.objects.select_for_update(of=("self",)).select_related("organisation", "bridge").get(pk=listing.pk)


def _recorded(verb: str, listing: Listing, *, actor: Any, before: str) -> None:
    record(
        verb,
        listing,
        actor=actor,
        bridge_id=listing.bridge_id,
        organisation_id=listing.organisation_id,
        before=before,
        after=listing.state,
    )
