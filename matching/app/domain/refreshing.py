"""Bringing proposals up to date with what has changed in the directory. Doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from matching.app.domain.candidates import candidate_partners
from matching.app.domain.choosing import choose_around
from matching.app.domain.encoders import encoder_in_use
from matching.app.domain.encoding import encode_listings, forget_listings, is_encoded
from matching.app.domain.locks import NeighboursChanged, lock_organisations
from matching.app.domain.pairing import ScoredPair, score_partners
from matching.app.domain.pool import Pool, load_pool
from matching.app.domain.proposals import store_pairs, supersede_pairs
from matching.app.models import ListingVector, MatchRun, Proposal
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.common.languages import TextLanguage
from qiao.directory.models import Listing, Membership

#: How many pairs of an organisation are kept for each it may receive, so that one that falls away is replaced at once.
KEPT_A_PLACE = 3
#: How often neighbours may change under our hands before it is tried again later.
TRIES = 5


def refresh_listing(listing_id: int) -> bool:
    """Encode a listing that changed and refresh its organisation's proposals and those of whom it meets.

    Returns whether there was anything to do: of several events of one listing, the first sees the latest text.
    """
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None or _is_matched(listing):
        return False
    refresh_member(listing.organisation_id, listing.bridge_id)
    return True


def refresh_organisation(organisation_id: int) -> None:
    """Refresh an organisation's proposals on every bridge it is, or was, on."""
    bridges = Membership.objects.filter(organisation=organisation_id).order_by("bridge")
    for bridge_id in list(bridges.values_list("bridge_id", flat=True)):
        refresh_member(organisation_id, bridge_id)


def refresh_membership(membership_id: int) -> None:
    """Refresh an organisation's proposals on one bridge."""
    membership = Membership.objects.filter(pk=membership_id).first()
    if membership is not None:
        refresh_member(membership.organisation_id, membership.bridge_id)


def refresh_member(organisation_id: int, bridge_id: int) -> None:
    """Encode what needs it, score the organisation's pairs, and choose anew around it. Nothing on a closed bridge."""
    if Bridge.objects.filter(pk=bridge_id, state=BridgeState.CLOSED).exists():
        return
    forget_listings(bridge_id, organisation_id)
    live = Listing.objects.live().filter(organisation=organisation_id, bridge=bridge_id)
    encode_listings(list(live.values_list("pk", flat=True)))
    neighbours, matched = refresh_pairs(organisation_id, bridge_id)
    choose_around(bridge_id, {organisation_id, *neighbours})
    note_matched(matched)


def refresh_pairs(
    organisation_id: int, bridge_id: int, *, run: MatchRun | None = None
) -> tuple[set[int], list[Listing]]:
    """Score an organisation with everybody it may meet, and write what holds and what no longer does.

    Returns whom its pairs are, or were, with, and its listings they now stand for. Raises `NeighboursChanged` when
    others kept pairing with it meanwhile.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _refresh_pairs(organisation_id, bridge_id, run)
        except NeighboursChanged:
            continue
    raise NeighboursChanged(f"organisation {organisation_id} on bridge {bridge_id}")


def _refresh_pairs(organisation_id: int, bridge_id: int, run: MatchRun | None) -> tuple[set[int], list[Listing]]:
    partners = _paired_with(organisation_id, bridge_id) | set(_candidates(organisation_id, bridge_id))
    lock_organisations(bridge_id, {organisation_id, *partners})
    paired = _paired_with(organisation_id, bridge_id)
    if not paired <= partners:
        raise NeighboursChanged
    # Read after the locks are held: what is written now cannot be older than what another worker wrote before.
    pool = load_pool(bridge_id, {organisation_id, *partners})
    member = pool.members.get(organisation_id)
    holding = _kept(pool, score_partners(pool, member), paired) if member is not None else []
    store_pairs(pool, holding, run=run)
    partners_held = {end for pair in holding for end in pair.ids} - {organisation_id}
    supersede_pairs(bridge_id, [_key(organisation_id, other) for other in paired - partners_held])
    return paired | partners_held, list(member.listings.values()) if member is not None else []


def _kept(pool: Pool, pairs: list[ScoredPair], paired: set[int]) -> list[ScoredPair]:
    """The best pairs of an organisation, and those it has already: they may be among the best of the other side."""
    most = KEPT_A_PLACE * pool.policy.proposals_per_organisation
    return [pair for place, pair in enumerate(pairs) if place < most or not paired.isdisjoint(pair.ids)]


def _candidates(organisation_id: int, bridge_id: int) -> list[int]:
    pool = load_pool(bridge_id, [organisation_id])
    member = pool.members.get(organisation_id)
    if member is None:
        return []
    return candidate_partners(
        member,
        bridge_id=bridge_id,
        encoder=pool.encoder,
        statistics=pool.statistics,
        languages=TextLanguage.values,
    )


def _paired_with(organisation_id: int, bridge_id: int) -> set[int]:
    pairs = Proposal.objects.current().filter(Q(first=organisation_id) | Q(second=organisation_id), bridge_id=bridge_id)
    return {end for pair in pairs.values_list("first_id", "second_id") for end in pair} - {organisation_id}


def _key(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _is_matched(listing: Listing) -> bool:
    """Whether the proposals stand for the listing as it is: nothing has changed since, or it is out and forgotten."""
    vectors = list(ListingVector.objects.filter(listing=listing).defer("vector"))
    if not Listing.objects.live().filter(pk=listing.pk).exists():
        named = Q(first_listing=listing) | Q(second_listing=listing)
        return not vectors and not Proposal.objects.current().filter(named).exists()
    encoder = encoder_in_use(listing.bridge_id).name
    return is_encoded(listing, vectors, encoder) and all(
        vector.matched_at is not None and vector.matched_at >= listing.updated_at
        for vector in vectors
        if vector.encoder == encoder
    )


def note_matched(listings: Iterable[Listing]) -> None:
    """Keep until which change of each listing its proposals are up to date. One whose text ran ahead is not."""
    for listing in listings:
        encoder = encoder_in_use(listing.bridge_id).name
        vectors = ListingVector.objects.filter(listing=listing, encoder=encoder)
        if is_encoded(listing, list(vectors.defer("vector")), encoder):
            vectors.update(matched_at=listing.updated_at)
