"""The released programme, its changes, and one session with one's answer."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.website.workshop_scope import at_workshop, workshop_page
from qiao.workshops.domain.queries.shown import shown_sessions
from qiao.workshops.domain.sessions import answer_session
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, SessionState
from qiao.workshops.models import Release, Session, SessionPerson, Workshop
from qiao.workshops.rules import registration_of


@at_workshop
@require_safe
def workshop_programme(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """By day; one's own sessions are marked and can be shown alone."""
    mine = registration_of(request.user, workshop)
    sessions = shown_sessions(workshop)
    own = set()
    if mine is not None:
        places = SessionPerson.objects.filter(registration=mine).exclude(answer=AnswerToInvitation.DECLINED)
        own = set(places.values_list("session__public_id", flat=True))
    only_mine = bool(own) and request.GET.get("mine") == "1"
    shown = [one for one in sessions if not only_mine or one.public_id in own]
    days = groupby(shown, lambda one: one.starts_at.astimezone(workshop.zone).date())
    return workshop_page(
        request,
        workshop,
        "website/workshop_programme.html",
        registration=mine,
        days=[(day, [(one, one.public_id in own) for one in of_day]) for day, of_day in days],
        last=Release.objects.of_workshop(workshop).first(),
        own=own,
        only_mine=only_mine,
    )


@at_workshop
@require_safe
def workshop_releases(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """What each release has changed."""
    releases = Release.objects.visible_to(request.user).of_workshop(workshop)
    return workshop_page(
        request, workshop, "website/workshop_releases.html", page_obj=page_of(request, releases, size=10)
    )


@at_workshop
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_session(request: HttpRequest, bridge: Bridge, workshop: Workshop, session: str) -> HttpResponse:
    """One session as it was released; who is invited before that sees it as well, and answers.

    Raises `Http404` for a session of the draft that does not concern this person.
    """
    mine = registration_of(request.user, workshop)
    takes_part = mine is not None and mine.state == RegistrationState.CONFIRMED
    row = Session.objects.of_workshop(workshop).filter(public_id=session).first()
    shown = next((one for one in shown_sessions(workshop) if one.public_id == session), None)
    person = None
    if row is not None and mine is not None:
        person = row.people.filter(registration=mine).order_by("-role").first()
    if shown is None and (row is None or person is None or row.state == SessionState.CANCELLED):
        raise Http404
    can_answer = takes_part and row is not None and row.state == SessionState.ACTIVE
    if request.method == "POST":
        if not can_answer or row is None or mine is None:
            raise NotAllowed
        return _answer(request, workshop, row, mine)
    context: dict[str, Any] = {
        "session": shown,
        "row": row,
        "person": person,
        "can_answer": can_answer,
        "takes_part": takes_part,
    }
    return workshop_page(request, workshop, "website/workshop_session.html", registration=mine, **context)


def _answer(request: HttpRequest, workshop: Workshop, row: Session, mine: Any) -> HttpResponse:
    comes = request.POST.get("comes") == "yes"
    try:
        answer_session(row, actor=request.user, registration=mine, comes=comes)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    except TransitionNotAllowed:
        messages.error(request, _("This cannot be done any more. Look at it again."))
    else:
        said = _("It is in your programme.") if comes else _("Noted: you do not come.")
        messages.success(request, said)
    return redirect("website:workshop_session", workshop.bridge.slug, workshop.public_id, row.public_id)
