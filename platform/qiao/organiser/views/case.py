"""One case at the desk: both sides with what each has said, and everything that a broker does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, QiaoError
from qiao.common.refusals import show_refusal
from qiao.directory.models import Organisation
from qiao.organiser.case_filter import adviser_choices
from qiao.organiser.case_scope import case_at, cases_at, for_brokers, without_nul
from qiao.organiser.forms.cases import (
    CaseMilestoneForm,
    CloseForm,
    IntroduceForm,
    KeepBackForm,
    MessageForm,
    NoteForm,
    PauseForm,
)
from qiao.organiser.log import desk_history
from qiao.organiser.scope import desk_page
from qiao.organiser.uploads import with_upload_limit
from qiao.partnerships.domain import brokering
from qiao.partnerships.domain.conversation import add_note, delete_note, mark_read, readers_of, send_message
from qiao.partnerships.domain.milestones import confirm_milestone, record_milestone, withdraw_milestone
from qiao.partnerships.domain.queries.troubles import with_troubles
from qiao.partnerships.enums import IntroductionState, MilestoneState
from qiao.partnerships.models import Document, FollowUp, Introduction, Milestone, PrivateNote
from qiao.partnerships.rules import brokers
from qiao.partnerships.wording.agenda import agenda_items

State = IntroductionState
FOUND = 12
#: Messages that a case's page shows; more have never been exchanged on one.
NEWEST = 500


@for_brokers
@require_safe
def case(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Both sides, what each has said, the conversation, milestones and what can be done."""
    return _page(request, bridge, case_at(request, bridge, public_id))


@with_upload_limit
@for_brokers
@require_POST
def case_act(
    request: HttpRequest, bridge: Bridge, public_id: str, act: str, *, too_large: bool = False
) -> HttpResponse:
    """Everything that is done to one case. A refusal keeps what was typed."""
    found = case_at(request, bridge, public_id)
    if too_large:
        messages.error(request, _("Your files are too large. Nothing was recorded."))
        return redirect("organiser:case", bridge.slug, found.public_id)
    do = _ACTS.get(act)
    if do is None:
        raise Http404
    form_class = _FORMS.get(act)
    form: Any = form_class(request.POST, request.FILES or None) if form_class is not None else None
    if form is not None and not form.is_valid():
        return _page(request, bridge, found, refused={act: form}, status=422)
    try:
        said = do(request, found, form.cleaned_data if form is not None else {})
    except InvalidInput as refusal:
        if form is None:
            messages.error(request, next((text for texts in refusal.errors.values() for text in texts), str(refusal)))
        else:
            show_refusal(form, refusal)
            return _page(request, bridge, found, refused={act: form}, status=422)
    except QiaoError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("organiser:case", bridge.slug, found.public_id)


@for_brokers
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Introduce two members by hand: look for either, then say why."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = {name: _member(request, bridge, given.get(name, "")) for name in ("first", "second")}
    form = IntroduceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and chosen["first"] and chosen["second"]:
        try:
            made = brokering.introduce_by_hand(
                bridge,
                chosen["first"],
                chosen["second"],
                actor=request.user,
                note=form.cleaned_data["note"],
                ask_first=form.cleaned_data["ask_first"],
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            said = _("Both are asked.") if made.state == State.REQUESTED else _("They are introduced.")
            messages.success(request, said)
            return redirect("organiser:case", bridge.slug, made.public_id)
    wanted = next((name for name in ("first", "second") if chosen[name] is None), "")
    words = given.get("q", "").strip()
    members = Organisation.objects.visible_to(request.user).on_bridge(bridge)
    results = members.matching_words(words)[:FOUND] if wanted and words else []
    return desk_page(
        request,
        bridge,
        "organiser/case_new.html",
        status=422 if form.errors else 200,
        within="case_list",
        form=form,
        first=chosen["first"],
        second=chosen["second"],
        wanted=wanted,
        words=words,
        results=list(results),
        existing=_existing(request, bridge, chosen["first"], chosen["second"]),
    )


@for_brokers
@require_safe
def case_file(request: HttpRequest, bridge: Bridge, public_id: str, document: str) -> HttpResponse:
    """A file of the conversation or of a milestone, to be saved and not shown."""
    found = get_object_or_404(
        Document.objects.visible_to(request.user), introduction__bridge=bridge,
        introduction__public_id=public_id, public_id=document,
    )  # fmt: skip
    from urllib.parse import quote

    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _page(
    request: HttpRequest, bridge: Bridge, found: Introduction, *, refused: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    refused = refused or {}
    parties = list(found.parties.all())
    flagged = with_troubles(cases_at(request, bridge).filter(pk=found.pk)).get()
    listings = {one.pk: one.title for one in (found.first_listing, found.second_listing) if one is not None}
    shown: dict[str, Any] = {
        "message_form": refused.get("message") or MessageForm(initial={"once": get_random_string(24)}),
        "note_form": refused.get("note") or NoteForm(),
        "keep_back_form": refused.get("keep_back") or KeepBackForm(),
        "pause_form": refused.get("pause") or PauseForm(),
        "close_form": refused.get("close") or CloseForm(),
        "milestone_form": refused.get("milestone") or CaseMilestoneForm(),
    }
    if found.is_introduced:
        mark_read(found, actor=request.user)
    return desk_page(
        request,
        bridge,
        "organiser/case.html",
        status=status,
        within="case_list",
        case=found,
        flags=flagged,
        parties=parties,
        may_act=brokers(request.user, found),
        advisers=adviser_choices(bridge),
        chat=list(
            found.messages.select_related("author", "organisation")
            .prefetch_related(Prefetch("documents", Document.objects.without_content()))
            .order_by("-pk")[:NEWEST]
        )[::-1],
        readers=readers_of(found),
        notes=PrivateNote.objects.visible_to(request.user).filter(introduction=found, organisation__isnull=True),
        milestones=found.milestones.standing()
        .select_related("organisation", "recorded_by")
        .prefetch_related("confirmations__organisation", Prefetch("documents", Document.objects.without_content())),
        follow_ups=FollowUp.objects.visible_to(request.user)
        .filter(introduction=found, sent_at__isnull=False)
        .select_related("organisation"),
        agenda=agenda_items(found.agenda, listings),
        history=desk_history(bridge, found, request.user),
        opened_part=next(iter(refused), ""),
        **shown,
    )


def _party_organisation(request: HttpRequest, found: Introduction) -> Organisation:
    for party in found.parties.all():
        if party.organisation.public_id == request.POST.get("organisation", ""):
            return party.organisation
    raise Http404


def _pass_on(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    brokering.pass_on(found, actor=request.user)
    return _("Passed on.")


def _keep_back(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    brokering.do_not_pass_on(found, actor=request.user, note=values["note"])
    return _("Not passed on, and told to who asked.")


def _nudge(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    brokering.nudge(found, actor=request.user, organisation=_party_organisation(request, found))
    return _("They are reminded.")


def _assign(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    public_id = without_nul(request.POST.get("adviser", ""))
    adviser = get_object_or_404(User, public_id=public_id) if public_id else None
    brokering.assign_adviser(
        found, actor=request.user, organisation=_party_organisation(request, found), adviser=adviser
    )
    return _("Saved.")


def _pause(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    brokering.pause(found, actor=request.user, until=values["until"])
    return _("Paused.")


def _resume(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    brokering.resume(found, actor=request.user)
    return _("It goes on.")


def _close(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    brokering.close(found, actor=request.user, reason=values["reason"], note=values["note"])
    return _("Closed, and told to both. You can open it again.")


def _reopen(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    brokering.reopen(found, actor=request.user)
    return _("Open again.")


def _message(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    send_message(found, actor=request.user, text=values["text"], files=values["files"], once=values["once"])
    return _("Sent to both sides.")


def _note(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    add_note(found, actor=request.user, text=values["text"])
    return _("Noted. Only the desk reads it.")


def _note_delete(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    notes = PrivateNote.objects.visible_to(request.user).filter(introduction=found, organisation__isnull=True)
    delete_note(get_object_or_404(notes, public_id=without_nul(request.POST.get("note", "")[:12])), actor=request.user)
    return _("The note is gone.")


def _milestone(request: HttpRequest, found: Introduction, values: dict[str, Any]) -> str:
    file = values.pop("file", None)
    record_milestone(
        found,
        actor=request.user,
        stage=values.pop("stage"),
        happened_on=values.pop("happened_on"),
        files=[file] if file else [],
        **values,
    )
    return _("Recorded. Both sides are asked to confirm it.")


def _confirm(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    confirm_milestone(_recorded(request, found), actor=request.user, organisation=_party_organisation(request, found))
    return _("Confirmed on their behalf; that is kept beside it.")


def _withdraw(request: HttpRequest, found: Introduction, _values: dict[str, Any]) -> str:
    withdraw_milestone(_recorded(request, found), actor=request.user)
    return _("Taken back, and told to both.")


def _recorded(request: HttpRequest, found: Introduction) -> Milestone:
    standing = Milestone.objects.visible_to(request.user).filter(introduction=found)
    return get_object_or_404(
        standing.exclude(state=MilestoneState.WITHDRAWN), public_id=without_nul(request.POST.get("milestone", "")[:12])
    )


_ACTS = {
    "pass-on": _pass_on, "keep_back": _keep_back, "nudge": _nudge, "assign": _assign, "pause": _pause,
    "resume": _resume, "close": _close, "reopen": _reopen, "message": _message, "note": _note,
    "note-delete": _note_delete, "milestone": _milestone, "confirm": _confirm, "withdraw": _withdraw,
}  # fmt: skip
_FORMS: dict[str, type[forms.Form]] = {
    "keep_back": KeepBackForm, "pause": PauseForm, "close": CloseForm, "message": MessageForm, "note": NoteForm,
    "milestone": CaseMilestoneForm,
}  # fmt: skip


def _member(request: HttpRequest, bridge: Bridge, public_id: str) -> Organisation | None:
    members = Organisation.objects.visible_to(request.user).on_bridge(bridge)
    return members.filter(public_id=public_id.replace("\x00", "")).first() if public_id else None


def _existing(
    request: HttpRequest, bridge: Bridge, first: Organisation | None, second: Organisation | None
) -> Introduction | None:
    if first is None or second is None or first.pk == second.pk:
        return None
    low, high = sorted((first.pk, second.pk))
    return cases_at(request, bridge).filter(first=low, second=high).first()
