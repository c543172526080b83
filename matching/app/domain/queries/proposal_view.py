"""Proposals as one side reads them: what a page needs, with nothing in it that this side may not know.

What is stored says both sides' names; here an anonymous listing keeps its author's kind, size and country only, and
evidence that would put the name beside it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q

from matching.app.enums import Band, ProposalState
from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.directory.domain.queries.authorship import Author, Readership
from qiao.directory.models import Listing, Organisation


@dataclass(frozen=True)
class Quote:
    """Words of a listing that a reason stands on: `text` is `listing.<field>[start:end]` when they were matched."""

    listing: Listing
    field: str
    language: str
    text: str
    start: int
    end: int


class Sense(StrEnum):
    """Whether something speaks for a meeting, against it, or is not known."""

    FOR = "for"
    AGAINST = "against"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    """A reason, misfit or unknown: a code with its parameters; prose is the site's.

    `strength` is its part, 0 to 1, of all that speaks for the meeting.
    """

    code: str
    sense: Sense
    params: dict[str, Any]
    strength: float
    mine: Quote | None
    theirs: Quote | None


@dataclass(frozen=True)
class SideView:
    """One side of a proposal: who it is as far as the reader may know, and the listing that met the other's."""

    author: Author
    listing: Listing
    further_listings: tuple[Listing, ...]

    @property
    def organisation(self) -> Organisation | None:
        """The organisation, unless its name is withheld."""
        return self.author.organisation


@dataclass(frozen=True)
class ProposalView:
    """A proposal in the eyes of `mine`. Reasons say why the other side would say yes, strongest first.

    One that no longer holds (`is_current` is false) carries no reasons and no further listings: what they quoted may
    have been taken back, and a page should show no more of the other side's listing than its title.
    """

    proposal: Proposal
    mine: SideView
    theirs: SideView
    rank: int | None
    reasons: tuple[Reason, ...]
    # What the reader's own side has of it: the other's reasons, from here.
    gains: tuple[Reason, ...]
    misfits: tuple[Reason, ...]
    unknowns: tuple[Reason, ...]
    is_current: bool

    @property
    def to_try(self) -> bool:
        """Whether it is in the list to learn of it, and not for its score."""
        return self.proposal.to_try and self.rank is not None and self.is_current

    @property
    def band(self) -> Band:
        """How strong it is."""
        return Band(self.proposal.band)


def proposal_views(
    user: Any, organisation: Organisation, bridge: Bridge, *, also: Iterable[int] = ()
) -> list[ProposalView]:
    """The organisation's list on the bridge, in its order, as `user` may read it; empty for who may not.

    `also` are ids of proposals to include though they no longer hold, such as ones that were saved. The number of
    queries does not depend on how many there are.
    """
    readership = Readership(user, bridge)
    if organisation.pk not in readership.own_organisation_ids and not readership.sees_all:
        return []
    kept = set(also)
    proposals = list(
        Proposal.objects.visible_to(user)
        .on_bridge(bridge)
        .received_by(organisation)
        .filter(Q(state=ProposalState.CURRENT) | Q(pk__in=kept))
        .select_related("first", "second", "first_listing", "second_listing", "bridge")
    )
    live = _live_listings(proposals)
    views = [_view(proposal, organisation, readership, live) for proposal in proposals]
    # A listing may have been taken back a moment ago, before a worker has come to it.
    return [view for view in views if view.is_current or view.proposal.pk in kept]


def proposal_view(user: Any, organisation: Organisation, proposal: Proposal) -> ProposalView | None:
    """One proposal, current or not, as `user` may read it for `organisation`; None when it is not in its list."""
    views = proposal_views(user, organisation, proposal.bridge, also=[proposal.pk])
    return next((view for view in views if view.proposal.pk == proposal.pk), None)


def shared_proposal_view(user: Any, organisation: Organisation, proposal: Proposal) -> ProposalView | None:
    """A proposal that was put before an organisation by the other side: it need not be in its own list.

    None for who has no role in the organisation. The caller has made sure that the organisation knows of it.
    """
    readership = Readership(user, proposal.bridge)
    if organisation.pk not in readership.own_organisation_ids or organisation.pk not in (
        proposal.first_id,
        proposal.second_id,
    ):
        return None
    return _view(proposal, organisation, readership, _live_listings([proposal]))


def pair_views(user: Any, organisation: Organisation, proposals: Iterable[Proposal]) -> list[ProposalView]:
    """Pairs of one bridge from an organisation's side, whether or not they are in its list.

    The caller has made sure that the reader may know of them, and that both sides come by their names to the same
    place: pairs in which a name is withheld are left out. The number of queries does not depend on how many there are.
    """
    pairs = [one for one in proposals if not (one.first_listing.anonymous or one.second_listing.anonymous)]
    if not pairs:
        return []
    readership = Readership(user, pairs[0].bridge)
    live = _live_listings(pairs)
    return [_view(one, organisation, readership, live) for one in pairs]


def _view(
    proposal: Proposal, organisation: Organisation, readership: Readership, live: dict[int, Listing]
) -> ProposalView:
    mine, theirs = ("first", "second") if proposal.first_id == organisation.pk else ("second", "first")
    is_current = (
        proposal.state == ProposalState.CURRENT
        and proposal.first_listing_id in live
        and proposal.second_listing_id in live
    )
    shown = {side: _shown_listings(proposal, side, live) if is_current else {} for side in (mine, theirs)}

    def side_view(side: str) -> SideView:
        main: Listing = getattr(proposal, f"{side}_listing")
        main.organisation = getattr(proposal, side)
        further = tuple(listing for pk, listing in shown[side].items() if pk != main.pk)
        return SideView(author=readership.author_of(main), listing=main, further_listings=further)

    def reasons(stored: list[dict[str, Any]], sense: Sense) -> tuple[Reason, ...]:
        if not is_current:
            return ()
        # Misfits and unknowns of both readings are stored together.
        made = [_reason(entry, sense, mine, theirs, shown) for entry in stored if mine in entry.get("sides", (mine,))]
        return tuple(reason for reason in made if reason is not None)

    return ProposalView(
        proposal=proposal,
        mine=side_view(mine),
        theirs=side_view(theirs),
        # One that the other side has put before it has no place in its list.
        rank=getattr(proposal, "rank", None),
        reasons=reasons(proposal.reasons.get(mine, []), Sense.FOR),
        gains=reasons(proposal.reasons.get(theirs, []), Sense.FOR),
        misfits=reasons(proposal.reasons.get("misfits", []), Sense.AGAINST),
        unknowns=reasons(proposal.reasons.get("unknown", []), Sense.UNKNOWN),
        is_current=is_current,
    )


def _reason(
    entry: dict[str, Any], sense: Sense, mine: str, theirs: str, shown: dict[str, dict[int, Listing]]
) -> Reason | None:
    """A stored reason from one side's point of view; None when it stands on a listing that is not to be shown."""
    quotes: dict[str, Quote | None] = {}
    for side in (mine, theirs):
        stored = entry.get(f"{side}_quote")
        if stored is None:
            quotes[side] = None
            continue
        listing = shown[side].get(int(stored["listing"]))
        if listing is None:
            return None
        quotes[side] = Quote(
            listing=listing,
            field=stored["field"],
            language=stored["language"],
            text=stored["text"],
            start=stored["start"],
            end=stored["end"],
        )
    return Reason(
        code=entry["code"],
        sense=sense,
        params=from_viewpoint(entry.get("params", {}), mine, theirs),
        strength=entry.get("share", 0.0),
        mine=quotes[mine],
        theirs=quotes[theirs],
    )


def from_viewpoint(params: dict[str, Any], mine: str, theirs: str) -> dict[str, Any]:
    """Parameters `first_x` and `second_x` become `my_x` and `their_x`."""
    renamed = {}
    for name, value in params.items():
        for side, word in ((mine, "my"), (theirs, "their")):
            if name.startswith(f"{side}_"):
                name = f"{word}_{name.removeprefix(f'{side}_')}"
                break
        renamed[name] = value
    return renamed


def _shown_listings(proposal: Proposal, side: str, live: dict[int, Listing]) -> dict[int, Listing]:
    """The side's listings that may stand beside its main one: an anonymous one stands alone."""
    main: Listing = getattr(proposal, f"{side}_listing")
    if main.anonymous:
        return {main.pk: main}
    ids = proposal.reasons.get("listings", {}).get(side, [])
    return {main.pk: main} | {pk: live[pk] for pk in ids if pk in live and not live[pk].anonymous}


def _live_listings(proposals: list[Proposal]) -> dict[int, Listing]:
    ids = {pk for p in proposals for side in ("first", "second") for pk in p.reasons.get("listings", {}).get(side, [])}
    ids |= {p.first_listing_id for p in proposals} | {p.second_listing_id for p in proposals}
    return {listing.pk: listing for listing in Listing.objects.live().filter(pk__in=ids)} if ids else {}
