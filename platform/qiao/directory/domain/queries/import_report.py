"""The report of an import: every row with what became of it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from defusedcsv import csv
from django.utils.translation import gettext as _

from qiao.directory.domain.imports.records import shown
from qiao.directory.enums import RowOutcome
from qiao.directory.models import ImportJob, ImportRow


class Writable(Protocol):
    """Something that text is written to."""

    def write(self, text: str, /) -> Any: ...


def report_lines(job: ImportJob) -> Iterator[list[str]]:
    """A header, then for each row: its number, what became of it, column, reason, notes, and its cells as they were."""
    yield [_("Row"), _("Result"), _("Column"), _("Reason"), _("Notes"), *job.columns]
    for row in job.rows.order_by("number").iterator(chunk_size=1000):
        result = str(RowOutcome(row.outcome).label) if row.outcome else ""
        cells = [shown(row.values.get(column)) for column in job.columns]
        notes = " ".join(row.notes)
        for error in row.errors or [{"column": "", "reason": ""}]:
            yield [str(row.number), result, error["column"], error["reason"], notes, *cells]


def row_name(row: ImportRow, job: ImportJob) -> str:
    """What a row is called where there is room for one line: its title or name, else its first cell."""
    mapped = job.mapping.get("columns", {})
    wanted = ("listing.title", "organisation.name", "organisation.name_en", "organisation.name_zh")
    columns = [column for target in wanted for column, code in mapped.items() if code == target]
    for column in [*columns, "title", "name", *job.columns]:
        if text := shown(row.values.get(column)).strip():
            return text[:120]
    return ""


def write_report(job: ImportJob, file: Writable) -> None:
    """Write the report as CSV that a spreadsheet cannot be made to execute."""
    writer = csv.writer(file)
    for line in report_lines(job):
        writer.writerow(line)
