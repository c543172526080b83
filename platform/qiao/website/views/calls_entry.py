"""Writing an entry to a call. What was typed is kept, whatever happens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.calls.domain.entries import (
    TooLate,
    reopen_entry,
    save_entry,
    submit_entry,
    take_back_entry,
    withdraw_entry,
)
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Call, Entry
from qiao.calls.rules import enters_for, writes_entry
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.refusals import show_refusal
from qiao.directory.models import Organisation
from qiao.website.forms.calls import EntryForm
from qiao.website.scope import bridge_at, chosen_organisation
from qiao.website.views.calls import texts_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_entry(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """The entry of one's organisation: a form while it is a draft, else as it was handed in."""
    found, call, organisation = _scope(request, bridge, public_id)
    entry = _entry(request, call, organisation)
    may_write = enters_for(request.user, call, organisation)
    if entry is None and not may_write:
        raise Http404
    editable = may_write and (entry is None or entry.state == EntryState.DRAFT)
    language = "zh" if (get_language() or "en").startswith("zh") else "en"
    form = EntryForm(request.POST or None, call=call, entry=entry, language=language) if editable else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed
        if form.is_valid():
            answer = _save(request, found, call, organisation, form)
            if answer is not None:
                return answer
    return render(
        request,
        "website/call_entry.html",
        {
            "bridge": found,
            "call": call,
            "texts": texts_of(call),
            "organisation": organisation,
            "entry": entry,
            "form": form,
            "answers": [] if entry is None else list(entry.answers.select_related("criterion__call")),
            "may_write": may_write,
            "can_change": may_write and call.takes_entries,
            "can_withdraw": may_write
            and entry is not None
            and entry.state in (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.ADVANCED)
            and call.state not in (CallState.DECIDED, CallState.WITHDRAWN),
        },
        status=422 if form is not None and form.errors else 200,
    )


@login_required
@require_POST
def call_entry_act(request: HttpRequest, bridge: str, public_id: str, act: str) -> HttpResponse:
    """Take an entry back to change it, withdraw it, or go on with a withdrawn one."""
    found, call, organisation = _scope(request, bridge, public_id)
    entry = _entry(request, call, organisation)
    acts: dict[str, tuple[Any, str]] = {
        "take_back": (take_back_entry, _("It is a draft again. Hand it in before the call closes.")),
        "withdraw": (withdraw_entry, _("Withdrawn. You can go on with it as long as the call is open.")),
        "reopen": (reopen_entry, _("It is a draft again.")),
    }
    if entry is None or act not in acts:
        raise Http404
    if not writes_entry(request.user, entry):
        raise NotAllowed
    do, words = acts[act]
    try:
        do(entry, actor=request.user)
    except TooLate as refusal:
        messages.error(request, str(refusal))
    except TransitionNotAllowed:
        messages.error(request, _("This cannot be done any more. Look at it again."))
    else:
        messages.success(request, words)
    return _to(found, call)


def _save(
    request: HttpRequest, bridge: Bridge, call: Call, organisation: Organisation, form: EntryForm
) -> HttpResponse | None:
    """Save the draft, and hand it in if that was pressed; None when something is to be mended first."""
    values = form.cleaned_data
    try:
        entry = save_entry(
            call,
            actor=request.user,
            organisation=organisation,
            title=values["title"],
            language=values["language"],
            answers=form.answers,
        )
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return None
    except TransitionNotAllowed:
        messages.error(request, _("Somebody of your organisation has handed it in meanwhile."))
        return _to(bridge, call)
    if "submit" not in request.POST:
        messages.success(request, _("Your draft is kept. Nobody else reads it."))
        return _to(bridge, call)
    try:
        submit_entry(entry, actor=request.user)
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return None
    messages.success(request, _("Handed in. Until the call closes you can take it back to change it."))
    return _to(bridge, call)


def _scope(request: HttpRequest, bridge: str, public_id: str) -> tuple[Bridge, Call, Organisation]:
    found = bridge_at(request, bridge)
    organisation = chosen_organisation(request)
    call = get_object_or_404(Call.objects.visible_to(request.user).on_bridge(found).in_full(), public_id=public_id)
    if organisation is None or organisation.pk == call.organisation_id:
        raise Http404
    return found, call, organisation


def _entry(request: HttpRequest, call: Call, organisation: Organisation) -> Entry | None:
    entries = Entry.objects.visible_to(request.user).filter(call=call, organisation=organisation)
    found = entries.select_related("organisation", "introduction", "introduction__bridge").first()
    if found is not None:
        found.call = call
    return found


def _to(bridge: Bridge, call: Call) -> HttpResponse:
    return redirect("website:call_entry", bridge.slug, call.public_id)
