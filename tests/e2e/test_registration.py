"""A newcomer's first minutes, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from qiao.bridges.models import Bridge
from qiao.directory.models import Listing
from tests.e2e.newcomer import go_on, sign_up
from tests.factories import BridgeFactory, UserFactory, member

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (360, True), (360, False)])
def test_a_newcomer_signs_up_and_sends_a_need_in_chinese(
    browser: Browser, site: str, width: int, scripts: bool
) -> None:
    bridge: Bridge = BridgeFactory()
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    page = context.new_page()
    sign_up(page, site, bridge)

    go_on(page)
    expect(page.locator(".form-errors")).to_be_visible()
    page.select_option("[name=kind]", "startup")
    page.fill("[name=name_en]", "Tidewell Surgical")
    page.select_option("[name=country]", "GB")
    page.locator(".sector-choices summary").first.click()
    page.check("[value=health-devices]")
    go_on(page)

    page.wait_for_url("**/register/listing/")
    page.select_option("[name=kind]", "clinical_validation")
    page.fill("[name=title]", "寻求医院开展穿刺针临床验证")
    page.fill("[name=text]", "我们研发了一种可转向穿刺针，希望与三甲医院合作开展前瞻性临床研究。")
    page.locator("[name=go][value=back]").click()
    page.wait_for_url("**/register/organisation/")
    expect(page.locator("[name=name_en]")).to_have_value("Tidewell Surgical")
    go_on(page)
    page.wait_for_url("**/register/listing/")
    expect(page.locator("[name=title]")).to_have_value("寻求医院开展穿刺针临床验证")
    go_on(page)

    page.wait_for_url("**/register/partner/")
    page.check("[name=partner_kinds][value=hospital]")
    go_on(page)

    page.wait_for_url("**/register/check/")
    expect(page.get_by_text("寻求医院开展穿刺针临床验证").first).to_be_visible()
    page.check("[name=consent]")
    go_on(page)
    page.wait_for_url("**/register/done/")
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    listing = Listing.objects.get()
    assert (listing.state, listing.language, listing.partner_kinds) == ("in_review", "zh", ["hospital"])
    context.close()


def test_similar_names_are_suggested_while_typing(quiet_page: Page, site: str) -> None:
    bridge: Bridge = BridgeFactory()
    member(bridge, name_en="Tidewell Surgical", owner=UserFactory())
    sign_up(quiet_page, site, bridge)
    quiet_page.locator("[name=name_en]").press_sequentially("Tidewell", delay=20)
    expect(quiet_page.locator("#similar")).to_contain_text("Tidewell Surgical")
    quiet_page.get_by_role("button", name="Ask to join").click()
    expect(quiet_page.locator("#messages")).to_contain_text("We have told its owners.")
    expect(quiet_page.locator("[name=name_en]")).to_have_value("Tidewell")
