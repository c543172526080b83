"""The list of who is at a workshop, to take away. Whoever takes it is in the log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.common.errors import NotAllowed
from qiao.insights.workshop_export import TYPES, ExportFormat, table_file
from qiao.workshops.domain.queries.attendance import STANDING_WORDS, who_is_here
from qiao.workshops.models import CheckIn, Workshop
from qiao.workshops.rules import checks_in


@transaction.atomic
def export_attendance(workshop: Workshop, *, actor: Any, file_format: ExportFormat) -> tuple[bytes, str]:
    """Everybody with a place as of today, and the type of the file. Raises `NotAllowed` for who checks nobody in."""
    if not checks_in(actor, workshop):
        raise NotAllowed
    record(
        "export_attendance", workshop, actor=actor, bridge_id=workshop.bridge_id, detail={"format": str(file_format)}
    )
    rows: list[list[Any]] = [
        [_("Name"), _("Organisation"), _("Side"), _("Kind"), _("Today"), _("First seen"), _("Last seen")]
    ]
    rows.extend(
        [
            one.registration.name, str(one.registration.organisation), str(one.side or ""),
            one.registration.organisation.get_kind_display(), str(STANDING_WORDS[one.standing]),
            _moment(one.first, workshop), _moment(one.last, workshop),
        ]
        for one in who_is_here(workshop).people
    )  # fmt: skip
    return table_file(rows, file_format), TYPES[file_format]


def _moment(row: CheckIn | None, workshop: Workshop) -> str:
    return "" if row is None else timezone.localtime(row.happened_at, workshop.zone).strftime("%Y-%m-%d %H:%M")
