"""Proposed partnerships: the list of one's organisation, one proposal in full, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matching.app.domain.queries.proposal_view import ProposalView, proposal_view, proposal_views
from matching.app.domain.queries.readiness import readiness_of
from matching.app.models import Proposal
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.directory.models import Organisation
from qiao.partnerships.domain.asking import QUESTION_LENGTH
from qiao.partnerships.domain.limits import allowance_of, policy_of
from qiao.partnerships.domain.marks import (
    mark_proposals_seen,
    remove_saved_proposal,
    restore_proposal,
    save_proposal,
)
from qiao.partnerships.domain.queries.introduction_view import IntroductionRow, Tab, introduction_rows
from qiao.partnerships.domain.responding import answer_proposal
from qiao.partnerships.enums import Answer, DismissalReason, IntroductionState
from qiao.partnerships.models import Introduction, ProposalMark
from qiao.partnerships.rules import responds_for
from qiao.website.forms.introductions import LATER_DAYS, InterestForm, LaterForm, NoForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.history import own_history
from qiao.website.scope import bridge_at, chosen_organisation, organisations_of
from qiao.website.span import IN_FULL, Span, span_of

TABS = {
    "open": gettext_lazy("Proposed"),
    "interested": gettext_lazy("Interested"),
    "saved": gettext_lazy("Saved"),
    "later": gettext_lazy("Later"),
    "dismissed": gettext_lazy("Said no"),
}


@login_required
@require_safe
def proposal_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """The proposals of one of the person's organisations, in its order."""
    found_bridge = bridge_at(request, bridge)
    organisations = organisations_of(request.user)
    organisation = chosen_organisation(request)
    tab = request.GET.get("tab", "open")
    context: dict[str, Any] = {
        "bridge": found_bridge,
        "organisations": organisations,
        "organisation": organisation,
        "tab": tab if tab in TABS else "open",
        "dismissal_reasons": DismissalReason.choices,
    }
    if organisation is not None:
        rows = _rows(request, organisation, found_bridge)
        by_tab = {name: [row for row in rows if row.tab in _SHOWN[name]] for name in TABS}
        may_respond = bool(rows) and responds_for(request.user, rows[0].view.proposal, organisation)
        context |= {
            "rows": by_tab[context["tab"]],
            "tabs": [
                {
                    "label": label,
                    "url": f"?organisation={organisation.public_id}&tab={name}",
                    "current": name == context["tab"],
                    "count": len(by_tab[name]),
                }
                for name, label in TABS.items()
            ],
            "readiness": readiness_of(organisation, found_bridge),
            "may_respond": may_respond,
            "just": _just(request, rows) if may_respond else None,
            **asking_of(organisation, found_bridge),
        }
        unseen = [row.view.proposal.pk for row in rows if row.mark is None or row.mark.seen_at is None]
        if may_respond and unseen:
            mark_proposals_seen(unseen, actor=request.user, organisation=organisation)
    htmx: Any = getattr(request, "htmx", None)
    template = "website/proposal_list.html"
    if htmx and htmx.target == "proposals":
        template = "website/_proposals.html"
    return render(request, template, context)


@login_required
@require_safe
def proposal(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """One proposal in full, seen from one's own side."""
    found_bridge = bridge_at(request, bridge)
    found = _proposal_or_404(request, found_bridge, public_id)
    return _show(request, found_bridge, found, _own_side(request, found_bridge, found))


def _show(
    request: HttpRequest,
    bridge: Bridge,
    found: Proposal,
    organisation: Organisation,
    refused: forms.Form | None = None,
) -> HttpResponse:
    """The page of one proposal; `refused` is an answer that was not taken, with why."""
    view = proposal_view(request.user, organisation, found)
    if view is None:
        raise Http404
    mark = ProposalMark.objects.visible_to(request.user).filter(proposal=found, organisation=organisation).first()
    meetings = _meetings(request.user, organisation, bridge)
    span = span_of(view, bridge, excerpt=IN_FULL)
    context = {
        "bridge": bridge,
        "organisation": organisation,
        "view": view,
        "mark": mark,
        "row": Row(view, mark, span, meetings.get(frozenset({found.first_id, found.second_id}))),
        "span": span,
        "dismissal_reasons": DismissalReason.choices,
        "may_respond": responds_for(request.user, found, organisation),
        "refused": refused,
        "history": own_history(found, request.user),
        **asking_of(organisation, bridge),
    }
    return render(request, "website/proposal.html", context, status=422 if refused is not None else 200)


@login_required
@require_POST
def proposal_mark(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """Say interested, later or no to a proposal, save it, or take that back, for one's organisation."""
    found_bridge = bridge_at(request, bridge)
    found = _proposal_or_404(request, found_bridge, public_id)
    organisation = _own_side(request, found_bridge, found)
    act = request.POST.get("act")
    if act is not None and act in _ANSWERS:
        form = _ANSWERS[act](request.POST)
        introduction = _answered(request, found, organisation, act, form) if form.is_valid() else None
        if form.errors:
            return _show(request, found_bridge, found, organisation, form)
        if introduction is not None and act == Answer.INTERESTED:
            return redirect("website:introduction", found_bridge.slug, introduction.public_id)
    elif act == "save":
        save_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Saved for later."))
    elif act == "unsave":
        remove_saved_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("No longer saved."))
    elif act == "restore":
        restore_proposal(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Back in your list."))
    else:
        raise InvalidInput
    if request.POST.get("back") == "proposal":
        return redirect("website:proposal", found_bridge.slug, found.public_id)
    tab = request.POST.get("tab", "open")
    query = f"?organisation={organisation.public_id}" + (f"&tab={tab}" if tab in TABS else "")
    if act in (Answer.LATER, Answer.NO):
        query += f"&just={found.public_id}"
    return redirect(reverse("website:proposal_list", args=[found_bridge.slug]) + query)


_ANSWERS: dict[str | None, type[forms.Form]] = {
    Answer.INTERESTED: InterestForm,
    Answer.LATER: LaterForm,
    Answer.NO: NoForm,
}
_SHOWN = {
    "open": ("open", "saved"),
    "interested": ("interested",),
    "saved": ("saved",),
    "later": ("later",),
    "dismissed": ("dismissed",),
}


def _answered(
    request: HttpRequest, found: Proposal, organisation: Organisation, answer: str, form: forms.Form
) -> Introduction | None:
    """Give the answer; the form says why it was not taken."""
    try:
        introduction = answer_proposal(
            found, actor=request.user, organisation=organisation, answer=answer, **form.cleaned_data
        )
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return None
    messages.success(request, _what_now(answer, introduction))
    return introduction


def _what_now(answer: str, introduction: Introduction | None) -> str:
    if answer == Answer.LATER:
        return _("Put off. They are not told; it comes back on the day.")
    if answer == Answer.NO or introduction is None:
        return _("They are not told, and the matcher learns from it.")
    if introduction.is_introduced:
        return _("They are interested too: you are introduced.")
    if introduction.state == IntroductionState.WITH_ADVISERS:
        return _("Your request is with the advisers, who pass it on.")
    return _("Your request is made. You hear from us as soon as they are interested too.")


@dataclass(frozen=True)
class Row:
    """A proposal in the list, with what one's own organisation has done with it."""

    view: ProposalView
    mark: ProposalMark | None
    span: Span
    #: The introduction or request of the two, if one's own side knows of any.
    meeting: IntroductionRow | None

    @property
    def tab(self) -> str:
        """The part of the list it belongs to."""
        meeting, mark = self.meeting, self.mark
        if meeting is not None and (meeting.introduction.is_introduced or meeting.tab == Tab.WAITING):
            return "interested"
        if self.has_said_no:
            return "dismissed"
        if self.is_put_off:
            return "later"
        return "saved" if mark is not None and mark.saved_at else "open"

    @property
    def has_said_no(self) -> bool:
        """To the proposal, or to a request of the other side that still waits."""
        return bool(self.mark and self.mark.dismissed_at) or (
            self.meeting is not None
            and self.meeting.introduction.state == IntroductionState.REQUESTED
            and self.meeting.my_answer == Answer.NO
        )

    @property
    def is_put_off(self) -> bool:
        """Until a day that is still to come."""
        return self.mark is not None and self.mark.later_until is not None and self.mark.later_until > _today()

    @property
    def has_asked(self) -> bool:
        """One's own request has ended: there is no second one, but for one taken back in time."""
        if self.meeting is None:
            return False
        introduction = self.meeting.introduction
        mine = next(one for one in introduction.parties.all() if one.organisation_id == self.meeting.organisation.pk)
        lapses = introduction.lapses_at
        withdrew = mine.asks and introduction.state == IntroductionState.WITHDRAWN
        return mine.has_asked and not (withdrew and lapses is not None and lapses > timezone.now())

    @property
    def via_advisers(self) -> bool:
        """A name is withheld on one side at least."""
        return self.view.mine.listing.anonymous or self.view.theirs.listing.anonymous


def asking_of(organisation: Organisation, bridge: Bridge) -> dict[str, Any]:
    """What one reads before asking: requests left, and the date on which a request of today lapses."""
    policy, today = policy_of(bridge), _today()
    return {
        "allowance": allowance_of(organisation, bridge),
        "advisers_for_all": policy.advisers_for_all,
        "would_lapse": today + timedelta(days=policy.days_to_answer),
        "later_day": today + timedelta(days=LATER_DAYS),
        "later_least": today + timedelta(days=1),
        "later_most": today + timedelta(days=366),
        "question_length": QUESTION_LENGTH,
    }


def _today() -> date:
    return timezone.localdate()


def _rows(request: HttpRequest, organisation: Organisation, bridge: Bridge) -> list[Row]:
    """Current proposals, and saved or asked ones that no longer hold."""
    marks = {mark.proposal_id: mark for mark in ProposalMark.objects.filter(organisation=organisation)}
    meetings = _meetings(request.user, organisation, bridge)
    kept = [pk for pk, mark in marks.items() if mark.saved_at]
    asked = [one.introduction.proposal_id for one in meetings.values() if one.introduction.proposal_id is not None]
    views = proposal_views(request.user, organisation, bridge, also=[*kept, *asked])
    return [
        Row(
            view,
            marks.get(view.proposal.pk),
            span_of(view, bridge),
            meetings.get(frozenset({view.proposal.first_id, view.proposal.second_id})),
        )
        for view in views
    ]


def _meetings(user: Any, organisation: Organisation, bridge: Bridge) -> dict[frozenset[int], IntroductionRow]:
    """Introductions and requests that one's own side knows of, by the pair. For its own people only."""
    return {
        frozenset({row.introduction.first_id, row.introduction.second_id}): row
        for row in introduction_rows(user, organisation, bridge)
    }


def _just(request: HttpRequest, rows: list[Row]) -> Row | None:
    """What was put off or said no to a moment ago, to be undone."""
    wanted = request.GET.get("just", "")
    row = next((row for row in rows if row.view.proposal.public_id == wanted), None)
    return row if row is not None and row.tab in ("later", "dismissed") and row.mark is not None else None


def _proposal_or_404(request: HttpRequest, bridge: Bridge, public_id: str) -> Proposal:
    return get_object_or_404(
        Proposal.objects.visible_to(request.user).on_bridge(bridge).select_related("first", "second"),
        public_id=public_id,
    )


def _own_side(request: HttpRequest, bridge: Bridge, found: Proposal) -> Organisation:
    """The organisation in the pair that the person acts for. 404 for others: organisers look at their desk."""
    for organisation in (chosen_organisation(request), *organisations_of(request.user)):
        if organisation is not None and organisation.pk in (found.first_id, found.second_id):
            return organisation
    raise Http404
