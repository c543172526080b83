"""Passkeys, in a browser with an authenticator of its own and under the site's Content-Security-Policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_passkey_is_added_and_signs_its_owner_in(quiet_page: Page, site: str) -> None:
    page = quiet_page
    person = UserFactory()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})

    page.goto(f"{site}/accounts/login/?next=/settings/")
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/settings/")
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button--primary").click()
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("My laptop")

    page.context.clear_cookies()
    page.goto(f"{site}/accounts/login/?next=/settings/")
    page.click("#passkey_login")
    page.wait_for_url("**/settings/")
    expect(page.locator("main")).to_contain_text(person.email)
