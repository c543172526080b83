"""Whose acts a person may read.

The log lies below organisations and bridges and knows only their ids. The apps that know whom a person belongs to
say so here, once, when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.db.models import QuerySet

#: `own`: organisations the person has a role in. `kept`: profiles they look after for somebody else. `run`: bridges
#: they run.
Tie = Literal["own", "kept", "run"]
#: From a signed-in person to a query of ids.
Ids = Callable[[Any], "QuerySet[Any, int]"]

_sources: dict[Tie, Ids] = {}


def tell_readers(tie: Tie, ids: Ids) -> None:
    """Say how the ids of one tie are found."""
    _sources[tie] = ids


def ids_of(tie: Tie, user: Any) -> QuerySet[Any, int]:
    """The ids a person is tied to in this way."""
    return _sources[tie](user)
