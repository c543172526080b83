"""One meeting: who, when and where, what one can say to it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching.app.domain.workshop_people import reasons_for
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.workshop_meetings import (
    CancelForm,
    ColleagueForm,
    DeclineForm,
    LinkForm,
    NotesForm,
    StepForm,
    TimeForm,
)
from qiao.website.wording.reasons import reason_words
from qiao.website.workshop_scope import of_participants, workshop_page
from qiao.workshops.domain.answering import (
    accept_meeting,
    add_colleague,
    cancel_meeting,
    decline_meeting,
    take_back_decline,
    withdraw_meeting,
)
from qiao.workshops.domain.meeting_limits import allowance_of
from qiao.workshops.domain.meeting_times import keep_time, propose_time, set_join_url
from qiao.workshops.domain.outcomes import agree_next_step, mark_outcome, write_notes
from qiao.workshops.domain.queries.free_times import FreeTimes
from qiao.workshops.domain.queries.my_meetings import MyMeeting, as_seen_by
from qiao.workshops.enums import MeetingAnswer, MeetingState
from qiao.workshops.models import Meeting, Registration, Workshop

REASONS = 4


def _meeting_or_404(workshop: Workshop, mine: Registration, meeting: str) -> MyMeeting:
    own = Meeting.objects.of_workshop(workshop).with_person(mine).in_full()
    return as_seen_by(mine, get_object_or_404(own, public_id=meeting))


@of_participants
@require_safe
def workshop_meeting(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration, meeting: str
) -> HttpResponse:
    """The page of a meeting that one is in."""
    return _show(request, workshop, mine, _meeting_or_404(workshop, mine, meeting))


@of_participants
@require_POST
def workshop_meeting_act(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration, meeting: str
) -> HttpResponse:
    """Do one thing with a meeting; the page says what was refused."""
    line = _meeting_or_404(workshop, mine, meeting)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise InvalidInput
    refused = act(request, line, mine)
    if refused is not None:
        return _show(request, workshop, mine, line, **{refused[0]: refused[1]})
    if request.POST.get("back") == "list":
        return redirect("website:workshop_meetings", bridge.slug, workshop.public_id)
    return redirect("website:workshop_meeting", bridge.slug, workshop.public_id, meeting)


@of_participants
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_meeting_cancel(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, mine: Registration, meeting: str
) -> HttpResponse:
    """Call a meeting off, or leave it, after a question."""
    line = _meeting_or_404(workshop, mine, meeting)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_meeting(line.meeting, actor=request.user, registration=mine, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Cancelled. The others are told."))
            return redirect("website:workshop_meetings", bridge.slug, workshop.public_id)
    return workshop_page(
        request,
        workshop,
        "website/workshop_meeting_cancel.html",
        status=422 if form.errors else 200,
        registration=mine,
        line=line,
        form=form,
        leaves=not line.is_mine and len(line.others) > 1,
    )


def _show(
    request: HttpRequest, workshop: Workshop, mine: Registration, line: MyMeeting, **bound: forms.BaseForm
) -> HttpResponse:
    meeting = line.meeting
    context: dict[str, Any] = {
        "line": line,
        "decline_form": DeclineForm(auto_id="id_decline_%s"),
        "link_form": LinkForm(auto_id="id_link_%s", initial={"join_url": meeting.join_url}),
        "notes_form": NotesForm(auto_id="id_notes_%s", initial={"notes": line.mine.notes}),
        "step_form": StepForm(
            auto_id="id_step_%s", initial={"next_step": meeting.next_step, "next_step_on": meeting.next_step_on}
        ),
        "allowance": allowance_of(mine, workshop),
        "colleagues_notes": [
            one for one in line.others if one.registration.organisation_id == mine.organisation_id and one.notes
        ],
        "marks": [one for one in line.others if one.outcome],
    }
    if line.may_propose_time:
        context["time_form"] = _time_form(request, line, mine)
    if line.is_live and not meeting.outcome:
        colleagues = _colleagues(workshop, line, mine)
        if colleagues:
            context["colleague_form"] = ColleagueForm(colleagues=colleagues, auto_id="id_colleague_%s")
    organisations = {one.registration.organisation_id for one in line.others} - {mine.organisation_id}
    views = reasons_for(mine, organisations, user=request.user)
    context["reasons"] = [reason_words(reason) for view in views.values() for reason in view.reasons[:REASONS]]
    if line.must_answer and meeting.wished_slot is not None:
        times = FreeTimes(workshop, [mine], leave_out=meeting.pk)
        context["against"] = sorted(times.against(mine.pk, meeting.wished_slot))
    for name, form in bound.items():
        form.auto_id = f"id_{name.removesuffix('_form')}_%s"
    return workshop_page(
        request,
        workshop,
        "website/workshop_meeting.html",
        status=422 if bound else 200,
        registration=mine,
        **{**context, **bound},
    )


def _time_form(request: HttpRequest, line: MyMeeting, mine: Registration, data: Any = None) -> TimeForm:
    people = [one.registration for one in (line.mine, *line.others)]
    times = FreeTimes(line.meeting.workshop, people, leave_out=line.meeting.pk)
    return TimeForm(data, times=times, mine=mine, reader=request.user, auto_id="id_time_%s")


def _colleagues(workshop: Workshop, line: MyMeeting, mine: Registration) -> list[Registration]:
    there = [one.registration_id for one in (line.mine, *line.others) if one.answer != MeetingAnswer.NO]
    people = Registration.objects.of_workshop(workshop).confirmed().filter(organisation=mine.organisation_id)
    return list(people.exclude(pk__in=there).order_by("name", "pk"))


Refused = tuple[str, forms.BaseForm] | None
_Act = Callable[[HttpRequest, MyMeeting, Registration], Refused]


def _accept(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    try:
        found = accept_meeting(line.meeting, actor=request.user, registration=mine)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
        return None
    if found.state == MeetingState.SCHEDULED and found.wished_slot_id is None:
        messages.success(request, _("Accepted. The meeting is in your agenda."))
    elif found.state == MeetingState.AGREED:
        messages.success(request, _("Agreed. There is no time yet: propose one, or the organisers find one."))
    else:
        messages.success(request, _("Accepted. It is fixed as soon as the others have answered."))
    return None


def _decline(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return "decline_form", form
    decline_meeting(line.meeting, actor=request.user, registration=mine, **form.cleaned_data)
    messages.success(request, _("Declined. You can take it back until its date."))
    return None


def _propose(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = _time_form(request, line, mine, request.POST)
    return _done(
        request,
        "time_form",
        form,
        lambda: propose_time(line.meeting, actor=request.user, registration=mine, slot=form.cleaned_data["slot"]),
        _("Proposed. The others are asked; until they agree nothing changes."),
    )


def _link(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = LinkForm(request.POST)
    return _done(
        request,
        "link_form",
        form,
        lambda: set_join_url(line.meeting, actor=request.user, registration=mine, url=form.cleaned_data["join_url"]),
        _("Saved. The others find the link here as well."),
    )


def _notes(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = NotesForm(request.POST)
    return _done(
        request,
        "notes_form",
        form,
        lambda: write_notes(line.meeting, actor=request.user, registration=mine, notes=form.cleaned_data["notes"]),
        _("Your notes are saved."),
    )


def _step(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = StepForm(request.POST)
    return _done(
        request,
        "step_form",
        form,
        lambda: agree_next_step(
            line.meeting,
            actor=request.user,
            registration=mine,
            text=form.cleaned_data["next_step"],
            on=form.cleaned_data["next_step_on"],
        ),
        _("The next step is saved."),
    )


def _colleague(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    form = ColleagueForm(request.POST, colleagues=_colleagues(line.meeting.workshop, line, mine))
    return _done(
        request,
        "colleague_form",
        form,
        lambda: add_colleague(
            line.meeting, actor=request.user, registration=mine, colleague=form.cleaned_data["colleague"]
        ),
        _("Your colleague comes along. The others are told."),
    )


def _done(request: HttpRequest, name: str, form: forms.BaseForm, act: Callable[[], Any], success: str) -> Refused:
    if form.is_valid():
        try:
            act()
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, success)
            return None
    return name, form


def _plainly(act: Callable[..., Any], words: Callable[[], str]) -> _Act:
    def do(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
        act(line.meeting, actor=request.user, registration=mine)
        messages.success(request, words())
        return None

    return do


def _mark(request: HttpRequest, line: MyMeeting, mine: Registration) -> Refused:
    found = mark_outcome(line.meeting, actor=request.user, registration=mine, outcome=request.POST.get("outcome", ""))
    if found.outcome == "disputed":
        messages.warning(request, _("Noted. Another says otherwise: the organisers look into it."))
    else:
        messages.success(request, _("Noted."))
    return None


_ACTS: dict[str, _Act] = {
    "accept": _accept,
    "decline": _decline,
    "take_back": _plainly(take_back_decline, lambda: _("Taken back: the request waits for your answer again.")),
    "withdraw": _plainly(withdraw_meeting, lambda: _("Your request is withdrawn. Its place is free for another.")),
    "keep_time": _plainly(keep_time, lambda: _("It stays as it is. The others are told.")),
    "time": _propose,
    "link": _link,
    "notes": _notes,
    "step": _step,
    "colleague": _colleague,
    "mark": _mark,
}
