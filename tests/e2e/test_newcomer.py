"""A newcomer's whole way, from signing up to reading why three organisations would want to meet them."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from matching.app.models import ListingVector
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge
from qiao.directory.models import Listing
from tests.e2e.newcomer import go_on, no_wider_than, sign_in, sign_up
from tests.factories import BridgeFactory, UserFactory, member, member_listing, staff
from tests.matching.app.workers import running_broker, wait_for, worker, worker_environment

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.encoder,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

TITLE = "寻求医院开展可转向穿刺针的临床验证"
TEXT = "我们研发了一种可转向穿刺针，用于肺部活检。希望与医院合作开展前瞻性临床研究，计划入组一百名患者。"
OFFERS = {
    "Leeds Lung Ward": ("Clinical validation of puncture needles", "Our ward runs prospective clinical studies of "
        "puncture needles for lung biopsies, with one hundred patients a year."),
    "Tyne Hospital": ("Clinical studies of biopsy needles", "Our hospital validates steerable biopsy needles in "
        "prospective clinical studies with patients of the lung clinic."),
    "Severn Hospital": ("Clinical validation of steerable needles", "We are a hospital that runs prospective clinical "
        "studies of steerable puncture needles for lung biopsy with our patients."),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _worker(django_db_setup: None) -> Iterator[None]:
    """A worker with the real encoder, on the tests' database and a broker of its own, for all of these tests."""
    with running_broker() as broker, worker(worker_environment(broker.url, encoder="bridge")):
        yield


@pytest.fixture
def bridge() -> Bridge:
    """A bridge whose British side offers in English what the newcomer will look for. The worker has read it all."""
    made: Bridge = BridgeFactory(slug="uk-china")
    for name, (title, text) in OFFERS.items():
        hospital = member(made, kind="hospital", name_en=name)
        offer = member_listing(
            made, organisation=hospital, direction="offer", kind="clinical_validation", title=title, text=text
        )
        emit("listing.changed", listing_id=offer.pk)
    wait_for(lambda: ListingVector.objects.filter(matched_at__isnull=False).count() == len(OFFERS), seconds=180)
    return made


def in_language(browser: Browser, site: str, language: str, width: int, *, scripts: bool = True) -> BrowserContext:
    """A person's browser, which remembers their choice of language."""
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    context.set_default_timeout(30_000)
    return context


def register(page: Page, site: str, bridge: Bridge) -> None:
    """From nothing to an application with a need in Chinese."""
    sign_up(page, site, bridge)
    page.select_option("[name=kind]", "startup")
    # The name in the other language may be given too, but is folded away.
    page.locator("[name=name_en]:visible, [name=name_zh]:visible").fill("探微 Tanwei")
    page.select_option("[name=country]", "CN")
    page.locator(".sector-choices summary").first.click()
    page.check("[value=health-devices]")
    go_on(page)
    page.wait_for_url("**/register/listing/")
    page.select_option("[name=kind]", "clinical_validation")
    page.fill("[name=title]", TITLE)
    page.fill("[name=text]", TEXT)
    go_on(page)
    page.wait_for_url("**/register/partner/")
    page.check("[name=partner_kinds][value=hospital]")
    go_on(page)
    page.wait_for_url("**/register/check/")
    page.check("[name=consent]")
    go_on(page)
    page.wait_for_url("**/register/done/")


def approve(page: Page, site: str, bridge: Bridge, organiser: str) -> float:
    """At the desk: the organisation from the list of what waits, then its need, which comes next by itself.

    Returns when the need was approved.
    """
    desk = f"/organiser/{bridge.slug}/review/"
    sign_in(page, site, organiser, desk)
    page.locator("main a[href*='/members/']").first.click()
    page.locator("[name=decision][value=approved]").click()
    page.wait_for_url(re.compile(r"/listings/[^/]+/$"))
    expect(page.locator("main")).to_contain_text(TITLE)
    assert not ListingVector.objects.filter(listing__title=TITLE).exists(), "nothing is done before it is approved"
    approved_at = time.monotonic()
    page.locator("[name=decision][value=approved]").click()
    page.wait_for_url(f"**{desk}")
    return approved_at


@pytest.mark.parametrize(
    ("width", "language", "scripts"),
    [(1280, "en", True), (1280, "zh-hans", True), (360, "zh-hans", True), (360, "en", True), (360, "zh-hans", False)],
)
def test_a_newcomer_reads_why_british_hospitals_would_meet_them(
    browser: Browser,
    site: str,
    bridge: Bridge,
    width: int,
    language: str,
    scripts: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    organiser = UserFactory()
    staff(bridge, organiser)
    theirs = in_language(browser, site, language, width, scripts=scripts)
    page = theirs.new_page()
    register(page, site, bridge)
    page.goto(f"{site}/{bridge.slug}/proposals/")
    waiting = {"en": "Your application is being read", "zh-hans": "申请"}
    expect(page.locator("main")).to_contain_text(waiting[language])

    desk = in_language(browser, site, "en" if language == "zh-hans" else "zh-hans", width)
    began = approve(desk.new_page(), site, bridge, organiser.email)
    assert Listing.objects.get(title=TITLE).state == "published"
    proposals = page.locator(".proposal")
    page.reload()
    while not scripts and proposals.count() < len(OFFERS) and time.monotonic() - began < 20:
        time.sleep(0.5)
        page.reload()
    expect(proposals).to_have_count(len(OFFERS), timeout=20_000)
    with capsys.disabled():
        sys.stdout.write(f"\nproposals {time.monotonic() - began:.1f} s after approval ({width} px, {language})\n")

    for name, (title, _) in OFFERS.items():
        expect(page.locator("main")).to_contain_text(name)
        expect(page.locator("main")).to_contain_text(title)
    first = proposals.first
    assert first.locator(".span__planks li").count() >= 3
    quotes = first.locator(".span__planks [lang=en]").count(), first.locator(".span__planks [lang=zh-Hans]").count()
    assert min(quotes) >= 1, "the reasons quote both texts, each in its language"
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-Hans")
    if scripts:
        assert no_wider_than(page, width)
    first.locator(".proposal__open").click()
    page.wait_for_url(re.compile(r"/proposals/[a-z0-9]+/$"))
    first = page.locator(".proposal").first
    first.locator("form:has([name=act][value=save]) button").click()
    expect(page.locator("form:has([name=act][value=unsave])")).to_be_visible()
    if scripts:
        assert no_wider_than(page, width)
    theirs.close()
    desk.close()
