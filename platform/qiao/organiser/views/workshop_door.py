"""Checking people in at the door: a page for a phone that goes on without a network, and what it talks to."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.domain.badges import badge_code, badge_token, holder_of
from qiao.workshops.domain.checking_in import BATCH, Outcome, check_in, take_in, undo_check_in
from qiao.workshops.domain.queries.attendance import STANDING_WORDS, PersonToday, Standing, who_is_here
from qiao.workshops.models import CheckIn, Registration, Workshop
from qiao.workshops.rules import checks_in

#: People shown of a search.
FOUND = 20


@at_workshop_desk(checks_in)
@require_safe
@never_cache
def workshop_door(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Search by name, organisation or typed code; with a script also by camera, and without a network."""
    words = request.GET.get("q", "").replace("\0", "").strip()
    return _page(request, workshop, words, _search(workshop, words) if words else [])


@at_workshop_desk(checks_in)
@require_safe
@never_cache
def workshop_door_badge(request: HttpRequest, bridge: Bridge, workshop: Workshop, token: str) -> HttpResponse:
    """The person of a badge that a phone's own camera has read."""
    person = holder_of(workshop, token)
    if person is None:
        messages.error(request, _("This badge is not of this workshop. Search by name."))
        return redirect("organiser:workshop_door", bridge.slug, workshop.public_id)
    return _page(request, workshop, "", [person])


@at_workshop_desk(checks_in)
@require_POST
def workshop_door_act(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Check one in or out, or take it back; for browsers without a script."""
    person = get_object_or_404(
        Registration.objects.of_workshop(workshop).in_full(), public_id=request.POST.get("person", "")
    )
    kind = request.POST.get("kind", "")
    if kind == "undo":
        row = CheckIn.objects.filter(registration=person, session=None, undone_at=None).order_by("-happened_at").first()
        if row is not None:
            row.registration = person
            undo_check_in(row, actor=request.user)
        messages.success(request, _("Taken back: %(name)s.") % {"name": person.name})
    else:
        try:
            _row, outcome = check_in(person, actor=request.user, kind=kind)
        except InvalidInput as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("%(name)s was there already.") if outcome == Outcome.AGAIN else _("Noted: %(name)s.")
            messages.success(request, said % {"name": person.name})
    return redirect("organiser:workshop_door_badge", bridge.slug, workshop.public_id, badge_token(person))


@at_workshop_desk(checks_in)
@require_safe
@never_cache
def workshop_door_list(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> JsonResponse:
    """Everybody expected, for a device to keep until the workshop is over: names and organisations, nothing else."""
    people = [_line(one) for one in who_is_here(workshop).people]
    return JsonResponse(
        {
            "workshop": workshop.public_id,
            "user": request.user.pk,
            "until": int(workshop.ends_at.timestamp() * 1000),
            "csrf": get_token(request),
            "people": people,
        }
    )


@at_workshop_desk(checks_in)
@require_POST
def workshop_door_sync(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> JsonResponse:
    """Take in what a device has kept, each item answered for itself."""
    try:
        items: Any = json.loads(request.body)["items"]
    except (ValueError, TypeError, KeyError):
        raise InvalidInput from None
    if not isinstance(items, list) or len(items) > BATCH:
        raise InvalidInput
    answers = take_in(workshop, actor=request.user, items=items)
    return JsonResponse(
        {"answers": [{"key": one.key, "outcome": one.outcome, "reason": one.reason} for one in answers]}
    )


@at_workshop_desk(checks_in)
@require_safe
@never_cache
def workshop_door_worker(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The script that lets the page open without a network. Its scope is the folder that it is served from."""
    page = reverse("organiser:workshop_door", args=[bridge.slug, workshop.public_id])
    files = ["tokens.css", "base.css", "chrome.css", "components.css", "forms.css", "span.css", "organiser.css",
             "workshops.css", "workshop_day.css", "site.js", "workshop_door.js", "mark.svg"]  # fmt: skip
    kept = [page, *(static(f"qiao/{name}") for name in files)]
    context = {"kept": json.dumps(kept), "page": json.dumps(page)}
    return TemplateResponse(request, "organiser/workshop_door_worker.js", context, content_type="text/javascript")


def _page(request: HttpRequest, workshop: Workshop, words: str, people: list[Registration]) -> HttpResponse:
    today = {one.registration.pk: one for one in who_is_here(workshop).people}
    found = [
        {
            "person": one,
            "code": badge_code(one),
            "standing": today[one.pk].standing if one.pk in today else "",
            "words": STANDING_WORDS[today[one.pk].standing] if one.pk in today else one.get_state_display(),
            "last": today[one.pk].last if one.pk in today else None,
        }
        for one in people
    ]
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_door.html",
        words=words,
        found=found,
        searched=bool(words or people),
        figures=_figures(today.values()),
    )


def _figures(people: Any) -> dict[str, int]:
    standings = [one.standing for one in people]
    return {
        "here": standings.count(Standing.HERE),
        "expected": standings.count(Standing.EXPECTED),
        "all": len(standings),
    }


def _search(workshop: Workshop, words: str) -> list[Registration]:
    people = Registration.objects.of_workshop(workshop).in_full()
    match = Q()
    for word in words.split()[:6]:
        match &= (
            Q(name__icontains=word)
            | Q(organisation__name_en__icontains=word)
            | Q(organisation__name_zh__icontains=word)
            | Q(user__name_zh__icontains=word)
            | Q(delegation__name__icontains=word)
        )
    found = list(people.confirmed().filter(match).distinct()[:FOUND])
    holder = holder_of(workshop, words)
    return [holder] if holder is not None and holder not in found else found


def _line(one: PersonToday) -> dict[str, Any]:
    person = one.registration
    return {
        "id": person.public_id,
        "name": person.name,
        "organisation": str(person.organisation),
        "side": str(one.side or ""),
        "token": badge_token(person),
        "standing": one.standing,
        "at": one.last.happened_at.isoformat() if one.last is not None else "",
    }
