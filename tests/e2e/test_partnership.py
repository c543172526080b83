"""Two people in two browsers, one in English, one in Chinese, from a proposal to a confirmed memorandum.

An organiser watches the case; every message on the way is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from matching.app.models import Proposal
from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.common.text import has_chinese
from qiao.directory.models import Listing
from qiao.notifications.models import Notification, OutgoingMail
from qiao.partnerships.models import Introduction, Message, Milestone, PrivateNote
from tests.e2e.newcomer import no_wider_than, sign_in
from tests.factories import BridgeFactory, UserFactory, member, member_listing, propose, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: What each keeps to itself, and what must not leave its side.
HER_NOTE, HIS_NOTE = "Ceiling of the price is 2.1 million", "预算上限为三百万"
SECRETS = (HER_NOTE, HIS_NOTE)
QUESTION, REPLY = "How many patients a year can you include?", "每年约两百名，以门诊患者为主。"
GREETING, ANSWER = "Thank you for saying yes. Shall we speak on Thursday?", "周四可以，请先发方案草稿。"
UNSENT = "A sentence that is not finished"


@dataclass
class Reader:
    """Reads every message as it is written: in its reader's language, with no private fact, each once."""

    languages: dict[str, str]
    seen: set[int] = field(default_factory=set)

    def new(self) -> list[tuple[str, str]]:
        """To whom and by which template, of the messages since the last time. Each is looked over."""
        found = []
        for mail in OutgoingMail.objects.exclude(pk__in=self.seen).order_by("pk"):
            self.seen.add(mail.pk)
            assert mail.language == self.languages[mail.to]
            assert has_chinese(mail.subject) == (mail.language == "zh-hans"), mail.subject
            # Names and titles may be in the other language; sentences are not.
            letters = [letter for letter in mail.text if letter.isalpha()]
            chinese = sum(has_chinese(letter) for letter in letters)
            assert (chinese > 20) == (mail.language == "zh-hans"), mail.text
            assert not re.search(r"月 \d{4}", mail.text), "a day is written as the language does"
            for secret in (*SECRETS, GREETING, ANSWER, QUESTION, REPLY):
                assert secret not in mail.subject + mail.text
            assert re.search(r"https?://\S+/(introductions|cases)/\S+/", mail.text), "it leads to the page"
            found.append((mail.to, mail.template))
        return sorted(found)


@dataclass
class Scene:
    """A bridge with a proposal between two members, a person of each, and an organiser."""

    bridge: Bridge
    proposal: Proposal
    need: Listing
    offer: Listing
    ada: User
    wang: User
    organiser: User

    def page(self, introduction: Introduction) -> str:
        return f"/{self.bridge.slug}/introductions/{introduction.public_id}/"


@pytest.fixture
def scene() -> Scene:
    bridge: Bridge = BridgeFactory(slug="uk-china")
    ada = UserFactory(name="Ada Lin", language="en")
    wang = UserFactory(name="Wang Fang", name_zh="王芳", language="zh-hans")
    organiser = UserFactory(name="Olga Reed", language="en")
    staff(bridge, organiser)
    need = member_listing(
        bridge, organisation=member(bridge, owner=ada, name_en="Tidewell Surgical"), title="A ward for our sensor"
    )
    hospital = member(
        bridge, country="CN", kind="hospital", owner=wang, name_en="Bio Island Hospital", name_zh="生物岛医院"
    )
    offer = member_listing(
        bridge, organisation=hospital, direction="offer", language="zh", title="病房可开展传感器验证",
        text="我院病房可开展可穿戴传感器的临床验证。",
    )  # fmt: skip
    return Scene(bridge, propose(need, offer), need, offer, ada, wang, organiser)


def browser_of(browser: Browser, site: str, user: User, language: str, width: int) -> Page:
    """A signed-in person's own browser, which breaks on an error of a page's scripts."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    sign_in(page, site, user.email, "/inbox/")
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-Hans")
    return page


def press(page: Page, form: str) -> None:
    """Send a form that leads to a page."""
    with page.expect_navigation():
        page.locator(f"{form} button[type=submit]").first.click()


def count_at_head(page: Page) -> str:
    """The number beside "Introductions"."""
    found = page.locator(".site-nav__count")
    return (found.text_content() or "").strip().split()[0].rstrip("w") if found.count() else ""


def test_from_a_proposal_to_a_confirmed_memorandum(browser: Browser, site: str, scene: Scene) -> None:
    mails = Reader({scene.ada.email: "en", scene.wang.email: "zh-hans", scene.organiser.email: "en"})
    ada = browser_of(browser, site, scene.ada, "en", 1280)
    wang = browser_of(browser, site, scene.wang, "zh-hans", 360)

    # Ada reads what happens next, and asks with a question.
    ada.goto(f"{site}/{scene.bridge.slug}/proposals/{scene.proposal.public_id}/")
    ada.get_by_text("Interested", exact=True).click()
    expect(ada.get_by_text("6 of your 6 requests are left")).to_be_visible()
    ada.fill("[name=question]", QUESTION)
    press(ada, "form:has([name=act][value=interested])")
    introduction = Introduction.objects.get()
    assert ada.url == site + scene.page(introduction)
    expect(ada.locator("#state")).to_contain_text("They were asked; it lapses on")
    assert mails.new() == [(scene.wang.email, "request_received")]

    # Wang finds it by the message's own link, in Chinese; says no, thinks again, and asks back.
    link = re.search(r"https?://[^/\s]+(/\S+/introductions/\S+/)", OutgoingMail.objects.get().text)
    assert link is not None
    wang.goto(site + link[1])
    assert no_wider_than(wang, 360)
    expect(wang.locator("#conversation")).to_contain_text(QUESTION)
    expect(wang.locator("main")).not_to_contain_text("Ada Lin")
    expect(wang.locator("main")).not_to_contain_text(scene.ada.email)
    wang.locator("details:has([name=act][value=no]) summary").click()
    wang.select_option("[name=reason]", "capacity")
    before = ada.locator("main").inner_text()
    press(wang, "form:has([name=act][value=no])")
    ada.reload()
    assert ada.locator("main").inner_text() == before, "a no shows nowhere on the other side"
    assert mails.new() == []
    press(wang, "form:has([name=act][value=take_back])")
    wang.fill("[name=question]", REPLY)
    press(wang, "form:has([name=question])")
    # It comes to Ada's page by itself.
    expect(ada.locator("#conversation")).to_contain_text(REPLY, timeout=15_000)
    assert mails.new() == [(scene.ada.email, "introduction_message")]

    # Wang says yes: both are introduced, each page with the other's person.
    press(wang, "form:has([name=act][value=interested])")
    expect(wang.locator("#people")).to_contain_text("Ada Lin")
    expect(wang.locator("#people")).to_contain_text(scene.ada.email)
    expect(wang.locator("#agenda li")).not_to_have_count(0)
    expect(ada.locator("#changed a")).to_be_visible(timeout=15_000)
    ada.locator("#changed a").click()
    expect(ada.locator("#people")).to_contain_text(scene.wang.email)
    assert mails.new() == sorted((to, "introduction_opened") for to in (scene.ada.email, scene.wang.email))
    opened = OutgoingMail.objects.filter(template="introduction_opened")
    assert scene.wang.email in opened.get(to=scene.ada.email).text
    assert scene.ada.email in opened.get(to=scene.wang.email).text

    # Each keeps a note that the other never sees.
    for page, note in ((ada, HER_NOTE), (wang, HIS_NOTE)):
        page.locator("#notes details:not(li details) summary").click()
        page.fill("#notes form[action$='/notes/'] [name=text]", note)
        press(page, "#notes form[action$='/notes/']")
    assert PrivateNote.objects.count() == 2
    expect(wang.locator("main")).not_to_contain_text(HER_NOTE)

    # Ada writes, with a file; asked once about confidentiality. Wang's half-written message stays as it is.
    wang.fill("#composer [name=text]", UNSENT)
    ada.fill("#composer [name=text]", GREETING)
    ada.set_input_files(
        "#composer [name=files]", {"name": "protocol.txt", "mimeType": "text/plain", "buffer": b"A protocol"}
    )
    ada.check("#composer [name=understood]")
    ada.locator("#composer button[type=submit]").dblclick()
    expect(ada.locator("#conversation .message--mine", has_text=GREETING)).to_be_visible()
    expect(ada.locator("#composer [name=text]")).to_have_value("")
    expect(ada.locator("#composer [name=understood]")).to_have_count(0)
    expect(wang.locator("#conversation .message--theirs", has_text=GREETING)).to_be_visible(timeout=15_000)
    expect(wang.locator("#composer [name=text]")).to_have_value(UNSENT)
    assert Message.objects.filter(text=GREETING).count() == 1, "the button was pressed twice"
    with wang.expect_download() as download:
        wang.get_by_text("protocol.txt").click()
    assert download.value.suggested_filename == "protocol.txt"
    assert mails.new() == [(scene.wang.email, "introduction_message")]
    wang.check("#composer [name=understood]")
    wang.fill("#composer [name=text]", ANSWER)
    wang.locator("#composer button[type=submit]").click()
    expect(ada.locator("#conversation")).to_contain_text(ANSWER, timeout=15_000)
    expect(ada.locator("#readers")).to_contain_text("has read everything", timeout=15_000)
    assert mails.new() == [(scene.ada.email, "introduction_message")]

    # A next step with a day.
    ada.locator("#next-step details summary").click()
    ada.fill("#next-step [name=text]", "Call about the protocol")
    ada.fill("#next-step [name=on]", (timezone.localdate() + timedelta(days=3)).isoformat())
    press(ada, "#next-step form:has([name=text])")
    wang.reload()
    expect(wang.locator("#next-step")).to_contain_text("Call about the protocol")

    # A meeting is recorded by Wang, disputed by Ada, taken back; a memorandum by Ada, confirmed by Wang.
    _record(wang, "meeting", comment="线上会议")
    assert mails.new() == [(scene.ada.email, "milestone_recorded")]
    ada.goto(f"{site}/{scene.bridge.slug}/introductions/")
    assert count_at_head(ada) == "1"
    ada.goto(site + scene.page(introduction))
    ada.locator(".milestone details details:has([value=dispute]) summary").click()
    ada.fill(".milestone [name=comment]", "It was put off to next week")
    press(ada, "form:has([name=act][value=dispute])")
    assert mails.new() == sorted([(scene.wang.email, "milestone_disputed"), (scene.organiser.email, "case_disputed")])
    wang.reload()
    expect(wang.locator("#milestones")).to_contain_text("It was put off to next week")
    wang.locator(".milestone details details:has([value=withdraw]) summary").click()
    press(wang, "form:has([name=act][value=withdraw])")
    assert mails.new() == [(scene.ada.email, "milestone_withdrawn")]
    _record(ada, "memorandum", comment="Signed in Guangzhou", kind="rd_cooperation")
    assert mails.new() == [(scene.wang.email, "milestone_recorded")]
    wang.reload()
    press(wang, ".milestone form:has([name=act][value=confirm])")
    expect(wang.locator(".milestone--confirmed")).to_have_count(1)
    assert no_wider_than(wang, 360)
    ada.reload()
    expect(ada.locator(".stepper [aria-current=step]")).to_contain_text("Memorandum")
    assert mails.new() == sorted((to, "milestone_confirmed") for to in (scene.ada.email, scene.wang.email))

    introduction.refresh_from_db()
    assert (introduction.state, introduction.stage) == ("open", "memorandum")
    assert Milestone.objects.confirmed().get().stage == "memorandum"
    _no_secret_has_crossed(ada, wang)
    _the_organiser_has_followed(browser, site, scene, introduction)
    for page in (ada, wang):
        page.context.close()


def _record(page: Page, stage: str, *, comment: str, kind: str = "") -> None:
    page.locator(f".record a[href$='/record/{stage}/']").click()
    page.fill("[name=comment]", comment)
    if kind:
        page.select_option("[name=kind]", kind)
    page.set_input_files("[name=files]", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"As agreed"})
    press(page, "form:has([name=happened_on])")
    page.wait_for_url("**#milestones")


def _no_secret_has_crossed(ada: Page, wang: Page) -> None:
    """On the pages as they are in the end, with everything that is folded away."""
    for page, own, others in ((ada, HER_NOTE, HIS_NOTE), (wang, HIS_NOTE, HER_NOTE)):
        page.reload()
        assert own in page.content()
        assert others not in page.content()
        assert "capacity" not in page.locator("#history").inner_html()
    for line in Notification.objects.all():
        for secret in SECRETS:
            assert secret not in line.sentence


def _the_organiser_has_followed(browser: Browser, site: str, scene: Scene, introduction: Introduction) -> None:
    """The log of the case has each act once, in order, with who did it; nothing private of a side is in it."""
    entries = AuditEntry.objects.about(introduction).filter(private=False).order_by("id")
    told = list(AuditEntry.objects.on_bridge(scene.bridge.pk).filter(pk__in=entries).order_by("id"))
    assert [(entry.actor_id, entry.verb) for entry in told if entry.verb != "acknowledge_confidentiality"] == [
        (scene.ada.pk, "request_introduction"),
        (scene.wang.pk, "ask_question"),
        (scene.wang.pk, "open_introduction"),
        (scene.ada.pk, "send_message"),
        (scene.wang.pk, "send_message"),
        (scene.ada.pk, "set_next_step"),
        (scene.wang.pk, "record_milestone"),
        (scene.ada.pk, "dispute_milestone"),
        (scene.wang.pk, "withdraw_milestone"),
        (scene.ada.pk, "record_milestone"),
        (scene.wang.pk, "confirm_milestone"),
    ]
    desk = browser_of(browser, site, scene.organiser, "en", 1280)
    answer = desk.goto(site + scene.page(introduction))
    assert answer is not None
    assert answer.status == 404, "organisers look at their desk, not over a side's shoulder"
    for address in (f"cases/{introduction.public_id}/", "cases/", "log/"):
        answer = desk.goto(f"{site}/organiser/{scene.bridge.slug}/{address}")
        assert answer is not None
        assert answer.ok, address
        expect(desk.locator("main")).to_contain_text("Tidewell Surgical")
        expect(desk.locator("main")).to_contain_text("Memorandum" if "cases" in address else "confirmed a milestone")
        for secret in SECRETS:
            expect(desk.locator("body")).not_to_contain_text(secret)
    desk.context.close()
