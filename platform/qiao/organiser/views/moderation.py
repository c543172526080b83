"""Reports and appeals at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.domain.trust.appealing import answer_appeal, may_answer
from qiao.directory.domain.trust.reporting import decide_report, look_into_report, measures_for, put_report_back
from qiao.directory.models import Appeal, Report
from qiao.directory.trust_words import AppealState, ReportCategory, ReportState
from qiao.organiser.forms.trust import AnswerForm, DecisionForm
from qiao.organiser.scope import desk_page, for_organisers


@for_organisers
@require_safe
def report_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Reports: undecided ones, longest first, or decided ones, newest first."""
    reports = Report.objects.visible_to(request.user).on_bridge(bridge)
    category = request.GET.get("category", "")
    if category in ReportCategory.values:
        reports = reports.filter(category=category)
    decided = request.GET.get("show") == "decided"
    done = reports.filter(state__in=(ReportState.UPHELD, ReportState.DISMISSED)).order_by("-decided_at", "-id")
    shown = done if decided else reports.undecided()
    return desk_page(
        request,
        bridge,
        "organiser/report_list.html",
        tabs=_tabs(request, bridge, "decided" if decided else "reports"),
        page_obj=page_of(request, shown.select_related("organisation", "looked_into_by", "decided_by")),
        categories=ReportCategory.choices,
        category=category,
        decided=decided,
    )


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One report in full, others on the same thing, and the decision."""
    reports = Report.objects.visible_to(request.user).on_bridge(bridge)
    found = get_object_or_404(
        reports.select_related("organisation", "bridge", "reporter", "looked_into_by", "decided_by"),
        public_id=public_id,
    )
    measures = measures_for(found)
    form = DecisionForm(request.POST or None, measures=measures)
    if request.method == "POST" and form.is_valid():
        try:
            decide_report(
                found,
                actor=request.user,
                upheld=request.POST.get("decision") == "uphold",
                reason=form.cleaned_data["reason"],
                note_to_reporter=form.cleaned_data["note_to_reporter"],
                measure=form.cleaned_data["measure"] if request.POST.get("decision") == "uphold" else "none",
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Decided. Who reported it has been told."))
            return redirect("organiser:report_list", bridge.slug)
    same = reports.filter(subject_type=found.subject_type, subject_id=found.subject_id).exclude(pk=found.pk)
    return desk_page(
        request,
        bridge,
        "organiser/report.html",
        status=422 if form.errors else 200,
        report=found,
        waits=found.state in (ReportState.OPEN, ReportState.LOOKING),
        form=form,
        same=same[:10],
    )


@for_organisers
@require_POST
def report_take(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Take a report in hand, or put it back (`back`)."""
    found = get_object_or_404(Report.objects.visible_to(request.user).on_bridge(bridge), public_id=public_id)
    try:
        if request.POST.get("back"):
            put_report_back(found, actor=request.user)
        else:
            look_into_report(found, actor=request.user)
    except TransitionNotAllowed as refusal:
        messages.info(request, str(refusal))
    return redirect("organiser:report", bridge.slug, found.public_id)


@for_organisers
@require_safe
def appeal_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Appeals: unanswered ones, longest first, then answered ones."""
    appeals = Appeal.objects.visible_to(request.user).on_bridge(bridge)
    answered = request.GET.get("show") == "answered"
    shown = (
        appeals.exclude(state=AppealState.WAITING).order_by("-answered_at", "-id") if answered else appeals.waiting()
    )
    return desk_page(
        request,
        bridge,
        "organiser/appeal_list.html",
        tabs=_tabs(request, bridge, "answered" if answered else "appeals"),
        page_obj=page_of(request, shown.select_related("organisation", "listing", "answered_by")),
        answered=answered,
        within="report_list",
    )


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One appeal, the decision it is about, and the answer."""
    found = get_object_or_404(
        Appeal.objects.visible_to(request.user)
        .on_bridge(bridge)
        .select_related("organisation", "bridge", "listing", "decided_by", "answered_by", "author"),
        public_id=public_id,
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_appeal(
                found,
                actor=request.user,
                granted=request.POST.get("decision") == "grant",
                answer=form.cleaned_data["answer"],
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Answered. The organisation has been told."))
            return redirect("organiser:appeal_list", bridge.slug)
    return desk_page(
        request,
        bridge,
        "organiser/appeal.html",
        status=422 if form.errors else 200,
        appeal=found,
        form=form,
        waits=found.state == AppealState.WAITING,
        may_answer=may_answer(request.user, found),
        within="report_list",
    )


def _tabs(request: HttpRequest, bridge: Bridge, current: str) -> list[dict[str, Any]]:
    reports = Report.objects.visible_to(request.user).on_bridge(bridge)
    appeals = Appeal.objects.visible_to(request.user).on_bridge(bridge)
    at_reports = reverse("organiser:report_list", args=[bridge.slug])
    at_appeals = reverse("organiser:appeal_list", args=[bridge.slug])
    return [
        {
            "label": _("Reports"),
            "url": at_reports,
            "current": current == "reports",
            "count": reports.undecided().count(),
        },
        {"label": _("Decided reports"), "url": f"{at_reports}?show=decided", "current": current == "decided"},
        {"label": _("Appeals"), "url": at_appeals, "current": current == "appeals", "count": appeals.waiting().count()},
        {"label": _("Answered appeals"), "url": f"{at_appeals}?show=answered", "current": current == "answered"},
    ]
