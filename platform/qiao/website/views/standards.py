"""The map of standards: bodies, committees and documents, searched and read by everybody."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qiao.common.pagination import page_of
from qiao.standards.enums import CommitteeKind, EventKind
from qiao.standards.models import Committee, Deliverable, StandardsBody
from qiao.standards.stages import STAGES, SUBSTAGES, influence_at
from qiao.website.scope import bridge_at

TABS = ("committees", "documents")


@require_safe
def standards(request: HttpRequest, bridge: str) -> HttpResponse:
    """Committees and documents by words in either language, and the bodies that make them."""
    found = bridge_at(request, bridge)
    given = request.GET
    words = given.get("q", "")[:200]
    body = StandardsBody.objects.filter(code=given.get("body", "")).first()
    kind = given.get("kind", "") if given.get("kind", "") in CommitteeKind.values else ""
    open_only = bool(given.get("open"))
    committees = Committee.objects.visible_to(request.user).in_full()
    documents = Deliverable.objects.visible_to(request.user).in_full()
    if body is not None:
        committees, documents = committees.filter(body=body), documents.filter(body=body)
    if kind:
        committees, documents = committees.filter(kind=kind), documents.filter(committee__kind=kind)
    if open_only:
        committees, documents = committees.filter(open_count__gt=0), documents.under_development()
    committees, documents = committees.matching_words(words), documents.matching_words(words)
    tab = given.get("tab") if given.get("tab") in TABS else TABS[0]
    page = page_of(request, documents if tab == "documents" else committees, size=25)
    query = given.copy()
    query.pop("page", None)
    address = reverse("website:standards", args=[found.slug])
    tabs = []
    for name, label in zip(TABS, (_("Committees"), _("Documents")), strict=True):
        query["tab"] = name
        tabs.append({"label": label, "url": f"{address}?{query.urlencode()}", "current": name == tab})
    context = {
        "bridge": found,
        "bodies": StandardsBody.objects.all(),
        "body": body,
        "words": words,
        "kind": kind,
        "kinds": CommitteeKind.choices,
        "open_only": open_only,
        "tab": tab,
        "tabs": tabs,
        "page_obj": page,
        "stages": _stages({one.stage for one in page}) if tab == "documents" else {},
        "narrowed": bool(words or body or kind or open_only),
    }
    return render(request, "website/standards.html", context)


@require_safe
def standards_body(request: HttpRequest, bridge: str, code: str) -> HttpResponse:
    """A body, and in plain words how one takes part in its work."""
    found = bridge_at(request, bridge)
    body = get_object_or_404(StandardsBody, code=code)
    above = Committee.objects.visible_to(request.user).filter(body=body, parent=None).order_by("reference")
    context = {"bridge": found, "body": body, "page_obj": page_of(request, above, size=50)}
    return render(request, "website/standards_body.html", context)


@require_safe
def standards_committee(request: HttpRequest, bridge: str, public_id: str) -> HttpResponse:
    """A committee: scope, place in the tree, mirrors, dates to come, documents by stage and what can be influenced."""
    found = bridge_at(request, bridge)
    committees = Committee.objects.visible_to(request.user).in_full()
    one = get_object_or_404(committees, public_id=public_id)
    documents = Deliverable.objects.visible_to(request.user).filter(committee=one)
    work = sorted(documents.under_development(), key=lambda each: (each.stage[:2], each.reference))
    by_stage = [
        (STAGES[stage], influence_at(f"{stage}.00"), list(of_stage))
        for stage, of_stage in groupby(work, key=lambda each: each.stage[:2])
    ]
    published = documents.filter(stage__gte="60", stage__lt="95").order_by("reference")
    context: dict[str, Any] = {
        "bridge": found,
        "committee": one,
        "children": Committee.objects.visible_to(request.user).filter(parent=one).order_by("reference"),
        "mirrors": Committee.objects.visible_to(request.user).filter(mirrored__committee=one).select_related("body"),
        "mirrored": Committee.objects.visible_to(request.user).filter(mirrors__mirror=one).select_related("body"),
        "events": one.events.filter(cancelled_at=None).select_related("deliverable")[:20],
        "event_kinds": dict(EventKind.choices),
        "by_stage": by_stage,
        "page_obj": page_of(request, published, size=25),
    }
    return render(request, "website/standards_committee.html", context)


def _stages(codes: set[str]) -> dict[str, str]:
    """Stages in words."""
    found = {}
    for code in codes:
        stage, _dot, substage = code.partition(".")
        if stage in STAGES:
            found[code] = f"{STAGES[stage]}: {SUBSTAGES.get(substage, '')}"
    return found
