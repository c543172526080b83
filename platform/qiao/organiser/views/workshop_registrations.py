"""Registrations on a workshop's desk: who comes, who waits, who is to be decided on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_registrations import InviteForm, NoteForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.admitting import approve_registration, decline_registration, invite_person, write_note
from qiao.workshops.domain.places_left import places_left
from qiao.workshops.domain.registering import register_other, withdraw_registration
from qiao.workshops.enums import AttendanceMode, RegistrationState
from qiao.workshops.models import Registration, Workshop
from qiao.workshops.rules import handles_registrations

for_handlers = at_workshop_desk(handles_registrations)
ACTS = {"approve": approve_registration, "decline": decline_registration, "withdraw": withdraw_registration}
MOST_AT_ONCE = 200


@for_handlers
@require_safe
def workshop_registrations(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """All registrations, by state and words; those to be decided on first."""
    people = Registration.objects.visible_to(request.user).of_workshop(workshop).select_related("organisation", "user")
    states = dict(Registration.objects.of_workshop(workshop).order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    if state in RegistrationState.values:
        people = people.filter(state=state)
    if words:
        people = people.filter(
            Q(name__icontains=words)
            | Q(email__icontains=words)
            | Q(organisation__name_en__icontains=words)
            | Q(organisation__name_zh__icontains=words)
        )
    ordered = (
        people.order_by("queued_at", "pk") if state == RegistrationState.WAITING else people.order_by("name", "pk")
    )
    tabs = [{"label": _("All"), "url": "?", "current": not state, "count": sum(states.values())}]
    tabs += [
        {"label": label, "url": f"?state={value}", "current": state == value, "count": states.get(value, 0)}
        for value, label in RegistrationState.choices
    ]
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_registrations.html",
        page_obj=page_of(request, ordered, size=50),
        tabs=tabs,
        state=state,
        q=words,
        on_site=places_left(workshop, AttendanceMode.ON_SITE),
        online=places_left(workshop, AttendanceMode.REMOTE),
    )


@for_handlers
@require_POST
def workshop_registrations_many(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Accept, do not accept, or withdraw those who are marked; each by itself."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    marked = request.POST.getlist("people")[:MOST_AT_ONCE]
    people = Registration.objects.visible_to(request.user).of_workshop(workshop).filter(public_id__in=marked)
    done = left = 0
    for one in people.order_by("pk"):
        try:
            act(one, actor=request.user)
            done += 1
        except TransitionNotAllowed:
            left += 1
    if done:
        words = ngettext("%(count)d registration changed.", "%(count)d registrations changed.", done)
        messages.success(request, words % {"count": done})
    if left:
        words = ngettext("%(count)d was in another state and stays.", "%(count)d were in another state and stay.", left)
        messages.warning(request, words % {"count": left})
    if not done and not left:
        messages.error(request, _("Mark somebody first."))
    return redirect("organiser:workshop_registrations", bridge.slug, workshop.public_id)


@for_handlers
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_invite(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Invite somebody of a member, or register them at once."""
    form = InviteForm(request.POST or None, bridge=bridge)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        at_once = values.pop("at_once")
        try:
            made = (register_other if at_once else invite_person)(workshop, actor=request.user, **values)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("%(name)s: %(state)s.") % {"name": made.name, "state": made.get_state_display()}
            )
            return redirect("organiser:workshop_invite", bridge.slug, workshop.public_id)
    status = 422 if form.errors else 200
    return workshop_desk_page(request, workshop, "organiser/workshop_invite.html", status=status, form=form)


@for_handlers
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_registration(request: HttpRequest, bridge: Bridge, workshop: Workshop, registration: str) -> HttpResponse:
    """One registration in full, with what it needs and a note."""
    people = Registration.objects.visible_to(request.user).of_workshop(workshop).in_full()
    one: Any = get_object_or_404(people, public_id=registration)
    form = NoteForm(request.POST or None, initial={"note": one.note})
    if request.method == "POST" and form.is_valid():
        write_note(one, actor=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("Saved."))
        return redirect("organiser:workshop_registration", bridge.slug, workshop.public_id, registration)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_registration.html",
        status=422 if form.errors else 200,
        one=one,
        form=form,
        answers=[answer_line(answer) for answer in one.answers.select_related("question")],
    )


def answer_line(answer: Any) -> tuple[str, str]:
    """A question with what was answered, in words."""
    value, choices = answer.value, answer.question.choices
    if isinstance(value, bool):
        words = _("Yes") if value else _("No")
    elif choices and isinstance(value, int):
        words = _choice(choices, value)
    elif choices and isinstance(value, list):
        words = "; ".join(_choice(choices, one) for one in value)
    else:
        words = "" if value is None else str(value)
    return str(answer.question.text), words


def _choice(choices: list[dict[str, str]], number: int) -> str:
    return " / ".join(choices[number].values()) if number < len(choices) else ""
