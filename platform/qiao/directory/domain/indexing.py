"""Keeping the words that search looks in."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from qiao.directory.models import Listing, Organisation
from qiao.directory.search import document_of


def index_organisation(organisation: Organisation) -> None:
    """Store the profile's words: names weigh most, then summaries, then descriptions."""
    Organisation.objects.filter(pk=organisation.pk).update(
        search=SearchVector(
            Value(document_of(f"{organisation.name_en}\n{organisation.name_zh}")), config="simple", weight="A"
        )
        + SearchVector(
            Value(
                document_of(
                    "\n".join(
                        [
                            organisation.summary_en,
                            organisation.summary_zh,
                            organisation.city_en,
                            organisation.city_zh,
                            *(f"{s.name_en}\n{s.name_zh}" for s in organisation.sectors.all()),
                        ]
                    )
                )
            ),
            config="simple",
            weight="B",
        )
        + SearchVector(
            Value(document_of(f"{organisation.description_en}\n{organisation.description_zh}")),
            config="simple",
            weight="C",
        )
    )


def index_listing(listing: Listing) -> None:
    """Store the listing's words: titles weigh most, then texts and sectors. Never the name: it may be hidden."""
    Listing.objects.filter(pk=listing.pk).update(
        search=SearchVector(Value(document_of(f"{listing.title}\n{listing.other_title}")), config="simple", weight="A")
        + SearchVector(
            Value(
                document_of(
                    "\n".join(
                        [
                            listing.text,
                            listing.other_text,
                            *(f"{s.name_en}\n{s.name_zh}" for s in listing.sectors.all()),
                        ]
                    )
                )
            ),
            config="simple",
            weight="B",
        )
    )
