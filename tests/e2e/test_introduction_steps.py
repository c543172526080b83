"""Introductions in each of their states by the rules for every page, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, expect

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.brokering import close
from qiao.partnerships.domain.conversation import add_note, send_message, set_next_step
from qiao.partnerships.domain.follow_ups import follow_up_token, send_due_follow_ups
from qiao.partnerships.domain.lapsing import lapse_requests
from qiao.partnerships.domain.milestones import confirm_milestone, dispute_milestone, record_milestone
from qiao.partnerships.domain.responding import answer_proposal, answer_request
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import FollowUp, Introduction, Message
from tests.e2e.looking import LOOKS, Looker, looker
from tests.e2e.newcomer import no_wider_than, sign_in
from tests.factories import BridgeFactory, UserFactory, member_listing, propose, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Two:
    """A matched pair, with the owner of each."""

    def __init__(self) -> None:
        self.bridge: Bridge = BridgeFactory(slug="uk-china")
        self.ada, self.wang = UserFactory(name="Ada Lin"), UserFactory(name="Wang Fang")
        self.need: Listing = member_listing(self.bridge, owner=self.ada, title="A ward for our sensor")
        self.offer: Listing = member_listing(self.bridge, country="CN", owner=self.wang, direction="offer")
        self.proposal = propose(self.need, self.offer)

    def ask(self) -> Introduction:
        found = answer_proposal(
            self.proposal, actor=self.ada, organisation=self.need.organisation, answer=Answer.INTERESTED,
            question="How many patients?",
        )  # fmt: skip
        assert found is not None
        return found

    def introduce(self) -> Introduction:
        return answer_request(
            self.ask(), actor=self.wang, organisation=self.offer.organisation, answer=Answer.INTERESTED
        )

    def page(self, introduction: Introduction, part: str = "") -> str:
        return f"/uk-china/introductions/{introduction.public_id}/{part}"


@pytest.fixture
def two() -> Two:
    return Two()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def eyes(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Looker]:
    """Somebody who looks; at the end nothing may have been wrong."""
    width, language = request.param
    found = looker(browser, site, width, language)
    yield found
    found.page.context.close()
    assert found.wrong == []


def enter(eyes: Looker, user: User) -> None:
    sign_in(eyes.page, eyes.site, user.email, "/inbox/")


def unfold(eyes: Looker) -> None:
    """Open everything that is folded away, and look again."""
    eyes.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    eyes.look()


def test_answering_a_proposal_and_a_request(eyes: Looker, two: Two) -> None:
    enter(eyes, two.wang)
    proposal = f"/uk-china/proposals/{two.proposal.public_id}/"
    eyes.go(proposal)
    unfold(eyes)
    eyes.page.fill("[name=until]", "")
    eyes.press("form:has([name=act][value=later]) button", refused=True)
    eyes.go(proposal)
    eyes.page.locator("summary", has=eyes.page.locator("xpath=..//*[@value='later']")).first.click()
    eyes.press("form:has([name=act][value=later]) button")
    for tab in ("open", "interested", "later", "dismissed"):
        eyes.go(f"/uk-china/proposals/?tab={tab}")
    introduction = two.ask()
    eyes.go("/uk-china/introductions/")
    eyes.go(two.page(introduction))
    unfold(eyes)
    eyes.press("form:has([name=question]) button", refused=True)
    eyes.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    eyes.press("form:has([name=act][value=no]) button")
    eyes.go("/uk-china/introductions/?tab=ended")
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=True):
        assert lapse_requests() == 1
    eyes.go(two.page(introduction))


def test_recommending_reporting_and_blocking(eyes: Looker, two: Two) -> None:
    introduction = two.introduce()
    ours, theirs = two.need.organisation, two.offer.organisation
    message = send_message(introduction, actor=two.wang, organisation=theirs, text="Send the deposit first.")
    held = record_milestone(
        introduction, actor=two.wang, organisation=theirs, stage="meeting", happened_on=timezone.localdate()
    )
    confirm_milestone(held, actor=two.ada, organisation=ours)
    enter(eyes, two.ada)
    eyes.go(two.page(introduction))
    eyes.go(two.page(introduction, "endorse/"))
    eyes.press("form:has([name=text]) button[type=submit]", refused=True)
    eyes.page.fill("[name=text]", "They opened their ward to us and kept every date.")
    eyes.press("form:has([name=text]) button[type=submit]")
    eyes.go(two.page(introduction, "endorse/"))
    eyes.go(f"/uk-china/organisations/{theirs.public_id}/")
    eyes.go(f"/uk-china/report/message/{message.public_id}/")
    eyes.page.check("[name=category][value=fraud]")
    eyes.page.fill("[name=text]", "They want money.")
    eyes.press("form:has([name=category]) button[type=submit]")
    eyes.go(f"/uk-china/organisations/{theirs.public_id}/block/?organisation={ours.public_id}")
    eyes.press("form:has([name=organisation]) button[type=submit]")
    eyes.go(two.page(introduction))
    eyes.go("/uk-china/introductions/?tab=ended")


def test_closing_many_cases_asks_first(eyes: Looker, two: Two) -> None:
    introduction, organiser = two.introduce(), UserFactory()
    staff(two.bridge, organiser)
    enter(eyes, organiser)
    board = "/organiser/uk-china/cases/"
    eyes.go(f"{board}?view=list")
    eyes.page.check(f"[name=case][value='{introduction.public_id}']")
    eyes.page.select_option("[name=act]", "close")
    eyes.press("form:has([name=act]) .case-bulk button")
    eyes.press("form:has([name=confirmed]) button[type=submit]")
    eyes.go(f"{board}figures/")
    eyes.go(board)
    eyes.press("form[action$='/undo/'] button")
    eyes.go(f"{board}{introduction.public_id}/")


def test_an_introduction_with_all_that_can_be_on_it(eyes: Looker, two: Two) -> None:
    introduction = two.introduce()
    ours, theirs = two.need.organisation, two.offer.organisation
    send_message(introduction, actor=two.wang, organisation=theirs, text="x" * 400)
    for n in range(60):
        send_message(introduction, actor=two.ada, organisation=ours, text=f"Message {n}")
    add_note(introduction, actor=two.ada, organisation=ours, text="A note")
    set_next_step(introduction, actor=two.ada, organisation=ours, text="Call", on=timezone.localdate())
    agreed: dict[str, Any] = {"kind": "licence", "value_least": 5, "currency": "GBP"}
    for stage, more in (("meeting", {}), ("agreement", agreed)):
        milestone = record_milestone(
            introduction, actor=two.wang, organisation=theirs, stage=stage, happened_on=timezone.localdate(), **more
        )
    dispute_milestone(milestone, actor=two.ada, organisation=ours, comment="Not signed yet")
    FollowUp.objects.filter(months=1).update(sent_at=timezone.now())
    enter(eyes, two.ada)
    eyes.go("/uk-china/introductions/?tab=introduced")
    eyes.go(two.page(introduction))
    unfold(eyes)
    eyes.press("#next-step form:has([name=text]) button")
    eyes.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    eyes.press("#notes > details form button", refused=True)
    eyes.go(two.page(introduction, "record/agreement/"))
    eyes.press("form:has([name=happened_on]) button", refused=True)
    eyes.go(two.page(introduction, "close/"))
    eyes.press("form:has([name=reason]) button", refused=True)
    close(introduction, actor=two.wang, organisation=theirs, reason="terms", note="Perhaps next year")
    eyes.go(two.page(introduction))


def test_the_link_of_a_follow_up_answers_at_once(eyes: Looker, two: Two) -> None:
    two.introduce()
    asked = FollowUp.objects.get(organisation=two.need.organisation, months=1)
    address = f"/follow-up/{follow_up_token(asked)}/"
    eyes.go(address)
    eyes.press("form.follow-up button", refused=True)
    with eyes.page.expect_navigation(url=f"**{address}"):
        eyes.page.goto(f"{eyes.site}{address}?answer=help")
    eyes.page.wait_for_url(f"**{address}")
    eyes.look()
    asked.refresh_from_db()
    assert asked.answer == "help"
    eyes.page.check("[name=answer][value=going_on]")
    eyes.press("form.follow-up button")
    asked.refresh_from_db()
    assert asked.answer == "going_on"


def test_all_of_it_works_without_a_script(browser: Browser, site: str, two: Two) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, two.ada.email, "/inbox/")
    page.goto(f"{site}/uk-china/proposals/{two.proposal.public_id}/")
    page.locator("details:has([name=question]) summary").click()
    page.locator("form:has([name=act][value=interested]) button[type=submit]").click()
    page.wait_for_url("**/introductions/*/")
    introduction = Introduction.objects.get()
    answer_request(introduction, actor=two.wang, organisation=two.offer.organisation, answer=Answer.INTERESTED)
    page.goto(site + two.page(introduction))
    page.fill("#composer [name=text]", "Without a script")
    page.check("#composer [name=understood]")
    page.locator("#composer button[type=submit]").click()
    page.wait_for_url("**#conversation")
    assert Message.objects.filter(text="Without a script").count() == 1
    page.locator(".record a[href$='/record/meeting/']").click()
    page.locator("form:has([name=happened_on]) button[type=submit]").click()
    page.wait_for_url("**#milestones")
    assert introduction.milestones.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=32), tick=True):
        assert send_due_follow_ups() == 2
    mail = OutgoingMail.objects.get(template="follow_up", to=two.ada.email)
    link = re.search(r"https?://[^/\s]+(/follow-up/\S+\?answer=slow)", mail.text)
    assert link is not None
    page.goto(site + link[1])
    expect(page.locator("[name=answer][value=slow]")).to_be_checked()
    assert not FollowUp.objects.filter(answer="slow").exists(), "looking answers nothing"
    page.locator("form.follow-up button[type=submit]").click()
    page.wait_for_url("**/follow-up/*/")
    assert FollowUp.objects.filter(answer="slow").count() == 1
    context.close()


def test_no_list_is_too_wide_for_a_telephone(browser: Browser, site: str, two: Two) -> None:
    """Long names, long next steps and a count in the head: none of them makes the page scroll sideways."""
    introduction = two.introduce()
    organisation = two.offer.organisation
    organisation.name_en = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten"
    organisation.save()
    set_next_step(
        introduction, actor=two.ada, organisation=two.need.organisation, text="y" * 300, on=timezone.localdate()
    )
    send_message(introduction, actor=two.wang, organisation=organisation, text="https://" + "z" * 300)
    member_listing(two.bridge)
    for language in ("en", "zh-hans"):
        context = browser.new_context(viewport={"width": 360, "height": 800})
        context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        page = context.new_page()
        sign_in(page, site, two.ada.email, "/inbox/")
        for address in (
            "/uk-china/introductions/?tab=introduced", "/uk-china/proposals/?tab=interested",
            *(two.page(introduction, part) for part in ("", "record/outcome/", "close/")),
        ):  # fmt: skip
            page.goto(site + address)
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
            assert no_wider_than(page, 360), address
        context.close()
