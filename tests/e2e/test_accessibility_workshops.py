"""Pages of setting workshops up, of proposed sessions and of what comes after, by axe's rules; none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from qiao.accounts.models import User
from qiao.organiser.addresses import workshops_after as desk_after
from qiao.organiser.addresses import workshops_programme as desk_programme
from qiao.organiser.addresses import workshops_registrations as desk_registrations
from qiao.organiser.addresses import workshops_setup as desk_setup
from qiao.organiser.addresses import workshops_suggestions as desk_suggestions
from qiao.website.addresses import workshops_after as after
from qiao.website.addresses import workshops_programme as programme
from qiao.website.addresses import workshops_registrations as registrations
from qiao.website.addresses import workshops_setup as setup
from qiao.workshops.domain.afterwards import certificate_token
from qiao.workshops.domain.inviting_to_sessions import invitation_token
from qiao.workshops.domain.releasing import release_programme
from qiao.workshops.domain.sessions import add_to_session, create_session, place_session
from qiao.workshops.models import (
    AskingRule,
    CheckIn,
    Feedback,
    Registration,
    RegistrationQuestion,
    Room,
    Session,
    SuggestedMember,
    SuggestedSession,
    Workshop,
)
from tests.e2e.newcomer import sign_in
from tests.e2e.test_accessibility import _wrong_with
from tests.factories import (
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    add_tables,
    affiliate,
    staff,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PARTICIPANT = [
    "workshop_list", "workshop", "workshop_after", "workshop_feedback", "certificate", "workshop_registration",
    "workshop_withdraw", "workshop_colleagues", "workshop_people", "workshop_programme", "workshop_releases",
    "workshop_session", "workshop_invitation",
]  # fmt: skip
ORGANISER = [
    "workshop_list", "workshop_new", "workshop", "workshop_settings", "workshop_cancel", "workshop_copy",
    "workshop_rooms", "workshop_room", "workshop_slots", "workshop_staff", "workshop_questions", "workshop_asking",
    "workshop_suggestions", "workshop_suggestion", "workshop_report", "workshop_after",
    "workshop_registrations", "workshop_invite", "workshop_registration", "workshop_programme", "workshop_session_new",
    "workshop_session", "workshop_releases", "workshop_grid",
]  # fmt: skip
#: No pages: what only answers a button, and parts of pages.
ACTS = {
    "workshop_state", "workshop_tables_set", "workshop_room_remove", "workshop_slots_remove", "workshop_export",
    "workshop_suggestions_run", "workshop_suggestions_progress", "workshop_suggestion_act",
    "workshop_registrations_many", "workshop_session_act", "workshop_grid_board", "workshop_grid_against",
    "workshop_grid_place",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A workshop that is on, with everything a page can show."""

    workshop: Workshop
    organiser: User
    mine: Registration
    room: Room
    suggestion: SuggestedSession
    session: Session

    def address(self, surface: str, name: str) -> str:
        """Of a named page."""
        slug = self.workshop.bridge.slug
        if name == "certificate":
            return reverse("website:certificate", args=[certificate_token(self.mine)])
        if name == "workshop_invitation":
            return reverse("website:workshop_invitation", args=[invitation_token(self.session, self.mine)])
        if name in ("workshop_list", "workshop_new"):
            return reverse(f"{surface}:{name}", args=[slug])
        more = {"workshop_room": self.room.public_id, "workshop_suggestion": self.suggestion.public_id}
        more["workshop_session"] = self.session.public_id
        if surface == "organiser":
            more["workshop_registration"] = self.mine.public_id
        told = [more[name]] if name in more else []
        return reverse(f"{surface}:{name}", args=[slug, self.workshop.public_id, *told])


@pytest.fixture
def scene() -> Scene:
    today = timezone.now().date()
    workshop: Workshop = WorkshopFactory(
        first_day=today - timedelta(days=1),
        last_day=today + timedelta(days=1),
        time_zone="UTC",
        theme={"en": "From cells to clinics", "zh-hans": "从细胞到临床"},
        description={"en": "## Two days\n\nOf cells", "zh-hans": "两天"},
        venue={"en": "Bio Island", "zh-hans": "生物岛"},
        highlights={"en": "It went well", "zh-hans": "很成功"},
    )
    organiser = UserFactory()
    staff(workshop.bridge, organiser, role="owner")
    mine = RegistrationFactory(workshop=workshop, name="Ada Lin", goals="To learn", access_needs="A loop")
    assert mine.user is not None
    affiliate(mine.user, mine.organisation)
    other = RegistrationFactory(workshop=workshop, name="Li Wei")
    add_slots(workshop, 4)
    add_tables(workshop, 2)
    room = Room.objects.create(workshop=workshop, name={"en": "Hall"}, capacity=40, site="A")
    RegistrationQuestion.objects.create(workshop=workshop, text={"en": "Diet?"}, kind="line")
    AskingRule.objects.create(workshop=workshop, asking_kinds=["startup"])
    CheckIn.objects.create(registration=mine, happened_at=timezone.now(), device_key="one")
    Feedback.objects.create(workshop=workshop, registration=other, mark=4, good="Tea", better="Chairs")
    one, second = (SuggestedSession.objects.create(workshop=workshop, title=title) for title in ("Cells", "Water"))
    one.topics = {"en": ["cell therapy"], "zh": ["细胞治疗"]}
    one.reasons = [{"code": "sides", "params": {"counts": {"GB": 1, "CN": 1}}}]
    one.save()
    for suggestion, person in ((one, mine), (second, other)):
        SuggestedMember.objects.create(suggestion=suggestion, registration=person, is_moderator=True, fit=0.8)
    session = create_session(workshop, actor=organiser, kind="panel", title={"en": "Cells"}, minutes=60)
    session = place_session(
        session, actor=organiser, edition=session.edition, starts_at=workshop.starts_at + timedelta(hours=9), room=room
    )
    add_to_session(session, actor=organiser, role="participant", registration=mine)
    release_programme(workshop, actor=organiser, name="First")
    create_session(workshop, actor=organiser, kind="panel", title={"en": "Water"}, minutes=60)
    return Scene(workshop, organiser, mine, room, one, session)


def test_no_page_is_forgotten() -> None:
    parts = (setup, registrations, programme, after)
    assert {one.name for part in parts for one in part.urlpatterns} - ACTS == set(PARTICIPANT)
    at_desk = (desk_setup, desk_registrations, desk_suggestions, desk_programme, desk_after)
    assert {one.name for part in at_desk for one in part.urlpatterns} - ACTS == set(ORGANISER)


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
@pytest.mark.parametrize("role", ["participant", "organiser"])
def test_pages_keep_the_rules(browser: Browser, site: str, scene: Scene, role: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    person = scene.mine.user if role == "participant" else scene.organiser
    assert person is not None
    sign_in(page, site, person.email, reverse("website:inbox"))
    surface, names = ("website", PARTICIPANT) if role == "participant" else ("organiser", ORGANISER)
    tried = [scene.address(surface, name) for name in names]
    wrong = [one for address in tried for one in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
