"""The board of all cases: by stage or as a list, what is stuck first; saved views, many at once, and files to take."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching.app.enums import Band
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.insights.case_export import CaseFormat, export_cases
from qiao.organiser.case_acts import BulkResult, act_on_cases, undo_bulk
from qiao.organiser.case_filter import COLUMN_LABELS, CaseFilter
from qiao.organiser.case_scope import cases_at, for_brokers, without_nul
from qiao.organiser.forms.cases import BulkForm, CooperationPolicyForm
from qiao.organiser.scope import desk_page, for_organisers
from qiao.partnerships.domain.limits import change_cooperation_policy, policy_of
from qiao.partnerships.domain.queries.board import (
    Column,
    cases_by_id,
    column_counts,
    first_of_columns,
    funnel,
    in_detail,
    response_rates,
    stuck_first,
    workload,
)
from qiao.partnerships.domain.saved_views import remove_view, save_view
from qiao.partnerships.enums import IntroductionState
from qiao.partnerships.models import Introduction, SavedView

#: Cards a column shows; the rest are one click away in the list.
CARDS = 8
_UNDO = "cases_undo"
#: What was done to many can be taken back for so long.
UNDO_WITHIN = timedelta(minutes=30)


@for_brokers
@require_safe
def case_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """The board, or with `?view=list` a table of the same cases with boxes to tick."""
    found = CaseFilter(request.GET, queryset=cases_at(request, bridge), bridge=bridge)
    cases: Any = found.qs
    as_list = request.GET.get("view") == "list" or bool(request.GET.get("column"))
    context: dict[str, Any] = {
        "filter": found,
        "as_list": as_list,
        "views": SavedView.objects.visible_to(request.user).filter(bridge=bridge),
        "query": _filters_of(request.GET),
        "formats": list(CaseFormat),
        "undo_until": _undo_until(request.session.get(_UNDO, {}).get(bridge.slug)),
    }
    if as_list:
        page = page_of(request, stuck_first(cases).values_list("pk", flat=True))
        context |= {"page_obj": page, "cases": in_detail(list(page)), "bulk": BulkForm(bridge=bridge)}
    else:
        counts = column_counts(cases)
        shown = [column for column in Column if column != Column.ENDED]
        cards = first_of_columns(cases, shown, CARDS)
        context["columns"] = [
            {
                "name": column,
                "label": COLUMN_LABELS[column],
                "count": counts[column],
                "cases": cards[column],
            }
            for column in shown
        ]
        context["ended"] = counts[Column.ENDED]
        context["stuck"] = cases.filter(is_held_up=True).count()
    return desk_page(request, bridge, "organiser/case_list.html", **context)


@for_brokers
@require_POST
def case_bulk(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Do one thing with every case that was ticked; what was refused is said, with why."""
    form = BulkForm(request.POST, bridge=bridge)
    chosen = cases_by_id(cases_at(request, bridge), [without_nul(one) for one in request.POST.getlist("case")])
    if not chosen:
        messages.warning(request, _("Tick at least one case."))
    elif not form.is_valid():
        messages.error(request, _("Choose what to do with them."))
    elif form.cleaned_data["act"] == "assign" and not form.cleaned_data["adviser"]:
        messages.error(request, _("Choose an adviser, or nobody."))
    elif form.cleaned_data["act"] == "close" and not request.POST.get("confirmed"):
        return _ask_to_close(request, bridge, chosen)
    else:
        result = act_on_cases(
            chosen, actor=request.user, act=form.cleaned_data["act"], adviser=form.cleaned_data["adviser"]
        )
        _say(request, result)
        undoing = request.session.get(_UNDO, {})
        undoing.pop(bridge.slug, None)
        if result.undo:
            undoing[bridge.slug] = {
                "act": form.cleaned_data["act"],
                "before": result.undo,
                "at": timezone.now().isoformat(),
            }
        request.session[_UNDO] = undoing
    return redirect(_back(request, bridge))


@for_brokers
@require_POST
def case_undo(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Take the last act on many cases back, as far as nobody has gone on with them."""
    undoing = request.session.get(_UNDO, {})
    last = undoing.pop(bridge.slug, None)
    request.session[_UNDO] = undoing
    if last is None:
        messages.warning(request, _("There is nothing to undo."))
    elif _undo_until(last) is None:
        messages.warning(
            request,
            _("That was more than %(minutes)s minutes ago: change the cases one by one.")
            % {"minutes": UNDO_WITHIN // timedelta(minutes=1)},
        )
    else:
        cases = {case.public_id: case for case in cases_by_id(cases_at(request, bridge), last["before"])}
        _say(request, undo_bulk(cases, actor=request.user, act=last["act"], before=last["before"]))
    return redirect(_back(request, bridge))


@for_brokers
@require_POST
def case_export(request: HttpRequest, bridge: Bridge) -> HttpResponseBase:
    """The cases that the filters leave, as a file."""
    try:
        file_format = CaseFormat(request.POST.get("format", ""))
    except ValueError:
        raise Http404 from None
    found = CaseFilter(request.GET, queryset=cases_at(request, bridge), bridge=bridge)
    if not found.form.is_valid():
        messages.error(request, _("One of the filters does not make sense: nothing was taken."))
        return redirect("organiser:case_list", bridge.slug)
    filters = QueryDict(_filters_of(request.GET)).dict()
    filters.pop("view", None)
    pieces, content_type = export_cases(
        bridge, actor=request.user, cases=found.qs, file_format=file_format, filters=filters
    )
    return StreamingHttpResponse(
        pieces,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{bridge.slug}-cases.{file_format}"'},
    )


@for_brokers
@require_POST
def case_view_save(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Keep the filters in use under a name."""
    filters = _filters_of(QueryDict(request.POST.get("filters", "")[:500]))
    try:
        save_view(
            bridge,
            actor=request.user,
            name=request.POST.get("name", ""),
            filters=filters,
            is_shared=bool(request.POST.get("is_shared")),
        )
    except InvalidInput as refusal:
        messages.error(request, next(iter(refusal.errors.get("name", [])), str(refusal)))
    else:
        messages.success(request, _("Saved."))
    return redirect(_back(request, bridge))


@for_brokers
@require_POST
def case_view_remove(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Forget a saved view of one's own."""
    view = get_object_or_404(
        SavedView.objects.visible_to(request.user).filter(owner=request.user.pk), bridge=bridge, public_id=public_id
    )
    remove_view(view, actor=request.user)
    messages.success(request, _("Removed."))
    return redirect(_back(request, bridge))


@for_brokers
@require_safe
def case_figures(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Workload per adviser, response rates, and how far cases come."""
    from qiao.directory.enums import OrganisationKind

    cases = cases_at(request, bridge)
    sides = {side.code: side.country_label for side in bridge.sides.all()}
    return desk_page(
        request,
        bridge,
        "organiser/case_figures.html",
        loads=workload(cases),
        funnel=[(COLUMN_LABELS[column], count) for column, count in funnel(cases)],
        by_kind=response_rates(cases, "organisation__kind", {str(k): str(v) for k, v in OrganisationKind.choices}),
        by_country=response_rates(
            cases, "organisation__country", {side.country: sides[side.code] for side in bridge.sides.all()}
        ),
        by_band=response_rates(
            cases, "introduction__proposal__band", {"": _("By hand"), **{str(k): str(v) for k, v in Band.choices}}
        ),
    )


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def case_rules(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Limits of requests and the days to answer one."""
    form = CooperationPolicyForm(request.POST or None, instance=policy_of(bridge))
    if form.is_bound and form.is_valid():
        try:
            change_cooperation_policy(bridge, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. Requests under way keep their dates."))
            return redirect("organiser:case_rules", bridge.slug)
    return desk_page(request, bridge, "organiser/case_rules.html", form=form, status=422 if form.errors else 200)


def _ask_to_close(request: HttpRequest, bridge: Bridge, chosen: list[Introduction]) -> HttpResponse:
    """How many would be closed, and which: what closing cannot reach is said now."""
    return desk_page(
        request,
        bridge,
        "organiser/case_bulk_close.html",
        within="case_list",
        cases=chosen,
        open_count=sum(case.is_introduced and case.state != IntroductionState.CLOSED for case in chosen),
        filters=request.POST.get("filters", "")[:500],
        back=_back(request, bridge),
        minutes=UNDO_WITHIN // timedelta(minutes=1),
    )


def _undo_until(last: dict[str, Any] | None) -> datetime | None:
    """When the last act on many can no longer be taken back; None where there is none, or it is too late."""
    if last is None or "at" not in last:
        return None
    until = datetime.fromisoformat(last["at"]) + UNDO_WITHIN
    return until if timezone.now() < until else None


def _say(request: HttpRequest, result: BulkResult) -> None:
    if result.done:
        messages.success(request, ngettext("%(n)s case done.", "%(n)s cases done.", result.done) % {"n": result.done})
    for why, names in result.refused.items():
        messages.warning(request, _("Not done: %(names)s. %(why)s") % {"names": "; ".join(names[:5]), "why": why})


def _filters_of(given: QueryDict) -> str:
    kept = given.copy()
    for name in list(kept):
        if name not in (*CaseFilter.base_filters, "view") or not kept[name]:
            del kept[name]
    return kept.urlencode()


def _back(request: HttpRequest, bridge: Bridge) -> str:
    from django.urls import reverse

    filters = _filters_of(QueryDict(request.POST.get("filters", "")[:500]))
    return reverse("organiser:case_list", args=[bridge.slug]) + (f"?{filters}" if filters else "")
