"""One's own calls: writing, sending to review, reviewers, stages, winners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.calls.domain import deciding
from qiao.calls.domain.calls import (
    CRITERION_FIELDS,
    STAGE_FIELDS,
    create_call,
    extend_call,
    return_call_to_draft,
    submit_call,
    update_call,
    withdraw_call,
)
from qiao.calls.domain.marks import stage_in_progress
from qiao.calls.domain.queries.marks_view import markings
from qiao.calls.domain.reviewers import invite_reviewer, remove_reviewer
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Call, CallStage, Entry, Reviewer
from qiao.calls.rules import manages_call
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.directory.models import Organisation
from qiao.directory.rules import role_in, writes_for
from qiao.website.forms.calls import (
    CallForm,
    CriterionFormSet,
    ExtendForm,
    FeedbackForm,
    ReviewerForm,
    StageFormSet,
    WithdrawForm,
)
from qiao.website.scope import bridge_at, chosen_organisation
from qiao.website.views.calls import texts_of


@login_required
@require_safe
def my_calls(request: HttpRequest, bridge: str) -> HttpResponse:
    """Calls of one's organisation."""
    found, organisation = _of_organisation(request, bridge)
    calls = Call.objects.visible_to(request.user).on_bridge(found).of_organisation(organisation)
    context = {
        "bridge": found,
        "organisation": organisation,
        "page_obj": page_of(request, calls.with_counts().order_by("-created_at", "-pk"), size=20),
        "may_write": bool(writes_for(request.user, organisation)),
    }
    return render(request, "website/my_calls.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_new(request: HttpRequest, bridge: str) -> HttpResponse:
    """Write a call."""
    found, organisation = _of_organisation(request, bridge)
    if not writes_for(request.user, organisation):
        raise NotAllowed
    zone = str(getattr(request.user, "time_zone", "") or "")
    form = CallForm(request.POST or None, zone=zone)
    return _write(request, found, form, None, organisation)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_edit(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Change a draft."""
    found, one = _own(request, bridge, public_id, writing=True)
    if one.state != CallState.DRAFT:
        messages.error(request, _("Only a draft can be changed. Take it back from review first."))
        return _to(found, one)
    return _write(request, found, CallForm(request.POST or None, call=one), one, one.organisation)


@login_required
@require_safe
def my_call(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Where a call stands, its entries and reviewers, and what is to be done next."""
    found, one = _own(request, bridge, public_id)
    return _page(request, found, one)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_call_entry(request: HttpRequest, bridge: str, public_id: str, entry: str) -> HttpResponse:
    """Read one entry; write feedback on it."""
    found, one = _own(request, bridge, public_id, writing=True)
    entries = Entry.objects.visible_to(request.user).to_call(one).handed_in()
    chosen = get_object_or_404(entries.select_related("organisation", "introduction__bridge"), public_id=entry)
    chosen.call = one
    stage = stage_in_progress(one)
    marks = markings(stage, [chosen], request.user) if stage is not None else {}
    form = FeedbackForm(request.POST or None, initial={"feedback": chosen.feedback})
    if request.method == "POST" and form.is_valid():
        try:
            deciding.write_feedback(chosen, actor=request.user, text=form.cleaned_data["feedback"])
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed:
            messages.error(request, _("Feedback is written while entries are judged, or after."))
            return redirect("website:my_call_entry", found.slug, one.public_id, entry)
        else:
            messages.success(request, _("Saved."))
            return redirect("website:my_call_entry", found.slug, one.public_id, entry)
    context = {
        "bridge": found,
        "call": one,
        "texts": texts_of(one),
        "entry": chosen,
        "answers": list(chosen.answers.select_related("criterion__call")),
        "marking": marks.get(chosen.pk),
        "form": form,
        "takes_feedback": one.state in (CallState.DECIDING, CallState.DECIDED)
        and chosen.state in (EntryState.SUBMITTED, EntryState.ADVANCED, EntryState.DECLINED),
    }
    return render(request, "website/my_call_entry.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def my_call_act(request: HttpRequest, bridge: str, public_id: str, act: str) -> HttpResponse:
    """Do one thing with a call. Raises `Http404` for anything else."""
    found, one = _own(request, bridge, public_id, writing=True)
    if act not in _ACTS:
        raise Http404
    try:
        answer = _ACTS[act](request, found, one)
    except (InvalidInput, Duplicate) as refusal:
        said = [text for texts in getattr(refusal, "errors", {}).values() for text in texts]
        messages.error(request, " ".join(said) or str(refusal))
    except TransitionNotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        if answer is not None:
            return answer
    return _to(found, one)


def _submit(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    submit_call(one, actor=request.user)
    messages.success(request, _("Sent to the organisers. You hear from them."))


def _return(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    return_call_to_draft(one, actor=request.user)


def _extend(request: HttpRequest, bridge: Bridge, one: Call) -> HttpResponse | None:
    form = ExtendForm(request.POST, call=one)
    if not form.is_valid():
        return _page(request, bridge, one, extending=form, status=422)
    try:
        extend_call(one, actor=request.user, **form.cleaned_data)
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return _page(request, bridge, one, extending=form, status=422)
    messages.success(request, _("There is more time. Who has a draft is told."))
    return None


def _withdraw(request: HttpRequest, bridge: Bridge, one: Call) -> HttpResponse | None:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, bridge, one, withdrawing=form, status=422)
    try:
        withdraw_call(one, actor=request.user, **form.cleaned_data)
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return _page(request, bridge, one, withdrawing=form, status=422)
    messages.success(request, _("Withdrawn."))
    return None


def _invite(request: HttpRequest, bridge: Bridge, one: Call) -> HttpResponse | None:
    form = ReviewerForm(request.POST)
    if not form.is_valid():
        return _page(request, bridge, one, asking=form, status=422)
    try:
        invite_reviewer(one, actor=request.user, **form.cleaned_data)
    except (InvalidInput, Duplicate) as refusal:
        show_refusal(form, refusal)
        return _page(request, bridge, one, asking=form, status=422)
    messages.success(request, _("Asked. The link is good for thirty days."))
    return None


def _remove(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    reviewer = get_object_or_404(Reviewer, call=one, public_id=request.POST.get("reviewer", "").replace("\x00", ""))
    remove_reviewer(reviewer, actor=request.user)


def _begin(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    deciding.begin_deciding(one, actor=request.user)
    messages.success(request, _("The entries are before your reviewers."))


def _end_marking(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    deciding.end_marking(one, actor=request.user)
    messages.success(request, _("The marks stay as they are, and you see them now."))


def _advance(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    chosen = Entry.objects.visible_to(request.user).to_call(one).filter(public_id__in=request.POST.getlist("entries"))
    deciding.advance_entries(one, actor=request.user, entries=list(chosen))
    messages.success(request, _("The stage is over: everybody is told."))


def _award(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    chosen = Entry.objects.visible_to(request.user).to_call(one).handed_in()
    entry = get_object_or_404(chosen, public_id=request.POST.get("entry", "").replace("\x00", ""))
    entry.call = one
    deciding.award_entry(entry, actor=request.user)
    messages.success(request, _("It has won. You are introduced to each other."))


def _finish(request: HttpRequest, bridge: Bridge, one: Call) -> None:
    deciding.finish_call(one, actor=request.user)
    messages.success(request, _("The call is decided. Who has not won is told so kindly."))


_ACTS: dict[str, Callable[[HttpRequest, Bridge, Call], HttpResponse | None]] = {
    "submit": _submit, "return": _return, "extend": _extend, "withdraw": _withdraw, "invite": _invite,
    "remove": _remove, "begin": _begin, "end_marking": _end_marking, "advance": _advance, "award": _award,
    "finish": _finish,
}  # fmt: skip


def _write(
    request: HttpRequest, bridge: Bridge, form: CallForm, one: Call | None, organisation: Organisation
) -> HttpResponse:
    criteria_before = [] if one is None else list(one.criteria.values(*CRITERION_FIELDS))
    stages_before = [] if one is None else list(one.stages.values(*STAGE_FIELDS))
    criteria = CriterionFormSet(request.POST or None, initial=criteria_before, prefix="criteria")
    stages = StageFormSet(request.POST or None, initial=stages_before, prefix="stages")
    if request.method == "POST" and form.is_valid() and criteria.is_valid() and stages.is_valid():
        values = dict(form.cleaned_data)
        rows: dict[str, Any] = {
            name: [row.row for row in formset.forms if _is_written(row)]
            for name, formset in (("criteria", criteria), ("stages", stages))
        }
        try:
            if one is None:
                saved = create_call(organisation, actor=request.user, bridge=bridge, **rows, **values)
            else:
                saved = update_call(one, actor=request.user, **rows, **values)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your draft is kept. Send it to the organisers when it is ready."))
            return _to(bridge, saved)
    bad = request.method == "POST"
    context = {
        "bridge": bridge,
        "organisation": organisation,
        "call": one,
        "form": form,
        "criteria": criteria,
        "stages": stages,
    }
    return render(request, "website/call_edit.html", context, status=422 if bad else 200)


def _is_written(row: Any) -> bool:
    return bool(row.cleaned_data.get("name")) and not row.cleaned_data.get("DELETE")


def _page(request: HttpRequest, bridge: Bridge, one: Call, *, status: int = 200, **forms: Any) -> HttpResponse:
    may_write = bool(manages_call(request.user, one))
    stage = stage_in_progress(one)
    handed_in = Entry.objects.visible_to(request.user).to_call(one).handed_in()
    entries = list(handed_in.select_related("organisation", "introduction__bridge"))
    judged = [entry for entry in entries if stage is not None and entry.stage == stage.position and entry.is_standing]
    marks = markings(stage, judged, request.user) if stage is not None else {}
    is_last = stage is not None and not CallStage.objects.filter(call=one, position__gt=stage.position).exists()
    reviewers = Reviewer.objects.filter(call=one, removed_at=None).select_related("user")
    counted = Call.objects.visible_to(request.user).with_counts().get(pk=one.pk)
    context: dict[str, Any] = {
        "bridge": bridge,
        "call": one,
        "counted": counted,
        "texts": texts_of(one),
        "may_write": may_write,
        "stage": stage,
        "is_last": is_last,
        "rows": [{"entry": entry, "marking": marks.get(entry.pk), "judged": entry in judged} for entry in entries],
        "judged": len(judged),
        "reviewers": list(reviewers),
        "can_ask": may_write and one.state not in (CallState.DECIDED, CallState.WITHDRAWN),
        "can_extend": may_write and one.state in (CallState.OPEN, CallState.CLOSED),
        "can_withdraw": may_write and one.state not in (CallState.DECIDED, CallState.WITHDRAWN),
        "extending": ExtendForm(call=one),
        "withdrawing": WithdrawForm(),
        "asking": ReviewerForm(),
        **forms,
    }
    return render(request, "website/my_call.html", context, status=status)


def _of_organisation(request: HttpRequest, bridge: str) -> tuple[Bridge, Organisation]:
    found = bridge_at(request, bridge)
    organisation = chosen_organisation(request)
    if organisation is None:
        raise Http404
    return found, organisation


def _own(request: HttpRequest, bridge: str, public_id: str, *, writing: bool = False) -> tuple[Bridge, Call]:
    """A call of an organisation of this person. Raises `Http404`; `NotAllowed` for who only reads, when `writing`."""
    found = bridge_at(request, bridge)
    one = get_object_or_404(Call.objects.visible_to(request.user).on_bridge(found).in_full(), public_id=public_id)
    if not manages_call(request.user, one):
        if role_in(request.user, one.organisation) is None:
            raise Http404
        if writing:
            raise NotAllowed
    return found, one


def _to(bridge: Bridge, one: Call) -> HttpResponse:
    return redirect("website:my_call", bridge.slug, one.public_id)
