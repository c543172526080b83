"""Cases to take away, as CSV or a workbook. Whoever takes them is in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from tempfile import TemporaryFile
from typing import Any

from defusedcsv import csv
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.partnerships.models import Introduction
from qiao.partnerships.querysets.introductions import IntroductionQuerySet
from qiao.partnerships.rules import brokers_on

PIECE = 500


class CaseFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


_TYPES = {
    CaseFormat.CSV: "text/csv; charset=utf-8",
    CaseFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@transaction.atomic
def export_cases(
    bridge: Bridge,
    *,
    actor: Any,
    cases: IntroductionQuerySet,
    file_format: CaseFormat,
    filters: Mapping[str, str] | None = None,
) -> tuple[Iterator[Any], str]:
    """The cases a piece at a time, oldest first, and the type of the file. What a side said privately is not in it.

    `filters` are what they were narrowed by, which the log keeps; of words that were looked for, which may name a
    person, only that there were some.

    Raises `NotAllowed` for who does not broker on the bridge.
    """
    if not brokers_on(actor, bridge):
        raise NotAllowed
    record(
        "export_cases",
        bridge,
        actor=actor,
        bridge_id=bridge.pk,
        detail={"format": str(file_format), "filters": _kept(filters or {})},
    )
    language = translation.get_language() or "en"
    make = _csv if file_format == CaseFormat.CSV else _workbook
    return make(cases, language), _TYPES[file_format]


def _kept(filters: Mapping[str, str]) -> list[str]:
    return sorted(name if name == "q" else f"{name}={value[:60]}" for name, value in filters.items())


def _heads() -> list[str]:
    return [
        _("Number"), _("Organisation"), _("Country"), _("Organisation"), _("Country"), _("Origin"), _("State"),
        _("Stage"), _("Requested"), _("Lapses"), _("Introduced"), _("Closed"), _("Reason"), _("Next step"), _("Due on"),
        _("Advisers"), _("Last activity"),
    ]  # fmt: skip


def _rows(cases: IntroductionQuerySet, language: str) -> Iterator[list[str]]:
    with translation.override(language):
        yield _heads()
    last = 0
    while True:
        piece = list(cases.order_by("pk").filter(pk__gt=last).in_full()[:PIECE])
        if not piece:
            return
        last = piece[-1].pk
        with translation.override(language):
            rows = [_row(case) for case in piece]
        yield from rows


def _row(case: Introduction) -> list[str]:
    advisers = {party.adviser.display_name for party in case.parties.all() if party.adviser is not None}
    return [
        case.public_id, case.first.name, case.first.country, case.second.name, case.second.country,
        case.get_origin_display(), case.get_state_display(), case.get_stage_display(), _day(case.requested_at),
        _day(case.lapses_at), _day(case.opened_at), _day(case.closed_at), case.get_close_reason_display(),
        case.next_step, case.next_step_on.isoformat() if case.next_step_on else "", "; ".join(sorted(advisers)),
        _day(case.stirred_at),
    ]  # fmt: skip


def _day(moment: Any) -> str:
    return "" if moment is None else timezone.localtime(moment).date().isoformat()


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(cases: IntroductionQuerySet, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # lets Excel read Chinese
    for row in _rows(cases, language):
        yield str(writer.writerow(row))


def _workbook(cases: IntroductionQuerySet, language: str) -> Iterator[bytes]:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("cases")
    for row in _rows(cases, language):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"  # words, whatever they begin with: a spreadsheet must not calculate them
            cells.append(cell)
        sheet.append(cells)
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece
