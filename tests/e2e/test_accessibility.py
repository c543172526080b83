"""Every page by axe's rules, wide in English and narrow in Chinese, and by what no rule tells: width and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone
from playwright.sync_api import Browser, Page

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing, Membership, Organisation
from qiao.notifications.domain.circulars import approve_circular, write_circular
from qiao.notifications.domain.circulating import write_copies
from qiao.notifications.models import Circular, OutgoingMail
from qiao.notifications.unsubscribing import unsubscribe_url
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.domain.conversation import send_message
from qiao.partnerships.domain.follow_ups import follow_up_token
from qiao.partnerships.domain.milestones import confirm_milestone, record_milestone
from qiao.partnerships.models import FollowUp, Introduction
from tests.e2e.newcomer import sign_in
from tests.e2e.trust_scene import TrustScene, trust_scene
from tests.factories import BridgeFactory, UserFactory, affiliate, member_listing, staff
from tests.matching.app.sensors import proposal_between, refresh, sensor_need, sensor_offer

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PUBLIC = [
    "home", "bridge", "organisation_list", "organisation", "endorsement_list", "listing_list", "listing", "register",
]  # fmt: skip
ACCOUNT = ["account_login", "account_signup", "account_reset_password"]
PARTICIPANT = [
    "after_sign_in", "proposal_list", "proposal", "saved_list", "inbox", "settings", "account_delete",
    "my_organisation", "my_profile", "my_leaving", "my_history", "my_blocks", "listing_new", "listing_edit", "people",
    "register_organisation", "introduction_list", "introduction", "introduction_close", "introduction_milestone",
    "introduction_endorse", "follow_up", "my_verification", "my_appeals", "my_reports", "report_new", "block", "letter",
    "unsubscribe",
]  # fmt: skip
SIGNED_IN = ["account_email", "account_change_password", "mfa_index", "socialaccount_connections"]
ORGANISER = [
    "desk", "review_list", "membership_list", "review_membership", "listing_list", "review_listing", "managed_list",
    "managed_new", "managed", "matching", "learning", "proposal_list", "bridge_settings", "staff_list", "mail_list",
    "mail", "letter_list", "letter_new", "letter", "letter_edit",
    "audit_list", "import_list", "import_new", "verification_list", "verification", "report_list", "report",
    "appeal_list", "appeal", "case_list", "case", "case_new", "case_figures", "case_rules",
]  # fmt: skip
#: Addresses that name no bridge.
PLAIN = {
    "home",
    "after_sign_in",
    "inbox",
    "settings",
    "account_delete",
    "follow_up",
    "my_reports",
    "letter",
    "unsubscribe",
}
#: No pages of their own: parts, files, what only answers a button, and steps that other tests walk through.
ELSEWHERE = {
    "website": {
        "account_export", "inbox_read", "inbox_open",
        "inbox_news", "inbox_unread", "inbox_mark", "invitation", "listing_copy", "listing_action", "my_application",
        "my_verification_take_back", "my_appeal", "endorsement_act", "person_role", "person_remove",
        "invitation_revoke", "proposal_mark", "save_organisation",
        "save_listing", "register_similar", "register_join", "register_listing", "register_partner",
        "register_check", "register_done", "styleguide", "introduction_answer", "introduction_reopen",
        "introduction_messages", "introduction_question", "introduction_retract", "introduction_file",
        "introduction_note", "introduction_note_change", "introduction_next_step", "introduction_contact",
        "introduction_milestone_act",
        # Tried in test_accessibility_calls.py and test_accessibility_workshops.py.
        "call_list", "call", "call_invitation", "call_entry", "call_entry_act", "call_review", "call_review_entry",
        "review_invitation", "my_calls", "my_call", "my_call_act", "my_call_entry", "call_new", "call_edit",
        "workshop_list", "workshop", "workshop_after", "workshop_feedback", "certificate",
        "workshop_registration", "workshop_withdraw", "workshop_colleagues", "workshop_people",
        "workshop_programme", "workshop_releases", "workshop_session", "workshop_invitation",
        # Tried in test_accessibility_meetings.py.
        "workshop_meetings", "workshop_proposed", "workshop_meeting_ask", "workshop_walk_in", "workshop_provisional",
        "workshop_meeting", "workshop_meeting_cancel", "workshop_meeting_hours", "workshop_meeting_act",
        # Tried in test_accessibility_day.py.
        "workshop_now", "workshop_screen", "workshop_badge", "calendar_settings", "calendar_feed",
        "workshop_calendar_feed", "room_calendar_feed",
        # Tried in test_accessibility_keys.py.
        "my_keys", "my_key", "organisation_keys", "organisation_key",
        # Tried in test_accessibility_standards.py.
        "standards", "standards_body", "standards_committee",
    },
    "organiser": {
        "key_list", "key",
        "call_list", "call", "call_act", "workshop_list", "workshop_new", "workshop", "workshop_settings",
        "workshop_cancel", "workshop_copy", "workshop_rooms", "workshop_room", "workshop_slots", "workshop_staff",
        "workshop_questions", "workshop_asking", "workshop_suggestions", "workshop_suggestion", "workshop_report",
        "workshop_after", "workshop_state", "workshop_tables_set", "workshop_room_remove", "workshop_slots_remove",
        "workshop_export", "workshop_suggestions_run", "workshop_suggestions_progress", "workshop_suggestion_act",
        "workshop_registrations", "workshop_registrations_many", "workshop_invite", "workshop_registration",
        "workshop_programme", "workshop_session_new", "workshop_session", "workshop_session_act", "workshop_releases",
        "workshop_grid", "workshop_grid_board", "workshop_grid_against", "workshop_grid_place",
        # Tried in test_accessibility_placing.py.
        "workshop_placing", "workshop_placing_run", "workshop_placing_progress", "workshop_placing_act",
        "workshop_meetings", "workshop_meeting_new", "workshop_repair", "workshop_schedule_run", "workshop_meeting",
        "workshop_schedule_new", "workshop_schedule_progress", "workshop_schedule_act", "workshop_meeting_act",
        "workshop_day", "workshop_day_figures", "workshop_day_file", "workshop_badges", "workshop_tables",
        "workshop_notices", "workshop_door", "workshop_door_badge", "workshop_door_act", "workshop_door_list",
        "workshop_door_sync", "workshop_door_worker",
        "membership_suspend", "review_retract", "managed_invite", "matching_run", "matching_progress", "staff_remove",
        "mail_retry", "mail_retry_failed", "mail_act", "letter_act",
        "import_job", "import_mapping", "import_progress", "import_confirm", "import_cancel",
        "import_report", "log_export", "learning_version", "learning_use", "learning_release",
        "verification_act", "report_take", "case_act", "case_bulk", "case_undo", "case_export", "case_view_save",
        "case_view_remove", "case_file",
        # Tried in test_accessibility_standards.py.
        "standards_syncs", "standards_sync", "standards_sync_progress", "standards_sync_retry", "standards_sync_rows",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A bridge with two matched members, an applicant, and a person of each role."""

    bridge: Bridge
    own: Listing
    other: Listing
    participant: User
    organiser: User
    introduction: Introduction
    trust: TrustScene

    def address(self, namespace: str, name: str) -> str:
        """Of a named page, about what is on the bridge."""
        proposal = proposal_between(self.own, self.other)
        assert proposal is not None
        told: dict[str, Any] = {
            "organisation": self.other.organisation.public_id,
            "listing": self.other.public_id,
            "proposal": proposal.public_id,
            "listing_edit": self.own.public_id,
            "review_membership": Membership.objects.get(organisation=self.own.organisation).public_id,
            "review_listing": self.own.public_id,
            "endorsement_list": self.own.organisation.public_id,
            "block": self.other.organisation.public_id,
            "verification": self.own.organisation.public_id,
            "report": self.trust.report.public_id,
            "appeal": self.trust.appeal.public_id,
            "managed": Organisation.objects.get(managed_by=self.bridge).public_id,
            "mail": OutgoingMail.objects.filter(bridge_id=self.bridge.pk, state="failed")[0].public_id,
            "letter": Circular.objects.get(state="sending").public_id,
            "letter_edit": Circular.objects.get(state="draft").public_id,
            "unsubscribe": unsubscribe_url(self.participant, "trust").rstrip("/").rpartition("/")[2],
            "introduction": self.introduction.public_id,
            "introduction_endorse": self.introduction.public_id,
            "case": self.introduction.public_id,
            "introduction_close": self.introduction.public_id,
            "follow_up": follow_up_token(FollowUp.objects.filter(organisation=self.own.organisation)[0]),
        }
        plain = namespace == "website" and name in PLAIN
        if name == "report_new":
            return reverse("website:report_new", args=[self.bridge.slug, "listing", self.other.public_id])
        if name == "introduction_milestone":
            return reverse("website:introduction_milestone", args=[self.bridge.slug, told["introduction"], "agreement"])
        arguments = [] if plain else [self.bridge.slug]
        return reverse(f"{namespace}:{name}", args=[*arguments, *([told[name]] if name in told else [])])


@pytest.fixture
def scene() -> Scene:
    bridge: Bridge = BridgeFactory(slug="uk-china")
    participant, organiser = UserFactory(name="Ada Lin"), UserFactory()
    own, other = sensor_need(bridge), sensor_offer(bridge)
    affiliate(participant, own.organisation)
    staff(bridge, organiser, role="owner")
    managed = member_listing(bridge, country="CN", title="A profile that the desk keeps").organisation
    managed.managed_by = bridge
    managed.save(update_fields=["managed_by"])
    refresh(own, other)
    introduced = sensor_offer(bridge, owner=UserFactory(name="Wang Fang"))
    refresh(introduced)
    introduction = introduce_by_hand(
        bridge, own.organisation, introduced.organisation, actor=organiser, note="You both work on it.", ask_first=False
    )
    send_message(introduction, actor=participant, organisation=own.organisation, text="When shall we meet?")
    record_milestone(
        introduction, actor=participant, organisation=own.organisation, stage="meeting",
        happened_on=timezone.localdate(), comment="In Leeds",
    )  # fmt: skip
    meeting = introduction.milestones.get()
    confirm_milestone(
        meeting, actor=introduced.organisation.affiliations.get().user, organisation=introduced.organisation
    )
    record_milestone(
        introduction, actor=participant, organisation=own.organisation, stage="nda", happened_on=timezone.localdate()
    )
    words = {"subject_en": "Spring meeting", "text_en": "Come to Leeds.", "subject_zh": "春季会议", "text_zh": "欢迎。"}
    write_circular(bridge, actor=organiser, audience={"side": "gb"}, **words)
    letter = write_circular(bridge, actor=organiser, audience={}, **words)
    approve_circular(letter, actor=organiser, receivers=[participant.pk])
    write_copies(letter.pk)
    OutgoingMail.objects.filter(circular=letter).update(state="failed", error="no such mailbox")
    trust = trust_scene(bridge, own, other, participant, organiser)
    return Scene(bridge, own, other, participant, organiser, introduction, trust)


def _names(namespace: str) -> set[str]:
    """Names of all addresses of a surface."""

    def walk(patterns: list[Any]) -> set[str]:
        found: set[str] = set()
        for one in patterns:
            if isinstance(one, URLResolver) and one.namespace in (None, namespace):
                found |= walk(one.url_patterns)
            elif isinstance(one, URLPattern) and one.name:
                found.add(one.name)
        return found

    surface = next(
        one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and one.namespace == namespace
    )
    return walk(surface.url_patterns)


def test_no_page_is_forgotten() -> None:
    assert _names("website") - ELSEWHERE["website"] == {*PUBLIC, *PARTICIPANT}
    assert _names("organiser") - ELSEWHERE["organiser"] == set(ORGANISER)


def _wrong_with(page: Page, address: str, width: int, errors: list[str]) -> list[str]:
    errors.clear()
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    wrong = [] if answer is not None and answer.ok else [f"answered {answer and answer.status}"]
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    wrong += [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        wrong.append(f"scrolls sideways to {wide}")
    if (headings := page.locator("h1").count()) != 1:
        wrong.append(f"{headings} first headings")
    return [f"{address}: {one}" for one in (*wrong, *errors)]


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh-hans")])
@pytest.mark.parametrize("role", ["visitor", "participant", "organiser"])
def test_pages_keep_the_rules(browser: Browser, site: str, scene: Scene, role: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    at: Callable[[str, str], str] = scene.address
    if role == "visitor":
        addresses = [at("website", name) for name in PUBLIC] + [reverse(name) for name in ACCOUNT]
    elif role == "participant":
        sign_in(page, site, scene.participant.email, reverse("website:inbox"))
        addresses = [at("website", name) for name in PARTICIPANT] + [reverse(name) for name in SIGNED_IN]
    else:
        sign_in(page, site, scene.organiser.email, reverse("website:inbox"))
        addresses = [at("organiser", name) for name in ORGANISER]
    wrong = [one for address in addresses for one in _wrong_with(page, site + address, width, errors)]
    context.close()
    assert wrong == []
