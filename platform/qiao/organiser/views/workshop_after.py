"""The report of a workshop, its files, and writing highlights and minutes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.insights.workshop_export import ExportFormat, ExportKind, export_workshop, group_heads, report_rows
from qiao.insights.workshop_report import workshop_report as report_of
from qiao.organiser.forms.workshop_after import AfterwardsForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.afterwards import write_afterwards
from qiao.workshops.models import Feedback, Workshop
from qiao.workshops.rules import plans_programme, runs_workshop


@at_workshop_desk(runs_workshop)
@require_safe
def workshop_report(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """All figures, per side and kind, and what participants said."""
    report = report_of(workshop)
    said = Feedback.objects.filter(workshop=workshop).select_related("registration", "session")
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_report.html",
        report=report,
        lines=report_rows(report),
        heads=group_heads(),
        groups=[(_("Side"), report.sides), (_("Kind"), report.kinds)],
        page_obj=page_of(request, said.order_by("-created_at", "-pk"), size=20),
        kinds=[(str(ExportKind.FIGURES), _("Figures")), (str(ExportKind.PEOPLE), _("People")),
               (str(ExportKind.MEETINGS), _("Meetings"))],
        may_write=bool(plans_programme(request.user, workshop)),
    )  # fmt: skip


@at_workshop_desk(runs_workshop)
@require_POST
def workshop_export(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """One of its files. Raises `Http404` for a kind or format that is not there."""
    try:
        kind, file_format = ExportKind(request.POST.get("kind", "")), ExportFormat(request.POST.get("format", ""))
    except ValueError:
        raise Http404 from None
    content, content_type = export_workshop(workshop, actor=request.user, kind=kind, file_format=file_format)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="workshop-{workshop.public_id}-{kind}.{file_format}"'
    return response


@at_workshop_desk(plans_programme)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_after(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Write highlights and minutes."""
    if request.method == "POST":
        form = AfterwardsForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                write_afterwards(
                    workshop,
                    actor=request.user,
                    highlights={"en": given["highlights_en"], "zh-hans": given["highlights_zh"]},
                    minutes={"en": given["minutes_en"], "zh-hans": given["minutes_zh"]},
                    is_public=given["is_public"],
                )
            except InvalidInput as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("organiser:workshop_after", bridge.slug, workshop.public_id)
        return workshop_desk_page(request, workshop, "organiser/workshop_after.html", form=form, status=422)
    initial: dict[str, object] = {"is_public": workshop.after_is_public}
    for name in ("highlights", "minutes"):
        text = getattr(workshop, name)
        data = getattr(text, "data", text)
        known = data if isinstance(data, dict) else {"en": data or ""}
        initial |= {f"{name}_en": known.get("en", ""), f"{name}_zh": known.get("zh-hans", "")}
    form = AfterwardsForm(initial=initial)
    return workshop_desk_page(request, workshop, "organiser/workshop_after.html", form=form)
