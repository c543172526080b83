"""Pages of automatic placement by axe's rules, wide in English and narrow in Chinese; none is forgotten."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from qiao.organiser.addresses import workshops_placing as addresses
from qiao.workshops.domain.applying_places import apply_placement
from qiao.workshops.domain.placing import discard_placement
from qiao.workshops.enums import RunState
from qiao.workshops.models import PlacementRun
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.workshops.placing_cast import PlacingCast, add, placing_cast

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {"workshop_placing", "workshop_placing_run"}
#: No pages: what only answers a button, and parts of pages.
ACTS = {"workshop_placing_progress", "workshop_placing_act"}


def test_no_page_is_forgotten() -> None:
    assert {one.name for one in addresses.urlpatterns} == PAGES | ACTS


def _found(cast: PlacingCast) -> list[PlacementRun]:
    """Runs in every state that looks different."""
    hall = cast.room("大会议厅 Great hall", capacity=100, site="North")
    ada = cast.person(name="Ada Byron")
    cast.there(ada, cast.at(10), cast.at(11))
    cast.put(cast.session("Opening", minutes=60), cast.at(10), hall)
    add(cast.session("Talk", minutes=60, expected=80), ada, "speaker")
    for number in range(3):
        cast.session(f"Tissue engineering and its manufacture at scale, part {number}")
    aside = cast.run(never_small=True)
    discard_placement(aside, actor=cast.planner)
    applied = cast.run(never_small=True)
    cast.put(cast.workshop.sessions.get(title__contains="part 0"), cast.at(17), hall)
    applied = apply_placement(applied, actor=cast.planner)
    failed = cast.ask(scope="all")
    PlacementRun.objects.filter(pk=failed.pk).update(state=RunState.FAILED, error="It broke.")
    ready = cast.run(scope="all", ends=cast.at(11).astimezone(cast.workshop.zone).time())
    under_way = cast.ask(scope="all")
    PlacementRun.objects.filter(pk=under_way.pk).update(state=RunState.RUNNING)
    return [aside, applied, failed, ready, under_way]


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
def test_pages_keep_the_rules(browser: Browser, site: str, width: int, language: str) -> None:
    cast = placing_cast()
    runs = _found(cast)
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    sign_in(page, site, cast.planner.email, reverse("website:inbox"))
    base = [cast.workshop.bridge.slug, cast.workshop.public_id]
    tried = [reverse("organiser:workshop_placing", args=base)]
    tried += [reverse("organiser:workshop_placing_run", args=[*base, one.public_id]) for one in runs]
    wrong = [one for address in tried for one in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
