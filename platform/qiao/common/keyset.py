"""Cutting a long list into pages by where the last one ended.

A page by number has the database count and skip all rows before it; this one begins at a row, so that the millionth
costs what the first does. Rows are in order of `at`, newest first, and of their id where two have the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class KeysetPage:
    """Rows of a page, and where the pages beside it begin: "" where there is none."""

    rows: list[Any]
    newer: str = ""
    older: str = ""


def keyset_page(request: HttpRequest, queryset: QuerySet[Any], *, size: int = 50) -> KeysetPage:
    """The page that `?older=` or `?newer=` asks for; the first for nonsense."""
    older, newer = _place(request.GET.get("older", "")), _place(request.GET.get("newer", ""))
    if newer is not None:
        rows = list(_from(queryset, newer, newest_first=False)[: size + 1])
        if len(rows) <= size:  # the first page, and a whole one
            return _first(queryset, size)
        rows = rows[:size][::-1]
        return KeysetPage(rows, newer=_cursor(rows[0]), older=_cursor(rows[-1]))
    if older is None:
        return _first(queryset, size)
    rows = list(_from(queryset, older)[: size + 1])
    if not rows:
        return _first(queryset, size)
    shown = rows[:size]
    return KeysetPage(shown, newer=_cursor(shown[0]), older=_cursor(shown[-1]) if len(rows) > size else "")


def in_pieces(queryset: QuerySet[Any], *, size: int = 1000) -> Iterator[list[Any]]:
    """All rows, a piece at a time: as little memory for a million as for a thousand, and no long transaction."""
    rows = list(_ordered(queryset)[:size])
    while rows:
        yield rows
        rows = list(_from(queryset, (rows[-1].at, rows[-1].pk))[:size])


def _first(queryset: QuerySet[Any], size: int) -> KeysetPage:
    rows = list(_ordered(queryset)[: size + 1])
    return KeysetPage(rows[:size], older=_cursor(rows[size - 1]) if len(rows) > size else "")


def _ordered(queryset: QuerySet[Any], *, newest_first: bool = True) -> QuerySet[Any]:
    return queryset.order_by("-at", "-pk") if newest_first else queryset.order_by("at", "pk")


def _from(queryset: QuerySet[Any], place: tuple[datetime, int], *, newest_first: bool = True) -> QuerySet[Any]:
    at, pk = place
    # The first condition is implied by the second, and the one that an index can begin at.
    if newest_first:
        rest = queryset.filter(Q(at__lte=at), Q(at__lt=at) | Q(pk__lt=pk))
    else:
        rest = queryset.filter(Q(at__gte=at), Q(at__gt=at) | Q(pk__gt=pk))
    return _ordered(rest, newest_first=newest_first)


def _cursor(row: Any) -> str:
    return f"{(row.at - _EPOCH) // _MICROSECOND}-{row.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    moment, _, pk = cursor[:60].partition("-")
    if not (moment.isascii() and moment.isdigit() and pk.isascii() and pk.isdigit()) or len(pk) > 18:
        return None
    try:
        return _EPOCH + int(moment) * _MICROSECOND, int(pk)
    except OverflowError:
        return None
