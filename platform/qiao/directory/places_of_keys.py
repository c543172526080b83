"""Tells accounts what an organisation is to the keys of programs that act for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from qiao.accounts.enums import Place
from qiao.accounts.places import PlaceOfKeys, tell_place
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation


def _owned_by(user: Any) -> QuerySet[Affiliation, int]:
    owned = Affiliation.objects.filter(user=user, role=PersonRole.OWNER)
    return owned.order_by().values_list("organisation_id", flat=True)


def _acts(user: Any, pk: int) -> bool:
    return Affiliation.objects.filter(user=user, organisation_id=pk).exists()


def _owners(pk: int) -> Iterable[Any]:
    return get_user_model().objects.filter(
        is_active=True, affiliations__organisation_id=pk, affiliations__role=PersonRole.OWNER
    )


def _name(pk: int) -> str:
    return str(Organisation.objects.get(pk=pk))


def connect() -> None:
    """Tell accounts. Called once, when the app is ready."""
    tell_place(Place.ORGANISATION, PlaceOfKeys(kept_by=_owned_by, acts=_acts, keepers=_owners, name=_name))
