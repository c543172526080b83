"""After a workshop: highlights and minutes, feedback, the certificate of attendance."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.website.forms.workshop_after import FeedbackForm
from qiao.website.workshop_scope import at_workshop, of_participants, workshop_page
from qiao.workshops.domain.afterwards import attendance_of, certificate_of, certificate_token
from qiao.workshops.domain.feedback import give_feedback, takes_feedback
from qiao.workshops.enums import RegistrationState, SessionKind
from qiao.workshops.models import Feedback, Registration, Session, Workshop
from qiao.workshops.rules import registration_of, runs_workshop


@at_workshop
@require_safe
def workshop_after(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Highlights and minutes as far as this person may read them, and what they can do now."""
    mine = registration_of(request.user, workshop)
    takes_part = mine is not None and mine.state == RegistrationState.CONFIRMED
    readable = workshop.after_is_public or takes_part or bool(runs_workshop(request.user, workshop))
    token = ""
    if takes_part and mine is not None and attendance_of(mine).was_there:
        token = certificate_token(mine)
    return workshop_page(
        request,
        workshop,
        "website/workshop_after.html",
        registration=mine,
        readable=readable,
        certificate_token=token,
        feedback_open=takes_part and takes_feedback(workshop),
    )


@of_participants
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_feedback(request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration) -> HttpResponse:
    """Say what one thinks of the workshop or of a session."""
    sessions = list(Session.objects.of_workshop(workshop).active().placed().exclude(kind=SessionKind.BREAK))
    choices = [(one.public_id, str(one.title)) for one in sessions]
    said = {one.session_id: one for one in Feedback.objects.filter(registration=mine)}
    if request.method == "POST":
        form = FeedbackForm(request.POST, sessions=choices)
        if form.is_valid():
            values = dict(form.cleaned_data)
            chosen = values.pop("session")
            values["session"] = next((one for one in sessions if one.public_id == chosen), None)
            try:
                give_feedback(mine, actor=request.user, **values)
            except InvalidInput as refusal:
                form.add_error(None, str(refusal))
            except TransitionNotAllowed as refusal:
                messages.error(request, str(refusal))
                return _after(workshop)
            else:
                messages.success(request, _("Thank you. You can change it as long as feedback is taken."))
                return redirect("website:workshop_feedback", bridge.slug, workshop.public_id)
        return _feedback_page(request, workshop, mine, form, said, status=422)
    asked = request.GET.get("session", "")
    session = next((one for one in sessions if one.public_id == asked), None)
    before = said.get(session.pk if session is not None else None)
    initial = {"session": asked if session is not None else ""}
    if before is not None:
        initial |= {"good": before.good, "better": before.better}
        form = FeedbackForm(
            initial=initial | {"mark": before.mark, "is_anonymous": before.is_anonymous}, sessions=choices
        )
    else:
        form = FeedbackForm(initial=initial, sessions=choices)
    return _feedback_page(request, workshop, mine, form, said)


@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """A certificate of attendance, to print and to check: whoever has its address sees that it is true."""
    attendance = certificate_of(token.replace("\x00", ""))
    if attendance is None:
        raise Http404
    workshop = attendance.registration.workshop
    context = {
        "attendance": attendance,
        "registration": attendance.registration,
        "workshop": workshop,
        "bridge": workshop.bridge,
        "address": request.build_absolute_uri(),
    }
    return render(request, "website/certificate.html", context)


def _feedback_page(
    request: HttpRequest,
    workshop: Workshop,
    mine: Registration,
    form: FeedbackForm,
    said: dict[int | None, Feedback],
    *,
    status: int = 200,
) -> HttpResponse:
    return workshop_page(
        request,
        workshop,
        "website/workshop_feedback.html",
        status=status,
        registration=mine,
        form=form,
        said=len(said),
        open=takes_feedback(workshop),
    )


def _after(workshop: Workshop) -> HttpResponse:
    return redirect("website:workshop_after", workshop.bridge.slug, workshop.public_id)
