"""A bridge's log to take away: as a table, or as one JSON object a line. Whoever takes it is in the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from defusedcsv import csv
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from qiao.activity.querysets import AuditEntryQuerySet
from qiao.bridges.models import Bridge
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import NotAllowed
from qiao.common.keyset import in_pieces
from qiao.directory.models import Organisation
from qiao.insights.history.lines import HistoryLine, desk_lines

PIECE = 1000


class LogFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


@transaction.atomic
def export_log(
    bridge: Bridge,
    *,
    actor: Any,
    entries: AuditEntryQuerySet,
    file_format: LogFormat,
    filters: Iterable[str] = (),
) -> Iterator[str]:
    """The entries as text, a piece at a time, newest first; what is written meanwhile is not among them.

    `filters` are the names of what they were narrowed by: what was looked for may name a person, and is not kept.
    Raises `NotAllowed` for who does not run the bridge.
    """
    if not runs_bridge(actor, bridge):
        raise NotAllowed
    taken = record(
        "export_log",
        bridge,
        actor=actor,
        bridge_id=bridge.pk,
        detail={"format": str(file_format), "filters": sorted(filters)},
    )
    entries = entries.filter(pk__lt=taken.pk)
    language = translation.get_language() or "en"
    return _csv(bridge, entries, language) if file_format == LogFormat.CSV else _json_lines(bridge, entries, language)


def _csv(bridge: Bridge, entries: AuditEntryQuerySet, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(language):
        heads = [
            _("When (UTC)"),
            _("Who"),
            _("Act"),
            _("What"),
            _("State before"),
            _("State after"),
            _("Organisation"),
            _("Kind"),
            _("Number"),
        ]
    yield "\ufeff" + str(writer.writerow(heads))  # the mark lets Excel read Chinese
    for lines, organisations in _pieces(bridge, entries, language):
        yield "".join(
            str(
                writer.writerow(
                    [
                        line.at.strftime("%Y-%m-%d %H:%M:%S"),
                        line.who,
                        line.what,
                        line.subject,
                        line.before,
                        line.after,
                        organisations.get(line.entry.organisation_id, ""),
                        line.entry.subject_type,
                        line.entry.pk,
                    ]
                )
            )
            for line in lines
        )


def _json_lines(bridge: Bridge, entries: AuditEntryQuerySet, language: str) -> Iterator[str]:
    for lines, organisations in _pieces(bridge, entries, language):
        yield "".join(
            json.dumps(
                {
                    "id": line.entry.pk,
                    "at": line.at.isoformat(),
                    "who": line.who,
                    "verb": line.entry.verb,
                    "act": line.what,
                    "kind": line.entry.subject_type,
                    "subject": line.subject,
                    "organisation": organisations.get(line.entry.organisation_id, ""),
                    "before": line.entry.before,
                    "after": line.entry.after,
                    "detail": line.entry.detail,
                },
                ensure_ascii=False,
            )
            + "\n"
            for line in lines
        )


def _pieces(
    bridge: Bridge, entries: AuditEntryQuerySet, language: str
) -> Iterator[tuple[list[HistoryLine], dict[int | None, str]]]:
    for rows in in_pieces(entries, size=PIECE):
        # The language of the request may be gone by the time that its answer is written.
        with translation.override(language):
            yield desk_lines(bridge.pk, rows, address=lambda thing: ""), _names(rows)


def _names(rows: list[AuditEntry]) -> dict[int | None, str]:
    ids = {row.organisation_id for row in rows if row.organisation_id is not None}
    return {one.pk: one.name for one in Organisation.objects.filter(pk__in=ids).only("name_en", "name_zh")}


class _Echo:
    """Gives back what a writer writes."""

    def write(self, text: str) -> str:
        return text
