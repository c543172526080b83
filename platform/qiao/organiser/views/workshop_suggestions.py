"""Sessions that the matcher proposes for a workshop: looking at them, changing them, accepting them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, TransitionNotAllowed
from qiao.organiser.forms.workshop_suggestions import AcceptForm, ProposeForm, TitleForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.organiser.workshop_suggestion_words import group_sentences, group_warnings, member_sentences
from qiao.workshops.domain import suggesting, suggestion_runs
from qiao.workshops.enums import RunState, SuggestionState
from qiao.workshops.models import Registration, SuggestedMember, SuggestedSession, SuggestionRun, Workshop
from qiao.workshops.rules import plans_programme

for_planners = at_workshop_desk(plans_programme)


@for_planners
@require_safe
def workshop_suggestions(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """All proposed sessions, the run under way, and people who are in none."""
    return _list_page(request, workshop, ProposeForm())


@for_planners
@require_POST
def workshop_suggestions_run(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Ask the matcher."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _list_page(request, workshop, form, status=422)
    try:
        suggestion_runs.request_suggestions(workshop, actor=request.user, **form.cleaned_data)
    except InvalidInput as refusal:
        form.add_error(None, str(refusal))
        return _list_page(request, workshop, form, status=422)
    messages.success(request, _("The matcher is at work. You can stay here or come back."))
    return _to_list(workshop)


@for_planners
@require_safe
def workshop_suggestions_progress(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """How far the run is, for the page that asks again by itself; when it has ended, the page is loaded anew."""
    run = _last_run(workshop)
    response = render(
        request, "organiser/_workshop_suggestions_progress.html", {"bridge": bridge, "workshop": workshop, "run": run}
    )
    if run is None or not _is_under_way(run):
        response["HX-Refresh"] = "true"
    return response


@for_planners
@require_safe
def workshop_suggestion(request: HttpRequest, bridge: Bridge, workshop: Workshop, suggestion: str) -> HttpResponse:
    """One proposed session with all that can be done with it."""
    return _one_page(request, workshop, _found(workshop, suggestion))


@for_planners
@require_http_methods(["POST"])
def workshop_suggestion_act(
    request: HttpRequest, bridge: Bridge, workshop: Workshop, suggestion: str, act: str
) -> HttpResponse:
    """Do one thing with a proposed session. Raises `Http404` for anything else."""
    one = _found(workshop, suggestion)
    try:
        return _ACTS[act](request, workshop, one)
    except KeyError:
        raise Http404 from None
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    except TransitionNotAllowed:
        messages.error(request, _("Somebody else has changed this session meanwhile. Look at it again."))
        return _to_list(workshop)
    return _to_one(workshop, one)


def _lock(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    suggesting.lock_suggestion(one, actor=request.user, locked="unlock" not in request.POST)
    return _to_list(workshop, one)


def _rename(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    form = TitleForm(request.POST)
    if not form.is_valid():
        return _one_page(request, workshop, one, titles=form, status=422)
    title = {"en": form.cleaned_data["title_en"], "zh-hans": form.cleaned_data["title_zh"]}
    suggesting.rename_suggestion(one, actor=request.user, title=title)
    return _to_one(workshop, one)


def _merge(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    other = _found(workshop, request.POST.get("other", ""))
    suggesting.merge_suggestions(one, actor=request.user, other=other)
    messages.success(request, _("The two are one session now. The matcher describes it anew."))
    return _to_one(workshop, one)


def _split(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    chosen = [member.registration_id for member in _chosen(request, one)]
    new = suggesting.split_suggestion(one, actor=request.user, registrations=chosen)
    messages.success(request, _("The people you chose have a session of their own now."))
    return _to_one(workshop, new)


def _move(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    chosen = _chosen(request, one)
    if not chosen:
        raise InvalidInput(_("Choose whom to move."))
    to = request.POST.get("to", "")
    if not to:
        raise InvalidInput(_("Choose where to."))
    target = None if to == "none" else _found(workshop, to)
    for member in chosen:
        suggesting.move_suggested_person(member.registration, actor=request.user, workshop=workshop, to=target)
    count = len(chosen)
    messages.success(request, ngettext("%(count)d person moved.", "%(count)d people moved.", count) % {"count": count})
    if SuggestedSession.objects.filter(pk=one.pk).exists():
        return _to_one(workshop, one)
    return _to_list(workshop)


def _add(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    registration = get_object_or_404(
        Registration.objects.of_workshop(workshop).confirmed(), public_id=request.POST.get("person", "")
    )
    suggesting.move_suggested_person(registration, actor=request.user, workshop=workshop, to=one)
    return _to_one(workshop, one)


def _moderate(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    chosen = _chosen(request, one)
    if len(chosen) != 1:
        raise InvalidInput(_("Choose one person to moderate."))
    suggesting.choose_moderator(one, actor=request.user, registration=chosen[0].registration)
    return _to_one(workshop, one)


def _dismiss(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    suggesting.dismiss_suggestion(one, actor=request.user)
    messages.success(request, _("Put aside. You find it below and can bring it back."))
    return _to_list(workshop)


def _restore(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    suggesting.restore_suggestion(one, actor=request.user)
    return _to_list(workshop, one)


def _accept(request: HttpRequest, workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _one_page(request, workshop, one, accepting=form, status=422)
    session = suggesting.accept_suggestion(one, actor=request.user, minutes=form.cleaned_data["minutes"])
    invited = session.people.count()
    words = ngettext(
        "A roundtable is in the draft of the programme; %(count)d person is invited.",
        "A roundtable is in the draft of the programme; %(count)d people are invited.",
        invited,
    )
    messages.success(request, words % {"count": invited})
    return _to_list(workshop)


_ACTS = {
    "lock": _lock, "rename": _rename, "merge": _merge, "split": _split, "move": _move, "add": _add,
    "moderate": _moderate, "dismiss": _dismiss, "restore": _restore, "accept": _accept,
}  # fmt: skip


def _list_page(request: HttpRequest, workshop: Workshop, form: ProposeForm, *, status: int = 200) -> HttpResponse:
    suggestions = list(_with_people(SuggestedSession.objects.filter(workshop=workshop)))
    run = _last_run(workshop)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_suggestions.html",
        status=status,
        form=form,
        run=run,
        under_way=run is not None and _is_under_way(run),
        rows=[_row(one) for one in suggestions if one.state == SuggestionState.PROPOSED],
        dismissed=[one for one in suggestions if one.state == SuggestionState.DISMISSED],
        accepted=[one for one in suggestions if one.state == SuggestionState.ACCEPTED],
        without=_without(workshop),
        registered=Registration.objects.of_workshop(workshop).confirmed().count(),
    )


def _one_page(
    request: HttpRequest,
    workshop: Workshop,
    one: SuggestedSession,
    *,
    titles: TitleForm | None = None,
    accepting: AcceptForm | None = None,
    status: int = 200,
) -> HttpResponse:
    data = getattr(one.title, "data", None)
    known = data if isinstance(data, dict) else {"en": str(one.title)}
    proposed = SuggestedSession.objects.filter(workshop=workshop, state=SuggestionState.PROPOSED).exclude(pk=one.pk)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_suggestion.html",
        status=status,
        row=_row(one),
        titles=titles or TitleForm(initial={"title_en": known.get("en", ""), "title_zh": known.get("zh-hans", "")}),
        accepting=accepting or AcceptForm(),
        others=list(proposed),
        without=_without(workshop),
    )


def _row(one: SuggestedSession) -> dict[str, Any]:
    members = list(one.members.all())
    return {
        "suggestion": one,
        "people": [{"member": member, "why": member_sentences(member)} for member in members],
        "moderator": next((member for member in members if member.is_moderator), None),
        "why": group_sentences(one),
        "warnings": group_warnings(one),
    }


def _with_people(suggestions: Any) -> Any:
    members = SuggestedMember.objects.select_related("registration", "registration__organisation")
    return suggestions.select_related("session").prefetch_related(Prefetch("members", members))


def _found(workshop: Workshop, public_id: str) -> SuggestedSession:
    clean = public_id.replace("\x00", "")
    one: SuggestedSession = get_object_or_404(
        _with_people(SuggestedSession.objects.filter(workshop=workshop)), public_id=clean
    )
    one.workshop = workshop
    return one


def _chosen(request: HttpRequest, one: SuggestedSession) -> list[SuggestedMember]:
    wanted = set(request.POST.getlist("people"))
    return [member for member in one.members.all() if member.registration.public_id in wanted]


def _without(workshop: Workshop) -> list[Registration]:
    """Registered people who are in no session, proposed or accepted."""
    placed = SuggestedMember.objects.filter(suggestion__workshop=workshop).exclude(
        suggestion__state=SuggestionState.DISMISSED
    )
    people = Registration.objects.of_workshop(workshop).confirmed().exclude(pk__in=placed.values("registration"))
    return list(people.select_related("organisation")[:500])


def _last_run(workshop: Workshop) -> SuggestionRun | None:
    return SuggestionRun.objects.filter(workshop=workshop).order_by("-id").first()


def _is_under_way(run: SuggestionRun) -> bool:
    return run.state in (RunState.QUEUED, RunState.RUNNING)


def _to_list(workshop: Workshop, one: SuggestedSession | None = None) -> HttpResponse:
    response = redirect("organiser:workshop_suggestions", workshop.bridge.slug, workshop.public_id)
    if one is not None:
        response["Location"] += f"#{one.public_id}"
    return response


def _to_one(workshop: Workshop, one: SuggestedSession) -> HttpResponse:
    return redirect("organiser:workshop_suggestion", workshop.bridge.slug, workshop.public_id, one.public_id)
