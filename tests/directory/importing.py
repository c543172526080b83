"""Files for imports, made in the test, and an import from the file to its end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from qiao.bridges.models import Bridge, Side
from qiao.directory.domain.imports.applying import apply_import
from qiao.directory.domain.imports.checking import check_import
from qiao.directory.domain.imports.jobs import confirm_import, request_check, start_import
from qiao.directory.enums import ImportState
from qiao.directory.models import ImportJob

HEADER = ["ID", "Name", "Country", "Type", "Website", "Summary"]
TIDEWELL = ["1", "Tidewell Surgical", "GB", "startup", "tidewell.example", "Small robots for keyhole surgery."]


def csv_file(*rows: Sequence[Any], encoding: str = "utf-8", separator: str = ",") -> io.BytesIO:
    """A CSV file, the first row being the header."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def json_lines(*rows: Any) -> io.BytesIO:
    """A file of one object a line."""
    return io.BytesIO("\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())


def workbook(*rows: Sequence[Any]) -> io.BytesIO:
    """An XLSX file."""
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    file.seek(0)
    return file


def checked(
    bridge: Bridge,
    file: io.BytesIO,
    *,
    actor: Any = None,
    side: Side | None = None,
    kind: str = "",
    source: str = "",
    mapping: dict[str, Any] | None = None,
    **changes: Any,
) -> ImportJob:
    """Upload and check. `changes` go over the guessed mapping."""
    job = start_import(bridge, actor=actor, file_name="file", stream=file, kind=kind, side=side, source=source)
    request_check(job, actor=actor, mapping=(mapping or job.mapping) | changes, side=side)
    assert check_import(job.pk)
    job.refresh_from_db()
    return job


def imported(bridge: Bridge, file: io.BytesIO, *, leave_out_bad: bool = False, **options: Any) -> ImportJob:
    """Upload, check, confirm and apply."""
    job = checked(bridge, file, **options)
    assert job.state == ImportState.CHECKED, job.error
    confirm_import(job, actor=options.get("actor"), leave_out_bad=leave_out_bad)
    assert apply_import(job.pk)
    job.refresh_from_db()
    assert job.state == ImportState.DONE
    return job


def reasons(job: ImportJob) -> dict[int, list[tuple[str, str]]]:
    """What is wrong, by row: (column, reason)."""
    return {
        row.number: [(error["column"], error["reason"]) for error in row.errors] for row in job.rows.exclude(errors=[])
    }


def figures(job: ImportJob) -> tuple[int, int, int, int]:
    """New, changed, unchanged and bad rows."""
    return job.rows_new, job.rows_changed, job.rows_same, job.rows_bad
