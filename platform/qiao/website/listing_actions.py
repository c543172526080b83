"""What can be done with a need or an offer next: the steps of its transition table that its people may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.directory.domain import listings as domain
from qiao.directory.enums import ListingState, ReviewDecision
from qiao.directory.models import Listing, Organisation, Review
from qiao.directory.transitions import LISTING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Action:
    """One step: its words, the function that takes it, and whether it is asked for twice."""

    name: str
    label: StrOrPromise
    done: StrOrPromise
    take: Callable[..., Any]
    starts: frozenset[str]
    leads_to: str | None
    confirm: StrOrPromise = ""

    def fits(self, listing: Listing) -> bool:
        """Whether it can be taken now."""
        if listing.state not in self.starts:
            return False
        if self.leads_to is None:
            return listing.published_at is None
        return LISTING.allows(listing.state, self.leads_to)


_S = ListingState
ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action(
            "submit",
            _("Send to review"),
            _("It is with the organisers."),
            domain.submit_listing,
            frozenset({_S.DRAFT}),
            _S.IN_REVIEW,
        ),
        Action(
            "return",
            _("Take back to draft"),
            _("It is a draft again."),
            domain.return_listing_to_draft,
            frozenset({_S.IN_REVIEW}),
            _S.DRAFT,
        ),
        Action(
            "fulfil",
            _("Mark as fulfilled"),
            _("Congratulations. It is marked as fulfilled and no longer matched."),
            domain.fulfil_listing,
            frozenset({_S.PUBLISHED, _S.PAUSED}),
            _S.FULFILLED,
        ),
        Action(
            "pause",
            _("Pause"),
            _("It is paused: nobody sees it until you resume it."),
            domain.pause_listing,
            frozenset({_S.PUBLISHED}),
            _S.PAUSED,
        ),
        Action(
            "resume",
            _("Show again"),
            _("It is published again."),
            domain.resume_listing,
            frozenset({_S.PAUSED, _S.FULFILLED, _S.EXPIRED}),
            _S.PUBLISHED,
        ),
        Action(
            "reopen",
            _("Reopen as draft"),
            _("It is a draft again."),
            domain.reopen_listing,
            frozenset({_S.WITHDRAWN}),
            _S.DRAFT,
        ),
        Action(
            "withdraw",
            _("Withdraw"),
            _("It is withdrawn."),
            domain.withdraw_listing,
            frozenset({_S.IN_REVIEW, _S.PUBLISHED, _S.PAUSED, _S.EXPIRED}),
            _S.WITHDRAWN,
            _("Nobody sees it any more and its proposals end. You can reopen it later as a draft."),
        ),
        Action(
            "delete",
            _("Delete draft"),
            _("The draft is deleted."),
            domain.delete_draft,
            frozenset({_S.DRAFT}),
            None,
            _("The draft and all its text are gone for good."),
        ),
    )
}
#: States in which `update_listing` lets the words be changed.
EDITABLE = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.PUBLISHED, _S.PAUSED, _S.EXPIRED})


@dataclass(frozen=True)
class Row:
    """A listing on its people's own page."""

    listing: Listing
    actions: list[Action]
    review: Review | None

    @property
    def may_edit(self) -> bool:
        """Whether its words can be changed in its state."""
        return self.listing.state in EDITABLE

    @property
    def past(self) -> bool:
        """Whether its date has gone by."""
        return self.listing.valid_until is not None and self.listing.valid_until < timezone.localdate()


def actions_for(listing: Listing) -> list[Action]:
    """Every step that can be taken now, in the order of the table above."""
    return [action for action in ACTIONS.values() if action.fits(listing)]


def rows_with_actions(listings: list[Listing], organisation: Organisation) -> list[Row]:
    """Rows of a list, each with its actions and the organisers' last word if that asks for something."""
    asked: dict[int, Review] = {}
    for review in Review.objects.filter(listing__in=listings).order_by("id"):
        asked[review.listing_id or 0] = review
    rows = []
    for listing in listings:
        listing.organisation = organisation
        last = asked.get(listing.pk)
        wants = last is not None and last.decision != ReviewDecision.APPROVED
        waits = listing.state in (ListingState.DRAFT, ListingState.WITHDRAWN)
        rows.append(Row(listing, actions_for(listing), last if wants and waits else None))
    return rows
