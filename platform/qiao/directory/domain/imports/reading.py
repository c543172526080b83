"""Reading a file as rows: CSV as spreadsheets write it, XLSX, JSON Lines. Rows come one by one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.directory.domain.imports.encoding import encoding_of
from qiao.directory.domain.imports.workbooks import is_workbook, workbook_rows

ROW_LIMIT = 200_000
COLUMN_LIMIT = 200
CELL_LIMIT = 100_000
SAMPLE = 50
#: Stands for what a file may hold and the database cannot: the check names the cell.
UNSTORABLE = "\ufffd"
#: Keys of a stored row that tell what was wrong with it before any column could be looked at.
UNREADABLE, TOO_MANY_CELLS = "\x1funreadable", "\x1ftoo many cells"
_SEPARATORS = ",;\t|，；"

csv.field_size_limit(CELL_LIMIT * 10)

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The columns of a file and its rows, to be walked through once."""

    columns: list[str]
    rows: Iterator[Row]


@dataclass(frozen=True)
class Glance:
    """The head of a file: its columns and its first rows."""

    columns: list[str]
    rows: list[Row]


def read_table(stream: BinaryIO) -> Table:
    """Open a file of any of the three formats, told by its content. Raises `InvalidInput` for what cannot be read."""
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    if not head:
        raise refused(_("The file is empty."))
    if is_workbook(head):
        return _with_header(_limited(workbook_rows(stream)))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(_("This is a workbook of Excel 2003 or older. Save it as .xlsx or .csv and try again."))
    encoding = encoding_of(stream)
    if encoding is None:
        raise refused(_("This is neither a spreadsheet nor a text file. Save it as .csv, .xlsx or .jsonl."))
    text = _Text(stream, encoding=encoding, newline="", errors="replace")
    start = _first_character(text)
    if start == "[":
        raise refused(_("A JSON file needs one object a line (JSON Lines), not one list."))
    return _json_lines(text) if start == "{" else _separated(text)


def glance_at(stream: BinaryIO) -> Glance:
    """The columns and the first rows, without reading on. Raises `InvalidInput` like `read_table`."""
    table = read_table(stream)
    return Glance(table.columns, list(islice(table.rows, SAMPLE)))


def refused(message: str) -> InvalidInput:
    """A whole file that cannot be read."""
    return InvalidInput(message, errors={"file": [message]})


class _Text(io.TextIOWrapper):
    """Leaves the stream open when it is collected: the stream is the caller's."""

    def __del__(self) -> None:
        if not self.closed:
            self.detach()


def _first_character(text: io.TextIOWrapper) -> str:
    start = text.read(200).lstrip()[:1]
    text.seek(0)
    return start


def _separated(text: io.TextIOWrapper) -> Table:
    first = text.readline(CELL_LIMIT)
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        separator = first.strip()[4]  # Excel's own hint, a line before the header
    else:
        separator = _separator_in(first)
        text.seek(0)

    def cells() -> Iterator[list[Any]]:
        reader = csv.reader(text, delimiter=separator)
        try:
            yield from reader
        except csv.Error as error:
            raise refused(
                _("Line %(line)s cannot be read: a quotation mark may not be closed.") % {"line": reader.line_num}
            ) from error

    return _with_header(_limited(cells()))


def _separator_in(header: str) -> str:
    """The separator that is there most often outside quotation marks; the usual one when several are."""
    outside = "".join(header.split('"')[0::2])
    return max(_SEPARATORS, key=lambda separator: (outside.count(separator), -_SEPARATORS.index(separator)))


def _limited(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Rows that hold something. Raises `InvalidInput` past the limit."""
    count = 0
    for row in rows:
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row):
            continue
        count += 1
        if count > ROW_LIMIT + 1:  # one is the header
            raise _too_many_rows()
        yield row


def _with_header(rows: Iterator[list[Any]]) -> Table:
    header = next(rows, None)
    if header is None:
        raise refused(_("The file is empty."))
    columns = _named(header)
    if len(columns) > COLUMN_LIMIT:
        raise _too_many_columns()
    return Table(columns, (_row(columns, cells) for cells in rows))


def _named(header: list[Any]) -> list[str]:
    """Names of columns: each one once, an empty one by its number."""
    cells = [" ".join(str(cell if cell is not None else "").replace("\x00", "").split())[:120] for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        base = cell or _("Column %(number)s") % {"number": number}
        name, again = base, 2
        while name in names:
            name = f"{base} ({again})"
            again += 1
        names.append(name)
    return names


def _row(columns: list[str], cells: list[Any]) -> Row:
    row: Row = {name: _stored(cell) for name, cell in zip(columns, cells, strict=False) if _holds_something(cell)}
    if any(_holds_something(cell) for cell in cells[len(columns) :]):
        row[TOO_MANY_CELLS] = len(cells)
    return row


def _json_lines(text: io.TextIOWrapper) -> Table:
    columns: dict[str, None] = {}
    for line in islice((line for line in text if line.strip()), SAMPLE):
        columns |= dict.fromkeys(name for name in _json_row(line) if name != UNREADABLE)
    text.seek(0)
    if len(columns) > COLUMN_LIMIT:
        raise _too_many_columns()

    def rows() -> Iterator[Row]:
        count = 0
        for line in text:
            if not line.strip():
                continue
            count += 1
            if count > ROW_LIMIT:
                raise _too_many_rows()
            yield _json_row(line)

    return Table(list(columns), rows())


def _json_row(line: str) -> Row:
    loaded: Any = None
    if len(line) <= CELL_LIMIT * 10:
        try:
            loaded = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            loaded = None
    if not isinstance(loaded, dict):
        return {UNREADABLE: _stored(line[:200])}
    return {str(name)[:120].replace("\x00", ""): _stored(value) for name, value in list(loaded.items())[:COLUMN_LIMIT]}


def _holds_something(cell: Any) -> bool:
    return cell is not None and cell != ""


def _stored(value: Any) -> Any:
    """A value as JSON in PostgreSQL can hold it: no null bytes, no lone surrogates, no endless text, no deep trees."""
    if isinstance(value, str):
        text = value.replace("\x00", UNSTORABLE)[: CELL_LIMIT + 1]
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**18 else f"{value:.6e}"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 10**15 else value
    if isinstance(value, list):
        return [_stored(item if not isinstance(item, list | dict) else str(item)[:500]) for item in value[:200]]
    return _stored(str(value))


def _too_many_rows() -> InvalidInput:
    return refused(_("The file has more than %(limit)s rows. Split it.") % {"limit": f"{ROW_LIMIT:,}"})


def _too_many_columns() -> InvalidInput:
    return refused(_("The file has more than %(limit)s columns.") % {"limit": COLUMN_LIMIT})
