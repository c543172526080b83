"""Decisions of organisers on applications and listings; each is told to the organisation's people with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.directory import rules as may
from qiao.directory.enums import ListingState, MembershipState, PersonRole, ReviewDecision
from qiao.directory.models import Listing, Membership, Organisation, Review
from qiao.directory.transitions import LISTING, MEMBERSHIP
from qiao.notifications.domain.telling import tell

#: How long an approval may be taken back without a word.
RETRACT_WITHIN = timedelta(minutes=10)
_MEMBERSHIP_AFTER = {
    ReviewDecision.APPROVED: MembershipState.APPROVED,
    ReviewDecision.CHANGES_REQUESTED: MembershipState.CHANGES_REQUESTED,
    ReviewDecision.REJECTED: MembershipState.REJECTED,
}
_LISTING_AFTER = {
    ReviewDecision.APPROVED: ListingState.PUBLISHED,
    ReviewDecision.CHANGES_REQUESTED: ListingState.DRAFT,
    ReviewDecision.REJECTED: ListingState.WITHDRAWN,
}


@transaction.atomic
def review_membership(membership: Membership, *, actor: Any, decision: str, reason: str = "") -> Membership:
    """Approve, ask for changes or reject an application. A reason is required unless it is approved.

    Raises `InvalidInput` without one, and when the application no longer waits: two reviewers may be at it.
    """
    if not may.reviews_membership(actor, membership):
        raise NotAllowed
    reason = _checked_reason(decision, reason)
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "bridge")
        .get(pk=membership.pk)
    )
    if membership.state != MembershipState.APPLIED:
        raise InvalidInput(_("This no longer waits. Somebody may have decided already: reload the page."))
    after = _MEMBERSHIP_AFTER[ReviewDecision(decision)]
    before = move(membership, MEMBERSHIP, after)
    membership.decided_at = timezone.now()
    membership.save(update_fields=["decided_at"])
    Review.objects.create(membership=membership, decision=decision, reason=reason, reviewer=actor)
    record(
        "review_membership",
        membership,
        actor=actor,
        bridge_id=membership.bridge_id,
        organisation_id=membership.organisation_id,
        before=before,
        after=after,
    )
    _tell(
        membership.organisation,
        "membership_reviewed",
        url=f"/{membership.bridge.slug}/organisations/{membership.organisation.public_id}/"
        if after == MembershipState.APPROVED
        else f"/{membership.bridge.slug}/my/?organisation={membership.organisation.public_id}",
        decision=decision,
        reason=reason,
        bridge=membership.bridge,
    )
    emit("membership.changed", membership_id=membership.pk)
    return membership


@transaction.atomic
def review_listing(
    listing: Listing, *, actor: Any, decision: str, reason: str = "", version: int | None = None
) -> Listing:
    """Publish, send back to draft or withdraw a listing in review. A reason is required unless it is published.

    `version` is the one that was read. Raises `InvalidInput` when the listing has changed since, is no longer in
    review, or is to be published before its organisation is a member.
    """
    if not may.reviews_listing(actor, listing):
        raise NotAllowed
    reason = _checked_reason(decision, reason)
    listing = (
        Listing.objects.select_for_update(of=("self",)).select_related("organisation", "bridge").get(pk=listing.pk)
    )
    after = _LISTING_AFTER[ReviewDecision(decision)]
    if (
        after == ListingState.PUBLISHED
        and not Membership.objects.filter(
            organisation_id=listing.organisation_id,
            bridge_id=listing.bridge_id,
            state=MembershipState.APPROVED,
        ).exists()
    ):
        raise InvalidInput(_("Approve the organisation's membership first."))
    if listing.state != ListingState.IN_REVIEW:
        raise InvalidInput(_("This is no longer in review. Somebody may have decided already: reload the page."))
    if version is not None and version != listing.version:
        raise InvalidInput(_("Its people have changed it since you opened it. Read it again, then decide."))
    before = move(listing, LISTING, after)
    if after == ListingState.PUBLISHED:
        listing.published_at = listing.published_at or timezone.now()
        listing.save(update_fields=["published_at"])
    Review.objects.create(listing=listing, decision=decision, reason=reason, reviewer=actor)
    record(
        "review_listing",
        listing,
        actor=actor,
        bridge_id=listing.bridge_id,
        organisation_id=listing.organisation_id,
        before=before,
        after=after,
    )
    _tell(
        listing.organisation,
        "listing_reviewed",
        url=f"/{listing.bridge.slug}/listings/{listing.public_id}/",
        decision=decision,
        reason=reason,
        bridge=listing.bridge,
        listing=listing,
    )
    emit("listing.changed", listing_id=listing.pk)
    return listing


@transaction.atomic
def retract_publication(listing: Listing, *, actor: Any) -> Listing:
    """Take an approval back that was just given: the listing waits for review again, and its people hear nothing of it.

    Raises `InvalidInput` when it was approved longer ago than `RETRACT_WITHIN`, or has changed since.
    """
    if not may.reviews_listing(actor, listing):
        raise NotAllowed
    listing = (
        Listing.objects.select_for_update(of=("self",)).select_related("organisation", "bridge").get(pk=listing.pk)
    )
    if not may_be_retracted(listing):
        raise InvalidInput(_("It was approved too long ago, or has changed since. Ask the organisation for a change."))
    before = move(listing, LISTING, ListingState.IN_REVIEW)
    record(
        "retract_publication",
        listing,
        actor=actor,
        bridge_id=listing.bridge_id,
        organisation_id=listing.organisation_id,
        before=before,
        after=listing.state,
    )
    emit("listing.changed", listing_id=listing.pk)
    return listing


def may_be_retracted(listing: Listing) -> bool:
    """Whether the listing is published by an approval that was just given."""
    if listing.state != ListingState.PUBLISHED:
        return False
    review = listing.reviews.order_by("-id").first()
    return (
        review is not None
        and review.decision == ReviewDecision.APPROVED
        and timezone.now() - review.created_at < RETRACT_WITHIN
    )


def _checked_reason(decision: str, reason: str) -> str:
    reason = clean_text(reason)
    if decision != ReviewDecision.APPROVED and not reason:
        raise InvalidInput(errors={"reason": [_("Say why: the organisation reads it.")]})
    if len(reason) > 2000:
        raise InvalidInput(errors={"reason": [_("Keep it under 2,000 characters.")]})
    return reason


def _tell(organisation: Organisation, template: str, *, url: str, decision: str, reason: str, **context: Any) -> None:
    """Mail and notify the people who write for the organisation, each in their own language."""
    writers = organisation.affiliations.filter(role__in=(PersonRole.OWNER, PersonRole.EDITOR)).select_related("user")
    for affiliation in writers:
        user = affiliation.user
        listing = context.get("listing")
        tell(
            user,
            f"{template}_{decision}",
            topic="reviews",
            url=url,
            bridge=context["bridge"],
            mail=template,
            mail_context={
                "person": user,
                "organisation": organisation,
                "decision": decision,
                "reason": reason,
                **context,
                "url": settings.SITE_URL + url,
            },
            subject=str(listing.title if listing else context["bridge"].name),
        )
