"""The programme at the desk: the draft with its conflicts, sessions, releases."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, TransitionNotAllowed
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.organiser.forms.workshop_programme import PlaceForm, ReleaseForm, SessionForm, SessionPersonForm
from qiao.organiser.workshop_conflict_words import conflict_words
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain import sessions as domain
from qiao.workshops.domain.inviting_to_sessions import ask_again, may_be_asked_again
from qiao.workshops.domain.queries.conflicts import conflicts_of
from qiao.workshops.domain.releasing import changes_since_last, release_programme
from qiao.workshops.enums import SessionState
from qiao.workshops.models import Release, Session, SessionPerson, Workshop
from qiao.workshops.rules import plans_programme

for_planners = at_workshop_desk(plans_programme)


@for_planners
@require_safe
def workshop_programme(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The draft by day, what stands against it, and what the next release would change."""
    sessions = list(Session.objects.of_workshop(workshop).select_related("room").prefetch_related("people"))
    active = [one for one in sessions if one.state == SessionState.ACTIVE]
    placed = sorted((one for one in active if one.starts_at is not None), key=lambda one: (one.starts_at, one.pk))
    days = groupby(placed, lambda one: one.starts_at.astimezone(workshop.zone).date() if one.starts_at else None)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_programme.html",
        days=[(day, list(of_day)) for day, of_day in days],
        unplaced=[one for one in active if one.starts_at is None],
        cancelled=[one for one in sessions if one.state == SessionState.CANCELLED],
        conflicts=[(one, conflict_words(one)) for one in conflicts_of(workshop)],
        changes=changes_since_last(workshop),
        last=Release.objects.of_workshop(workshop).first(),
    )


@for_planners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_session_new(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Add a session."""
    form = SessionForm(request.POST or None, workshop=workshop)
    if request.method == "POST" and form.is_valid():
        try:
            made = domain.create_session(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("In the draft. Give it a room and a time."))
            return _to_session(workshop, made)
    status = 422 if form.errors else 200
    return workshop_desk_page(request, workshop, "organiser/workshop_session_new.html", status=status, form=form)


@for_planners
@require_safe
def workshop_session(request: HttpRequest, bridge: Bridge, workshop: Workshop, session: str) -> HttpResponse:
    """One session with all that can be done with it."""
    return _page(request, workshop, session_at(workshop, session))


@for_planners
@require_POST
def workshop_session_act(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, session: str, act: str
) -> HttpResponse:
    """Do one thing with a session. Raises `Http404` for anything else."""
    one = session_at(workshop, session)
    if act not in _ACTS:
        raise Http404
    try:
        answer: HttpResponse | None = _ACTS[act](request, workshop, one)
    except domain.ChangedMeanwhile as refusal:
        messages.error(request, str(refusal))
    except (TransitionNotAllowed, InvalidInput, Duplicate) as refusal:
        said = [text for texts in getattr(refusal, "errors", {}).values() for text in texts]
        messages.error(request, " ".join(said) or str(refusal))
    else:
        if answer is not None:
            return answer
    return _to_session(workshop, one)


@for_planners
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_releases(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """All releases, and making the next one."""
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = release_programme(workshop, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Released: %(name)s. Those it concerns are told.") % {"name": made.name})
            return redirect("organiser:workshop_releases", bridge.slug, workshop.public_id)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_releases.html",
        status=422 if form.errors else 200,
        form=form,
        changes=changes_since_last(workshop),
        hard=[conflict_words(one) for one in conflicts_of(workshop) if one.is_hard],
        page_obj=page_of(request, Release.objects.of_workshop(workshop).select_related("released_by"), size=10),
    )


def _change(request: HttpRequest, workshop: Workshop, one: Session) -> HttpResponse | None:
    form = SessionForm(request.POST, workshop=workshop, session=one)
    if not form.is_valid():
        return _page(request, workshop, one, form=form, status=422)
    try:
        domain.change_session(one, actor=request.user, edition=_edition(request), **form.cleaned_data)
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return _page(request, workshop, one, form=form, status=422)
    messages.success(request, _("Saved."))
    return None


def _place(request: HttpRequest, workshop: Workshop, one: Session) -> HttpResponse | None:
    form = PlaceForm(request.POST, session=one)
    if not form.is_valid():
        return _page(request, workshop, one, placing=form, status=422)
    try:
        domain.place_session(one, actor=request.user, edition=_edition(request), **form.cleaned_data)
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return _page(request, workshop, one, placing=form, status=422)
    messages.success(request, _("Saved in the draft. Participants see it with the next release."))
    return None


def _cancel(request: HttpRequest, workshop: Workshop, one: Session) -> None:
    domain.cancel_session(one, actor=request.user, edition=_edition(request))
    messages.success(request, _("Cancelled in the draft. You can bring it back."))


def _restore(request: HttpRequest, workshop: Workshop, one: Session) -> None:
    domain.restore_session(one, actor=request.user, edition=_edition(request))


def _add(request: HttpRequest, workshop: Workshop, one: Session) -> HttpResponse | None:
    form = SessionPersonForm(request.POST, workshop=workshop)
    if not form.is_valid():
        return _page(request, workshop, one, adding=form, status=422)
    try:
        domain.add_to_session(one, actor=request.user, **form.cleaned_data)
    except (InvalidInput, Duplicate) as refusal:
        show_refusal(form, refusal)
        return _page(request, workshop, one, adding=form, status=422)
    return None


def _remove(request: HttpRequest, workshop: Workshop, one: Session) -> None:
    chosen = request.POST.get("person", "")
    person = get_object_or_404(SessionPerson, session=one, pk=int(chosen) if chosen.isdigit() else 0)
    domain.remove_from_session(person, actor=request.user)


def _ask_again(request: HttpRequest, workshop: Workshop, one: Session) -> None:
    asked = ask_again(one, actor=request.user)
    words = ngettext("%(n)d person is asked once more.", "%(n)d people are asked once more.", asked)
    messages.success(request, words % {"n": asked})


_ACTS: dict[str, Any] = {
    "ask_again": _ask_again, "change": _change, "place": _place, "cancel": _cancel, "restore": _restore, "add": _add,
    "remove": _remove,
}  # fmt: skip


def _page(request: HttpRequest, workshop: Workshop, one: Session, *, status: int = 200, **forms: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "session": one,
        "people": (people := list(one.people.select_related("registration__organisation"))),
        "answers": Counter(person.get_answer_display() for person in people if person.registration_id).most_common(),
        "may_be_asked": len(may_be_asked_again(one)),
        "conflicts": [conflict_words(found) for found in conflicts_of(workshop) if one in found.sessions],
        "form": SessionForm(workshop=workshop, session=one),
        "placing": PlaceForm(session=one),
        "adding": SessionPersonForm(workshop=workshop),
        **forms,
    }
    return workshop_desk_page(request, workshop, "organiser/workshop_session.html", status=status, **context)


def _edition(request: HttpRequest) -> int:
    given = request.POST.get("edition", "")
    return int(given) if given.isdigit() and len(given) < 9 else 0


def session_at(workshop: Workshop, public_id: str) -> Session:
    """A session of the workshop by its address. Raises `Http404`."""
    one: Session = get_object_or_404(Session.objects.of_workshop(workshop).select_related("room"), public_id=public_id)
    one.workshop = workshop
    return one


def _to_session(workshop: Workshop, one: Session) -> HttpResponse:
    return redirect("organiser:workshop_session", workshop.bridge.slug, workshop.public_id, one.public_id)
