"""Who may do what in the directory."""

from __future__ import annotations

from typing import Any

import rules

from qiao.bridges.rules import reviews_for_bridge, runs_bridge
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Listing, Membership, Organisation


def role_in(user: Any, organisation: Organisation) -> str | None:
    """The person's role in the organisation."""
    if not getattr(user, "is_authenticated", False):
        return None
    return Affiliation.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()


@rules.predicate
def is_person_of(user: Any, organisation: Organisation | None) -> bool:
    """Has any role in the organisation."""
    return organisation is not None and role_in(user, organisation) is not None


@rules.predicate
def runs_its_bridge(user: Any, organisation: Organisation | None) -> bool:
    """Runs the bridge that manages this profile."""
    return (
        organisation is not None and organisation.managed_by is not None and runs_bridge(user, organisation.managed_by)
    )


@rules.predicate
def writes_for(user: Any, organisation: Organisation | None) -> bool:
    """Owner or editor, or organiser of the bridge that manages the profile."""
    if organisation is None or not getattr(user, "is_authenticated", False):
        return False
    return (
        user.is_superuser
        or role_in(user, organisation) in (PersonRole.OWNER, PersonRole.EDITOR)
        or runs_its_bridge(user, organisation)
    )


@rules.predicate
def owns(user: Any, organisation: Organisation | None) -> bool:
    """Owner."""
    if organisation is None or not getattr(user, "is_authenticated", False):
        return False
    return user.is_superuser or role_in(user, organisation) == PersonRole.OWNER


@rules.predicate
def writes_listing(user: Any, listing: Listing | None) -> bool:
    """Writes for the listing's organisation."""
    return listing is not None and writes_for(user, listing.organisation)


@rules.predicate
def reviews_listing(user: Any, listing: Listing | None) -> bool:
    """Reviews for the bridge the listing is on."""
    return listing is not None and reviews_for_bridge(user, listing.bridge)


@rules.predicate
def reviews_membership(user: Any, membership: Membership | None) -> bool:
    """Reviews for the bridge applied to."""
    return membership is not None and reviews_for_bridge(user, membership.bridge)


rules.add_perm("directory.change_organisation", writes_for)
rules.add_perm("directory.change_people", owns)
rules.add_perm("directory.change_listing", writes_listing)
rules.add_perm("directory.review_listing", reviews_listing)
rules.add_perm("directory.review_membership", reviews_membership)
