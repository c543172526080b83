"""The answer to an invitation to a session, from the link of a letter, without signing in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.workshops.domain.inviting_to_sessions import holds_places, invitation_of, topics_of
from qiao.workshops.domain.queries.shown import shown_sessions
from qiao.workshops.domain.sessions import answer_session
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, SessionRole, SessionState, WorkshopState
from qiao.workshops.models import Registration, Session


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and two buttons. Looking at the page writes nothing: mail programs open links too.

    It speaks the language of whom the letter was written to, until they choose another in this browser. Raises
    `Http404` for a link that is forged, old, or of somebody who is not asked any more.
    """
    try:
        session, registration = invitation_of(token)
    except NotFound:
        raise Http404 from None
    reader = registration.user
    if reader is not None and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(reader.language)
        request.LANGUAGE_CODE = translation.get_language()
    if request.method == "POST":
        return _answer(request, token, session, registration)
    shown = next((one for one in shown_sessions(session.workshop) if one.public_id == session.public_id), None)
    places = list(session.people.filter(registration=registration).order_by("role"))
    others = session.people.exclude(answer=AnswerToInvitation.DECLINED).exclude(registration=registration)
    named = others.exclude(role=SessionRole.PARTICIPANT)
    is_open = (
        registration.state == RegistrationState.CONFIRMED
        and session.state == SessionState.ACTIVE
        and session.workshop.state == WorkshopState.PUBLISHED
    )
    context = {
        "bridge": session.workshop.bridge,
        "workshop": session.workshop,
        "session": session,
        "shown": shown,
        "begins": shown.starts_at if shown is not None else session.starts_at,
        "room": shown.room if shown is not None else session.room,
        "registration": registration,
        "reader": reader,
        "zone": session.workshop.zone,
        "places": places,
        "named": named,
        "topics": topics_of(session, translation.get_language() or "en") if reader is not None else [],
        "answer": places[-1].answer if places else "",
        "pressed": request.GET.get("answer", ""),
        "is_open": is_open,
        "keeps_place": holds_places(session),
    }
    response = render(request, "website/workshop_invitation.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str, session: Session, registration: Registration) -> HttpResponse:
    comes = request.POST.get("comes") == "yes"
    try:
        answer_session(session, actor=registration.user, registration=registration, comes=comes)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    except (TransitionNotAllowed, NotAllowed):
        messages.error(request, _("This cannot be done any more. Look at it again."))
    else:
        said = _("Thank you: it is in your programme.") if comes else _("Thank you: your place is free for others.")
        messages.success(request, said)
    return redirect("website:workshop_invitation", token)
