"""The map of standards at the desk: files of bodies, how far they are read, and what was wrong with them."""

from __future__ import annotations

from typing import Any

from defusedcsv import csv
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.imports import too_large_message
from qiao.organiser.forms.standards import SyncForm
from qiao.organiser.scope import desk_page, for_organisers
from qiao.organiser.standards_words import row_words
from qiao.organiser.uploads import with_upload_limit
from qiao.standards.domain.bodies import load_bodies
from qiao.standards.domain.synchronising import request_sync, retry_sync
from qiao.standards.enums import SyncState
from qiao.standards.models import StandardsBody, SyncFile, SyncRun

_UNDER_WAY = (SyncState.QUEUED, SyncState.RUNNING)
_ROWS_A_PAGE = 50


@with_upload_limit
@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def standards_syncs(request: HttpRequest, bridge: Bridge, *, too_large: bool) -> HttpResponse:
    """Files that were read, newest first, and reading another."""
    if not StandardsBody.objects.exists():
        load_bodies()
    bound = request.method == "POST" and not too_large
    form = SyncForm(request.POST if bound else None, request.FILES if bound else None)
    if bound and form.is_valid():
        given = form.cleaned_data
        try:
            run = request_sync(
                given["body"],
                actor=request.user,
                file_name=given["file"].name,
                content=given["file"].read(),
                is_complete=given["is_complete"],
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("organiser:standards_sync", bridge.slug, run.public_id)
    runs = SyncRun.objects.select_related("body", "asked_by")
    return desk_page(
        request,
        bridge,
        "organiser/standards_syncs.html",
        status=413 if too_large else 422 if form.errors else 200,
        form=form,
        refusal=too_large_message() if too_large else "",
        page_obj=page_of(request, runs, size=20),
    )


@for_organisers
@never_cache
@require_safe
def standards_sync(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One file: how far it is, what was new, and each bad row."""
    run = _run(public_id)
    rows = [(one["row"], row_words(one["code"]), one["about"]) for one in run.errors]
    return desk_page(
        request,
        bridge,
        "organiser/standards_sync.html",
        run=run,
        under_way=run.state in _UNDER_WAY,
        failure=row_words(run.error) if run.error else "",
        can_retry=run.state == SyncState.FAILED and SyncFile.objects.filter(run=run).exists(),
        page_obj=page_of(request, rows, size=_ROWS_A_PAGE),
    )


@for_organisers
@never_cache
@require_safe
def standards_sync_progress(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """How far it is; once it is over, the page is loaded anew."""
    run = _run(public_id)
    if run.state not in _UNDER_WAY:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "organiser/_standards_sync_progress.html", {"bridge": bridge, "run": run})


@for_organisers
@require_POST
def standards_sync_retry(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Have a failed file read once more."""
    run = _run(public_id)
    try:
        retry_sync(run, actor=request.user)
    except TransitionNotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("organiser:standards_sync", bridge.slug, run.public_id)


@for_organisers
@require_safe
def standards_sync_rows(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """The bad rows as a table to take away."""
    run = _run(public_id)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="bad-rows.csv"'
    answer.write("\ufeff")
    table: Any = csv.writer(answer)
    table.writerow([_("Row"), _("Code"), _("What is wrong"), _("About")])
    for one in run.errors:
        table.writerow([one["row"], one["code"], row_words(one["code"]), one["about"]])
    return answer


def _run(public_id: str) -> SyncRun:
    found: SyncRun = get_object_or_404(SyncRun.objects.select_related("body", "asked_by"), public_id=public_id)
    return found
