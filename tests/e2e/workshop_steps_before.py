"""What happens before a workshop, step by step: setting it up, registering, sessions and the programme."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone
from playwright.sync_api import Page, expect

from qiao.workshops.models import Registration, Session, SuggestionRun, Workshop
from tests.e2e.workshop_cast import (
    AILSA,
    BRIDGE,
    DUNCAN,
    ISOBEL,
    LEADERS,
    LIANG,
    OU,
    PARTICIPANTS,
    RHYS,
    Cast,
    says,
    says_nothing_of,
    table_of,
    zone_of_the_early_morning,
)
from tests.matching.app.workers import wait_for

NAME, NAME_ZH = "Hospital at home", "居家医院研讨会"
HEADS_EN = {
    "name": "Name", "email": "Email", "job_title": "Position", "languages": "Languages", "access_needs": "Access needs",
    "goals": "Goals",
}  # fmt: skip
HEADS_ZH = {
    "name": "姓名", "email": "邮箱", "job_title": "职务", "languages": "语言", "access_needs": "无障碍需求",
    "goals": "目标",
}  # fmt: skip
GOALS = {
    AILSA: "Force sensors for instruments, and a hospital that tests them.",
    DUNCAN: "A care group that monitors breathing at night.",
    LIANG: "寻找手术器械力传感技术的英国伙伴。",
    OU: "寻找可在病房开展临床验证的居家监测产品。",
    RHYS: "Pathology slides from two hospitals.",
}
ACCESS = "A ramp to the stage"


def save(page: Page, label: str = "Save") -> None:
    """Press the page's button and come to a page that says no field is wrong."""
    page.locator("main").get_by_role("button", name=label, exact=True).first.click()
    page.wait_for_load_state()
    assert page.locator(".form-errors, .field__errors").count() == 0, page.locator("main").inner_text()


def set_up(cast: Cast) -> None:
    """A draft with rooms, tables, slots, a question and rules; seen by nobody else until it is published."""
    desk, zone = cast.desk, zone_of_the_early_morning()
    desk.goto(f"{cast.site}/organiser/{BRIDGE}/workshops/new/")
    today = timezone.now().astimezone(Workshop(time_zone=zone).zone).date()
    for name, value in {
        "name_0": NAME, "name_1": NAME_ZH, "theme_0": "Care that leaves the ward", "theme_1": "走出病房的医疗",
        "description_0": "Two days for those who *treat people at home*.", "description_1": "为居家医疗而聚的两天。",
        "venue_0": "Quay House", "venue_1": "码头大厦", "first_day": f"{today}",
        "last_day": f"{today + datetime.timedelta(days=1)}", "capacity": "38", "hours_to_answer": "20",
        "meetings_per_person": "8", "least_meetings": "1", "interpreters": "6",
        "online_url": "https://meet.quay-house.example/home",
    }.items():  # fmt: skip
        desk.fill(f"[name={name}]", value)
    desk.select_option("[name=format]", "hybrid")
    desk.select_option("[name=time_zone]", zone)
    desk.select_option("[name=registration_mode]", "approval")
    desk.locator("main .form-actions .button--primary").click()
    desk.wait_for_url(re.compile(r"/workshops/(?!new)[^/]+/$"))
    cast.public_id = desk.url.rstrip("/").rsplit("/", 1)[1]
    expect(desk.locator("#messages")).to_contain_text("A draft. Nobody else sees it")
    cast.at(AILSA, status=404)

    cast.at_desk("rooms/")
    for english, chinese, seats in (
        ("Tide Hall", "潮厅", "60"),
        ("Lock Room", "闸室", "24"),
        ("Gallery", "长廊", "9"),
    ):
        desk.fill("[name=name_0]", english)
        desk.fill("[name=name_1]", chinese)
        desk.fill("[name=capacity]", seats)
        save(desk, "Add the room")
    desk.fill("[name=count]", "10")
    desk.select_option("[name=room]", label="Gallery")
    save(desk, "Save the tables")
    cast.at_desk("slots/")
    desk.fill("[name=begins]", "11:00")
    desk.fill("[name=ends]", "17:00")
    save(desk, "Make slots")
    cast.at_desk("questions/")
    desk.fill("[name='form-0-text_0']", "What do you eat?")
    desk.fill("[name='form-0-text_1']", "您的餐食要求是？")
    desk.select_option("[name='form-0-kind']", "choice")
    desk.fill("[name='form-0-choices']", "Everything | 无特殊要求\nVegetarian | 素食")
    save(desk)
    for asks, asked in (("United Kingdom", "China"), ("China", "United Kingdom")):
        cast.at_desk("asking/")
        rule = desk.locator(".workshop-rule").last
        rule.locator("[name$=asking_sides]").locator("xpath=..").filter(has_text=asks).locator("input").check()
        rule.locator("[name$=asked_sides]").locator("xpath=..").filter(has_text=asked).locator("input").check()
        save(desk)
    says(desk, "United Kingdom may ask China", "China may ask United Kingdom")
    cast.at_desk()
    save(desk, "Publish")
    assert (cast.workshop.slots.count(), cast.workshop.tables.count()) == (20, 10)
    says(cast.at(AILSA), NAME, "Quay House")
    says(cast.at(OU), NAME_ZH, "码头大厦", "为居家医疗而聚的两天")
    says_nothing_of(cast.of(AILSA), "meet.quay-house.example")


def register(cast: Cast, email: str) -> None:
    """Somebody registers themselves, in their language, and reads that it waits for approval."""
    page = cast.at(email, "registration/")
    page.fill("[name=goals]", GOALS[email])
    for language in ("en", "zh") if email in (LIANG, AILSA) else ("zh",) if email == OU else ("en",):
        page.check(f"[name=languages][value={language}]")
    page.check(f"[name=mode][value={'remote' if email == DUNCAN else 'on_site'}]")
    if email == DUNCAN:
        page.select_option("[name=time_zone]", cast.workshop.time_zone)
    if email == OU:
        page.check("[name=needs_interpreter]")
        page.fill("[name=access_needs]", ACCESS)
    page.select_option("[name^=question_]", "1" if email == OU else "0")
    page.locator("main .form-actions .button--primary").click()
    page.wait_for_load_state()
    assert page.locator(".form-errors").count() == 0, page.locator("main").inner_text()
    chinese = PARTICIPANTS[email][0] == "zh-hans"
    says(page, "待审核" if chinese else "Waiting for approval")
    cast.letter(email, "registration_applied", NAME_ZH if chinese else NAME)
    # Without a place one sees neither who comes nor where to join.
    cast.at(email, "people/", status=404)


def bring_delegation(cast: Cast, email: str, *, with_bad_row: bool) -> None:
    """Somebody uploads a table of their colleagues; a bad row is told before anybody is registered."""
    language, count = LEADERS[email]
    chinese = language == "zh-hans"
    page = cast.of(email, language)
    cast.at(email, "registration/colleagues/")
    domain = email.split("@")[1]
    people = [
        {
            "name": f"张第{n + 1}" if chinese else f"Delegate {domain[:4].title()} {n + 1}",
            "email": f"delegate{n + 1}@{domain}",
            "job_title": "工程师" if chinese else "Engineer",
            "languages": "中文、英文" if chinese else "English",
            "goals": "寻找居家监测设备的合作伙伴" if chinese else "Partners for sensors that are worn at home",
        }
        for n in range(count)
    ]
    heads, encoding = (HEADS_ZH, "gb18030") if chinese else (HEADS_EN, "utf-8-sig")
    table = page.locator("form:has([name=table])")

    def upload(rows: list[dict[str, str]]) -> None:
        table.locator("[name=file]").set_input_files(
            files={"name": "people.csv", "mimeType": "text/csv", "buffer": table_of(rows, heads, encoding)}
        )

    if with_bad_row:
        upload([*people, {"name": "Nobody", "email": "no address"}])
        table.locator("[name=check]").click()
        says(page, "Nobody was registered.", f"Good rows: {count}. Bad rows: 1.")
        assert not Registration.objects.filter(workshop__public_id=cast.public_id, email__endswith=domain).exists()
    table.locator("[name=name]").fill(f"{count}人代表团" if chinese else f"Delegation of {count}")
    upload(people)
    table.locator(".button--primary").click()
    says(page, *[one["email"] for one in people])
    assert Registration.objects.filter(workshop__public_id=cast.public_id, email__endswith=domain).count() == count
    letter = cast.mail_to_stranger(people[0]["email"], language)
    assert (NAME_ZH if chinese else NAME) in letter.text
    cast.close(email)


def register_at_desk(cast: Cast) -> None:
    """The organiser registers one more person at once."""
    desk = cast.at_desk("registrations/invite/")
    desk.select_option("[name=organisation]", label="Threlkeld Heart Devices")
    desk.fill("[name=name]", "Isobel Threl")
    desk.fill("[name=email]", ISOBEL)
    desk.check("[name=at_once]")
    save(desk, "Go on")
    cast.letter(ISOBEL, "registration_confirmed", NAME)


def accept_registrations(cast: Cast) -> None:
    """The organiser reads goals and access needs, and accepts everybody; the last of them waits for a place."""
    desk = cast.at_desk("registrations/?q=Lingnan")
    desk.locator("main table a").first.click()
    says(desk, ACCESS, GOALS[OU], "Vegetarian")
    for last in (False, True):
        while mark_applied(cast, leave=set() if last else {cast.registration(RHYS).public_id}):
            desk.get_by_role("button", name="Accept", exact=True).click()
            desk.wait_for_load_state()
    states = list(Registration.objects.filter(workshop__public_id=cast.public_id).values_list("state", flat=True))
    assert (states.count("confirmed"), states.count("waiting"), len(states)) == (39, 1, 40)
    cast.letter(OU, "registration_confirmed", NAME_ZH, "码头大厦")
    cast.letter(RHYS, "registration_waiting", NAME)
    says(cast.at(OU, "registration/"), "已报名")
    says(cast.at(RHYS, "registration/"), "On the waiting list")
    cast.at(RHYS, "meetings/", status=404)
    says(cast.at(AILSA, "people/?kind=hospital"), cast.registration(OU).name)
    says_nothing_of(cast.of(AILSA), ACCESS, "Rhys Pennard")
    says(cast.at(DUNCAN), "meet.quay-house.example")


def mark_applied(cast: Cast, *, leave: set[str]) -> bool:
    """Mark everybody who waits for approval but some; says whether there was anybody."""
    boxes = cast.at_desk("registrations/?state=applied").locator("[name=people]").all()
    marked = [box for box in boxes if box.get_attribute("value") not in leave]
    for box in marked:
        box.check()
    return bool(marked)


def move_up(cast: Cast) -> None:
    """A delegate comes no longer: who waits has the place at once, and is told."""
    gone = f"delegate7@{next(iter(LEADERS)).split('@')[1]}"
    desk = cast.at_desk(f"registrations/?q={gone}")
    desk.locator("[name=people]").check()
    desk.get_by_role("button", name="Withdraw", exact=True).click()
    desk.wait_for_load_state()
    assert cast.registration(gone).state == "withdrawn"
    cast.letter(RHYS, "registration_confirmed", NAME)
    says(cast.at(RHYS, "people/"), "Ailsa Boyd")


def propose_sessions(cast: Cast) -> Session:
    """The matcher proposes sessions; the organiser joins two, moves a person, locks, and accepts one."""
    desk = cast.at_desk("suggestions/")
    desk.fill("[name=least]", "5")
    desk.fill("[name=most]", "10")
    desk.get_by_role("button", name="Propose sessions").click()
    wait_for(lambda: SuggestionRun.objects.get(workshop__public_id=cast.public_id).state == "ready", seconds=120)
    desk = cast.at_desk("suggestions/")
    before = desk.locator(".suggestion").count()
    assert before >= 3
    desk.locator(".suggestion h2 a").first.click()
    desk.locator("[name=people]").first.check()
    desk.select_option("[name=to]", index=1)
    desk.get_by_role("button", name="Move", exact=True).click()
    expect(desk.locator("#messages")).to_contain_text("1 person moved")
    desk.get_by_role("button", name="Join", exact=True).click()
    expect(desk.locator("#messages")).to_contain_text("one session now")
    desk.fill("[name=title_en]", "Sensors that leave the ward")
    desk.fill("[name=title_zh]", "走出病房的传感器")
    desk.get_by_role("button", name="Save the title").click()
    says(desk, "Sensors that leave the ward")
    people = desk.locator("[name=people]").evaluate_all("boxes => boxes.map(box => box.value)")
    desk.get_by_role("button", name="Accept and invite").click()
    desk.wait_for_load_state()
    session = Session.objects.get(workshop__public_id=cast.public_id)
    assert set(session.people.values_list("registration__public_id", flat=True)) == set(people)
    assert cast.at_desk("suggestions/").locator(".suggestion").count() == before - 2
    return session


def plan_programme(cast: Cast, roundtable: Session) -> None:
    """Three sessions with rooms and times; a conflict is told and mended; nobody sees the draft before its release."""
    desk = cast.desk
    day = cast.workshop.first_day
    for title, chinese, kind, begins, room in (
        ("Opening", "开幕", "plenary", "09:00", "Tide Hall"),
        ("Who pays at home", "居家医疗由谁支付", "panel", "09:30", "Tide Hall"),
    ):
        cast.at_desk("programme/new/")
        desk.select_option("[name=kind]", kind)
        desk.fill("[name=title_0]", title)
        desk.fill("[name=title_1]", chinese)
        desk.fill("[name=minutes]", "60")
        desk.locator("main .form-actions .button--primary").click()
        desk.wait_for_load_state()
        place(desk, f"{day}T{begins}", room)
    says(cast.at_desk("programme/"), "cannot be", "Opening", "Who pays at home")
    desk.get_by_role("link", name="Who pays at home").last.click()
    place(desk, f"{day}T10:00", "Tide Hall")
    for role, email in (("speaker", AILSA), ("moderator", LIANG)):
        desk.select_option("[name=role]", role)
        desk.select_option("[name=registration]", cast.registration(email).public_id)
        desk.get_by_role("button", name="Add them").click()
        desk.wait_for_load_state()
    cast.at_desk(f"programme/{roundtable.public_id}/")
    place(desk, f"{day}T17:00", "Lock Room")
    says_nothing_of(cast.at_desk("programme/"), "cannot be")
    says(cast.at(OU, "programme/"), "日程尚未发布")
    says_nothing_of(cast.at(AILSA, "programme/"), "Who pays at home")
    release(cast, "First")
    says(cast.at(AILSA, "programme/"), "10:00–11:00", "Who pays at home", "yours", "Tide Hall")
    says(cast.at(OU, "programme/"), "居家医疗由谁支付", "潮厅", "走出病房的传感器")
    says_nothing_of(cast.of(OU), "Who pays at home")


def place(desk: Page, begins: str, room: str) -> None:
    """Give the session on the page its room and time."""
    form = desk.locator("form[action$='/do/place/']")
    form.locator("[name=starts_at]").fill(begins)
    form.locator("[name=room]").select_option(label=room)
    form.locator(".button--primary").click()
    desk.wait_for_load_state()


def release(cast: Cast, name: str) -> None:
    """Release the draft."""
    desk = cast.at_desk("programme/releases/")
    desk.fill("[name=name]", name)
    save(desk, "Release it and tell those it concerns")


def move_the_panel(cast: Cast) -> None:
    """The panel is moved after its release: who speaks there reads it, and the page says what has changed."""
    panel = Session.objects.get(workshop__public_id=cast.public_id, kind="panel")
    desk = cast.at_desk(f"programme/{panel.public_id}/")
    place(desk, f"{cast.workshop.first_day}T10:00", "Lock Room")
    says(cast.at(AILSA, "programme/"), "Tide Hall")
    release(cast, "Second")
    says(cast.at(LIANG, "programme/releases/"), "Second", "居家医疗由谁支付", "闸室")
    wait_for(lambda: cast.has_letter(AILSA, "programme_changed", "Who pays at home"), seconds=60)
    cast.of(AILSA).goto(f"{cast.site}/inbox/")
    says(cast.of(AILSA), NAME)
    assert not cast.has_letter(DUNCAN, "programme_changed", "Who pays at home"), "only those it concerns are told"
