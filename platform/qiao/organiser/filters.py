"""Filters of the desk's tables."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from matching.app.enums import Band
from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.directory.enums import Direction, ListingKind, ListingState, MembershipState, OrganisationKind
from qiao.directory.filters import side_choices
from qiao.directory.models import Listing, Membership, Organisation


class MembershipFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Members and applicants."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    state = django_filters.ChoiceFilter(label=_("State"), choices=MembershipState.choices, empty_label=_("Any state"))
    side = django_filters.ChoiceFilter(label=_("Side"), field_name="side__code", empty_label=_("Any side"))
    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        field_name="organisation__kind",
        choices=OrganisationKind.choices,
        empty_label=_("Any kind"),
    )

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["side"].extra["choices"] = side_choices(bridge)

    def by_words(self, queryset: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        return queryset.filter(organisation__in=Organisation.objects.matching_words(value).order_by())


class DeskListingFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Needs and offers in any state."""

    q = django_filters.CharFilter(label=_("Words"), method="by_words")
    state = django_filters.ChoiceFilter(label=_("State"), choices=ListingState.choices, empty_label=_("Any state"))
    direction = django_filters.ChoiceFilter(
        label=_("Needs or offers"), choices=Direction.choices, empty_label=_("Both")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ListingKind.choices, empty_label=_("Any kind"))

    class Meta:
        model = Listing
        fields: tuple[str, ...] = ()

    def by_words(self, queryset: Any, name: str, value: str) -> QuerySet[Listing]:
        found: QuerySet[Listing] = queryset.matching_words(value).order_by()
        return found


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Pairs that are proposed."""

    band = django_filters.ChoiceFilter(label=_("Strength"), choices=Band.choices, empty_label=_("Any strength"))
    about = django_filters.CharFilter(label=_("Organisation"), method="by_organisation")
    shown = django_filters.ChoiceFilter(
        label=_("In whose list"),
        method="by_place",
        choices=[("both", _("In both lists")), ("one", _("In one list only")), ("none", _("In no list"))],
        empty_label=_("Any"),
    )

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ()

    def by_organisation(self, queryset: QuerySet[Proposal], name: str, value: str) -> QuerySet[Proposal]:
        found = Organisation.objects.matching_words(value).order_by()
        return queryset.filter(Q(first__in=found) | Q(second__in=found))

    def by_place(self, queryset: QuerySet[Proposal], name: str, value: str) -> QuerySet[Proposal]:
        first, second = Q(rank_for_first__isnull=False), Q(rank_for_second__isnull=False)
        return queryset.filter({"both": first & second, "one": first ^ second, "none": ~first & ~second}[value])
