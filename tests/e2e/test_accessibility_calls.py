"""Pages of calls by axe's rules, wide in English and narrow in Chinese; none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from qiao.calls.models import Call, CallInvitation, Entry
from qiao.organiser.addresses import calls as desk_addresses
from qiao.website.addresses import calls as addresses
from tests.calls.scene import CallScene, make_scene
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {
    "a.owner": ["call_list", "call", "call_entry"],
    "owner.owner": ["my_calls", "my_call", "my_call_entry", "call_new", "call_edit"],
    "rita": ["call_review", "call_review_entry"],
    "organiser": ["desk:call_list", "desk:call"],
}
#: No pages: what only answers a button, and the page behind an invitation's link, which is like that of colleagues.
ACTS = {"call_invitation", "call_entry_act", "my_call_act", "call_act", "review_invitation"}


@dataclass(frozen=True)
class Scene:
    """Calls in several states."""

    calls: CallScene
    opened: Call
    judged: Call
    draft: Call
    waiting: Call
    entry: Entry

    def addresses(self, name: str) -> list[str]:
        """Addresses of a page, about calls in the states that it is for."""
        slug = self.calls.bridge.slug
        if name == "desk:call_list":
            return [reverse("organiser:call_list", args=[slug])]
        if name == "desk:call":
            return [reverse("organiser:call", args=[slug, one.public_id]) for one in (self.waiting, self.judged)]
        told = {
            "call": [[self.opened.public_id], [self.judged.public_id]],
            "call_entry": [[self.opened.public_id], [self.judged.public_id]],
            "my_call": [[self.opened.public_id], [self.judged.public_id], [self.draft.public_id]],
            "my_call_entry": [[self.judged.public_id, self.entry.public_id]],
            "call_edit": [[self.draft.public_id]],
            "call_review": [[self.judged.public_id]],
            "call_review_entry": [[self.judged.public_id, self.entry.public_id]],
        }
        return [reverse(f"website:{name}", args=[slug, *more]) for more in told.get(name, [[]])]


@pytest.fixture
def scene() -> Scene:
    calls = make_scene()
    judged, entries = calls.deciding("a", "b")
    opened, draft, waiting = calls.opened(title="An open one"), calls.draft(title="A draft"), calls.in_review()
    CallInvitation.objects.create(call=opened, organisation=calls.a, score=0.8, reasons={"reasons": [], "gains": []})
    return Scene(calls, opened, judged, draft, waiting, entries[0])


def test_no_page_is_forgotten() -> None:
    known = {name.removeprefix("desk:") for names in PAGES.values() for name in names}
    assert {one.name for one in addresses.urlpatterns} | {
        one.name for one in desk_addresses.urlpatterns
    } == known | ACTS


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_keep_the_rules(browser: Browser, site: str, scene: Scene, who: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    sign_in(page, site, f"{who}@calls.example", reverse("website:inbox"))
    tried = [one for name in PAGES[who] for one in scene.addresses(name)]
    wrong = [one for address in tried for one in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
