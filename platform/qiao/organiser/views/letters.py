"""Letters of the organisers to groups of members: written, read again, tried on oneself, approved and stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.directory.domain.queries.audience import people_of_members
from qiao.directory.enums import OrganisationKind, PersonRole
from qiao.notifications.domain.circulars import (
    approve_circular,
    cancel_circular,
    change_circular,
    hold_circular,
    resume_circular,
    write_circular,
)
from qiao.notifications.domain.circulating import copy_for, progress_of, send_test_of_circular
from qiao.notifications.enums import CircularState
from qiao.notifications.models import Circular
from qiao.organiser.forms.letters import AUDIENCE, LetterForm
from qiao.organiser.scope import desk_page, for_organisers

ROWS = 30


@for_organisers
@require_safe
def letter_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Letters, newest first, all or of one state."""
    letters = Circular.objects.of_bridge(bridge.pk).select_related("author").defer("text_en", "text_zh")
    state = request.GET.get("state", "")
    state = state if state in CircularState.values else ""
    tabs = [{"label": _("All"), "url": "?", "current": not state}]
    tabs += [
        {"label": label, "url": f"?state={value}", "current": value == state} for value, label in CircularState.choices
    ]
    page = page_of(request, letters.filter(state=state) if state else letters, size=ROWS)
    return desk_page(request, bridge, "organiser/letter_list.html", tabs=tabs, page_obj=page, state=state)


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Write one; it is read again before it goes."""
    return _written(
        request, bridge, None, lambda form: write_circular(
            bridge, actor=request.user, audience=form.audience, **form.words
        ),
    )  # fmt: skip


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def letter_edit(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """Change a draft."""
    letter = _letter_or_404(bridge, public_id)
    if letter.state != CircularState.DRAFT:
        messages.info(request, _("It has been approved and cannot be changed any more."))
        return redirect("organiser:letter", bridge.slug, public_id)
    return _written(
        request, bridge, letter, lambda form: change_circular(
            letter, actor=request.user, audience=form.audience, **form.words
        ),
    )  # fmt: skip


@for_organisers
@require_safe
def letter(request: HttpRequest, bridge: Bridge, public_id: str) -> HttpResponse:
    """What it says in both languages, whom it goes to, how far it has come, and what can be done."""
    found = _letter_or_404(bridge, public_id)
    copies = [
        {"language": language, "mail": copy_for(found, request.user, language=language)}
        for language in ("en", "zh-hans")
    ]
    draft = found.state == CircularState.DRAFT
    context: dict[str, Any] = {
        "letter": found,
        "copies": copies,
        "in_one_language": not (found.text_en and found.text_zh),
        "group": _words_of(bridge, found),
        "count": _receivers(bridge, found).count() if draft else 0,
        "progress": None if draft else progress_of(found),
        "is_moving": found.state == CircularState.SENDING,
    }
    template = "organiser/_letter_progress.html" if request.headers.get("HX-Request") else "organiser/letter.html"
    return desk_page(request, bridge, template, **context)


@for_organisers
@require_POST
def letter_act(request: HttpRequest, bridge: Bridge, public_id: str, action: str) -> HttpResponse:
    """Approve, hold back, go on, cancel, or try it on oneself."""
    found = _letter_or_404(bridge, public_id)
    actor: Any = request.user
    try:
        if action == "approve":
            people = _receivers(bridge, found).values_list("pk", flat=True)
            approve_circular(found, actor=actor, receivers=people, seen=request.POST.get("version", ""))
            messages.success(request, _("It is on its way."))
        elif action == "test":
            send_test_of_circular(found, actor=actor)
            messages.success(request, _("It is sent to %(address)s.") % {"address": actor.email})
        elif action == "hold":
            hold_circular(found, actor=actor)
            messages.success(request, _("Held back. What has not gone waits."))
        elif action == "resume":
            resume_circular(found, actor=actor)
            messages.success(request, _("It goes on."))
        elif action == "cancel":
            cancel_circular(found, actor=actor)
            messages.success(request, _("Cancelled. What had not gone does not go."))
        else:
            raise Http404
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    return redirect("organiser:letter", bridge.slug, public_id)


def _written(
    request: HttpRequest, bridge: Bridge, found: Circular | None, write: Callable[[LetterForm], Circular]
) -> HttpResponse:
    initial = {name: found.audience.get(name, "") for name in AUDIENCE} if found else None
    form = LetterForm(request.POST or None, instance=found, initial=initial, bridge=bridge)
    if form.is_bound and form.is_valid():
        try:
            return redirect("organiser:letter", bridge.slug, write(form).public_id)
        except InvalidInput as refusal:
            for name, errors in refusal.errors.items():
                form.add_error(name, errors)
    status = 422 if form.errors else 200
    return desk_page(request, bridge, "organiser/letter_edit.html", status=status, form=form, letter=found)


def _letter_or_404(bridge: Bridge, public_id: str) -> Circular:
    return get_object_or_404(Circular.objects.of_bridge(bridge.pk).select_related("author"), public_id=public_id)


def _receivers(bridge: Bridge, found: Circular) -> QuerySet[User]:
    return people_of_members(bridge, **{name: found.audience.get(name, "") for name in AUDIENCE})


def _words_of(bridge: Bridge, found: Circular) -> list[tuple[Any, str]]:
    """The group in words."""
    side, kind, roles = (found.audience.get(name, "") for name in AUDIENCE)
    sides = {each.code: str(each) for each in bridge.sides.all()}
    return [
        (_("Side"), sides.get(side, "") or _("All sides")),
        (_("Kind of organisation"), str(OrganisationKind(kind).label) if kind else _("Every kind")),
        (_("Role"), ", ".join(str(PersonRole(role).label) for role in roles) or _("Everybody")),
    ]
