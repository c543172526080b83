"""A call in the browser: a hospital sets it, a startup enters in Chinese, reviewers mark, and two are introduced."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from qiao.calls.domain.calls import close_call
from qiao.calls.models import Call, Entry
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.models import Introduction
from tests.calls.scene import CallScene, make_scene
from tests.e2e.newcomer import no_wider_than, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene() -> CallScene:
    return make_scene()


def page_of(browser: Browser, site: str, who: str, *, language: str = "en", width: int = 1280) -> Page:
    """Somebody's browser, signed in."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    sign_in(page, site, f"{who}@calls.example", reverse("website:inbox"))
    return page


def test_from_a_challenge_to_an_introduction(browser: Browser, site: str, scene: CallScene) -> None:
    slug = scene.bridge.slug
    hospital = page_of(browser, site, "owner.owner")
    hospital.goto(f"{site}/{slug}/my/calls/new/")
    hospital.fill("[name=title]", "A sensor for the ward")
    hospital.fill("[name=brief]", "We look for a wearable blood pressure sensor.")
    hospital.fill("[name=offers]", "A pilot on two wards.")
    hospital.fill("[name=other_title]", "病房用传感器")
    hospital.fill("[name=other_brief]", "我们寻找可穿戴血压传感器。")
    hospital.select_option("[name=kind]", "clinical_validation")
    hospital.fill("[name=words_per_answer]", "60")
    hospital.fill("[name='criteria-0-name']", "Novelty")
    hospital.fill("[name='criteria-0-other_name']", "新颖性")
    hospital.fill("[name='stages-0-name']", "Final")
    hospital.locator(".form-actions .button--primary").click()
    hospital.get_by_role("button", name="Send to the organisers").click()
    expect(hospital.locator("main")).to_contain_text("In review")
    call = Call.objects.get()

    desk = page_of(browser, site, "organiser")
    desk.goto(f"{site}/organiser/{slug}/calls/")
    desk.get_by_role("link", name="A sensor for the ward").click()
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.locator("main")).to_contain_text("Open")

    startup = page_of(browser, site, "b.owner", language="zh-hans", width=360)
    startup.goto(f"{site}/{slug}/calls/")
    startup.get_by_role("link", name="病房用传感器").click()
    expect(startup.locator("main")).to_contain_text("我们寻找可穿戴血压传感器")
    startup.locator(f"main a[href='/{slug}/calls/{call.public_id}/entry/']").click()
    assert no_wider_than(startup, 360)
    answer = f"[name=answer_{call.criteria.get().pk}]"
    startup.fill("[name=title]", "无袖带血压贴片")
    startup.fill(answer, "贴" * 150)
    startup.locator("button[name=submit]").click()
    expect(startup.locator(".field__errors")).to_contain_text("60")
    assert startup.input_value(answer) == "贴" * 150
    startup.fill(answer, "贴片在腕部连续测量，已在两家医院验证。")
    startup.locator("button[name=submit]").click()
    expect(startup.locator("main")).to_contain_text("贴片在腕部连续测量")
    assert Entry.objects.get().state == "submitted"

    hospital.goto(f"{site}/{slug}/my/calls/{call.public_id}/")
    for name in ("rita", "raj"):
        hospital.fill("[name=email]", f"{name}@calls.example")
        hospital.get_by_role("button", name="Ask to review").click()
    moment = timezone.now() - timedelta(seconds=1)
    Call.objects.filter(pk=call.pk).update(closes_at=moment, opens_at=moment - timedelta(days=2))
    assert close_call(call.pk)
    hospital.reload()
    hospital.get_by_role("button", name="Put the entries before the reviewers").click()

    for name in ("rita", "raj"):
        letter = OutgoingMail.objects.get(to=f"{name}@calls.example", template="invitation_review")
        link = re.search(r"/invitations/review/[^/\s]+/", letter.text)
        assert link is not None
        reviewer = page_of(browser, site, name)
        reviewer.goto(site + link[0])
        reviewer.get_by_role("button", name="I will review").click()
        reviewer.get_by_role("button", name="Begin to review").click()
        reviewer.get_by_role("link", name="无袖带血压贴片").click()
        reviewer.get_by_label("Advance").check()
        reviewer.fill("[name=note]", "Two hospitals are enough.")
        reviewer.get_by_role("button", name="Save the mark").click()
        expect(reviewer.locator("main")).to_contain_text("Advance")

    hospital.reload()
    hospital.get_by_role("button", name="End the marking").click()
    expect(hospital.locator("#entries")).to_contain_text("Advance 2")
    hospital.get_by_role("button", name="It wins").click()
    hospital.get_by_role("button", name="End the call").click()
    hospital.locator("#finish .button--danger").click()
    expect(hospital.locator("main")).to_contain_text("Decided")

    introduction = Introduction.objects.get()
    startup.reload()
    startup.locator(f"main a[href='/{slug}/introductions/{introduction.public_id}/']").click()
    expect(startup.locator("main")).to_contain_text("Organisation OWNER")
    told = set(OutgoingMail.objects.filter(to="b.owner@calls.example").values_list("template", flat=True))
    assert {"call_entry_submitted", "call_entry_won"} <= told
