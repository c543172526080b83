"""What a side says to a request: interested, later, no; and what it takes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.directory.models import Organisation
from qiao.partnerships.domain.brokering import close, reopen
from qiao.partnerships.domain.responding import answer_request, take_back_answer, withdraw_request
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import Introduction
from qiao.website.forms.introductions import CloseForm, LaterForm, NoForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.views.introductions_page import show_introduction, show_part
from qiao.website.views.introductions_scope import address_of, of_my_introduction


@of_my_introduction
@require_POST
def introduction_answer(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Answer a request that was put to one's side, or take an answer or one's own request back."""
    act = request.POST.get("act")
    if act == Answer.INTERESTED:
        found = answer_request(introduction, actor=request.user, organisation=organisation, answer=act)
        if found.is_introduced:
            messages.success(request, _("You are introduced. Both sides see each other's people now."))
        else:
            messages.success(request, _("Your interest is noted. You are introduced as soon as both have said so."))
    elif act == Answer.LATER:
        later = LaterForm(request.POST)
        if not _answered(request, introduction, organisation, act, later):
            return show_introduction(request, bridge, introduction, organisation, later_form=later)
        messages.success(request, _("Put off. They are not told; we remind you on the day."))
    elif act == Answer.NO:
        no = NoForm(request.POST)
        if not _answered(request, introduction, organisation, act, no):
            return show_introduction(request, bridge, introduction, organisation, no_form=no)
        messages.success(request, _("Your no stays with you: to them the request goes on waiting until its date."))
    elif act == "take_back":
        take_back_answer(introduction, actor=request.user, organisation=organisation)
        messages.success(request, _("Taken back: the request waits for your answer again."))
    elif act == "withdraw":
        withdraw_request(introduction, actor=request.user, organisation=organisation)
        messages.success(request, _("Your request is withdrawn. Its place is free for another."))
    else:
        raise InvalidInput
    return redirect(address_of(introduction))


def _answered(
    request: HttpRequest,
    introduction: Introduction,
    organisation: Organisation,
    answer: str,
    form: LaterForm | NoForm,
) -> bool:
    """Whether the answer was taken; the form says why not."""
    if form.is_valid():
        try:
            answer_request(
                introduction, actor=request.user, organisation=organisation, answer=answer, **form.cleaned_data
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return True
    return False


@of_my_introduction
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_close(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """End an introduction, after a question."""
    form = CloseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            close(introduction, actor=request.user, organisation=organisation, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Closed. Either side can open it again."))
            return redirect(address_of(introduction))
    return show_part(request, bridge, introduction, organisation, template="website/introduction_close.html", form=form)


@of_my_introduction
@require_POST
def introduction_reopen(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Take a closed introduction up again."""
    reopen(introduction, actor=request.user, organisation=organisation)
    messages.success(request, _("Open again. The other side is told."))
    return redirect(address_of(introduction))
