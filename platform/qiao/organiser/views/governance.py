"""How the bridge is run: what it says of itself, its matching policy, the people at the desk, the log."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching.app.domain.encoders import reencoding_of
from matching.app.domain.queries.learning_view import learning_view
from matching.app.domain.runs import request_run
from matching.app.models import MatchRun, Proposal
from qiao.accounts.models import User
from qiao.bridges.domain.bridge import (
    change_policy,
    remove_bridge_role,
    set_bridge_role,
    update_bridge,
)
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.common.errors import InvalidInput
from qiao.common.refusals import show_refusal
from qiao.organiser.choice_words import choice_words
from qiao.organiser.forms.desk import BridgeForm, PolicyForm, StaffForm
from qiao.organiser.learning_words import change_words, outcome_words
from qiao.organiser.scope import desk_page, for_organisers, for_owners

_BRIDGE_FIELDS = ("name", "tagline", "theme", "description", "contact_email")


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def matching(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """The matching policy, and the last runs with their figures."""
    form = PolicyForm(request.POST or None, instance=bridge.policy)
    if request.method == "POST" and form.is_valid():
        try:
            change_policy(bridge.policy, actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. Lists change when the workers have gone over the bridge."))
            return redirect("organiser:matching", bridge.slug)
    runs = MatchRun.objects.visible_to(request.user).filter(bridge=bridge).select_related("requested_by")
    proposals = Proposal.objects.visible_to(request.user).on_bridge(bridge).current()
    chosen = runs.done().first()
    learning = learning_view(bridge)
    return desk_page(
        request,
        bridge,
        "organiser/matching.html",
        form=form,
        policy=bridge.policy,
        runs=runs[:8],
        unfinished=runs.unfinished().first(),
        reencoding=reencoding_of(bridge),
        attention=choice_words(chosen.figures) if chosen is not None else [],
        proposals=proposals.count(),
        learning=learning,
        learned=change_words(learning) if learning.shown is not None else [],
        last_refit=outcome_words(learning.latest, learning) if learning.latest is not None else "",
        status=422 if form.errors else 200,
    )


@for_organisers
@require_POST
def matching_run(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Have the workers go over the whole bridge."""
    request_run(bridge, actor=request.user)
    messages.success(request, _("The workers go over the bridge. You may leave the page."))
    return redirect("organiser:matching", bridge.slug)


@for_organisers
@require_safe
def matching_progress(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """How far the run, and a change of the language model, have come: a fragment that asks again until both are done.

    `run=1` in the address says that the page shows a run under way.
    """
    runs = MatchRun.objects.visible_to(request.user).filter(bridge=bridge)
    unfinished, reencoding = runs.unfinished().first(), reencoding_of(bridge)
    context = {"bridge": bridge, "unfinished": unfinished, "reencoding": reencoding, "runs": runs[:8]}
    response = render(request, "organiser/_matching_progress.html", context)
    if unfinished is None and (reencoding is None or request.GET.get("run")):
        response["HX-Refresh"] = "true"  # the whole page: another run may be asked for again
    return response


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def bridge_settings(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Names, theme and contact in both languages, and the sides' guiding bodies."""
    form = BridgeForm(
        request.POST or None, bridge=bridge, initial={name: getattr(bridge, name) for name in _BRIDGE_FIELDS}
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_bridge(bridge, actor=request.user, guiding_bodies=form.guiding_bodies, **form.words)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("organiser:bridge_settings", bridge.slug)
    return desk_page(request, bridge, "organiser/bridge_settings.html", form=form, status=422 if form.errors else 200)


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def staff_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """People at the desk and their roles."""
    form = StaffForm(request.POST or None, bridge=bridge)
    if request.method == "POST" and form.is_valid():
        person = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        if person is None:
            form.add_error("email", _("Nobody has signed up with this address yet. Ask the person to do so first."))
        else:
            try:
                set_bridge_role(
                    bridge,
                    actor=request.user,
                    user=person,
                    role=form.cleaned_data["role"],
                    side=form.cleaned_data["side"],
                )
            except InvalidInput as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("organiser:staff_list", bridge.slug)
    people = bridge.staff.select_related("user", "side").order_by("id")
    return desk_page(
        request, bridge, "organiser/staff_list.html", form=form, people=people, status=422 if form.errors else 200
    )


@for_owners
@require_POST
def staff_remove(request: HttpRequest, bridge: Bridge, pk: int) -> HttpResponse:
    """Take a person's role away."""
    person = get_object_or_404(BridgeStaff.objects.select_related("bridge"), bridge=bridge, pk=pk)
    try:
        remove_bridge_role(person, actor=request.user)
        messages.success(request, _("Removed."))
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    return redirect("organiser:staff_list", bridge.slug)
