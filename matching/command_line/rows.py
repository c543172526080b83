"""Reading and writing JSON Lines, naming every bad row by its line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.embedding.languages import detect_language

#: So many bad rows are named; the rest are counted.
MOST_NAMED = 20


class BadRows(Exception):
    """Rows that cannot be used. The message names each by file and line."""

    def __init__(self, path: Path, problems: list[tuple[int, str]]) -> None:
        lines = [f"{path}:{number}: {problem}" for number, problem in problems[:MOST_NAMED]]
        if len(problems) > MOST_NAMED:
            lines.append(f"{path}: and {len(problems) - MOST_NAMED} more")
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Row:
    """A text with its id; `language` is what the row says, or what the text's letters say."""

    id: str
    text: str
    language: str
    capacity: int | None = None


def read_rows(path: Path, *, capacity: str | None = None) -> list[Row]:
    """Rows of a file; with `capacity`, the whole number under that key too. Raises `BadRows`, or `OSError`.

    A row that is repeated word for word counts once; another text under the same id is a bad row.
    """
    problems: list[tuple[int, str]] = []
    known: dict[str, tuple[int, Row]] = {}
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            problem, row = _row(line, capacity)
            if row is None:
                problems.append((number, problem))
            elif row.id not in known:
                known[row.id] = (number, row)
            elif known[row.id][1] != row:
                problems.append((number, f"id {row.id!r} is already on line {known[row.id][0]}, with other words"))
    if problems:
        raise BadRows(path, problems)
    return [row for _, row in known.values()]


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write all rows or, when something fails on the way, none."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _row(line: str, capacity: str | None) -> tuple[str, Row | None]:
    try:
        data = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}", None
    if not isinstance(data, dict):
        return "not a JSON object", None
    identity, text = data.get("id"), data.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity:
        return 'no "id" of letters or digits', None
    if not isinstance(text, str):
        return 'no "text"', None
    places = None
    if capacity is not None:
        places = data.get(capacity)
        if not isinstance(places, int) or isinstance(places, bool) or places < 0:
            return f'"{capacity}" is not a whole number of 0 or more', None
    language = data.get("lang") or detect_language(text)
    if language not in ("en", "zh"):
        language = detect_language(text)
    return "", Row(identity, text, language, places)
