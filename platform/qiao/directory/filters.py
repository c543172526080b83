"""Filters of the directory: the same for pages and for partners."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge
from qiao.common.languages import TextLanguage
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    ListingKind,
    OrganisationKind,
    OrganisationSize,
)
from qiao.directory.models import Listing, Membership, Organisation, Sector
from qiao.directory.querysets.listing import ListingQuerySet
from qiao.directory.querysets.organisation import OrganisationQuerySet


def sector_choices() -> list[tuple[str, Any]]:
    """The taxonomy as grouped choices: a top sector with its branches."""
    groups: list[tuple[str, Any]] = []
    tops: dict[int, tuple[Sector, list[tuple[str, str]]]] = {}
    for sector in Sector.objects.order_by("position"):
        if sector.parent_id is None:
            tops[sector.pk] = (sector, [(sector.code, str(_("All of “%(sector)s”") % {"sector": sector}))])
        elif sector.parent_id in tops:
            tops[sector.parent_id][1].append((sector.code, str(sector)))
    for sector, choices in tops.values():
        groups.append((str(sector), choices))
    return groups


def side_choices(bridge: Bridge) -> list[tuple[str, str]]:
    """The bridge's sides."""
    return [(side.code, str(side)) for side in bridge.sides.all()]


def in_sector(queryset: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Rows that carry the sector or, for a top one, any of its branches; each row once."""
    through = queryset.model.sectors.through
    owner = queryset.model._meta.model_name
    of_row = {f"{owner}_id": OuterRef("pk")}
    wanted = through.objects.filter(Q(sector__code=code) | Q(sector__parent__code=code), **of_row)
    return queryset.filter(Exists(wanted))


class BridgeFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """A filter set that knows its bridge."""

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        self.bridge = bridge
        super().__init__(*args, **kwargs)
        self.filters["sector"].extra["choices"] = sector_choices()
        self.filters["side"].extra["choices"] = side_choices(bridge)


class OrganisationFilter(BridgeFilterSet):
    """Filters of the directory of organisations."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    side = django_filters.ChoiceFilter(label=_("Side"), method="by_side", empty_label=_("Any side"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=OrganisationKind.choices, empty_label=_("Any kind"))
    size = django_filters.ChoiceFilter(label=_("Size"), choices=OrganisationSize.choices, empty_label=_("Any size"))
    sector = django_filters.ChoiceFilter(label=_("Sector"), method="by_sector", empty_label=_("Any sector"))

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def by_words(self, queryset: OrganisationQuerySet, name: str, value: str) -> OrganisationQuerySet:
        return queryset.matching_words(value)

    def by_side(self, queryset: OrganisationQuerySet, name: str, value: str) -> QuerySet[Organisation]:
        on_side = Membership.objects.approved().filter(
            organisation=OuterRef("pk"), bridge=self.bridge, side__code=value
        )
        return queryset.filter(Exists(on_side))

    def by_sector(self, queryset: OrganisationQuerySet, name: str, value: str) -> QuerySet[Organisation]:
        return in_sector(queryset, value)


class ListingFilter(BridgeFilterSet):
    """Filters of needs and offers."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    direction = django_filters.ChoiceFilter(
        label=_("Needs or offers"), choices=Direction.choices, empty_label=_("Both")
    )
    side = django_filters.ChoiceFilter(label=_("Side"), method="by_side", empty_label=_("Any side"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ListingKind.choices, empty_label=_("Any kind"))
    sector = django_filters.ChoiceFilter(label=_("Sector"), method="by_sector", empty_label=_("Any sector"))
    stage = django_filters.ChoiceFilter(
        label=_("Stage of development"), choices=DevelopmentStage.choices, empty_label=_("Any stage")
    )
    form = django_filters.ChoiceFilter(
        label=_("Form of cooperation"), choices=CooperationForm.choices, method="by_form", empty_label=_("Any form")
    )
    organisation_kind = django_filters.ChoiceFilter(
        label=_("Kind of organisation"),
        field_name="organisation__kind",
        choices=OrganisationKind.choices,
        empty_label=_("Any kind"),
    )
    language = django_filters.ChoiceFilter(
        label=_("Written in"), choices=TextLanguage.choices, empty_label=_("Either language")
    )

    class Meta:
        model = Listing
        fields: tuple[str, ...] = ()

    def by_words(self, queryset: ListingQuerySet, name: str, value: str) -> ListingQuerySet:
        return queryset.matching_words(value)

    def by_side(self, queryset: ListingQuerySet, name: str, value: str) -> QuerySet[Listing]:
        on_side = Membership.objects.approved().filter(
            organisation=OuterRef("organisation_id"), bridge=self.bridge, side__code=value
        )
        return queryset.filter(Exists(on_side))

    def by_sector(self, queryset: ListingQuerySet, name: str, value: str) -> QuerySet[Listing]:
        return in_sector(queryset, value)

    def by_form(self, queryset: ListingQuerySet, name: str, value: str) -> QuerySet[Listing]:
        return queryset.filter(forms__contains=[value])
