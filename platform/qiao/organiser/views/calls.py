"""Calls on the desk: what waits for review, and all the others."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.calls.domain.calls import review_call, withdraw_call
from qiao.calls.enums import CallState
from qiao.calls.models import Call
from qiao.calls.rules import reviews_call, stops_call
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.calls import ReviewCallForm, StopCallForm
from qiao.organiser.scope import desk_page, for_organisers


@for_organisers
@require_safe
def call_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Those that wait for review first, then the rest; drafts are their organisation's alone."""
    calls = Call.objects.visible_to(request.user).on_bridge(bridge).select_related("organisation")
    waiting = list(calls.waiting_for_review())
    others = calls.exclude(state__in=(CallState.DRAFT, CallState.IN_REVIEW)).with_counts()
    page = page_of(request, others.order_by("-closes_at", "-pk"), size=20)
    return desk_page(request, bridge, "organiser/call_list.html", waiting=waiting, page_obj=page)


@for_organisers
@require_safe
def call(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """One call in both languages, and the decision on it."""
    return _page(request, bridge, _found(request, bridge, public_id))


@for_organisers
@require_POST
def call_act(request: HttpRequest, bridge: Bridge, public_id: str, act: str) -> HttpResponse:
    """Approve it, send it back, or withdraw it."""
    one = _found(request, bridge, public_id)
    if act not in ("approve", "send_back", "withdraw"):
        raise Http404
    form: Any = StopCallForm(request.POST) if act == "withdraw" else ReviewCallForm(request.POST)
    if form.is_valid():
        try:
            if act == "withdraw":
                withdraw_call(one, actor=request.user, reason=form.cleaned_data["reason"])
            else:
                review_call(one, actor=request.user, approve=act == "approve", note=form.cleaned_data["note"])
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed:
            messages.error(request, _("Somebody else has decided on it meanwhile."))
            return redirect("organiser:call", bridge.slug, public_id)
        else:
            said = {"approve": _("Published."), "send_back": _("Sent back."), "withdraw": _("Withdrawn.")}
            messages.success(request, said[act])
            return redirect("organiser:call_list", bridge.slug)
    forms = {"stopping" if act == "withdraw" else "form": form}
    return _page(request, bridge, one, status=422, **forms)


def _found(request: HttpRequest, bridge: Bridge, public_id: str) -> Call:
    calls = Call.objects.visible_to(request.user).on_bridge(bridge).exclude(state=CallState.DRAFT)
    found: Call = get_object_or_404(calls.in_full(), public_id=public_id)
    return found


def _page(request: HttpRequest, bridge: Bridge, one: Call, *, status: int = 200, **forms: Any) -> HttpResponse:
    ended = (CallState.DECIDED, CallState.WITHDRAWN)
    context: dict[str, Any] = {
        "call": one,
        "counted": Call.objects.visible_to(request.user).with_counts().get(pk=one.pk),
        "may_review": bool(reviews_call(request.user, one)) and one.state == CallState.IN_REVIEW,
        "is_own": not reviews_call(request.user, one),
        "may_stop": bool(stops_call(request.user, one)) and one.state not in ended,
        "form": ReviewCallForm(),
        "stopping": StopCallForm(),
        **forms,
    }
    return desk_page(request, bridge, "organiser/call.html", status=status, **context)
