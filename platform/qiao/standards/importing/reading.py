"""A body's file as rows: JSON Lines or CSV, compressed or not, read as it comes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

from qiao.standards.importing.rows import OWNER, BadRow, CommitteeRow, DocumentRow, row_of

#: No row of these files is longer; one that is would fill the memory.
LONGEST_ROW = 1_000_000
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Bad:
    """What is wrong with a row."""

    code: str
    about: str = ""


class Unreadable(ValueError):
    """The file as a whole cannot be read: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_rows(content: IO[bytes]) -> Iterator[tuple[int, DocumentRow | CommitteeRow | Bad]]:
    """Each row with its number, counted from 1 as the file's lines are (the head of a CSV is line 1).

    Raises `Unreadable` when it is neither JSON Lines nor CSV, or breaks off.
    """
    head = content.read(2)
    content.seek(0)
    plain = cast("IO[bytes]", gzip.GzipFile(fileobj=content)) if head == _GZIP else content
    try:
        first = plain.readline(LONGEST_ROW)
        plain.seek(0)
        if not first.strip():
            raise Unreadable("empty")
        if first.lstrip(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
            yield from _json_lines(plain)
        else:
            yield from _table(plain)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("broken_file") from error


def _json_lines(plain: IO[bytes]) -> Iterator[tuple[int, DocumentRow | CommitteeRow | Bad]]:
    number = 0
    while line := plain.readline(LONGEST_ROW):
        number += 1
        if len(line) == LONGEST_ROW and not line.endswith(b"\n"):
            while (more := plain.readline(LONGEST_ROW)) and not more.endswith(b"\n"):
                pass
            yield number, Bad("long_row")
            continue
        if not line.strip():
            continue
        try:
            values = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError:
            yield number, Bad("bad_encoding")
        except (ValueError, RecursionError):
            yield number, Bad("bad_json")
        else:
            yield number, _row(values)


def _table(plain: IO[bytes]) -> Iterator[tuple[int, DocumentRow | CommitteeRow | Bad]]:
    raw = plain.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise Unreadable("bad_encoding")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(rows)]
    except (StopIteration, csv.Error):
        raise Unreadable("empty") from None
    if "reference" not in names:
        raise Unreadable("no_reference_column")
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield rows.line_num, Bad("bad_csv")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            yield rows.line_num, Bad("too_many_cells")
            continue
        values = {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip() or name in OWNER}
        yield rows.line_num, _row(values)


def _row(values: object) -> DocumentRow | CommitteeRow | Bad:
    try:
        return row_of(values)
    except BadRow as bad:
        return Bad(bad.code, bad.about)
