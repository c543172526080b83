"""What a key may be limited to, as far as accounts must know it.

Organisations and bridges lie above accounts. The apps that have them say here, once, when they are ready, who keeps
the keys of each, who may still act for it, and who is to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, kw_only=True)
class PlaceOfKeys:
    """An organisation or a bridge, seen from a key.

    `kept_by(user)` are the ids of those whose keys the person makes and ends. `acts(user, id)` says whether the person
    still has a part in one: without it, no key of theirs opens it. `keepers(id)` are those who hear of a new key.
    """

    kept_by: Callable[[Any], QuerySet[Any, int]]
    acts: Callable[[Any, int], bool]
    keepers: Callable[[int], Iterable[Any]]
    name: Callable[[int], str]


_places: dict[str, PlaceOfKeys] = {}


def tell_place(kind: str, place: PlaceOfKeys) -> None:
    """Say what a kind of place is."""
    _places[kind] = place


def kept_by(user: Any, kind: str) -> QuerySet[Any, int]:
    """Ids of the places of a kind whose keys the person keeps."""
    return _places[kind].kept_by(user)


def keeps(user: Any, kind: str, pk: int) -> bool:
    """Whether the person keeps the keys of one place."""
    return pk in set(_places[kind].kept_by(user))


def acts(user: Any, kind: str, pk: int) -> bool:
    """Whether the person still has a part in a place."""
    return _places[kind].acts(user, pk)


def keepers(kind: str, pk: int) -> Iterable[Any]:
    """Who keeps the keys of a place."""
    return _places[kind].keepers(pk)


def place_name(kind: str, pk: int) -> str:
    """What a place is called, in the language in use."""
    return _places[kind].name(pk)
