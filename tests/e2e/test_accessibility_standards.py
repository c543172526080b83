"""Pages of the map of standards by axe's rules, wide in English and narrow in Chinese; none is forgotten."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from qiao.organiser.addresses import standards as desk
from qiao.standards.domain.bodies import load_bodies
from qiao.standards.domain.synchronising import synchronise_at_once
from qiao.standards.models import Committee, StandardsBody
from qiao.website.addresses import standards as website
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {"standards", "standards_body", "standards_committee"}
DESK = {"standards_syncs", "standards_sync"}
#: No pages: what only answers a button, parts of pages and files.
ACTS = {"standards_sync_progress", "standards_sync_retry", "standards_sync_rows"}


def test_no_page_is_forgotten() -> None:
    assert {one.name for one in website.urlpatterns} == PAGES
    assert {one.name for one in desk.urlpatterns} == DESK | ACTS


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
def test_pages_keep_the_rules(browser: Browser, site: str, width: int, language: str) -> None:
    load_bodies()
    bridge, organiser = BridgeFactory(), UserFactory()
    staff(bridge, organiser, role="organiser")
    rows = [
        {"reference": "ISO/TC 276", "title": {"en": "Biotechnology", "zh": "生物技术"}, "scope": {"en": "Cells"}},
        {"reference": "ISO/CD 2", "title_en": "Cell counting " * 9, "owner": "ISO/TC 276", "stage": "30.20"},
        {"reference": "ISO 1:2020", "title_fr": "Tissus", "owner": "ISO/TC 276", "stage": "60.60"},
        {"reference": "ISO 2:2020", "stage": "99.99", "owner": "ISO/TC 276"},
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    run = synchronise_at_once(StandardsBody.objects.get(code="ISO"), file_name="iso.jsonl", content=content)
    committee = Committee.objects.get(reference="ISO/TC 276")
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    sign_in(page, site, organiser.email, reverse("website:inbox"))
    listed = reverse("website:standards", args=[bridge.slug])
    tried = [
        listed,
        f"{listed}?tab=documents&q=cell",
        f"{listed}?q=zeppelin",
        reverse("website:standards_body", args=[bridge.slug, "ISO"]),
        reverse("website:standards_committee", args=[bridge.slug, committee.public_id]),
        reverse("organiser:standards_syncs", args=[bridge.slug]),
        reverse("organiser:standards_sync", args=[bridge.slug, run.public_id]),
    ]
    wrong = [each for address in tried for each in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
