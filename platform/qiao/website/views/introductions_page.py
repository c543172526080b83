"""The page of one introduction, and the parts of it that are asked for alone."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed, TransitionNotAllowed
from qiao.directory.models import Organisation
from qiao.insights.history.lines import SHOWN, HistoryLine, people_lines
from qiao.partnerships.domain.case import people_of
from qiao.partnerships.domain.conversation import mark_read
from qiao.partnerships.domain.limits import allowance_of
from qiao.partnerships.domain.queries.introduction_view import IntroductionView, introduction_view
from qiao.partnerships.enums import STAGE_ORDER, DismissalReason, IntroductionState, Stage
from qiao.partnerships.models import Introduction, Milestone, PrivateNote
from qiao.partnerships.wording.gains import gain_words
from qiao.website.forms.introductions import (
    ContactForm,
    InterestForm,
    LaterForm,
    MessageForm,
    NextStepForm,
    NoForm,
    NoteForm,
    QuestionForm,
)
from qiao.website.forms.introductions_milestones import RECORDED, DisputeForm
from qiao.website.history import address_of
from qiao.website.span import IN_FULL, span_of
from qiao.website.views.introductions_messages import conversation_of, pulse_of

#: Reasons shown of why one would say yes.
GAINS_SHOWN = 5


def show_introduction(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation, **bound: Any
) -> HttpResponse:
    """The whole page. `bound` are forms that were sent and refused: they stand in their places, 422."""
    view = _view_or_404(request, introduction, organisation)
    row, party = view.row, view.party
    conversation = conversation_of(request, view)
    sides = sides_of(introduction)
    context: dict[str, Any] = {
        "bridge": bridge,
        "organisation": organisation,
        "view": view,
        "row": row,
        "introduction": introduction,
        "party": party,
        "state": IntroductionState(introduction.state),
        "conversation": conversation,
        "reason_label": DismissalReason(party.reason).label if party.reason in DismissalReason.values else "",
        "span": span_of(view.proposal, bridge, excerpt=IN_FULL) if view.proposal and view.proposal.is_current else None,
        "gains": gains_of(view),
        "allowance": allowance_of(organisation, bridge) if not introduction.is_introduced else None,
        "notes": PrivateNote.objects.visible_to(request.user)
        .filter(introduction=introduction, organisation=organisation)
        .select_related("author"),
        "history": _history(request.user, introduction, organisation),
        "stages": _stages(introduction),
        "stage_number": STAGE_ORDER.get(introduction.stage, 0) + 1,
        "recordable": [(stage, Stage(stage).label) for stage in RECORDED],
        "version": version_of(introduction),
        "interest_form": InterestForm(auto_id="id_interest_%s"),
        "later_form": LaterForm(auto_id="id_later_%s"),
        "no_form": NoForm(auto_id="id_no_%s"),
        "question_form": QuestionForm(auto_id="id_question_%s"),
        "message_form": MessageForm(ask_notice=view.must_acknowledge),
        "note_form": NoteForm(auto_id="id_note_%s"),
        "dispute_form": DisputeForm(auto_id="id_dispute_%s"),
        "next_step_form": NextStepForm(
            auto_id="id_step_%s",
            sides=sides,
            initial={
                "text": introduction.next_step,
                "on": introduction.next_step_on,
                "by": introduction.next_step_by.public_id if introduction.next_step_by else "",
            },
        ),
        **bound,
    }
    if "contact_form" not in bound and view.may_write:
        context["contact_form"] = _contact_form(view)
    for name, prefix in _PREFIXES.items():
        if name in bound:
            bound[name].auto_id = f"id_{prefix}_%s"
    refused = any(isinstance(one, forms.BaseForm) and one.errors for one in bound.values())
    response = render(request, "website/introduction.html", context, status=422 if refused else 200)
    if request.method == "GET":
        mark_read(introduction, actor=request.user)
    return response


#: Several forms of the page have fields of the same names.
_PREFIXES = {
    "interest_form": "interest",
    "later_form": "later",
    "no_form": "no",
    "question_form": "question",
    "note_form": "note",
    "changed_note_form": "changed_note",
    "dispute_form": "dispute",
    "next_step_form": "step",
    "contact_form": "contact",
}


def show_part(
    request: HttpRequest,
    bridge: Bridge,
    introduction: Introduction,
    organisation: Organisation,
    *,
    template: str,
    form: forms.BaseForm,
    **extra: Any,
) -> HttpResponse:
    """A page of its own for one act on an open introduction. Raises what the act itself would raise."""
    view = _view_or_404(request, introduction, organisation)
    if not view.may_act:
        raise NotAllowed
    if not view.may_write:
        raise TransitionNotAllowed
    context = {
        "bridge": bridge,
        "organisation": organisation,
        "view": view,
        "row": view.row,
        "introduction": introduction,
        "form": form,
        **extra,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def newer_messages(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """What has come since `?after=` and whether anything else has changed; 204 when all is as the page has it."""
    after, version = request.GET.get("after", "")[:12], version_of(introduction)
    changed = request.GET.get("version", "") != version
    pulse = pulse_of(request.user, introduction)
    if not changed and request.GET.get("marks", "") == pulse.marks and pulse.newest == (after or "none"):
        return HttpResponse(status=204)
    view = _view_or_404(request, introduction, organisation)
    conversation = conversation_of(request, view, after=after)
    context = {
        "bridge": bridge,
        "organisation": organisation,
        "view": view,
        "row": view.row,
        "introduction": introduction,
        "conversation": conversation,
        "version": request.GET.get("version", "")[:16] if changed else version,
        "changed": changed,
    }
    response = render(request, "website/_introduction_newer.html", context)
    if conversation.lines:
        mark_read(introduction, actor=request.user)
    return response


def _history(user: Any, introduction: Introduction, organisation: Organisation) -> list[HistoryLine]:
    """What has happened, as the people of this side may know it, whatever else the reader may be."""
    entries = AuditEntry.objects.visible_to(user).about(introduction).of_organisation(organisation.pk)
    return people_lines(list(entries[:SHOWN]), user, own={organisation.pk}, address=address_of, but=introduction)


def version_of(introduction: Introduction) -> str:
    """Changes when something else than the conversation does that both sides may see."""
    milestones = Milestone.objects.filter(introduction=introduction).aggregate(n=Count("pk"), at=Max("updated_at"))
    seen = (
        introduction.state,
        introduction.stage,
        introduction.next_step,
        introduction.next_step_on,
        introduction.next_step_by_id,
        *((party.contact_id for party in introduction.parties.all()) if introduction.is_introduced else ()),
        milestones["n"],
        milestones["at"],
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]


def gains_of(view: IntroductionView) -> list[tuple[str, str]]:
    """Why one's own side would say yes, strongest first."""
    if view.proposal is None or not view.proposal.is_current:
        return []
    words = [gain_words(reason) for reason in view.proposal.gains]
    return [one for one in words if one is not None][:GAINS_SHOWN]


def sides_of(introduction: Introduction) -> list[tuple[str, str]]:
    """Both organisations, to choose from."""
    return [(one.public_id, one.name) for one in (introduction.first, introduction.second)]


def contact_people(organisation: Organisation) -> list[Any]:
    """Who may stand for an organisation."""
    return people_of(organisation)


def _contact_form(view: IntroductionView) -> ContactForm:
    people = contact_people(view.row.organisation)
    return ContactForm(
        auto_id="id_contact_%s",
        people=[(one.public_id, one.display_name) for one in people],
        initial={"contact": view.party.contact.public_id if view.party.contact else ""},
    )


def _stages(introduction: Introduction) -> list[dict[str, Any]]:
    reached = STAGE_ORDER.get(introduction.stage, 0)
    return [{"label": stage.label, "url": "", "done": STAGE_ORDER[stage] < reached} for stage in Stage]


def _view_or_404(request: HttpRequest, introduction: Introduction, organisation: Organisation) -> IntroductionView:
    view = introduction_view(request.user, introduction, organisation)
    if view is None:
        raise Http404
    return view
