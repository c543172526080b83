"""An organisation's introductions: the list by what is to be done, and the page of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from qiao.bridges.models import Bridge
from qiao.directory.models import Organisation
from qiao.partnerships.domain.limits import allowance_of
from qiao.partnerships.domain.queries.attention import with_milestones_to_confirm
from qiao.partnerships.domain.queries.introduction_view import IntroductionRow, Tab, introduction_rows
from qiao.partnerships.models import Introduction
from qiao.website.scope import bridge_at, chosen_organisation, organisations_of
from qiao.website.views.introductions_page import show_introduction
from qiao.website.views.introductions_scope import of_my_introduction
from qiao.website.views.pagination import page_of

_TABS = {
    Tab.TO_ANSWER: _("To answer"),
    Tab.WAITING: _("Waiting"),
    Tab.INTRODUCED: _("Introduced"),
    Tab.ENDED: _("Ended"),
}
_NEVER = datetime.max.replace(tzinfo=UTC)


@login_required
@require_safe
def introduction_list(request: HttpRequest, bridge: str) -> HttpResponse:
    """What the organisation has asked for and was asked, by what is to be done."""
    found = bridge_at(request, bridge)
    own = organisations_of(request.user)
    chosen = chosen_organisation(request)
    # Introductions are for an organisation's own people: who keeps a profile for a bridge looks at the desk.
    organisation = chosen if chosen in own else (own[0] if own else None)
    context: dict[str, Any] = {"bridge": found, "organisations": own, "organisation": organisation}
    if organisation is not None:
        rows = introduction_rows(request.user, organisation, found)
        by_tab = {tab: _in_order([row for row in rows if row.tab == tab], tab) for tab in Tab}
        wanted = request.GET.get("tab", "")
        tab = Tab(wanted) if wanted in set(Tab) else next((one for one in _TABS if by_tab[one]), Tab.TO_ANSWER)
        context |= {
            "tab": tab,
            "tabs": [
                {
                    "label": label,
                    "url": f"?organisation={organisation.public_id}&tab={name}",
                    "current": name == tab,
                    "count": len(by_tab[name]),
                }
                for name, label in _TABS.items()
            ],
            "page_obj": page_of(request, by_tab[tab]),
            "any": bool(rows),
            "to_confirm": with_milestones_to_confirm(organisation, [row.introduction for row in rows]),
            "allowance": allowance_of(organisation, found),
        }
    return render(request, "website/introduction_list.html", context)


def _in_order(rows: list[IntroductionRow], tab: Tab) -> list[IntroductionRow]:
    """What is due first comes first; of what is introduced, what has unread messages or an overdue step."""
    if tab in (Tab.TO_ANSWER, Tab.WAITING):
        return sorted(rows, key=lambda row: row.lapses_at or _NEVER)
    if tab == Tab.INTRODUCED:
        return sorted(rows, key=lambda row: (not row.unread, not row.overdue))
    return rows


@of_my_introduction
@require_safe
def introduction(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """One introduction, seen from one's own side."""
    return show_introduction(request, bridge, introduction, organisation)
