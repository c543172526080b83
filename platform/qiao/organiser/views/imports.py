"""Imports at the desk: upload, mapping, check, preview, confirmation, report."""

from __future__ import annotations

from typing import Any

from defusedcsv import csv
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.domain.imports.jobs import (
    cancel_import,
    confirm_import,
    progress_of,
    request_check,
    sample_of,
    start_import,
)
from qiao.directory.domain.imports.presets import PRESETS
from qiao.directory.domain.queries.import_report import report_lines, row_name
from qiao.directory.enums import ImportState, RowOutcome
from qiao.directory.models import ImportJob, ImportRow
from qiao.directory.transitions import IMPORT
from qiao.organiser.forms.imports import ConfirmForm, MappingForm, UploadForm, too_large_message
from qiao.organiser.scope import desk_page, for_organisers
from qiao.organiser.uploads import with_upload_limit

_UNDER_WAY = (ImportState.CHECKING, ImportState.IMPORTING)
_ROWS_A_PAGE = 50


@for_organisers
@require_safe
def import_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Imports of the bridge, newest first."""
    jobs = ImportJob.objects.visible_to(request.user).filter(bridge=bridge).select_related("started_by", "side")
    return desk_page(request, bridge, "organiser/import_list.html", page_obj=page_of(request, jobs))


@with_upload_limit
@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest, bridge: Bridge, *, too_large: bool) -> HttpResponse:
    """Upload a file. One that is too large is refused before anything of it is kept."""
    if too_large:
        form = UploadForm(bridge=bridge)
        return desk_page(
            request, bridge, "organiser/import_new.html", form=form, refusal=too_large_message(), status=413
        )
    form = UploadForm(request.POST or None, request.FILES or None, bridge=bridge)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = start_import(
                bridge,
                actor=request.user,
                file_name=file.name,
                stream=file.file,
                side=form.cleaned_data["side"],
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("organiser:import_mapping", bridge.slug, job.public_id)
    return desk_page(request, bridge, "organiser/import_new.html", form=form, status=422 if form.errors else 200)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def import_mapping(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Say where the columns go, and have the rows checked."""
    job = _job(request, bridge, public_id)
    if not IMPORT.allows(job.state, ImportState.CHECKING):
        return redirect("organiser:import_job", bridge.slug, job.public_id)
    form = MappingForm(request.POST if request.method == "POST" else None, job=job)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            request_check(
                job,
                actor=request.user,
                mapping=form.mapping,
                kind=data["kind"],
                side=data["side"],
                source=data["source"],
            )
        except InvalidInput as refusal:
            form.show(refusal.errors or {"": [str(refusal)]})
        else:
            return redirect("organiser:import_job", bridge.slug, job.public_id)
    samples = sample_of(job)
    preset = PRESETS.get(job.mapping.get("preset", ""))
    return desk_page(
        request,
        bridge,
        "organiser/import_mapping.html",
        job=job,
        form=form,
        preset=preset,
        columns=[(field, samples.get(str(field.label), [])) for field in form.columns],
        steps=_steps(job),
        status=422 if form.errors else 200,
    )


@for_organisers
@require_safe
def import_job(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One import where it stands: how far it is, what it would do, what it has done."""
    job = _job(request, bridge, public_id)
    if job.state == ImportState.UPLOADED:
        return redirect("organiser:import_mapping", bridge.slug, job.public_id)
    return desk_page(
        request, bridge, "organiser/import_job.html", **_preview(request, job, ConfirmForm(bad=job.rows_bad))
    )


@for_organisers
@require_safe
def import_progress(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """How far it is, for the page that asks every second; the page is loaded anew when it is over."""
    job = _job(request, bridge, public_id)
    response = render(
        request, "organiser/_import_progress.html", {"bridge": bridge, "job": job, "done": progress_of(job)}
    )
    if job.state not in _UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@for_organisers
@require_POST
def import_confirm(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Import, whole or not at all."""
    job = _job(request, bridge, public_id)
    form = ConfirmForm(request.POST, bad=job.rows_bad)
    form.is_valid()
    try:
        confirm_import(job, actor=request.user, leave_out_bad=form.cleaned_data.get("leave_out_bad", False))
    except InvalidInput as refusal:
        reasons = [reason for each in refusal.errors.values() for reason in each] or [str(refusal)]
        form.add_error("leave_out_bad" if "leave_out_bad" in form.fields else None, reasons)
        return desk_page(request, bridge, "organiser/import_job.html", **_preview(request, job, form), status=422)
    except TransitionNotAllowed:
        messages.info(request, _("Somebody has taken this step already. This is where it stands now."))
    return redirect("organiser:import_job", bridge.slug, job.public_id)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def import_cancel(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Give an import up, after asking."""
    job = _job(request, bridge, public_id)
    if request.method != "POST":
        return desk_page(request, bridge, "organiser/import_cancel.html", job=job)
    cancel_import(job, actor=request.user)
    messages.success(request, _("The import is given up. The file and its rows are deleted."))
    return redirect("organiser:import_list", bridge.slug)


@for_organisers
@require_safe
def import_report(request: HttpRequest, bridge: Bridge, public_id: str) -> StreamingHttpResponse:
    """Every row with what became of it, as CSV that a spreadsheet cannot be made to execute."""
    job = _job(request, bridge, public_id)
    writer = csv.writer(_Echo())
    # The mark lets Excel read Chinese; rows go out as they are read.
    lines = (("\ufeff" if number == 0 else "") + writer.writerow(line) for number, line in enumerate(report_lines(job)))
    name = slugify(job.file_name.rpartition(".")[0]) or "import"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-report.csv"'},
    )


class _Echo:
    """Gives back what a writer writes, so that it can be sent line by line."""

    def write(self, text: str) -> str:
        return text


def _job(request: HttpRequest, bridge: Bridge, public_id: str) -> ImportJob:
    return get_object_or_404(
        ImportJob.objects.visible_to(request.user).select_related("bridge", "side", "started_by"),
        bridge=bridge,
        public_id=public_id,
    )


def _preview(request: HttpRequest, job: ImportJob, form: ConfirmForm) -> dict[str, Any]:
    """What the page of an import shows: figures that lead to their rows, and the rows asked for."""
    shown = request.GET.get("rows", "")
    rows = _rows(job, shown or ("bad" if job.rows_bad else "notes"))
    page = page_of(request, rows, size=_ROWS_A_PAGE)
    return {
        "job": job,
        "form": form,
        "done": progress_of(job),
        "under_way": job.state in _UNDER_WAY,
        "can_check": IMPORT.allows(job.state, ImportState.CHECKING),
        "can_cancel": IMPORT.allows(job.state, ImportState.CANCELLED),
        "shown": shown or ("bad" if job.rows_bad else "notes"),
        "tabs": _tabs(job, shown or ("bad" if job.rows_bad else "notes")),
        "page_obj": page,
        "rows": [{"row": row, "name": row_name(row, job)} for row in page],
        "steps": _steps(job),
        "step": _step(job),
    }


def _tabs(job: ImportJob, shown: str) -> list[dict[str, Any]]:
    tabs: list[tuple[str, Any, int | None]] = [
        ("bad", _("Bad"), job.rows_bad),
        ("notes", _("With notes"), None),
        ("new", _("New"), job.rows_new),
        ("changed", _("Changed"), job.rows_changed),
        ("same", _("Unchanged"), job.rows_same),
    ]
    return [
        {"label": label, "url": f"?rows={code}#rows", "current": code == shown, "count": count}
        for code, label, count in tabs
    ]


def _rows(job: ImportJob, shown: str) -> QuerySet[ImportRow]:
    rows = job.rows.order_by("number")
    if shown == "notes":
        return rows.exclude(notes=[])
    if shown == "bad":
        return rows.exclude(errors=[])
    return rows.filter(outcome=shown) if shown in RowOutcome.values else rows


def _steps(job: ImportJob) -> list[dict[str, Any]]:
    now = _step(job)
    labels = (_("File"), _("Columns"), _("Check"), _("Import"))
    return [{"label": label, "url": "", "done": number < now} for number, label in enumerate(labels, start=1)]


def _step(job: ImportJob) -> int:
    if job.state in (ImportState.UPLOADED, ImportState.FAILED):
        return 2
    return 3 if job.state in (ImportState.CHECKING, ImportState.CHECKED) else 4
