"""A workshop's report and its lists to take away, as CSV or a workbook. Whoever takes them is in the log."""

from __future__ import annotations

import io
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from defusedcsv import csv
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.common.errors import NotAllowed
from qiao.insights.workshop_report import GroupLine, WorkshopReport, workshop_report
from qiao.partnerships.enums import Stage
from qiao.workshops.enums import RegistrationState
from qiao.workshops.models import CheckIn, Meeting, Registration, Workshop
from qiao.workshops.rules import runs_workshop


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class ExportKind(StrEnum):
    """What is taken: the figures, the people, or the meetings."""

    FIGURES = "figures"
    PEOPLE = "people"
    MEETINGS = "meetings"


TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Row = list[Any]


@transaction.atomic
def export_workshop(
    workshop: Workshop, *, actor: Any, kind: ExportKind, file_format: ExportFormat
) -> tuple[bytes, str]:
    """The file and its type, in the reader's language. Addresses and access needs are not in it.

    Raises `NotAllowed` for who has no part in running the workshop.
    """
    if not runs_workshop(actor, workshop):
        raise NotAllowed
    detail = {"kind": str(kind), "format": str(file_format)}
    record("export_workshop", workshop, actor=actor, bridge_id=workshop.bridge_id, detail=detail)
    rows = list({"figures": _figures, "people": _people, "meetings": _meetings}[kind](workshop))
    return table_file(rows, file_format), TYPES[file_format]


def table_file(rows: list[Row], file_format: ExportFormat) -> bytes:
    """Rows as a file that a spreadsheet opens and is not made to execute."""
    return _csv(rows) if file_format == ExportFormat.CSV else _workbook(rows)


def report_rows(report: WorkshopReport) -> list[tuple[str, Any]]:
    """The figures in words, one a line. A share is told in percent."""
    return [
        (_("Registered"), report.registered),
        (_("On the waiting list"), report.waiting),
        (_("Withdrawn"), report.withdrawn),
        (_("Came"), report.came),
        (_("Came, of those registered"), _percent(report.attended_share)),
        (_("Organisations"), report.organisations),
        (_("Meetings asked for"), report.meetings_asked),
        (_("Of these agreed"), report.meetings_agreed),
        (_("Requests that were answered"), _percent(report.answered_share)),
        (_("Meetings scheduled"), report.meetings_scheduled),
        (_("Meetings held"), report.meetings_held),
        (_("Meetings that did not happen"), report.meetings_missed),
        (_("Disputed"), report.meetings_disputed),
        (_("Walk-in meetings"), report.walk_ins),
        (_("Held across borders"), _percent(report.cross_border_share)),
        (_("People without a meeting held"), report.people_without_meeting),
        (_("Pairs of organisations that met"), report.pairs_met),
        *((str(Stage(stage).label), count) for stage, count in report.stages.items()),
        (_("Feedback given"), report.feedback),
        (_("Mark, of 5"), "" if report.mark is None else round(report.mark, 2)),
    ]


def group_heads() -> list[str]:
    """Heads of the lines per side and kind."""
    return [
        _("Registered"), _("Came"), _("Meetings asked for"), _("Meetings held"), _("Held per person"),
        _("Pairs that met"), _("Introduced since"), _("Agreements since"),
    ]  # fmt: skip


def _figures(workshop: Workshop) -> Iterator[Row]:
    report = workshop_report(workshop)
    yield [str(workshop.name), f"{workshop.first_day} – {workshop.last_day}"]
    for label, value in report_rows(report):
        yield [label, value]
    for head, lines in ((_("Side"), report.sides), (_("Kind"), report.kinds)):
        yield []
        yield [head, *group_heads()]
        yield from (_line(line) for line in lines)


def _line(line: GroupLine) -> Row:
    each = "" if line.held_each is None else round(line.held_each, 2)
    return [
        line.label,
        line.registered,
        line.came,
        line.asked,
        line.held,
        each,
        line.met,
        line.introduced,
        line.agreements,
    ]


def _people(workshop: Workshop) -> Iterator[Row]:
    yield [_("Name"), _("Position"), _("Organisation"), _("Country"), _("Takes part"), _("State"), _("First seen")]
    first: dict[int, Any] = {}
    for pk, moment in CheckIn.objects.filter(registration__workshop=workshop, undone_at=None).values_list(
        "registration_id", "happened_at"
    ):
        first.setdefault(pk, moment)
    people = Registration.objects.of_workshop(workshop).exclude(state=RegistrationState.INVITED)
    for one in people.select_related("organisation"):
        yield [
            one.name, one.job_title, one.organisation.name, one.organisation.country, one.get_mode_display(),
            one.get_state_display(), _moment(first.get(one.pk), workshop),
        ]  # fmt: skip


def _meetings(workshop: Workshop) -> Iterator[Row]:
    yield [_("Number"), _("Begins"), _("Table"), _("Origin"), _("State"), _("Outcome"), _("Who")]
    for one in Meeting.objects.of_workshop(workshop).in_full():
        begins = one.slot.starts_at if one.slot is not None else one.starts_at
        who = "; ".join(
            f"{member.registration.name} ({member.registration.organisation.name})" for member in one.members.all()
        )
        yield [
            one.public_id, _moment(begins, workshop), str(one.table or ""), one.get_origin_display(),
            one.get_state_display(), one.get_outcome_display(), who,
        ]  # fmt: skip


def _moment(moment: Any, workshop: Workshop) -> str:
    return "" if moment is None else timezone.localtime(moment, workshop.zone).strftime("%Y-%m-%d %H:%M")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _csv(rows: list[Row]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows(rows)
    return ("\ufeff" + file.getvalue()).encode()  # the mark lets Excel read Chinese


def _workbook(rows: list[Row]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("workshop")
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # words, whatever they begin with: a spreadsheet must not calculate them
            cells.append(cell)
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
