"""Keeping each live listing's vectors: one for every language it is written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch

from matching.app.adapters import text_fields
from matching.app.encoder import default_encoder, encoder_name, sentence_encoder
from matching.app.models import ListingSentences, ListingVector
from matching.embedding import detect_language
from matching.embedding.evidence import sentences_of
from matching.embedding.text import content_hash
from qiao.directory.models import Listing


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


def is_encoded(listing: Listing, vectors: Sequence[ListingVector]) -> bool:
    """Whether these are the vectors of the listing as it reads now. Those of another encoder do not count."""
    name = encoder_name()
    stored = {vector.language: vector.content_hash for vector in vectors if vector.encoder == name}
    return stored == {version.language: version.hash for version in versions_of(listing)}


def listings_to_encode(bridge_id: int) -> list[int]:
    """Ids of live listings of the bridge whose vectors are missing, or of another text or encoder."""
    listings = Listing.objects.live().filter(bridge_id=bridge_id).prefetch_related(_stored_hashes()).order_by("pk")
    return [listing.pk for listing in listings if not is_encoded(listing, list(listing.vectors.all()))]


def encode_listings(listing_ids: Sequence[int]) -> int:
    """Encode those of the listings that need it, in one go; returns how many vectors were made.

    The encoder works outside of any transaction, so that nobody waits for it. A text that has changed meanwhile gives a
    vector whose hash tells so, and the change's own event encodes it again.
    """
    name = encoder_name()
    live = Listing.objects.live().filter(pk__in=listing_ids).prefetch_related(_stored_hashes()).order_by("pk")
    listings = [listing for listing in live if not is_encoded(listing, list(listing.vectors.all()))]
    wanted: list[tuple[Listing, Version]] = []
    for listing in listings:
        stored = {(v.language, v.content_hash) for v in listing.vectors.all() if v.encoder == name}
        wanted += [
            (listing, version) for version in versions_of(listing) if (version.language, version.hash) not in stored
        ]
    quoting = sentence_encoder()
    made = default_encoder().encode([version.text for _, version in wanted])
    sentences = {listing.pk: sentences_of(text_fields(listing), quoting) for listing in listings}
    rows = [
        ListingVector(
            listing=listing,
            bridge_id=listing.bridge_id,
            encoder=name,
            language=version.language,
            content_hash=version.hash,
            vector=vector.tolist(),
        )
        for (listing, version), vector in zip(wanted, made, strict=True)
    ]
    with transaction.atomic():
        # A listing deleted meanwhile would make the insert fail for the others too.
        alive = set(
            Listing.objects.select_for_update(no_key=True)
            .filter(pk__in=sentences)
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
                ListingSentences(listing_id=pk, encoder=quoting.name, data=spans.to_json())
                for pk, spans in sentences.items()
                if pk in alive
            ],
            update_conflicts=True,
            unique_fields=["listing", "encoder"],
            update_fields=["data", "updated_at"],
        )
        for listing in listings:
            languages = [version.language for version in versions_of(listing)]
            ListingVector.objects.filter(listing=listing).exclude(encoder=name, language__in=languages).delete()
            ListingSentences.objects.filter(listing=listing).exclude(encoder=quoting.name).delete()
    return len(rows)


def forget_listings(bridge_id: int, organisation_id: int | None = None) -> int:
    """Remove the vectors of listings of the bridge (or of one organisation on it) that are no longer live.

    Returns how many.
    """
    live = Listing.objects.live().filter(bridge_id=bridge_id)
    gone = Listing.objects.filter(bridge_id=bridge_id)
    if organisation_id is not None:
        gone = gone.filter(organisation_id=organisation_id)
    gone = gone.exclude(pk__in=live.values("pk"))
    ListingSentences.objects.filter(listing__in=gone).delete()
    return ListingVector.objects.filter(listing__in=gone).delete()[0]


def _stored_hashes() -> Prefetch[str]:
    """Which vectors a listing has; the vectors themselves are large and not needed."""
    return Prefetch("vectors", queryset=ListingVector.objects.defer("vector"))


def _joined(title: str, text: str) -> str:
    return "\n".join(part for part in (title, text) if part)
