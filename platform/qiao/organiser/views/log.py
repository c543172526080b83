"""The bridge's log: searched, and taken away."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from qiao.activity.models import AuditEntry
from qiao.activity.querysets import AuditEntryQuerySet
from qiao.bridges.models import Bridge
from qiao.common.keyset import keyset_page
from qiao.insights.history.export import LogFormat, export_log
from qiao.organiser.forms.log import LogForm
from qiao.organiser.log import log_lines
from qiao.organiser.scope import desk_page, for_organisers

_TYPES = {LogFormat.CSV: "text/csv; charset=utf-8", LogFormat.JSON_LINES: "application/jsonl; charset=utf-8"}


@for_organisers
@require_safe
def audit_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Who did what on the bridge, newest first. What people keep to themselves is not in it."""
    form = LogForm(request.GET, bridge=bridge)
    page = keyset_page(request, form.narrow(_log(request, bridge)))
    return desk_page(
        request,
        bridge,
        "organiser/audit_list.html",
        form=form,
        page=page,
        lines=log_lines(bridge, page.rows),
        formats=list(LogFormat),
    )


@for_organisers
@require_POST
def log_export(request: HttpRequest, bridge: Bridge) -> StreamingHttpResponse:
    """What the page shows, all pages of it. The filters are those of the address."""
    form = LogForm(request.GET, bridge=bridge)
    entries = form.narrow(_log(request, bridge))
    try:
        file_format = LogFormat(request.POST.get("format", ""))
    except ValueError:
        raise Http404 from None
    pieces = export_log(bridge, actor=request.user, entries=entries, file_format=file_format, filters=form.given)
    return StreamingHttpResponse(
        pieces,
        content_type=_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="{bridge.slug}-log.{file_format}"'},
    )


def _log(request: HttpRequest, bridge: Bridge) -> AuditEntryQuerySet:
    entries: AuditEntryQuerySet = AuditEntry.objects.visible_to(request.user).on_bridge(bridge.pk)
    return entries
