"""Where a column may go: every field of a profile and of a listing that a file can fill, and how its cells are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qiao.common.languages import TextLanguage
from qiao.common.money import Currency
from qiao.directory.domain.imports import cells, vocabulary
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    IntellectualProperty,
    ListingKind,
    OrganisationKind,
    OrganisationSize,
)

if TYPE_CHECKING:
    from django.db.models import TextChoices
    from django_stubs_ext import StrOrPromise

Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Target:
    """A place for a column. `code` is `organisation.<field>` or `listing.<field>`.

    A field without a language (`name`, `summary` …) goes to that of its text.
    """

    code: str
    label: StrOrPromise
    read: Read

    @property
    def of(self) -> str:
        """`organisation` or `listing`."""
        return self.code.partition(".")[0]

    @property
    def field(self) -> str:
        """The name after the dot."""
        return self.code.partition(".")[2]

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers it is guessed from, beside its own name and label."""
        return vocabulary.headers_of(self.code)


def _one(choices: type[TextChoices], words: str) -> Read:
    return partial(cells.choice_of, choices=choices, words=words)


def _several(choices: type[TextChoices], words: str) -> Read:
    return partial(cells.choices_of, choices=choices, words=words)


_ORGANISATION: tuple[tuple[str, StrOrPromise, Read], ...] = (
    ("external_id", _("Number or code in your records"), cells.line_of),
    ("name", _("Name, in either language"), cells.line_of),
    ("name_en", _("Name in English"), cells.line_of),
    ("name_zh", _("Name in Chinese"), cells.line_of),
    ("kind", _("Kind of organisation"), _one(OrganisationKind, "organisation_kind")),
    ("size", _("Size"), _one(OrganisationSize, "size")),
    ("founded", _("Founded in"), cells.year_of),
    ("country", _("Country"), cells.country_of),
    ("region", _("Region, in either language"), cells.line_of),
    ("region_en", _("Region in English"), cells.line_of),
    ("region_zh", _("Region in Chinese"), cells.line_of),
    ("city", _("City, in either language"), cells.line_of),
    ("city_en", _("City in English"), cells.line_of),
    ("city_zh", _("City in Chinese"), cells.line_of),
    ("website", _("Website"), cells.website_of),
    ("summary", _("Summary, in either language"), cells.text_of),
    ("summary_en", _("Summary in English"), cells.text_of),
    ("summary_zh", _("Summary in Chinese"), cells.text_of),
    ("description", _("Description, in either language"), cells.text_of),
    ("description_en", _("Description in English"), cells.text_of),
    ("description_zh", _("Description in Chinese"), cells.text_of),
    ("sectors", _("Sectors of the organisation"), cells.items_of),
)

_LISTING: tuple[tuple[str, StrOrPromise, Read], ...] = (
    ("external_id", _("Number or code of the listing in your records"), cells.line_of),
    ("direction", _("Need or offer"), _one(Direction, "direction")),
    ("kind", _("Kind of need or offer"), _one(ListingKind, "listing_kind")),
    ("language", _("Language of the text"), _one(TextLanguage, "language")),
    ("title", _("Title"), cells.line_of),
    ("text", _("Text"), cells.text_of),
    ("other_title", _("Title in the other language"), cells.line_of),
    ("other_text", _("Short text in the other language"), cells.text_of),
    ("sectors", _("Sectors of the listing"), cells.items_of),
    ("stage", _("Stage of development"), _one(DevelopmentStage, "stage")),
    ("trl", _("Technology readiness level"), cells.integer_of),
    ("ip_status", _("Intellectual property"), _one(IntellectualProperty, "property")),
    ("forms", _("Forms of cooperation sought"), _several(CooperationForm, "form")),
    ("partner_kinds", _("Kinds of partner sought"), _several(OrganisationKind, "organisation_kind")),
    ("partner_sizes", _("Sizes of partner sought"), _several(OrganisationSize, "size")),
    ("countries", _("Countries sought"), cells.countries_of),
    ("amount_min", _("Amount from"), cells.money_of),
    ("amount_max", _("Amount to"), cells.money_of),
    ("currency", _("Currency"), _one(Currency, "currency")),
    ("stages_sought", _("Stages invested in"), _several(DevelopmentStage, "stage")),
    ("regions_sought", _("Regions invested in"), cells.items_of),
    ("valid_until", _("Valid until"), cells.date_of),
    ("anonymous", _("List without the name"), cells.truth_of),
)

TARGETS: dict[str, Target] = {
    f"{of}.{field}": Target(f"{of}.{field}", label, read)
    for of, fields in (("organisation", _ORGANISATION), ("listing", _LISTING))
    for field, label, read in fields
}

#: Fields that take the language of their text, with the fields they may become.
EITHER_LANGUAGE = ("name", "region", "city", "summary", "description")
