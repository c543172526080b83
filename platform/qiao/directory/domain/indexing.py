"""Keeping the words that search looks in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from qiao.directory.models import Listing, Organisation, Sector
from qiao.directory.search import document_of


def index_organisation(organisation: Organisation) -> None:
    """Store the profile's words."""
    index_organisations([(organisation, organisation.sectors.all())])


def index_listing(listing: Listing) -> None:
    """Store the listing's words."""
    index_listings([(listing, listing.sectors.all())])


def index_organisations(profiles: Iterable[tuple[Organisation, Iterable[Sector]]]) -> None:
    """Store the words of many profiles at once: names weigh most, then summaries, then descriptions."""
    _store(
        Organisation,
        [
            (
                one.pk,
                (one.name_en, one.name_zh),
                (one.summary_en, one.summary_zh, one.city_en, one.city_zh, *_names_of(sectors)),
                (one.description_en, one.description_zh),
            )
            for one, sectors in profiles
        ],
    )


def index_listings(listings: Iterable[tuple[Listing, Iterable[Sector]]]) -> None:
    """Store the words of many listings at once: titles weigh most, then texts and sectors.

    Never the organisation's name: it may be hidden.
    """
    _store(
        Listing,
        [
            (one.pk, (one.title, one.other_title), (one.text, one.other_text, *_names_of(sectors)), ())
            for one, sectors in listings
        ],
    )


Weighed = tuple[int, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _names_of(sectors: Iterable[Sector]) -> list[str]:
    return [f"{sector.name_en}\n{sector.name_zh}" for sector in sectors]


def _store(model: type[Organisation] | type[Listing], rows: list[Weighed]) -> None:
    """One statement for all of them: an import stores hundreds at a time."""
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    names = [document_of("\n".join(row[1])) for row in rows]
    texts = [document_of("\n".join(row[2])) for row in rows]
    further = [document_of("\n".join(row[3])) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET search = setweight(to_tsvector('simple', words.a), 'A')"  # noqa: S608 - our own table
            " || setweight(to_tsvector('simple', words.b), 'B') || setweight(to_tsvector('simple', words.c), 'C')"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS words (pk, a, b, c)"
            f" WHERE {table}.id = words.pk",
            [[row[0] for row in rows], names, texts, further],
        )
