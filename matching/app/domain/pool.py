"""The members of a bridge as the matcher needs them, loaded at once for a set of organisations."""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from matching.app.adapters import organisation_profiles
from matching.app.domain.encoders import encoder_in_use
from matching.app.domain.learning_weights import version_in_use, weights_in_use
from matching.app.domain.statistics import statistics_of
from matching.app.halfvec import vector_bytes, vector_from_bytes
from matching.app.models import ListingVector, Proposal
from matching.core.profiles import OrganisationProfile
from matching.core.scoring import Weights
from matching.core.trust import limited
from matching.embedding import LanguageStatistics
from matching.embedding.cohorts import Usual
from qiao.bridges.models import MatchingPolicy
from qiao.common.languages import TextLanguage
from qiao.directory.enums import Direction
from qiao.directory.models import Block, Listing, Membership, Organisation, Verification


@dataclass(frozen=True)
class VectorSet:
    """Vectors of an organisation's listings: row i of `vectors`, shape (n, dimension), is of `listing_ids[i]`."""

    listing_ids: tuple[int, ...]
    languages: tuple[str, ...]
    hashes: tuple[str, ...]
    vectors: NDArray[np.float32]


_NO_VECTORS = VectorSet((), (), (), np.zeros((0, 1), dtype=np.float32))


@dataclass(frozen=True)
class Member:
    """An approved member with its live listings that are encoded.

    `centred` has a row for each of `raw`; `usual` tells, by the other text's language, what is usual for each row.
    """

    organisation: Organisation
    side_id: int
    listings: dict[int, Listing]
    raw: VectorSet
    centred: NDArray[np.float32]
    usual: dict[str, Usual]
    blocked: frozenset[int]
    verified: frozenset[str]

    @cached_property
    def profiles(self) -> list[OrganisationProfile]:
        """The organisation as others may meet it."""
        return organisation_profiles(
            self.organisation,
            side_id=self.side_id,
            blocked=self.blocked,
            listings=list(self.listings.values()),
            verified=self.verified,
        )


@dataclass(frozen=True)
class Pool:
    """Some members of a bridge, and what holds for all of them.

    `encoder` and `sentences` name whose vectors are used.
    """

    bridge_id: int
    policy: MatchingPolicy
    weights: Weights
    encoder: str
    sentences: str
    statistics: LanguageStatistics
    today: datetime.date
    members: dict[int, Member]


def load_pool(bridge_id: int, organisation_ids: Iterable[int]) -> Pool:
    """Load those of the organisations that are approved members of the bridge. The number of queries is constant."""
    encoder = encoder_in_use(bridge_id)
    statistics = statistics_of(bridge_id, encoder.name)
    ids = set(organisation_ids)
    sides = dict(
        Membership.objects.approved()
        .filter(bridge_id=bridge_id, organisation__in=ids)
        .values_list("organisation_id", "side_id")
    )
    organisations = Organisation.objects.filter(pk__in=sides).prefetch_related("sectors")
    listings: dict[int, dict[int, Listing]] = defaultdict(dict)
    live = Listing.objects.live().filter(bridge_id=bridge_id, organisation__in=sides).order_by("pk")
    for listing in live.prefetch_related("sectors"):
        listings[listing.organisation_id][listing.pk] = listing
    vectors = _vectors_of([pk for of_one in listings.values() for pk in of_one], encoder.name)
    blocked: dict[int, set[int]] = defaultdict(set)
    for one, other in Block.objects.filter(Q(organisation__in=ids) | Q(blocked__in=ids)).values_list(
        "organisation_id", "blocked_id"
    ):
        blocked[one].add(other)
    verified: dict[int, set[str]] = defaultdict(set)
    held = Verification.objects.holding().on_bridge(bridge_id).filter(organisation__in=ids)
    for pk, level in held.values_list("organisation_id", "level"):
        verified[pk].add(level)
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    members = {}
    raw_of = {pk: vectors.get(pk, _NO_VECTORS) for pk in sides}
    measured = _measured(statistics, raw_of, {pk: one for of_one in listings.values() for pk, one in of_one.items()})
    for organisation in organisations:
        raw = raw_of[organisation.pk]
        centred, usual = measured[organisation.pk]
        members[organisation.pk] = Member(
            organisation=organisation,
            side_id=sides[organisation.pk],
            listings={pk: one for pk, one in listings[organisation.pk].items() if pk in raw.listing_ids},
            raw=raw,
            centred=centred,
            usual=usual,
            blocked=frozenset(blocked[organisation.pk]),
            verified=frozenset(verified[organisation.pk]),
        )
    return Pool(
        bridge_id=bridge_id,
        policy=policy,
        weights=limited(weights_in_use(bridge_id), policy.trust_weight),
        encoder=encoder.name,
        sentences=encoder.sentences,
        statistics=statistics,
        today=timezone.localdate(),
        members=members,
    )


def member_with(pool: Pool, organisation_id: int, listing: Listing, raw: VectorSet) -> Member:
    """A member of the pool as if this listing, whose vectors are `raw`, were all it had on the bridge."""
    measured = _measured(pool.statistics, {organisation_id: raw}, {listing.pk: listing})
    centred, usual = measured[organisation_id]
    member = pool.members[organisation_id]
    return replace(member, listings={listing.pk: listing}, raw=raw, centred=centred, usual=usual)


def _measured(
    statistics: LanguageStatistics, raw_of: dict[int, VectorSet], listings: dict[int, Listing]
) -> dict[int, tuple[NDArray[np.float32], dict[str, Usual]]]:
    """The centred vectors of each organisation, and what similarities are usual for them by the other text's language.

    All organisations' vectors at once: one by one, it would be most of what scoring takes.
    """
    filled = [(pk, raw) for pk, raw in raw_of.items() if raw.listing_ids]
    if not filled:
        return dict.fromkeys(raw_of, (_NO_VECTORS.vectors, _usual(statistics, _NO_VECTORS.vectors, [])))
    languages = [language for _, raw in filled for language in raw.languages]
    kinds = [
        (language, listings[pk].direction if pk in listings else "")
        for _, raw in filled
        for pk, language in zip(raw.listing_ids, raw.languages, strict=True)
    ]
    centred = statistics.centre(np.concatenate([raw.vectors for _, raw in filled]), languages)
    usual = _usual(statistics, centred, kinds)
    measured = {}
    start = 0
    for pk, raw in raw_of.items():
        rows = slice(start, start + len(raw.listing_ids))
        start = rows.stop
        of_one = {other: Usual(mean=all_.mean[rows], deviation=all_.deviation[rows]) for other, all_ in usual.items()}
        measured[pk] = centred[rows], of_one
    return measured


def _usual(
    statistics: LanguageStatistics, centred: NDArray[np.float32], kinds: list[tuple[str, str]]
) -> dict[str, Usual]:
    """What similarities are usual for each vector, whose language and direction `kinds` tells."""
    usual = {}
    for other in TextLanguage.values:
        mean = np.zeros(len(kinds), dtype=np.float32)
        deviation = np.ones(len(kinds), dtype=np.float32)
        for language, direction in set(kinds):
            rows = [row for row, kind in enumerate(kinds) if kind == (language, direction)]
            facing = Direction.NEED if direction == Direction.OFFER else Direction.OFFER
            found = statistics.usual(centred[rows], language, facing=facing, other_language=other)
            mean[rows], deviation[rows] = found.mean, found.deviation
        usual[other] = Usual(mean=mean, deviation=deviation)
    return usual


def organisations_to_match(bridge_id: int) -> list[int]:
    """Ids of organisations with a live listing on the bridge, and of those whose proposals may no longer hold."""
    live = Listing.objects.live().filter(bridge_id=bridge_id).order_by()
    current = Proposal.objects.current().filter(bridge_id=bridge_id).order_by()
    # Distinct in the database: a large bridge has a hundred times as many pairs as organisations.
    ids = live.values_list("organisation_id").union(current.values_list("first_id"), current.values_list("second_id"))
    return sorted(pk for (pk,) in ids)


def pool_digest(bridge_id: int) -> str:
    """SHA-256 over what a run works on: members, what is live and how it is encoded, the policy and the weights.

    Rows are read as they are hashed: none of a large bridge stay in memory.
    """
    policy = MatchingPolicy.objects.get(bridge_id=bridge_id)
    digest = hashlib.sha256(
        f"policy {policy.version} {policy.proposals_per_organisation} {policy.least_score} {policy.newcomer_floor} "
        f"{policy.requests_per_organisation} {policy.trust_weight}\n"
        f"weights {version_in_use(bridge_id)}".encode()
    )
    members = Membership.objects.approved().filter(bridge_id=bridge_id)
    live = Listing.objects.live().filter(bridge_id=bridge_id)
    vectors = ListingVector.objects.filter(bridge_id=bridge_id, encoder=encoder_in_use(bridge_id).name)
    blocks = Block.objects.filter(organisation__in=members.values("organisation"))
    verified = (
        Verification.objects.holding().on_bridge(bridge_id).filter(organisation__in=members.values("organisation"))
    )
    for word, rows in (
        (
            "member",
            members.order_by("organisation_id").values_list("organisation_id", "side_id", "organisation__updated_at"),
        ),
        ("listing", live.order_by("pk").values_list("pk", "updated_at")),
        ("vector", vectors.order_by("listing_id", "language").values_list("listing", "language", "content_hash")),
        ("verified", verified.order_by("organisation", "level").values_list("organisation", "level")),
        ("block", blocks.order_by("organisation", "blocked").values_list("organisation", "blocked")),
    ):
        for row in rows.iterator(chunk_size=2_000):
            digest.update(f"\n{word} {' '.join(map(_told, row))}".encode())
    return digest.hexdigest()


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.datetime) else str(value)


def _vectors_of(listing_ids: list[int], encoder: str) -> dict[int, VectorSet]:
    rows: dict[int, list[tuple[int, str, str, NDArray[np.float32]]]] = defaultdict(list)
    stored = ListingVector.objects.filter(listing__in=listing_ids, encoder=encoder).order_by("listing_id", "language")
    for organisation_id, listing_id, language, content_hash, vector in stored.values_list(
        "listing__organisation_id", "listing_id", "language", "content_hash", vector_bytes()
    ):
        rows[organisation_id].append((listing_id, language, content_hash, vector_from_bytes(vector)))
    return {
        organisation_id: VectorSet(
            listing_ids=tuple(row[0] for row in found),
            languages=tuple(row[1] for row in found),
            hashes=tuple(row[2] for row in found),
            vectors=np.stack([row[3] for row in found]),
        )
        for organisation_id, found in rows.items()
    }
