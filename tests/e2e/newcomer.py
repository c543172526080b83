"""What a newcomer does in the browser, step by step, in whatever language the pages are."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from qiao.bridges.models import Bridge
from qiao.notifications.models import OutgoingMail
from tests.factories import PASSWORD


def sign_up(page: Page, site: str, bridge: Bridge) -> None:
    """From the bridge's registration through the confirmation of the address and back to it."""
    page.goto(f"{site}/{bridge.slug}/register/")
    page.locator("main a[href*='signup']").click()
    page.fill("[name=name]", "Ada Lin")
    page.fill("[name=email]", "ada@people.example")
    page.fill("[name=password1]", "a sentence to remember")
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/confirm-email/")
    link = re.search(r"https?://\S+/accounts/confirm-email/\S+", OutgoingMail.objects.latest("id").text)
    assert link is not None
    page.goto(link[0])
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/register/organisation/")


def go_on(page: Page) -> None:
    page.locator(".form-actions .button--primary").click()


def sign_in(page: Page, site: str, email: str, onwards: str) -> None:
    """With the password that the factories give, to a page."""
    page.goto(f"{site}/accounts/login/?next={onwards}")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button--primary").click()
    page.wait_for_url(f"**{onwards}")


def no_wider_than(page: Page, width: int) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth")) <= width
