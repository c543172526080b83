"""Filters of the board of cases."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge, BridgeStaff
from qiao.directory.enums import OrganisationKind
from qiao.directory.filters import side_choices
from qiao.directory.models import Listing, Membership, Organisation, Sector
from qiao.partnerships.domain.queries.board import Column, in_column
from qiao.partnerships.domain.queries.troubles import with_troubles
from qiao.partnerships.enums import BROKERING, IntroductionState, Origin
from qiao.partnerships.models import Introduction, Party
from qiao.partnerships.querysets.introductions import IntroductionQuerySet

TROUBLES = [
    ("any", _("Anything")),
    ("is_overdue", _("Next step overdue")),
    ("is_lapsing", _("Lapses soon, not answered")),
    ("is_disputed", _("Disputed")),
    ("needs_help", _("Asks for help")),
    ("is_still", _("Still for three weeks")),
    ("waits_for_advisers", _("Waits for advisers")),
]
COLUMN_LABELS = {
    Column.WITH_ADVISERS: _("With the advisers"),
    Column.REQUESTED: _("Requested"),
    Column.INTRODUCED: _("Introduced"),
    Column.MEETING: _("Meeting held"),
    Column.NDA: _("Confidentiality agreement"),
    Column.MEMORANDUM: _("Memorandum"),
    Column.AGREEMENT: _("Agreement"),
    Column.OUTCOME: _("Outcome"),
    Column.ENDED: _("Lapsed or closed"),
}


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Cases of a bridge."""

    q = django_filters.CharFilter(label=_("Organisation or title"), method="by_words")
    column = django_filters.ChoiceFilter(
        label=_("Stage"), method="by_column", choices=list(COLUMN_LABELS.items()), empty_label=_("Any stage")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=IntroductionState.choices[1:], empty_label=_("Any state")
    )
    stuck = django_filters.ChoiceFilter(
        label=_("What holds it up"), method="by_trouble", choices=TROUBLES, empty_label=_("Does not matter")
    )
    adviser = django_filters.ChoiceFilter(label=_("Adviser"), method="by_adviser", empty_label=_("Anybody"))
    side = django_filters.ChoiceFilter(label=_("Asked by side"), method="by_side", empty_label=_("Any side"))
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), method="by_kind", choices=OrganisationKind.choices, empty_label=_("Any kind")
    )
    sector = django_filters.ModelChoiceFilter(
        label=_("Sector"),
        method="by_sector",
        queryset=Sector.objects.filter(parent__isnull=True),
        to_field_name="code",
        empty_label=_("Any sector"),
    )
    origin = django_filters.ChoiceFilter(label=_("Origin"), choices=Origin.choices, empty_label=_("Any origin"))
    since = django_filters.DateFilter(
        label=_("Since"),
        field_name="created_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label=_("Until"),
        field_name="created_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Introduction
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bridge = bridge
        self.filters["side"].extra["choices"] = side_choices(bridge)
        self.filters["adviser"].extra["choices"] = [("none", _("Nobody")), *adviser_choices(bridge)]

    def by_words(self, queryset: QuerySet[Introduction], name: str, value: str) -> QuerySet[Introduction]:
        found = Organisation.objects.matching_words(value).order_by()
        titled = Listing.objects.on_bridge(self.bridge).with_title(value)
        return queryset.filter(
            Q(first__in=found) | Q(second__in=found) | Q(first_listing__in=titled) | Q(second_listing__in=titled)
        )

    def by_column(self, queryset: Any, name: str, value: str) -> QuerySet[Introduction]:
        return in_column(queryset, Column(value))

    def by_trouble(self, queryset: IntroductionQuerySet, name: str, value: str) -> QuerySet[Introduction]:
        # Kept beside each case: what holds it up is looked for among those only.
        held_up = queryset.filter(is_held_up=True)
        found: QuerySet[Introduction] = held_up if value == "any" else with_troubles(held_up).filter(**{value: True})
        return found

    def by_adviser(self, queryset: QuerySet[Introduction], name: str, value: str) -> QuerySet[Introduction]:
        parties = Party.objects.filter(introduction=OuterRef("pk"))
        if value == "none":
            return queryset.filter(~Exists(parties.filter(adviser__isnull=False)))
        return queryset.filter(Exists(parties.filter(adviser__public_id=value)))

    def by_side(self, queryset: QuerySet[Introduction], name: str, value: str) -> QuerySet[Introduction]:
        of_side = Membership.objects.filter(bridge=self.bridge, side__code=value).values("organisation")
        asking = Party.objects.filter(introduction=OuterRef("pk"), asks=True, organisation__in=of_side)
        return queryset.filter(Exists(asking))

    def by_kind(self, queryset: QuerySet[Introduction], name: str, value: str) -> QuerySet[Introduction]:
        return queryset.filter(Q(first__kind=value) | Q(second__kind=value))

    def by_sector(self, queryset: QuerySet[Introduction], name: str, value: Sector) -> QuerySet[Introduction]:
        found = Organisation.objects.filter(Q(sectors=value) | Q(sectors__parent=value))
        return queryset.filter(Q(first__in=found) | Q(second__in=found))


def adviser_choices(bridge: Bridge) -> list[tuple[str, str]]:
    """Who may look after a case of the bridge."""
    staff = BridgeStaff.objects.filter(bridge=bridge, role__in=BROKERING, user__is_active=True)
    return [(one.user.public_id, one.user.display_name) for one in staff.select_related("user").order_by("pk")]
