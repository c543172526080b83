"""Pages one comes to by a step, a link in a message or a mistake, by the rules for every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, Route

from matching.app.domain.learning import refit_bridge
from matching.app.domain.runs import request_run, run_in_process
from qiao.bridges.models import Bridge
from qiao.directory.domain.imports.jobs import start_import
from qiao.directory.domain.people import invite_colleague
from qiao.directory.enums import PersonRole
from qiao.directory.models import Listing
from qiao.notifications.models import OutgoingMail
from qiao.website.views.errors import server_error
from tests.directory.importing import HEADER, TIDEWELL, checked, csv_file
from tests.e2e.looking import LOOKS, Looker, looker
from tests.e2e.newcomer import go_on, sign_in, sign_up
from tests.factories import PASSWORD, BridgeFactory, UserFactory, affiliate, member, member_listing, staff
from tests.matching.app.taught import taught_bridge

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SEND = "main form .button--primary"


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def eyes(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Looker]:
    """Somebody who looks; at the end nothing may have been wrong."""
    width, language = request.param
    with translation.override(language):
        assert language == "en" or gettext("Proposals") != "Proposals", "no compiled catalogue: nothing is in Chinese"
    found = looker(browser, site, width, language)
    yield found
    found.page.context.close()
    assert found.wrong == []


def _link(pattern: str) -> str:
    """What the last message links to, from the site's root."""
    found = re.search(rf"https?://[^/\s]+({pattern}\S*)", OutgoingMail.objects.latest("id").text)
    assert found is not None
    return found[1]


def test_registration_step_by_step(eyes: Looker, site: str) -> None:
    bridge: Bridge = BridgeFactory()
    page = eyes.page
    sign_up(page, site, bridge)
    eyes.look()
    eyes.press(".form-actions .button--primary", refused=True)
    page.select_option("[name=kind]", "startup")
    page.fill(f"[name=name_{'en' if eyes.language == 'en' else 'zh'}]", "Tidewell Surgical")
    page.select_option("[name=country]", "GB")
    page.locator(".sector-choices summary").first.click()
    page.check("[value=health-devices]")
    go_on(page)
    page.wait_for_url("**/register/listing/")
    eyes.look()
    eyes.press(".form-actions .button--primary", refused=True)
    page.select_option("[name=kind]", "clinical_validation")
    page.fill("[name=title]", "Clinical validation of a steerable needle")
    page.fill("[name=text]", "We look for a hospital that tries our steerable needle with its patients.")
    go_on(page)
    page.wait_for_url("**/register/partner/")
    eyes.look()
    page.check("[name=partner_kinds][value=hospital]")
    go_on(page)
    page.wait_for_url("**/register/check/")
    eyes.look()
    page.check("[name=consent]")
    go_on(page)
    page.wait_for_url("**/register/done/")
    eyes.look()


def test_accounts_by_their_links(eyes: Looker, site: str) -> None:
    person = UserFactory()
    eyes.go(reverse("account_login"))
    eyes.page.fill("[name=login]", person.email)
    eyes.page.fill("[name=password]", "not the password")
    eyes.press(SEND, refused=True)
    for name in ("account_inactive", "account_reset_password_from_key_done"):
        eyes.go(reverse(name))
    eyes.go(reverse("account_reset_password"))
    eyes.page.fill("[name=email]", person.email)
    eyes.press(SEND)
    eyes.page.goto(site + _link("/accounts/password/reset/key/"))
    eyes.look()
    eyes.page.goto(site + reverse("account_reset_password_from_key", args=["1", "used-up"]))
    eyes.look()
    eyes.go(reverse("account_confirm_email", args=["no-such-key"]))
    eyes.go(reverse("account_signup"))
    eyes.page.fill("[name=email]", "ada@people.example")
    eyes.press(SEND, refused=True)
    eyes.page.fill("[name=name]", "Ada Lin")
    eyes.page.fill("[name=password1]", "a sentence to remember")
    eyes.press(SEND)
    eyes.go(_link("/accounts/confirm-email/"))


def test_second_factors(eyes: Looker, site: str) -> None:
    person, page = UserFactory(), eyes.page
    sign_in(page, site, person.email, reverse("website:settings"))
    page.goto(site + reverse("mfa_activate_totp"))
    if page.locator("[name=password]").count():
        eyes.look()
        page.fill("[name=password]", PASSWORD)
        page.locator(SEND).click()
        page.wait_for_url("**/totp/activate/")
    eyes.look()
    page.fill("[name=code]", "000000")
    eyes.press(SEND, refused=True)
    secret = page.locator(".secret").inner_text()  # a refused code leads to another secret
    page.fill("[name=code]", format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
    eyes.press(SEND)
    for name in (
        "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_list_webauthn",
        "mfa_add_webauthn", "mfa_index", "account_logout",
    ):  # fmt: skip
        eyes.go(reverse(name))
    page.context.clear_cookies(name="sessionid")
    page.goto(site + reverse("account_login"))
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    eyes.press(SEND)
    assert "/2fa/authenticate/" in page.url


def test_passkeys(eyes: Looker, site: str) -> None:
    person, page = UserFactory(), eyes.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    sign_in(page, site, person.email, reverse("website:settings"))
    page.goto(site + reverse("mfa_add_webauthn"))
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.locator(SEND).click()
        page.wait_for_url("**/webauthn/add/")
    eyes.look()
    page.fill("[name=name]", "My laptop")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    eyes.look()
    eyes.go(reverse("mfa_list_webauthn"))
    key = Authenticator.objects.get(user=person, type="webauthn").pk
    eyes.go(reverse("mfa_edit_webauthn", args=[key]))
    eyes.go(reverse("mfa_remove_webauthn", args=[key]))


def test_questions_of_members(eyes: Looker, site: str) -> None:
    bridge: Bridge = BridgeFactory()
    owner, colleague = UserFactory(), UserFactory()
    listing: Listing = member_listing(bridge, owner=owner)
    affiliate(colleague, listing.organisation, PersonRole.EDITOR)
    invite_colleague(listing.organisation, actor=owner, email="new@people.example", role=PersonRole.EDITOR)
    invitation = _link("/invitations/")
    eyes.go(invitation)
    sign_in(eyes.page, site, owner.email, reverse("website:inbox"))
    eyes.go(invitation)
    eyes.go(reverse("website:invitation", args=["no-such-token"]), status=404)
    person = listing.organisation.affiliations.get(user=colleague)
    eyes.go(reverse("website:person_remove", args=[bridge.slug, person.user.public_id]))
    eyes.go(reverse("website:listing_action", args=[bridge.slug, listing.public_id, "withdraw"]))
    eyes.go(reverse("website:listing_new", args=[bridge.slug]))
    eyes.press(".form-actions .button--primary", refused=True)
    eyes.go(reverse("website:people", args=[bridge.slug]))
    other: Bridge = BridgeFactory()
    eyes.go(reverse("website:my_application", args=[other.slug]))


def test_organisers_imports_and_what_was_learnt(eyes: Looker, site: str) -> None:
    bridge = taught_bridge()
    refit_bridge(bridge.pk)
    run_in_process(request_run(bridge, actor=None, hand_over=False), progress=lambda _: None)
    organiser, reviewer = UserFactory(), UserFactory()
    staff(bridge, organiser)
    staff(bridge, reviewer, role="reviewer")
    uploaded = start_import(bridge, actor=organiser, file_name="members.csv", stream=csv_file(HEADER, TIDEWELL))
    bad = ["2", "Norwell", "GB", "circus", "", ""]
    job = checked(bridge, csv_file(HEADER, TIDEWELL, bad), actor=organiser)
    sign_in(eyes.page, site, organiser.email, reverse("website:inbox"))

    def at(name: str, *arguments: Any) -> str:
        return reverse(f"organiser:{name}", args=[bridge.slug, *arguments])

    eyes.go(at("import_mapping", uploaded.public_id))
    eyes.go(at("import_job", job.public_id))
    eyes.go(at("import_job", job.public_id) + "?rows=new")
    eyes.go(at("import_cancel", job.public_id))
    eyes.go(at("import_list"))
    eyes.go(at("import_new"))
    eyes.press(SEND, refused=True)
    eyes.go(at("matching"))
    eyes.go(at("learning"))
    eyes.go(at("learning_version", 1))
    eyes.go(at("learning_use", 1))
    eyes.go(at("learning_use", 0))
    eyes.go(at("managed_new"))
    eyes.press(SEND, refused=True)
    eyes.go(at("staff_list"), status=403)


def test_error_pages(eyes: Looker, site: str) -> None:
    bridge: Bridge = BridgeFactory()
    member(bridge)
    eyes.go("/no-such-bridge/", status=404)
    eyes.go(reverse("website:listing", args=[bridge.slug, "nosuchlisting"]), status=404)
    eyes.page.goto(site + reverse("account_login"))
    eyes.page.context.clear_cookies(name="csrftoken")
    eyes.page.fill("[name=login]", "ada@people.example")
    eyes.page.fill("[name=password]", PASSWORD)
    eyes.press(SEND, refused=True)

    def fails(route: Route) -> None:
        with translation.override(eyes.language):
            answer = server_error(RequestFactory().get("/failing/"))
        route.fulfill(status=500, content_type="text/html; charset=utf-8", body=answer.content.decode())

    eyes.page.route("**/failing/", fails)
    eyes.go("/failing/", status=500)
