"""What has come of an introduction: recorded by one side, confirmed or disputed by the other."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.directory.models import Organisation
from qiao.partnerships.domain.milestones import (
    confirm_milestone,
    dispute_milestone,
    record_milestone,
    withdraw_milestone,
)
from qiao.partnerships.enums import Stage
from qiao.partnerships.models import Introduction, Milestone
from qiao.website.forms.introductions_milestones import RECORDED, DisputeForm, MilestoneForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.views.introductions_page import show_introduction, show_part
from qiao.website.views.introductions_scope import address_of, of_my_introduction
from qiao.website.views.introductions_uploads import with_room_for_files


@with_room_for_files
@of_my_introduction
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_milestone(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation, stage: str
) -> HttpResponse:
    """The form of one stage."""
    if stage not in RECORDED:
        raise Http404
    form = MilestoneForm(request.POST or None, request.FILES or None, stage=stage)
    if form.is_bound and form.is_valid():
        try:
            record_milestone(
                introduction,
                actor=request.user,
                organisation=organisation,
                stage=stage,
                happened_on=form.cleaned_data["happened_on"],
                files=form.cleaned_data["files"],
                **form.details,
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Recorded. The other side is asked to confirm it."))
            return redirect(address_of(introduction, at="milestones"))
    return show_part(
        request,
        bridge,
        introduction,
        organisation,
        template="website/introduction_milestone.html",
        form=form,
        stage=stage,
        stage_label=Stage(stage).label,
    )


@of_my_introduction
@require_POST
def introduction_milestone_act(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation, milestone: str
) -> HttpResponse:
    """Confirm, dispute or take back."""
    found = get_object_or_404(
        Milestone.objects.visible_to(request.user).select_related("introduction__bridge"),
        introduction=introduction,
        public_id=milestone,
    )
    act = request.POST.get("act")
    if act == "confirm":
        confirm_milestone(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Confirmed. Both sides agree on it."))
    elif act == "withdraw":
        withdraw_milestone(found, actor=request.user, organisation=organisation)
        messages.success(request, _("Taken back. The other side is told."))
    elif act == "dispute":
        form = DisputeForm(request.POST)
        if form.is_valid():
            try:
                dispute_milestone(found, actor=request.user, organisation=organisation, **form.cleaned_data)
            except InvalidInput as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Your objection is noted. The other side and the organisers are told."))
                return redirect(address_of(introduction, at="milestones"))
        return show_introduction(
            request, bridge, introduction, organisation, disputed=found.public_id, dispute_form=form
        )
    else:
        raise InvalidInput
    return redirect(address_of(introduction, at="milestones"))
