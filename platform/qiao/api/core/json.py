"""Reading and writing JSON: strictly, and not more of it than a call may carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from qiao.api.core.errors import BodyTooLarge, InvalidJson

MOST_DEPTH = 12
#: JavaScript, and many a database, cannot hold a larger one.
LARGEST_NUMBER = 2**53


class StrictJsonParser(BaseParser):
    """JSON in UTF-8, no larger than `API_BODY_LIMIT_KB`, no deeper than `MOST_DEPTH`, each name once, no NaN."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.API_BODY_LIMIT_KB * 1024
        request = (parser_context or {}).get("request")
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
        except ValueError:
            raise InvalidJson from None
        if length > limit:
            raise BodyTooLarge
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise BodyTooLarge
        return parse_json(content)


def parse_json(content: bytes) -> Any:
    """The value. Raises `InvalidJson`."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJson from None
    if _depth(text) > MOST_DEPTH:
        raise InvalidJson
    try:
        value = json.loads(
            text,
            parse_constant=_refuse,
            parse_int=_whole_number,
            parse_float=_number,
            object_pairs_hook=_each_name_once,
        )
    except (ValueError, RecursionError):
        raise InvalidJson from None
    _check_texts(value)
    return value


def _depth(text: str) -> int:
    """How deep brackets lie in each other, outside of strings; before anything is built of them."""
    deepest = depth = 0
    within, escaped = False, False
    for sign in text:
        if within:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == '"':
                within = False
        elif sign == '"':
            within = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _refuse(_constant: str) -> Any:
    raise ValueError


def _whole_number(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_NUMBER:
        raise ValueError
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if len(digits) > 40 or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError
    return named


def _check_texts(value: Any) -> None:
    """Refuse what no text of ours can hold: a null character, half of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise InvalidJson
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_texts(name)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)


class Utf8JsonRenderer(JSONRenderer):
    """JSON, whatever the caller accepts: there is nothing else here."""

    ensure_ascii = False


class OnlyJson(BaseContentNegotiation):
    """One way to write an answer; the body is read by its declared type, and refused when that is another."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        declared = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == declared), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
