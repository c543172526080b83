"""Whose listing it is, as far as the reader may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qiao.bridges.models import Bridge
from qiao.bridges.rules import reviews_for_bridge
from qiao.common.regions import country_name
from qiao.directory.models import Affiliation, Listing, Organisation


@dataclass(frozen=True)
class Author:
    """What a reader sees of the organisation behind a listing. `organisation` is None when its name is withheld."""

    label: str
    kind: str
    kind_label: str
    size_label: str
    country: str
    place: str
    organisation: Organisation | None

    @property
    def is_named(self) -> bool:
        """Whether the reader may know who it is."""
        return self.organisation is not None


class Readership:
    """What one person may know on one bridge, looked up once for a whole page."""

    def __init__(self, user: Any, bridge: Bridge) -> None:
        self.sees_all = bool(user.is_authenticated and reviews_for_bridge(user, bridge))
        self.own_organisation_ids = (
            frozenset(Affiliation.objects.filter(user=user).values_list("organisation_id", flat=True))
            if user.is_authenticated
            else frozenset()
        )

    def knows_author_of(self, listing: Listing) -> bool:
        """Whether the name may be shown: not anonymous, one's own, or one reviews for the bridge."""
        return not listing.anonymous or self.sees_all or listing.organisation_id in self.own_organisation_ids

    def author_of(self, listing: Listing) -> Author:
        """The author as this person may see it. `listing.organisation` should be selected beforehand."""
        organisation = listing.organisation
        named = self.knows_author_of(listing)
        kind_label = organisation.get_kind_display()
        return Author(
            label=organisation.name
            if named
            else _("%(kind)s, %(country)s") % {"kind": kind_label, "country": country_name(organisation.country)},
            kind=organisation.kind,
            kind_label=kind_label,
            size_label=organisation.get_size_display() if organisation.size else "",
            country=organisation.country,
            place=organisation.place if named else country_name(organisation.country),
            organisation=organisation if named else None,
        )
