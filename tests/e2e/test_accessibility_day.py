"""Pages of the days of a workshop and of calendars by axe's rules, wide in English and narrow in Chinese."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from qiao.organiser.addresses import workshops_day as desk
from qiao.website.addresses import workshops_day as website
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.badges import badge_token
from qiao.workshops.domain.checking_in import check_in
from qiao.workshops.domain.notices import write_notice
from qiao.workshops.models import Release
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.workshops.meeting_cast import meeting_cast

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PARTICIPANT = ["workshop_now", "workshop_screen", "workshop_badge", "calendar_settings"]
ORGANISER = [
    "workshop_day", "workshop_badges", "workshop_tables", "workshop_notices", "workshop_door", "workshop_door_badge",
]  # fmt: skip
#: No pages: files, scripts, parts of pages, and what only answers a button.
ACTS = {
    "calendar_feed", "workshop_calendar_feed", "room_calendar_feed", "workshop_day_figures", "workshop_day_file",
    "workshop_door_act", "workshop_door_list", "workshop_door_sync", "workshop_door_worker",
}  # fmt: skip


def test_no_page_is_forgotten() -> None:
    assert {one.name for one in website.urlpatterns} - ACTS == set(PARTICIPANT)
    assert {one.name for one in desk.urlpatterns} - ACTS == set(ORGANISER)


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
@pytest.mark.parametrize("role", ["participant", "organiser"])
def test_pages_keep_the_rules(browser: Browser, site: str, role: str, width: int, language: str) -> None:
    cast = meeting_cast()
    one, two = cast.british[0], cast.chinese[0]
    accept_meeting(cast.ask(one, two, slot=cast.slots[0]), actor=two.user, registration=two)
    today = timezone.now().date()
    cast.workshop.first_day = today - datetime.timedelta(days=1)
    cast.workshop.save()
    check_in(one, actor=cast.organiser)
    write_notice(cast.workshop, actor=cast.organiser, text={"en": "Lunch is later", "zh-hans": "午餐推迟"})
    now = timezone.now()
    lines = [
        {"id": f"s{n}", "title": {"en": "Opening"}, "minutes": 60,
         "starts_at": (now + datetime.timedelta(hours=n)).isoformat(), "people": [{"name": "Ada Lin"}]}
        for n in (0, 2)
    ]  # fmt: skip
    Release.objects.create(workshop=cast.workshop, number=1, name="First", content={"sessions": lines}, released_at=now)
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    person = one.user if role == "participant" else cast.organiser
    assert person is not None
    sign_in(page, site, person.email, reverse("website:inbox"))
    at = [cast.bridge.slug, cast.workshop.public_id]
    surface, names = ("website", PARTICIPANT) if role == "participant" else ("organiser", ORGANISER)
    tried = []
    for name in names:
        more = [badge_token(two)] if name == "workshop_door_badge" else []
        tried.append(reverse(f"{surface}:{name}", args=[] if name == "calendar_settings" else [*at, *more]))
    wrong = [each for address in tried for each in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
