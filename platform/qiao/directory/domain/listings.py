"""Writes of needs and offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.common.validation import check_model
from qiao.directory import rules as may
from qiao.directory.domain.indexing import index_listing
from qiao.directory.enums import TRL_OF_STAGE, ListingKind, ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation, Sector
from qiao.directory.transitions import LISTING

LINES = ("title", "other_title")
TEXTS = ("text", "other_text")
RESUMABLE = (ListingState.PAUSED, ListingState.FULFILLED, ListingState.EXPIRED)
LISTS = ("forms", "partner_kinds", "partner_sizes", "countries", "stages_sought", "regions_sought")
FIELDS = (
    *LINES, *TEXTS, *LISTS, "direction", "kind", "language", "stage", "trl", "ip_status", "amount_min", "amount_max",
    "currency", "valid_until", "anonymous",
)  # fmt: skip


@transaction.atomic
def create_listing(
    organisation: Organisation, *, actor: Any, bridge: Bridge, sectors: Iterable[Sector] = (), **fields: Any
) -> Listing:
    """Make a draft. Raises `InvalidInput` for bad values."""
    if not may.writes_for(actor, organisation):
        raise NotAllowed
    listing = Listing(organisation=organisation, bridge=bridge)
    _assign(listing, fields)
    listing.save()
    listing.sectors.set(sectors)
    index_listing(listing)
    _record("create_listing", listing, actor=actor, after=listing.state)
    return listing


@transaction.atomic
def update_listing(listing: Listing, *, actor: Any, sectors: Iterable[Sector] | None = None, **fields: Any) -> Listing:
    """Change a listing in any state that is still open; a published one is matched anew at once."""
    if not may.writes_listing(actor, listing):
        raise NotAllowed
    listing = (
        Listing.objects.select_for_update(of=("self",)).select_related("organisation", "bridge").get(pk=listing.pk)
    )
    if listing.state in (ListingState.WITHDRAWN, ListingState.FULFILLED):
        raise InvalidInput(_("This is closed. Reopen it before you change it."))
    _assign(listing, fields)
    listing.version += 1
    listing.save()
    if sectors is not None:
        listing.sectors.set(sectors)
    index_listing(listing)
    _record("update_listing", listing, actor=actor, detail={"fields": sorted(fields)})
    emit("listing.changed", listing_id=listing.pk)
    return listing


@transaction.atomic
def copy_listing(listing: Listing, *, actor: Any) -> Listing:
    """Make a new draft with the same words and wishes; a date that has gone by is left out."""
    if not may.writes_listing(actor, listing):
        raise NotAllowed
    fields = {name: getattr(listing, name) for name in FIELDS}
    if listing.valid_until and listing.valid_until < timezone.localdate():
        fields["valid_until"] = None
    return create_listing(
        listing.organisation, actor=actor, bridge=listing.bridge, sectors=list(listing.sectors.all()), **fields
    )


@transaction.atomic
def submit_listing(listing: Listing, *, actor: Any) -> Listing:
    """Send a draft to review. The organisation must have applied to the bridge; its approval may come after."""
    listing = _locked(listing, actor)
    if not Membership.objects.filter(
        organisation_id=listing.organisation_id,
        bridge_id=listing.bridge_id,
        state__in=(MembershipState.APPLIED, MembershipState.APPROVED, MembershipState.CHANGES_REQUESTED),
    ).exists():
        raise InvalidInput(_("Apply for membership of the bridge first."))
    if listing.valid_until and listing.valid_until < timezone.localdate():
        raise InvalidInput(errors={"valid_until": [_("This date has gone by. Choose a later one.")]})
    return _move(listing, ListingState.IN_REVIEW, "submit_listing", actor, after=(ListingState.DRAFT,))


@transaction.atomic
def pause_listing(listing: Listing, *, actor: Any) -> Listing:
    """Hide a published listing for a while; it is not matched meanwhile."""
    return _move(_locked(listing, actor), ListingState.PAUSED, "pause_listing", actor)


@transaction.atomic
def resume_listing(listing: Listing, *, actor: Any) -> Listing:
    """Show a paused, fulfilled or expired listing again. Raises `InvalidInput` when its date has gone by."""
    listing = _locked(listing, actor)
    if listing.valid_until and listing.valid_until < timezone.localdate():
        raise InvalidInput(errors={"valid_until": [_("This date has gone by. Choose a later one.")]})
    return _move(listing, ListingState.PUBLISHED, "resume_listing", actor, after=RESUMABLE)


@transaction.atomic
def fulfil_listing(listing: Listing, *, actor: Any) -> Listing:
    """Say that the need is met or the offer taken."""
    return _move(_locked(listing, actor), ListingState.FULFILLED, "fulfil_listing", actor)


@transaction.atomic
def withdraw_listing(listing: Listing, *, actor: Any) -> Listing:
    """Take a listing back."""
    return _move(_locked(listing, actor), ListingState.WITHDRAWN, "withdraw_listing", actor)


@transaction.atomic
def reopen_listing(listing: Listing, *, actor: Any) -> Listing:
    """Make a withdrawn listing a draft again."""
    return _move(_locked(listing, actor), ListingState.DRAFT, "reopen_listing", actor, after=(ListingState.WITHDRAWN,))


@transaction.atomic
def return_listing_to_draft(listing: Listing, *, actor: Any) -> Listing:
    """Take a listing back from review to go on writing."""
    return _move(
        _locked(listing, actor), ListingState.DRAFT, "return_listing_to_draft", actor, after=(ListingState.IN_REVIEW,)
    )


@transaction.atomic
def delete_draft(listing: Listing, *, actor: Any) -> None:
    """Delete a draft that was never published. Raises `InvalidInput` for anything else: withdraw it instead."""
    listing = _locked(listing, actor)
    if listing.state != ListingState.DRAFT or listing.published_at is not None:
        raise InvalidInput(_("Only a draft that was never published can be deleted. Withdraw it instead."))
    _record("delete_draft", listing, actor=actor, before=listing.state)
    listing.delete()


def expire_listing(listing_id: int) -> bool:
    """End a listing whose date has gone by; returns whether it was one."""
    with transaction.atomic():
        listing = Listing.objects.past_their_date().select_for_update(of=("self",)).filter(pk=listing_id).first()
        if listing is None:
            return False
        _move(listing, ListingState.EXPIRED, "expire_listing", None)
        return True


def _locked(listing: Listing, actor: Any) -> Listing:
    listing = (
        Listing.objects.select_for_update(of=("self",)).select_related("organisation", "bridge").get(pk=listing.pk)
    )
    if not may.writes_listing(actor, listing):
        raise NotAllowed
    return listing


def _move(listing: Listing, to: str, verb: str, actor: Any, *, after: Iterable[str] | None = None) -> Listing:
    """Apply a step of the table to a locked listing, record it, and have it matched anew if others see a change.

    `after` are the states from which this step may be taken, where the table has the same step for somebody else:
    only an organiser publishes what is in review.
    """
    if after is not None and listing.state not in after:
        raise TransitionNotAllowed(before=listing.state, after=to)
    before = move(listing, LISTING, to)
    if to == ListingState.PUBLISHED and listing.published_at is None:
        listing.published_at = timezone.now()
        listing.save(update_fields=["published_at"])
    _record(verb, listing, actor=actor, before=before, after=to)
    if ListingState.PUBLISHED in (before, to):
        emit("listing.changed", listing_id=listing.pk)
    return listing


def _record(verb: str, listing: Listing, *, actor: Any, **values: Any) -> None:
    record(
        verb,
        listing,
        actor=actor,
        bridge_id=listing.bridge_id,
        organisation_id=listing.organisation_id,
        **values,
    )


def _assign(listing: Listing, fields: dict[str, Any]) -> None:
    fill_listing(listing, fields)
    check_model(listing)


def fill_listing(listing: Listing, fields: dict[str, Any]) -> None:
    """Set cleaned values on a listing and save nothing. Raises `InvalidInput` where they contradict each other."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    for name, value in fields.items():
        if name in LINES:
            value = clean_line(value or "")
        elif name in TEXTS:
            value = clean_text(value or "")
        elif name in LISTS:
            value = list(dict.fromkeys(value or []))
        elif name in ("stage", "ip_status", "currency"):
            value = value or ""
        setattr(listing, name, value)
    _fill_stage(listing)
    errors: dict[str, list[str]] = {}
    if listing.trl is not None and listing.stage and listing.trl not in TRL_OF_STAGE[listing.stage]:
        errors["trl"] = [_("This level does not belong to the stage chosen.")]
    if listing.amount_min is not None and listing.amount_max is not None and listing.amount_min > listing.amount_max:
        errors["amount_max"] = [_("The upper amount is below the lower one.")]
    if (listing.amount_min is not None or listing.amount_max is not None) and not listing.currency:
        errors["currency"] = [_("Say in which currency the amount is.")]
    if listing.amount_min is not None and listing.kind != ListingKind.INVESTMENT:
        errors["amount_min"] = [_("Amounts belong to investment only.")]
    if errors:
        raise InvalidInput(errors=errors)


def _fill_stage(listing: Listing) -> None:
    """A level without a stage names its stage."""
    if listing.trl is not None and not listing.stage:
        listing.stage = next((stage for stage, levels in TRL_OF_STAGE.items() if listing.trl in levels), "")
