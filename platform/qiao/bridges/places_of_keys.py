"""Tells accounts what a bridge is to the keys of programs that act on its desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from qiao.accounts.enums import Place
from qiao.accounts.places import PlaceOfKeys, tell_place
from qiao.bridges.models import Bridge
from qiao.bridges.rules import RUNS


def _run_by(user: Any) -> QuerySet[Bridge, int]:
    bridges = (
        Bridge.objects.all() if user.is_superuser else Bridge.objects.filter(staff__user=user, staff__role__in=RUNS)
    )
    return bridges.order_by().values_list("pk", flat=True)


def _acts(user: Any, pk: int) -> bool:
    return pk in set(_run_by(user))


def _organisers(pk: int) -> Iterable[Any]:
    return get_user_model().objects.filter(is_active=True, bridge_roles__bridge_id=pk, bridge_roles__role__in=RUNS)


def _name(pk: int) -> str:
    return str(Bridge.objects.get(pk=pk))


def connect() -> None:
    """Tell accounts. Called once, when the app is ready."""
    tell_place(Place.BRIDGE, PlaceOfKeys(kept_by=_run_by, acts=_acts, keepers=_organisers, name=_name))
