"""The day of a workshop and what comes after, step by step: the door, walk-ins, outcomes, feedback, the report."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

from django.db.models import F, QuerySet
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from qiao.partnerships.models import Introduction
from qiao.workshops.domain.badges import badge_code
from qiao.workshops.models import CheckIn, Registration, Session, Slot
from tests.e2e.workshop_cast import AILSA, BRIDGE, DUNCAN, LIANG, OU, RHYS, Cast, says, says_nothing_of
from tests.e2e.workshop_steps_before import NAME_ZH
from tests.e2e.workshop_steps_meetings import act, open_meeting
from tests.matching.app.workers import wait_for

STEP, NOTES = "Send two sensors by post", "They buy forty a year. Ask for the price of a hundred."


def open_the_door(cast: Cast) -> None:
    """People are checked in by the code of their badge while the network is away; it is sent when that is back."""
    says(cast.at(AILSA, "badge/"), badge_code(cast.registration(AILSA)))
    page = cast.at_desk("day/door/")
    expect(page.locator("[data-link=online]")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.reload()
    for email in (AILSA, LIANG, OU):
        find(page, badge_code(cast.registration(email)))
        page.locator(".door__person .button--primary").click()
    expect(page.locator("[data-unsent] li")).to_have_count(3)
    assert not CheckIn.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("[data-unsent-part]")).to_be_hidden(timeout=90_000)
    find(page, "Rhys")
    page.locator(".door__person .button--primary").click()
    wait_for(lambda: CheckIn.objects.filter(undone_at=None).count() == 4, seconds=30)
    says(cast.at_desk("day/?standing=here"), "Ailsa Boyd", cast.registration(OU).name)
    says_nothing_of(cast.desk, "Duncan Skerry")
    cast.at(AILSA, "now/")
    assert cast.of(AILSA).goto(cast.desk.url).status in (403, 404)  # type: ignore[union-attr]


def find(page: Page, words: str) -> None:
    """Look somebody up at the door."""
    page.fill("#id_q", words)
    page.locator("form[role=search] button").click()


def tell_of_a_change(cast: Cast) -> None:
    """A notice stands above now and next in each reader's language, and on the screen in the hall."""
    desk = cast.at_desk("day/notices/")
    desk.fill("[name=text_en]", "Lunch is served in the gallery.")
    desk.fill("[name=text_zh]", "午餐在长廊供应。")
    desk.locator("main form .button--primary").first.click()
    says(cast.at(OU, "now/"), "午餐在长廊供应。", "潮厅")
    says_nothing_of(cast.of(OU), "Lunch is served")
    says(cast.at(AILSA, "now/"), "Lunch is served in the gallery.", "Who pays at home", "Lock Room")
    screen = cast.of(DUNCAN)
    screen.goto(f"{cast.site}/{BRIDGE}/workshops/{cast.public_id}/screen/")
    expect(screen.locator("body")).to_contain_text("Opening")
    expect(screen.locator("body")).not_to_contain_text("Ailsa Boyd and")
    cast.letter(OU, "workshop_notice", "午餐在长廊供应。")
    cast.letter(DUNCAN, "workshop_notice", "Lunch is served in the gallery.")


def let_the_first_day_pass(cast: Cast) -> None:
    """It is evening: slots of the first day lie behind us, sessions too."""
    earlier = datetime.timedelta(hours=11)
    workshop = cast.workshop
    end = workshop.starts_at + datetime.timedelta(days=1)
    Slot.objects.filter(workshop=workshop, starts_at__lt=end).update(
        starts_at=F("starts_at") - earlier, ends_at=F("ends_at") - earlier
    )
    Session.objects.filter(workshop=workshop, starts_at__lt=end).update(starts_at=F("starts_at") - earlier)


def say_what_became(cast: Cast) -> None:
    """One is held by both, with notes and a next step; one is disputed and settled; one has not happened."""
    held = cast.meeting_of(AILSA, LIANG)
    row = cast.at(AILSA, "meetings/").locator(".meeting-row", has_text=cast.registration(LIANG).name)
    row.get_by_role("button", name="Held", exact=True).click()
    page = open_meeting(cast, AILSA, held)
    page.fill("[name=notes]", NOTES)
    act(page, "notes")
    page.fill("[name=next_step]", STEP)
    page.fill("[name=next_step_on]", f"{cast.workshop.last_day + datetime.timedelta(days=14)}")
    act(page, "step")
    other = open_meeting(cast, LIANG, held)
    says(other, "Ailsa Boyd: 已举行")
    says_nothing_of(other, NOTES)
    expect(other.locator("[name=next_step]")).to_have_value(STEP)
    assert not introductions(cast).exists(), "one side alone introduces nobody"
    other.locator("button[name=outcome][value=held]").click()
    other.wait_for_load_state()
    wait_for(lambda: introductions(cast).exists(), seconds=60)

    disputed = cast.meeting_of(OU, AILSA)
    for email, value in ((OU, "held"), (AILSA, "did_not_happen")):
        page = open_meeting(cast, email, disputed)
        page.locator(f"button[name=outcome][value={value}]").click()
        page.wait_for_load_state()
    says(page, "You do not agree on it")
    desk = cast.at_desk("meetings/")
    desk.get_by_role("link", name="1 meeting is disputed: settle it").click()
    desk.locator("[aria-labelledby=all-meetings] .table a").first.click()
    desk.get_by_role("button", name="Settle: held").click()
    desk.wait_for_load_state()
    says(open_meeting(cast, OU, disputed), "已举行")


def introductions(cast: Cast) -> QuerySet[Introduction]:
    """Of the two whose meeting was held."""
    pair = sorted(cast.registration(one).organisation_id for one in (AILSA, LIANG))
    return Introduction.objects.filter(bridge__slug=BRIDGE, first=pair[0], second=pair[1])


def meet_without_appointment(cast: Cast) -> None:
    """Two who meet at the coffee write it down; the other reads of it and may say otherwise."""
    page = cast.at(RHYS, "meetings/walk-in/")
    page.select_option("[name=other]", cast.registration(OU).public_id)
    page.locator("main .form-actions .button--primary").click()
    page.wait_for_load_state()
    met = cast.meeting_of(RHYS, OU)
    assert met.origin == "walk_in"
    says(cast.at(OU, "meetings/"), "Rhys Pennard")
    open_meeting(cast, DUNCAN, met, status=404)


def carry_on(cast: Cast) -> None:
    """The introduction is both sides' own, with the next step and one's own notes; others do not see it."""
    found = introductions(cast).get()
    page = cast.of(AILSA)
    page.goto(f"{cast.site}/{BRIDGE}/introductions/")
    expect(page.locator(f"main a[href*='{found.public_id}']").first).to_be_visible()
    says(page, STEP)
    for email, other in ((AILSA, LIANG), (LIANG, AILSA)):
        page = cast.of(email)
        name = cast.registration(other).organisation
        page.goto(f"{cast.site}/{BRIDGE}/introductions/{found.public_id}/")
        says(page, STEP, name.name_zh if email == LIANG and name.name_zh else name.name_en)
    says(cast.of(AILSA), NOTES)
    says_nothing_of(cast.of(LIANG), NOTES)
    answer = cast.of(DUNCAN).goto(f"{cast.site}/{BRIDGE}/introductions/{found.public_id}/")
    assert answer is not None
    assert answer.status == 404


def look_back(cast: Cast, folder: Path) -> None:
    """Feedback, minutes, a certificate, the report and its files."""
    for email, words, nameless in (
        (OU, "会面安排紧凑，口译很好。", True),
        (AILSA, "Good tables, no queue.", False),
    ):
        page = cast.at(email, "feedback/")
        page.check("[name=mark][value='5']")
        page.fill("[name=good]", words)
        if nameless:
            page.check("[name=is_anonymous]")
        page.locator("main form .button--primary").click()
        page.wait_for_load_state()
    desk = cast.at_desk("after/")
    desk.fill("[name=highlights_en]", "Forty people, **one day**.")
    desk.fill("[name=highlights_zh]", "四十人，**一整天**。")
    desk.locator("main form .button--primary").click()
    says(cast.at(OU, "after/"), "四十人，一整天。")
    cast.of(OU).get_by_role("link", name="参会证明").click()
    expect(cast.of(OU).locator("body")).to_contain_text(NAME_ZH)
    expect(cast.of(OU).locator("body")).to_contain_text(cast.registration(OU).name)
    assert cast.at(DUNCAN, "after/").get_by_role("link", name="Certificate of attendance").count() == 0

    desk = cast.at_desk("report/")
    says(desk, "Good tables, no queue.", "会面安排紧凑，口译很好。", "without a name", "Ailsa Boyd")
    expect(desk.locator(".desk-lines li", has_text="会面安排紧凑")).not_to_contain_text(cast.registration(OU).name)
    desk.select_option("[name=kind]", "people")
    for suffix in ("csv", "xlsx"):
        with desk.expect_download() as waiting:
            desk.locator(f"button[name=format][value={suffix}]").click()
        waiting.value.save_as(folder / f"people.{suffix}")
    rows = list(csv.reader(io.StringIO((folder / "people.csv").read_text("utf-8-sig"))))
    registered = Registration.objects.filter(workshop__public_id=cast.public_id).count()
    assert len(rows) == registered + 1
    sheet = load_workbook(folder / "people.xlsx").active
    assert sheet is not None
    assert next([str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)) == rows[0]
    assert sheet.max_row == len(rows)
