"""The steps of an import as people take them: start, check, confirm, cancel, try again."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, BinaryIO

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge, Side
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line
from qiao.directory.domain.imports.mapping import Mapping, guess_kind, guess_mapping
from qiao.directory.domain.imports.reading import glance_at
from qiao.directory.domain.imports.records import shown
from qiao.directory.enums import ImportKind, ImportState
from qiao.directory.models import ImportFile, ImportJob
from qiao.directory.transitions import IMPORT

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,27}")
DEFAULT_SOURCE = "import"


@transaction.atomic
def start_import(
    bridge: Bridge,
    *,
    actor: Any,
    file_name: str,
    stream: BinaryIO,
    kind: str = "",
    side: Side | None = None,
    source: str = "",
    keep: bool = True,
) -> ImportJob:
    """Look at the head of a file, guess what it holds and which column goes where, and keep it for the workers.

    `actor` is None for the system itself. With `keep=False` the caller reads the rows from the stream itself.
    Raises `InvalidInput` for a file that cannot be read.
    """
    _refuse_stranger(actor, bridge)
    glance = glance_at(stream)
    kind = kind or guess_kind(glance.columns, glance.rows)
    if kind not in ImportKind.values:
        raise InvalidInput(errors={"kind": [_("Choose what the file holds.")]})
    mapping = guess_mapping(glance.columns, glance.rows, kind)
    job = ImportJob.objects.create(
        bridge=bridge,
        side=_checked_side(bridge, side),
        kind=kind,
        source=_checked_source(source or mapping.preset or DEFAULT_SOURCE),
        file_name=clean_line(file_name)[-200:] or _("file"),
        columns=glance.columns,
        mapping=mapping.as_json(),
        started_by=actor,
    )
    if keep:
        stream.seek(0)
        ImportFile.objects.create(job=job, content=stream.read())
    record("start_import", job, actor=actor, bridge_id=bridge.pk, after=job.state)
    return job


@transaction.atomic
def request_check(
    job: ImportJob,
    *,
    actor: Any,
    mapping: dict[str, Any],
    kind: str = "",
    side: Side | None = None,
    source: str = "",
    hand_over: bool = True,
) -> ImportJob:
    """Have the rows checked by a mapping: a dry run. Raises `InvalidInput` for a mapping with gaps.

    With `hand_over=False` the workers are not told: the caller does the work.
    """
    job = _locked(job, actor)
    job.kind = kind or job.kind
    job.side = _checked_side(job.bridge, side)
    job.source = _checked_source(source or job.source)
    checked = Mapping.from_json(mapping, job.columns)
    checked.check_complete(job.kind)
    job.mapping = checked.as_json()
    job.error, job.heartbeat_at = "", None
    job.rows_done = job.rows_new = job.rows_changed = job.rows_same = job.rows_bad = 0
    job.save()
    before = move(job, IMPORT, ImportState.CHECKING)
    record("check_import", job, actor=actor, bridge_id=job.bridge_id, before=before, after=job.state)
    if hand_over:
        emit("import.checking", job_id=job.pk)
    return job


@transaction.atomic
def confirm_import(job: ImportJob, *, actor: Any, leave_out_bad: bool = False, hand_over: bool = True) -> ImportJob:
    """Have a checked import applied, whole or not at all.

    Raises `InvalidInput` for bad rows that nobody agreed to leave out.
    """
    job = _locked(job, actor)
    if job.state == ImportState.CHECKED and job.rows_bad and not leave_out_bad:
        raise InvalidInput(
            errors={"leave_out_bad": [_("There are bad rows. Mend the file, or say that they are left out.")]}
        )
    if job.state == ImportState.CHECKED and job.rows_bad == job.rows_total:
        raise InvalidInput(_("No row can be imported."))
    before = move(job, IMPORT, ImportState.IMPORTING)
    job.rows_done, job.heartbeat_at = 0, None
    job.save(update_fields=["rows_done", "heartbeat_at"])
    record("confirm_import", job, actor=actor, bridge_id=job.bridge_id, before=before, after=job.state)
    if hand_over:
        emit("import.confirmed", job_id=job.pk)
    return job


@transaction.atomic
def cancel_import(job: ImportJob, *, actor: Any) -> ImportJob:
    """Give an import up before it is applied: the file and its rows are forgotten."""
    job = _locked(job, actor)
    before = move(job, IMPORT, ImportState.CANCELLED)
    ImportFile.objects.filter(job=job).delete()
    job.rows.all().delete()
    record("cancel_import", job, actor=actor, bridge_id=job.bridge_id, before=before, after=job.state)
    return job


@transaction.atomic
def fail_import(job_id: int, *, error: str) -> None:
    """Say that an import has stopped. Its rows are kept: it can be checked again."""
    job = ImportJob.objects.select_for_update(of=("self",)).get(pk=job_id)
    if job.state not in (ImportState.CHECKING, ImportState.IMPORTING):
        return
    before = move(job, IMPORT, ImportState.FAILED)
    job.error = error[:2000]
    job.save(update_fields=["error"])
    record("fail_import", job, actor=None, bridge_id=job.bridge_id, before=before, after=job.state)


def file_of(job: ImportJob) -> BinaryIO | None:
    """The uploaded file, while its rows have not been read."""
    content = ImportFile.objects.filter(job=job).values_list("content", flat=True).first()
    return None if content is None else BytesIO(bytes(content))


def sample_of(job: ImportJob, size: int = 3) -> dict[str, list[str]]:
    """The first values of each column, to recognise it by."""
    rows: list[dict[str, Any]] = list(job.rows.order_by("number").values_list("values", flat=True)[:20])
    if not rows and (stream := file_of(job)) is not None:
        rows = glance_at(stream).rows
    samples: dict[str, list[str]] = {column: [] for column in job.columns}
    for row in rows:
        for column, values in samples.items():
            text = " ".join(shown(row.get(column)).split())
            if text and text not in values and len(values) < size:
                values.append(text[:80])
    return samples


def show_progress(job_id: int, done: int) -> None:
    """Tell how far an import has come. Not in the database: others would see it only when the import is over."""
    cache.set(f"import-progress:{job_id}", done, timeout=3600)


def progress_of(job: ImportJob) -> int | None:
    """Rows done so far; None when nobody knows."""
    if job.state == ImportState.IMPORTING:
        done: int | None = cache.get(f"import-progress:{job.pk}")
        return done
    return job.rows_done


def _locked(job: ImportJob, actor: Any) -> ImportJob:
    _refuse_stranger(actor, job.bridge)
    return ImportJob.objects.select_for_update(of=("self",)).select_related("bridge", "side").get(pk=job.pk)


def _refuse_stranger(actor: Any, bridge: Bridge) -> None:
    if actor is not None and not runs_bridge(actor, bridge):
        raise NotAllowed


def _checked_side(bridge: Bridge, side: Side | None) -> Side | None:
    if side is not None and side.bridge_id != bridge.pk:
        raise InvalidInput(errors={"side": [_("Choose a side of this bridge.")]})
    return side


def _checked_source(source: str) -> str:
    source = source.strip().lower()
    if not _SOURCE.fullmatch(source):
        raise InvalidInput(
            errors={"source": [_("Use up to 28 small letters, figures and hyphens, such as members-2027.")]}
        )
    return source
