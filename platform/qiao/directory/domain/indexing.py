"""Keeping the words that search looks in."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.search import SearchVector
from django.db.models import Expression, Value

from qiao.directory.models import Listing, Organisation, Sector
from qiao.directory.search import document_of


def index_organisation(organisation: Organisation) -> None:
    """Store the profile's words."""
    words = words_of_organisation(organisation, organisation.sectors.all())
    Organisation.objects.filter(pk=organisation.pk).update(search=words)


def index_listing(listing: Listing) -> None:
    """Store the listing's words."""
    Listing.objects.filter(pk=listing.pk).update(search=words_of_listing(listing, listing.sectors.all()))


def words_of_organisation(organisation: Organisation, sectors: Iterable[Sector]) -> Expression:
    """The words of a profile as an expression to store: names weigh most, then summaries, then descriptions."""
    return (
        _weighed("A", organisation.name_en, organisation.name_zh)
        + _weighed(
            "B",
            organisation.summary_en,
            organisation.summary_zh,
            organisation.city_en,
            organisation.city_zh,
            *_names_of(sectors),
        )
        + _weighed("C", organisation.description_en, organisation.description_zh)
    )


def words_of_listing(listing: Listing, sectors: Iterable[Sector]) -> Expression:
    """The words of a listing: titles weigh most, then texts and sectors. Never the name: it may be hidden."""
    return _weighed("A", listing.title, listing.other_title) + _weighed(
        "B", listing.text, listing.other_text, *_names_of(sectors)
    )


def _names_of(sectors: Iterable[Sector]) -> list[str]:
    return [f"{sector.name_en}\n{sector.name_zh}" for sector in sectors]


def _weighed(weight: str, *texts: str) -> SearchVector:
    return SearchVector(Value(document_of("\n".join(texts))), config="simple", weight=weight)
