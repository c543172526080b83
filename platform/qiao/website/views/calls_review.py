"""Reviewing: the link, what touches one's own interests, reading entries and marking them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qiao.bridges.models import Bridge
from qiao.calls.domain.marks import mark_entry, stage_in_progress
from qiao.calls.domain.queries.marks_view import markings
from qiao.calls.domain.reviewers import accept_review, declare_interests, find_reviewer
from qiao.calls.enums import CallState
from qiao.calls.models import Call, Conflict, Entry, Reviewer
from qiao.calls.rules import reviewer_of
from qiao.common.errors import Duplicate, InvalidInput, TransitionNotAllowed
from qiao.common.refusals import show_refusal
from qiao.website.forms.calls import MarkForm
from qiao.website.scope import bridge_at
from qiao.website.views.calls import texts_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """See who asks, and accept. Signed out: sign up or in first, and come back here."""
    found = find_reviewer(token.replace("\x00", ""))
    user: Any = request.user
    if request.method == "POST":
        if not user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        try:
            reviewer = accept_review(token, actor=user)
        except Duplicate as refusal:
            messages.info(request, str(refusal))
            return _to(found.call.bridge, found.call)
        return _to(reviewer.call.bridge, reviewer.call)
    context = {
        "reviewer": found,
        "call": found.call,
        "texts": texts_of(found.call),
        "other_address": user.is_authenticated and user.email.lower() != found.email.lower(),
        "here": request.path,
    }
    return render(request, "website/review_invitation.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_review(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """What there is to mark. First one says which entries touch one's own interests; more can be named later."""
    found, call, reviewer = _scope(request, bridge, public_id)
    if request.method == "POST":
        named = Entry.objects.handed_in().to_call(call).filter(public_id__in=request.POST.getlist("conflicts"))
        try:
            declare_interests(call, actor=request.user, conflicts=list(named))
        except TransitionNotAllowed:
            messages.error(request, _("The entries are not before the reviewers now."))
        else:
            messages.success(request, _("Noted. What you keep out of is neither shown to you nor marked by you."))
        return _to(found, call)
    stage = stage_in_progress(call)
    handed_in = list(Entry.objects.handed_in().to_call(call).select_related("organisation").order_by("title", "pk"))
    readable = list(Entry.objects.to_review_by(request.user).to_call(call).select_related("organisation"))
    marks = markings(stage, readable, request.user, with_notes=True) if stage is not None else {}
    kept_out = set(Conflict.objects.filter(reviewer=reviewer).values_list("entry_id", flat=True))
    context = {
        "bridge": found,
        "call": call,
        "texts": texts_of(call),
        "reviewer": reviewer,
        "stage": stage,
        "entries": [(one, one.pk in kept_out) for one in handed_in] if call.state == CallState.DECIDING else [],
        "rows": [{"entry": one, "marking": marks.get(one.pk)} for one in readable],
    }
    return render(request, "website/call_review.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_review_entry(request: HttpRequest, bridge: str, public_id: str, entry: str) -> HttpResponse:
    """Read an entry and mark it."""
    found, call, _reviewer = _scope(request, bridge, public_id)
    one = get_object_or_404(
        Entry.objects.to_review_by(request.user).to_call(call).select_related("organisation"), public_id=entry
    )
    one.call = call
    stage = stage_in_progress(call)
    marking = markings(stage, [one], request.user, with_notes=True)[one.pk] if stage is not None else None
    own = marking.own if marking is not None else None
    form = MarkForm(
        request.POST or None, initial={"verdict": own.verdict, "note": own.note} if own is not None else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            mark_entry(one, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except TransitionNotAllowed as refusal:
            messages.error(request, str(refusal))
            return _to(found, call)
        else:
            messages.success(request, _("Marked. Others see it once everybody has marked this entry."))
            return _to(found, call)
    context = {
        "bridge": found,
        "call": call,
        "texts": texts_of(call),
        "entry": one,
        "stage": stage,
        "marking": marking,
        "answers": list(one.answers.select_related("criterion__call")),
        "form": form,
    }
    return render(request, "website/call_review_entry.html", context, status=422 if form.errors else 200)


def _scope(request: HttpRequest, bridge: str, public_id: str) -> tuple[Bridge, Call, Reviewer]:
    """Raises `Http404` for who does not review the call."""
    found = bridge_at(request, bridge)
    call = get_object_or_404(
        Call.objects.on_bridge(found).in_full().exclude(state__in=(CallState.DRAFT, CallState.IN_REVIEW)),
        public_id=public_id,
    )
    reviewer = reviewer_of(request.user, call)
    if reviewer is None:
        raise Http404
    return found, call, reviewer


def _to(bridge: Bridge, call: Call) -> HttpResponse:
    return redirect("website:call_review", bridge.slug, call.public_id)
