"""Keeping each live listing's vectors: one for every language it is written in, of every encoder of its bridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch

from matching.app.adapters import text_fields
from matching.app.domain.encoders import encoders_of, put_in_service
from matching.app.encoder import NamedEncoder
from matching.app.models import ListingSentences, ListingVector
from matching.embedding import detect_language
from matching.embedding.evidence import sentences_of
from matching.embedding.text import content_hash
from qiao.directory.models import Listing

#: Listings whose texts are in memory at once while a bridge is gone over.
LOOKED_AT_ONCE = 200


@dataclass(frozen=True)
class Version:
    """A listing's text in one language."""

    language: str
    text: str

    @property
    def hash(self) -> str:
        """Tells whether the text has changed."""
        return content_hash(self.text)


def versions_of(listing: Listing) -> list[Version]:
    """What of a listing is encoded: its text, and its text in the other language if it has one.

    The language is what the letters say, which is what the encoder goes by, not what was chosen in the form. Two texts
    in the same language after all are one.
    """
    first = _joined(listing.title, listing.text)
    versions = {detect_language(first): first}
    other = _joined(listing.other_title, listing.other_text)
    if other:
        language = detect_language(other)
        versions[language] = f"{versions[language]}\n{other}" if language in versions else other
    return [Version(language, text) for language, text in versions.items()]


def is_encoded(listing: Listing, vectors: Sequence[ListingVector], encoder: str) -> bool:
    """Whether these are the encoder's vectors of the listing as it reads now. Those of another do not count."""
    stored = {vector.language: vector.content_hash for vector in vectors if vector.encoder == encoder}
    return stored == {version.language: version.hash for version in versions_of(listing)}


def listings_to_encode(bridge_id: int, encoder: str, *, after: int = 0) -> Iterator[tuple[int, bool]]:
    """Live listings of the bridge with a higher id than `after`, in order: their ids, and whether they need encoding.

    They do where the encoder's vectors are missing or of another text. A few texts at a time are in memory.
    """
    while True:
        live = Listing.objects.live().filter(bridge_id=bridge_id, pk__gt=after).prefetch_related(_stored_hashes())
        listings = list(live.order_by("pk")[:LOOKED_AT_ONCE])
        for listing in listings:
            yield listing.pk, not is_encoded(listing, list(listing.vectors.all()), encoder)
        if len(listings) < LOOKED_AT_ONCE:
            return
        after = listings[-1].pk


def encode_listings(listing_ids: Sequence[int]) -> int:
    """Encode those of the listings that need it, in one go; returns how many vectors were made.

    While another encoder is on its way on the bridge, with both. Vectors of others that are of an old text go away.
    """
    made = 0
    by_bridge: dict[int, list[Listing]] = defaultdict(list)
    for listing in _live_with_hashes(listing_ids):
        by_bridge[listing.bridge_id].append(listing)
    for bridge_id, listings in by_bridge.items():
        encoders = encoders_of(bridge_id)
        changed = [one.pk for one in listings if not is_encoded(one, list(one.vectors.all()), encoders[0].name)]
        for encoder in encoders:
            made += _encode(bridge_id, listings, encoder)
        ListingVector.objects.filter(listing__in=changed).exclude(encoder__in=[e.name for e in encoders]).delete()
        quoting = [encoder.sentences for encoder in encoders]
        ListingSentences.objects.filter(listing__in=changed).exclude(encoder__in=quoting).delete()
    return made


def encode_listings_with(listing_ids: Sequence[int], encoder: NamedEncoder) -> int:
    """Encode those of the listings of one bridge that need it with one encoder; vectors of others stay as they are."""
    listings = _live_with_hashes(listing_ids)
    return _encode(listings[0].bridge_id, listings, encoder) if listings else 0


def _encode(bridge_id: int, listings: Sequence[Listing], encoder: NamedEncoder) -> int:
    """Make and keep an encoder's vectors and sentences of the listings where they are missing or of an old text.

    The encoder works outside of any transaction, so that nobody waits for it. A text that has changed meanwhile gives a
    vector whose hash tells so, and the change's own event encodes it again. An encoder that can no longer be had makes
    nothing: its vectors serve, of whichever text, until the next one's have taken their place.
    """
    listings = [one for one in listings if not is_encoded(one, list(one.vectors.all()), encoder.name)]
    wanted: list[tuple[Listing, Version]] = []
    for listing in listings:
        stored = {(v.language, v.content_hash) for v in listing.vectors.all() if v.encoder == encoder.name}
        wanted += [
            (listing, version) for version in versions_of(listing) if (version.language, version.hash) not in stored
        ]
    if not listings:
        return 0
    model, quoting = encoder.load(), encoder.load_for_sentences()
    if model is None or quoting is None:
        return 0
    made = model.encode([version.text for _, version in wanted])
    texts = {listing.pk: hash_of_quoted(listing) for listing in listings}
    quoted = dict(
        ListingSentences.objects.filter(listing__in=texts, encoder=quoting.name).values_list("listing_id", "text_hash")
    )
    sentences = {
        listing.pk: sentences_of(text_fields(listing), quoting)
        for listing in listings
        if quoted.get(listing.pk) != texts[listing.pk]
    }
    rows = [
        ListingVector(
            listing=listing,
            bridge_id=bridge_id,
            encoder=encoder.name,
            language=version.language,
            content_hash=version.hash,
            vector=vector.tolist(),
        )
        for (listing, version), vector in zip(wanted, made, strict=True)
    ]
    with transaction.atomic():
        put_in_service(bridge_id, encoder)
        # A listing deleted meanwhile would make the insert fail for the others too.
        alive = set(
            Listing.objects.select_for_update(no_key=True)
            .filter(pk__in=texts)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        ListingVector.objects.bulk_create(
            [row for row in rows if row.listing_id in alive],
            update_conflicts=True,
            unique_fields=["listing", "encoder", "language"],
            update_fields=["content_hash", "vector", "matched_at", "updated_at"],
        )
        ListingSentences.objects.bulk_create(
            [
                ListingSentences(listing_id=pk, encoder=quoting.name, data=spans.to_json(), text_hash=texts[pk])
                for pk, spans in sentences.items()
                if pk in alive
            ],
            update_conflicts=True,
            unique_fields=["listing", "encoder"],
            update_fields=["data", "text_hash", "updated_at"],
        )
        for listing in listings:
            languages = [version.language for version in versions_of(listing)]
            ListingVector.objects.filter(listing=listing, encoder=encoder.name).exclude(language__in=languages).delete()
    return len(rows)


def forget_listings(bridge_id: int, organisation_id: int | None = None) -> int:
    """Remove the vectors of listings of the bridge (or of one organisation on it) that are no longer live.

    Returns how many.
    """
    on_bridge = Listing.objects.filter(bridge_id=bridge_id)
    if organisation_id is not None:
        # On both sides of the comparison: otherwise PostgreSQL goes over all that is live on the bridge.
        on_bridge = on_bridge.filter(organisation_id=organisation_id)
    gone = on_bridge.exclude(pk__in=on_bridge.live().values("pk"))
    ListingSentences.objects.filter(listing__in=gone).delete()
    return ListingVector.objects.filter(listing__in=gone).delete()[0]


def _live_with_hashes(listing_ids: Sequence[int]) -> list[Listing]:
    live = Listing.objects.live().filter(pk__in=listing_ids)
    return list(live.prefetch_related(_stored_hashes()).order_by("pk"))


def _stored_hashes() -> Prefetch[str]:
    """Which vectors a listing has; the vectors themselves are large and not needed."""
    return Prefetch("vectors", queryset=ListingVector.objects.defer("vector"))


def hash_of_quoted(listing: Listing) -> str:
    """Of all that may be quoted: the texts of both languages, in their places."""
    return content_hash("\x1f".join(f"{one.name}\x1e{one.text}" for one in text_fields(listing)))


def _joined(title: str, text: str) -> str:
    return "\n".join(part for part in (title, text) if part)
