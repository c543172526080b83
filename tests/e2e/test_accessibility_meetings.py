"""Pages of a workshop's meetings by axe's rules, wide in English and narrow in Chinese; none is forgotten."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from matching.app.domain.workshop_scheduling import work_on_run
from qiao.organiser.addresses import workshops_meetings as desk_addresses
from qiao.website.addresses import workshops_meetings as addresses
from qiao.workshops.domain.answering import accept_meeting
from qiao.workshops.domain.meeting_times import propose_time
from qiao.workshops.domain.schedule_runs import request_run, show_provisionally
from qiao.workshops.models import Meeting, ScheduleRun
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.factories import ListingFactory, propose
from tests.workshops.meeting_cast import MeetingCast, colleague_of, meeting_cast

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PARTICIPANT = [
    "workshop_meetings", "workshop_proposed", "workshop_meeting_ask", "workshop_walk_in", "workshop_provisional",
    "workshop_meeting", "workshop_meeting_cancel",
]  # fmt: skip
ORGANISER = [
    "workshop_meetings", "workshop_meeting_new", "workshop_repair", "workshop_schedule_run", "workshop_meeting",
]  # fmt: skip
#: No pages: what only answers a button, and parts of pages.
ACTS = {
    "workshop_meeting_hours", "workshop_meeting_act", "workshop_schedule_new", "workshop_schedule_progress",
    "workshop_schedule_act",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A workshop with meetings in every state and a provisional schedule."""

    cast: MeetingCast
    scheduled: Meeting
    asked: Meeting
    run: ScheduleRun

    def address(self, surface: str, name: str) -> list[str]:
        """Addresses of a page: of a meeting, one in which something is to be answered, and one that has a time."""
        told = {
            "workshop_meeting_ask": [self.cast.chinese[2].public_id],
            "workshop_meeting": [self.scheduled.public_id, self.asked.public_id],
            "workshop_meeting_cancel": [self.scheduled.public_id],
            "workshop_schedule_run": [self.run.public_id],
        }
        base = [self.cast.bridge.slug, self.cast.workshop.public_id]
        return [reverse(f"{surface}:{name}", args=[*base, *([one] if one else [])]) for one in told.get(name, [""])]


@pytest.fixture
def scene() -> Scene:
    cast = meeting_cast(each=3)
    me, others = cast.british[0], cast.chinese
    for other in others:
        propose(
            ListingFactory(organisation=me.organisation, bridge=cast.bridge),
            ListingFactory(organisation=other.organisation, bridge=cast.bridge),
        )
    colleague_of(me)
    scheduled = accept_meeting(
        cast.ask(me, others[0], slot=cast.slots[0]), actor=others[0].user, registration=others[0]
    )
    propose_time(scheduled, actor=others[0].user, registration=others[0], slot=cast.slots[2])
    asked = cast.ask(others[1], me, message="We make the sensor that you look for.", slot=cast.slots[1])
    run = request_run(cast.workshop, actor=cast.organiser, scope="all", seconds=1)
    work_on_run(run.pk)
    run.refresh_from_db()
    show_provisionally(run, actor=cast.organiser, until=timezone.now() + datetime.timedelta(days=1))
    run.comments.create(registration=me, text="Later in the day, please.")
    return Scene(cast, scheduled, asked, run)


def test_no_page_is_forgotten() -> None:
    assert {one.name for one in addresses.urlpatterns} - ACTS == set(PARTICIPANT)
    assert {one.name for one in desk_addresses.urlpatterns} - ACTS == set(ORGANISER)


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
@pytest.mark.parametrize("role", ["participant", "organiser"])
def test_pages_keep_the_rules(browser: Browser, site: str, scene: Scene, role: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    if role == "participant":
        sign_in(page, site, scene.cast.british[0].email, reverse("website:inbox"))
        tried = [one for name in PARTICIPANT for one in scene.address("website", name)]
    else:
        sign_in(page, site, scene.cast.organiser.email, reverse("website:inbox"))
        tried = [one for name in ORGANISER for one in scene.address("organiser", name)]
    wrong = [one for address in tried for one in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
