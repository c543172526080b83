"""From the directory's rows to what the engine and the encoder take. The only place where one becomes the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matching.core.explanation import Evidence, Quote, QuotePair
from matching.core.profiles import ListingProfile, MoneyRange, OrganisationProfile
from matching.embedding.evidence import Span, SpanVectors, TextField, matched_sentences, shared_terms
from qiao.common.money import IN_US_DOLLARS
from qiao.common.regions import country_name
from qiao.directory.domain.queries.completeness import completeness_of
from qiao.directory.models import Listing, Organisation


def listing_profile(listing: Listing) -> ListingProfile:
    """A listing as the engine sees it. Its sectors should be prefetched."""
    return ListingProfile(
        id=str(listing.pk),
        direction=listing.direction,
        kind=listing.kind,
        language=listing.language,
        sectors=tuple(sector.code for sector in listing.sectors.all()),
        stage=listing.stage or None,
        trl=listing.trl,
        ip_status=listing.ip_status or None,
        forms=tuple(listing.forms),
        partner_kinds=tuple(listing.partner_kinds),
        partner_sizes=tuple(listing.partner_sizes),
        countries=tuple(listing.countries),
        money=_money(listing),
        stages_sought=tuple(listing.stages_sought),
        regions_sought=tuple(listing.regions_sought),
        valid_until=listing.valid_until,
        published_on=listing.published_at.date() if listing.published_at else None,
    )


def organisation_profiles(
    organisation: Organisation,
    *,
    side_id: int,
    blocked: Iterable[int],
    listings: Sequence[Listing],
    verified: Iterable[str] = (),
) -> list[OrganisationProfile]:
    """An organisation as others may meet it: under its name with its open listings, and once for each anonymous one.

    An anonymous listing stands alone, with nothing of the organisation but kind, size and country: evidence or a fit
    of the profile beside it would tell who it is.
    """
    open_listings = tuple(listing_profile(listing) for listing in listings if not listing.anonymous)
    veiled = [
        OrganisationProfile(
            id=str(organisation.pk),
            side=str(side_id),
            kind=organisation.kind,
            country=organisation.country,
            size=organisation.size or None,
            blocked=frozenset(map(str, blocked)),
            listings=(listing_profile(listing),),
        )
        for listing in listings
        if listing.anonymous
    ]
    if not open_listings:
        return veiled
    named = OrganisationProfile(
        id=str(organisation.pk),
        side=str(side_id),
        kind=organisation.kind,
        country=organisation.country,
        size=organisation.size or None,
        places=tuple(filter(None, (
            organisation.city_en, organisation.city_zh, organisation.region_en, organisation.region_zh,
            country_name(organisation.country, "en"), country_name(organisation.country, "zh"),
        ))),
        completeness=completeness_of(organisation).percent / 100,
        verified=tuple(sorted(verified)),
        blocked=frozenset(map(str, blocked)),
        listings=open_listings,
    )  # fmt: skip
    return [named, *veiled]


def text_fields(listing: Listing) -> list[TextField]:
    """What may be quoted of a listing."""
    names = ("title", "text", "other_title", "other_text")
    return [TextField(name, text) for name in names if (text := getattr(listing, name))]


def evidence_between(first: Listing, first_spans: SpanVectors, second: Listing, second_spans: SpanVectors) -> Evidence:
    """The words of two listings that met. Where no two sentences are near each other, the titles stand for them."""
    terms = shared_terms(text_fields(first), text_fields(second))
    passages = tuple(
        QuotePair(_quote(first, pair.first), _quote(second, pair.second))
        for pair in matched_sentences(first_spans, second_spans)
    )
    titles = titles_between(first, second)
    return Evidence(
        passages=passages or (titles,),
        terms=None
        if terms is None
        else QuotePair(_quote(first, terms.first), _quote(second, terms.second), terms=terms.words),
        titles=titles,
    )


def titles_between(first: Listing, second: Listing) -> QuotePair:
    """Both titles: all that is told of further evidence."""
    return QuotePair(_title(first), _title(second))


def _quote(listing: Listing, span: Span) -> Quote:
    return Quote(str(listing.pk), span.field, span.language, span.start, span.end, span.text)


def _title(listing: Listing) -> Quote:
    return Quote(str(listing.pk), "title", listing.language, 0, len(listing.title), listing.title)


def _money(listing: Listing) -> MoneyRange | None:
    rate = IN_US_DOLLARS.get(listing.currency)
    if listing.money is None or rate is None:
        return None
    least, most = listing.amount_min, listing.amount_max
    return MoneyRange(None if least is None else least * rate, None if most is None else most * rate)
