"""Sessions are carried over the grid by mouse, by finger and by keyboard, by two organisers at once."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from qiao.workshops.domain.queries.conflicts import draft_of
from qiao.workshops.domain.queries.programme_grid import grid_of
from qiao.workshops.enums import SessionKind, SessionRole
from qiao.workshops.models import Room, Session, SessionPerson
from tests.e2e.newcomer import sign_in
from tests.factories import UserFactory, staff
from tests.workshops.meeting_cast import MeetingCast, meeting_cast

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def _hour(cast: MeetingCast, hour: float) -> datetime.datetime:
    day = datetime.datetime.combine(cast.workshop.first_day, datetime.time(), cast.workshop.zone)
    return (day + datetime.timedelta(hours=hour)).astimezone(datetime.UTC)


def _cast() -> tuple[MeetingCast, list[Room], list[Session]]:
    cast = meeting_cast()
    rooms = [Room.objects.create(workshop=cast.workshop, name=name, capacity=40) for name in ("Blue", "Red")]
    more = {"workshop": cast.workshop, "kind": SessionKind.TRAINING, "minutes": 60}
    opening = Session.objects.create(title={"en": "Opening"}, starts_at=_hour(cast, 9), room=rooms[0], **more)
    talk = Session.objects.create(title={"en": "Talk"}, **more)
    for one in (opening, talk):
        speaker = cast.british[0]
        SessionPerson.objects.create(session=one, registration=speaker, name=speaker.name, role=SessionRole.SPEAKER)
    return cast, rooms, [opening, talk]


def _open(browser: Browser, site: str, cast: MeetingCast, user: Any, language: str = "en", **more: Any) -> Page:
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 1900}} | more))
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page = context.new_page()
    address = reverse("organiser:workshop_grid", args=[cast.bridge.slug, cast.workshop.public_id])
    sign_in(page, site, user.email, address)
    page.goto(site + address)
    return page


def _cell(page: Page, room: Room, at: datetime.datetime, cast: MeetingCast) -> Any:
    local = at.astimezone(cast.workshop.zone).strftime("%H:%M")
    return page.locator(f"tr[data-time='{local}'] td[data-room='{room.public_id}']")


def _place(session: Session) -> tuple[datetime.datetime | None, Room | None, int]:
    session.refresh_from_db()
    return session.starts_at, session.room, session.minutes


def test_a_session_is_dragged_onto_the_grid_moved_made_longer_and_put_back(browser: Browser, site: str) -> None:
    cast, (_blue, red), (_opening, talk) = _cast()
    page = _open(browser, site, cast, cast.organiser)
    said = page.locator("[data-said]")

    def drag(grip: Any, x: float, y: float) -> None:
        box = grip.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(x, y - 10, steps=4)
        page.mouse.move(x, y, steps=4)

    card = page.locator(f"[data-session='{talk.public_id}']")
    target = _cell(page, red, _hour(cast, 9), cast).bounding_box()
    drag(card.locator("[data-grip]"), target["x"] + 30, target["y"] + 6)
    # The speaker is elsewhere at nine: it says so before anything is dropped.
    expect(page.locator(".grid-ghost.is-hard")).to_be_visible()
    target = _cell(page, red, _hour(cast, 11), cast).bounding_box()
    page.mouse.move(target["x"] + 30, target["y"] + 6, steps=4)
    expect(page.locator(".grid-ghost.is-hard")).to_have_count(0)
    page.mouse.up()
    expect(said).to_have_text("“Talk”: 11:00, 60 minutes, Red.")
    assert _place(talk) == (_hour(cast, 11), red, 60)

    edge = page.locator(f"[data-session='{talk.public_id}'] [data-edge]")
    later = _cell(page, red, _hour(cast, 12.25), cast).bounding_box()
    drag(edge, later["x"] + 30, later["y"] + 6)
    page.mouse.up()
    expect(said).to_have_text("“Talk”: 11:00, 90 minutes, Red.")
    assert _place(talk) == (_hour(cast, 11), red, 90)

    page.get_by_role("button", name="Undo the last move").click()
    expect(said).to_have_text("“Talk”: 11:00, 60 minutes, Red.")
    page.get_by_role("button", name="Undo the last move").click()
    expect(said).to_have_text("“Talk” has no time now.")
    assert _place(talk) == (None, None, 60)
    page.context.close()


def test_everything_can_be_done_by_keyboard_in_chinese(browser: Browser, site: str) -> None:
    cast, (blue, red), (opening, _talk) = _cast()
    page = _open(browser, site, cast, cast.organiser, "zh-hans")
    said = page.locator("[data-said]")
    grip = page.locator(f"[data-session='{opening.public_id}'] [data-grip]")
    grip.focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Opening")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("09:15")
    page.keyboard.press("Shift+ArrowDown")
    expect(said).to_contain_text("75")
    page.keyboard.press("Escape")
    assert _place(opening) == (_hour(cast, 9), blue, 60)
    expect(grip).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    card = page.locator(f"[data-session='{opening.public_id}']")
    expect(card).to_have_attribute("data-edition", "2")
    expect(said).to_contain_text("10:00")
    assert _place(opening) == (_hour(cast, 10), red, 60)
    # The focus stays with it, so that it can go on from there.
    expect(page.locator(f"[data-session='{opening.public_id}'] [data-grip]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tray] [data-session]")).to_have_count(2)
    assert _place(opening) == (None, None, 60)
    page.context.close()


def test_of_two_organisers_the_second_sees_what_the_first_did(browser: Browser, site: str) -> None:
    cast, (blue, red), (opening, _talk) = _cast()
    other = UserFactory()
    staff(cast.bridge, other, role="organiser")
    first = _open(browser, site, cast, cast.organiser)
    second = _open(browser, site, cast, other)
    # The second picks it up before the first has put it elsewhere, and lets it go afterwards.
    for page, key in ((second, "ArrowRight"), (first, "PageDown")):
        page.locator(f"[data-session='{opening.public_id}'] [data-grip]").focus()
        page.keyboard.press("Enter")
        page.keyboard.press(key)
    first.keyboard.press("Enter")
    expect(first.locator("[data-said]")).to_have_text("“Opening”: 10:00, 60 minutes, Blue.")
    second.keyboard.press("Enter")
    expect(second.locator("[data-said]")).to_contain_text("Somebody else has changed this session meanwhile")
    expect(second.locator(f"[data-session='{opening.public_id}']")).to_contain_text("10:00–11:00")
    assert _place(opening) == (_hour(cast, 10), blue, 60)
    # Without doing anything, the first sees what the second does next.
    first.locator("body").click(position={"x": 2, "y": 2})
    first.evaluate("document.activeElement.blur()")
    grip = second.locator(f"[data-session='{opening.public_id}'] [data-grip]")
    grip.focus()
    second.keyboard.press("Enter")
    second.keyboard.press("ArrowRight")
    second.keyboard.press("Enter")
    expect(second.locator("[data-said]")).to_contain_text("Red")
    expect(first.locator("[data-said]")).to_contain_text("Somebody else has changed the programme", timeout=15_000)
    expect(_cell(first, red, _hour(cast, 10), cast).locator("[data-session]")).to_have_count(1)
    version = grid_of(cast.workshop, draft_of(cast.workshop), cast.workshop.first_day).version
    assert first.locator("#grid-board").get_attribute("data-version") == version
    for page in (first, second):
        page.context.close()


def test_a_finger_drags_too_and_the_page_stays_within_a_phone(browser: Browser, site: str) -> None:
    cast, (blue, _red), (_opening, talk) = _cast()
    page = _open(browser, site, cast, cast.organiser, viewport={"width": 360, "height": 800}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    grip = page.locator(f"[data-session='{talk.public_id}'] [data-grip]")
    target = _cell(page, blue, _hour(cast, 11), cast)
    target.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, -200)")
    cdp = page.context.new_cdp_session(page)
    from_, to = grip.bounding_box(), target.bounding_box()
    assert from_ is not None
    assert to is not None
    x, y = from_["x"] + 12, from_["y"] + 12
    end = (to["x"] + 20, to["y"] + 5)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in (0.3, 0.7, 1.0):
        point = {"x": x + (end[0] - x) * part, "y": y + (end[1] - y) * part}
        cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("[data-said]")).to_contain_text("Talk")
    starts_at, room, _minutes = _place(talk)
    assert room == blue
    assert starts_at is not None
    page.context.close()


def test_a_locked_session_has_no_grip_until_it_is_unlocked(browser: Browser, site: str) -> None:
    cast, _rooms, (opening, _talk) = _cast()
    page = _open(browser, site, cast, cast.organiser)
    card = page.locator(f"[data-session='{opening.public_id}']")
    card.get_by_role("button", name=re.compile("^Lock")).click()
    expect(card.get_by_role("button", name=re.compile("^Unlock"))).to_be_focused()
    expect(card.locator("[data-grip]")).to_have_count(0)
    opening.refresh_from_db()
    assert opening.is_locked
    card.get_by_role("button", name=re.compile("^Unlock")).click()
    expect(card.locator("[data-grip]")).to_have_count(1)
    page.context.close()
