"""The door in a real browser: without a network, with two devices, and after signing out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, expect

from qiao.workshops.domain.badges import badge_code
from qiao.workshops.models import CheckIn, Registration, Workshop
from tests.e2e.newcomer import sign_in
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workshop() -> Workshop:
    today = timezone.now().date()
    workshop: Workshop = WorkshopFactory(
        first_day=today - timedelta(days=1), last_day=today + timedelta(days=1), time_zone="UTC"
    )
    for name in ("王小明", "Ada Lin"):
        RegistrationFactory(workshop=workshop, name=name)
    return workshop


def helper(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "check_in")
    return user


def at_the_door(browser: Browser, site: str, workshop: Workshop, user: Any, errors: list[str]) -> Page:
    """A phone of 360 px whose worker holds the page."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    door = reverse("organiser:workshop_door", args=[workshop.bridge.slug, workshop.public_id])
    sign_in(page, site, user.email, door)
    expect(page.locator("[data-link=online]")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def find(page: Page, words: str) -> None:
    page.fill("#id_q", words)
    page.locator("form[role=search] button").click()


def came(page: Page) -> None:
    page.locator(".door__person .button--primary").click()


def kept(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(Object.entries(localStorage))"))


def test_check_in_without_a_network(browser: Browser, site: str, workshop: Workshop) -> None:
    errors: list[str] = []
    page = at_the_door(browser, site, workshop, helper(workshop), errors)
    ming = Registration.objects.get(name="王小明")
    page.context.set_offline(True)
    page.reload()
    find(page, badge_code(ming))
    before = timezone.now()
    came(page)
    after = timezone.now()
    expect(page.locator("[data-unsent] li")).to_have_count(1)
    expect(page.locator("[data-here]")).to_have_text("1")
    find(page, "ada")
    came(page)
    page.locator(".door__person .button--quiet").click()
    expect(page.locator("[data-unsent] li")).not_to_have_count(0)
    page.reload()
    expect(page.locator("[data-unsent] li").first).to_contain_text("王小明")
    assert not CheckIn.objects.exists()
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.locator("[data-unsent-part]")).to_be_hidden(timeout=90_000)
    row = CheckIn.objects.get(registration=ming)
    assert before - timedelta(seconds=1) <= row.happened_at <= after + timedelta(seconds=1)
    assert not CheckIn.objects.filter(registration__name="Ada Lin", undone_at=None).exists()
    page.context.close()
    assert errors == []


def test_two_devices_see_the_same_person(browser: Browser, site: str, workshop: Workshop) -> None:
    errors: list[str] = []
    user = helper(workshop)
    phones = [at_the_door(browser, site, workshop, user, errors) for _ in range(2)]
    for page in phones:
        page.context.set_offline(True)
        find(page, "ada")
        came(page)
    for page in phones:
        page.context.set_offline(False)
        expect(page.locator("[data-unsent-part]")).to_be_hidden(timeout=90_000)
        expect(page.locator("[data-here]")).to_have_text("1")
        page.context.close()
    assert CheckIn.objects.filter(registration__name="Ada Lin", undone_at=None).count() == 2
    assert errors == []


def test_names_leave_the_device_at_sign_out(browser: Browser, site: str, workshop: Workshop) -> None:
    errors: list[str] = []
    page = at_the_door(browser, site, workshop, helper(workshop), errors)
    assert "Ada Lin" in kept(page)
    page.goto(f"{site}/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert "Ada Lin" not in kept(page)
    page.wait_for_function("caches.has('qiao-door-1').then((there) => !there)")
    page.context.close()
    assert errors == []


@pytest.fixture
def browser_with_camera(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A browser whose camera shows moving pictures, and that knows BarcodeDetector without reading any code."""
    arguments = [
        *browser_type_launch_args["args"], "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        "--enable-blink-features=BarcodeDetector", "--enable-features=ShapeDetection",
    ]  # fmt: skip
    found = playwright.chromium.launch(**browser_type_launch_args | {"args": arguments})
    yield found
    found.close()


#: Reads what a camera's frame shows as a browser would that can: here it says what it is told, once it has a picture.
READS = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(view) {
    const canvas = new OffscreenCanvas(view.videoWidth, view.videoHeight);
    canvas.getContext("2d").drawImage(view, 0, 0);
    const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one > 0);
    return seen ? [{ rawValue: window.inFrontOfTheCamera }] : [];
  }
};
"""


def test_who_is_in_front_of_the_camera_is_checked_in_once(
    browser_with_camera: Browser, site: str, workshop: Workshop
) -> None:
    context = browser_with_camera.new_context(permissions=["camera"])
    context.add_init_script(READS)
    page = context.new_page()
    door = reverse("organiser:workshop_door", args=[workshop.bridge.slug, workshop.public_id])
    sign_in(page, site, helper(workshop).email, door)
    ada = Registration.objects.get(workshop=workshop, name="Ada Lin")
    page.evaluate("code => { window.inFrontOfTheCamera = code; }", badge_code(ada))
    page.locator("[data-scan]").click()
    expect(page.locator("[data-view]")).to_be_visible()
    expect(page.locator(".door__person")).to_contain_text("Ada Lin")
    page.wait_for_timeout(1500)
    page.locator("[data-scan]").click()
    expect(page.locator("[data-view]")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('[data-link=online]') !== null")
    for _ in range(50):
        if CheckIn.objects.exists():
            break
        page.wait_for_timeout(100)
    assert [one.registration for one in CheckIn.objects.all()] == [ada]


def test_a_browser_that_reads_no_codes_offers_no_camera(
    browser_with_camera: Browser, site: str, workshop: Workshop
) -> None:
    page = browser_with_camera.new_context(permissions=["camera"]).new_page()
    door = reverse("organiser:workshop_door", args=[workshop.bridge.slug, workshop.public_id])
    sign_in(page, site, helper(workshop).email, door)
    expect(page.locator("[data-link=online]")).to_be_visible()
    expect(page.locator("[data-camera]")).to_be_hidden()
    expect(page.locator("[data-no-camera]")).to_be_visible()
