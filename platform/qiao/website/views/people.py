"""People of an organisation: who they are, invitations, roles, leaving."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput
from qiao.directory import rules as may
from qiao.directory.domain.people import change_person_role, invite_colleague, remove_person, revoke_invitation
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Invitation, Organisation
from qiao.website.forms.people import InviteForm, RoleForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.scope import SESSION_KEY
from qiao.website.views.my_organisation import of_my_organisation, page_context
from qiao.website.views.pagination import page_of


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Everybody with the organisation, for owners with open invitations and a form to invite."""
    form = InviteForm(request.POST or None, initial={"email": request.GET.get("email", ""), "role": PersonRole.EDITOR})
    if form.is_bound and form.is_valid():
        try:
            invite_colleague(organisation, actor=request.user, **form.cleaned_data)
        except (InvalidInput, Duplicate) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The invitation is on its way. It holds for two weeks."))
            return redirect("website:people", bridge.slug)
    affiliations = organisation.affiliations.select_related("user")
    invitations = Invitation.objects.open().filter(organisation=organisation)
    context = page_context(
        request,
        bridge,
        organisation,
        form=form,
        page_obj=page_of(request, affiliations, size=50),
        roles=PersonRole.choices,
        invitations=invitations if may.owns(request.user, organisation) else [],
    )
    return render(request, "website/people.html", context, status=422 if form.errors else 200)


@of_my_organisation
@require_POST
def person_role(request: HttpRequest, bridge: Bridge, organisation: Organisation, person: str) -> HttpResponse:
    """Give a person another role."""
    affiliation = _person(organisation, person)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role from the list."))
        return redirect("website:people", bridge.slug)
    try:
        change_person_role(affiliation, actor=request.user, role=form.cleaned_data["role"])
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role is changed."))
    return redirect("website:people", bridge.slug)


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def person_remove(request: HttpRequest, bridge: Bridge, organisation: Organisation, person: str) -> HttpResponse:
    """Remove a person, or leave oneself, after a question."""
    affiliation = _person(organisation, person)
    oneself = affiliation.user == request.user
    if request.method != "POST":
        context = page_context(request, bridge, organisation, affiliation=affiliation, oneself=oneself)
        return render(request, "website/person_remove.html", context)
    try:
        remove_person(affiliation, actor=request.user)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
        return redirect("website:people", bridge.slug)
    if oneself:
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("You have left the organisation."))
        return redirect("website:my_organisation", bridge.slug)
    messages.success(request, _("The person is removed."))
    return redirect("website:people", bridge.slug)


@of_my_organisation
@require_POST
def invitation_revoke(request: HttpRequest, bridge: Bridge, organisation: Organisation, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation.objects.open(), organisation=organisation, public_id=public_id)
    revoke_invitation(invitation, actor=request.user)
    messages.success(request, _("The invitation is taken back: its link no longer works."))
    return redirect("website:people", bridge.slug)


def _person(organisation: Organisation, person: str) -> Affiliation:
    return get_object_or_404(
        organisation.affiliations.select_related("user", "organisation__managed_by"), user__public_id=person
    )
