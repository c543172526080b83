"""Lists, a page at a time, by where the last one ended: the millionth row costs what the first does."""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.request import Request

from qiao.api.core.errors import InvalidParameter

DEFAULT_SIZE = 25
MOST = 100


@dataclass(frozen=True)
class Page:
    """Rows, and the cursor of the page after them; "" at the end."""

    rows: list[Any]
    cursor: str


def page_of(request: Request, queryset: QuerySet[Any], order: tuple[str, ...] = ("-id",)) -> Page:
    """The page that `cursor` and `limit` ask for. `order` are columns that are never null, the last one unique.

    Raises `InvalidParameter` for a cursor that was not given out, or a limit that is no number from 1 to 100.
    """
    size = size_of(request)
    cursor = request.query_params.get("cursor", "")
    rows = queryset.order_by(*order)
    if cursor:
        rows = rows.filter(_after(order, _values(cursor, order)))
    found = list(rows[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    last = found[size - 1]
    return Page(found[:size], _cursor([_value(last, name) for name in order]))


def size_of(request: Request) -> int:
    """How many rows a page has. Raises `InvalidParameter`."""
    text = request.query_params.get("limit", "")
    if not text:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise InvalidParameter(parameter="limit")
    return int(text)


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows beyond the values: beyond in the first column, or level there and beyond in the next."""
    beyond = Q()
    for number, name in enumerate(order):
        level = {one.lstrip("-"): values[at] for at, one in enumerate(order[:number])}
        beyond |= Q(**level, **{f"{name.lstrip('-')}__{'lt' if name.startswith('-') else 'gt'}": values[number]})
    first, value = order[0], values[0]
    # Implied by the rest, and what an index can begin at.
    return Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": value}) & beyond


def _value(row: Any, name: str) -> Any:
    value = row
    for part in name.lstrip("-").split("__"):
        value = getattr(value, part)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _values(cursor: str, order: tuple[str, ...]) -> list[Any]:
    refused = InvalidParameter(parameter="cursor")
    if len(cursor) > 400 or not cursor.isascii():
        raise refused
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise refused from None
    if not isinstance(values, list) or len(values) != len(order):
        raise refused
    return [_read(value, name.lstrip("-"), refused) for value, name in zip(values, order, strict=True)]


def _read(value: Any, name: str, refused: InvalidParameter) -> Any:
    if name.rpartition("__")[2] in ("id", "position", "sequence"):
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**62:
            raise refused
        return value
    if not isinstance(value, str) or len(value) > 200 or "\x00" in value:
        raise refused
    if name.endswith("_at"):
        return _moment(value, refused)
    if name.endswith(("_on", "_day")):
        try:
            day = parse_date(value)
        except ValueError:
            raise refused from None
        if day is None:
            raise refused
        return day
    return value


def _moment(value: str, refused: InvalidParameter) -> datetime.datetime:
    try:
        moment = parse_datetime(value)
    except ValueError:
        raise refused from None
    if moment is None or moment.tzinfo is None:
        raise refused
    return moment
