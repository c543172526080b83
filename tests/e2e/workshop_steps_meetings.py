"""Meetings before the day, step by step: asking, answering, scheduling, taking back, mending."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from qiao.notifications.models import OutgoingMail
from qiao.workshops.models import Meeting, Registration, ScheduleRun
from tests.e2e.workshop_cast import AILSA, DUNCAN, LIANG, OU, RHYS, Cast, says, says_nothing_of
from tests.matching.app.workers import wait_for

MESSAGE = "We make the instrument that your sensor fits into."
REASON = "这两天日程已满"


def look_at_proposed(cast: Cast) -> None:
    """Each sees people of the other side, with reasons in their own language, and nobody whom the rules exclude."""
    for email, sides, why in ((AILSA, {"CN"}, "Why they would say yes"), (LIANG, {"GB"}, "对方为何会同意")):
        page = cast.at(email, "meetings/people/")
        names = page.locator(".people-card h2").all_inner_texts()
        assert names, f"nobody is proposed to {email}"
        people = Registration.objects.filter(workshop__public_id=cast.public_id, name__in=names)
        assert set(people.values_list("organisation__country", flat=True)) == sides
        expect(page.locator(".people-card").first).to_contain_text(why)


def ask(cast: Cast, asking: str, asked: str, *, message: str = "", slot: int | None = None) -> Meeting:
    """One asks another, for the nth time of the list or for any."""
    page = cast.at(asking, f"meetings/ask/{cast.registration(asked).public_id}/")
    page.fill("[name=message]", message)
    if slot is not None:
        page.select_option("[name=slot]", index=slot)
    page.locator("main .form-actions .button--primary").click()
    page.wait_for_load_state()
    return cast.meeting_of(asking, asked)


def open_meeting(cast: Cast, email: str, meeting: Meeting, *, status: int = 200) -> Page:
    """Somebody looks at a meeting."""
    return cast.at(email, f"meetings/{meeting.public_id}/", status=status)


def act(page: Page, value: str) -> None:
    """Press the button that does so."""
    page.locator(f"main button[name=act][value={value}]").first.click()
    page.wait_for_load_state()


def ask_and_answer(cast: Cast) -> None:
    """One request is accepted, one declined, one moved to another time, one agreed without a time."""
    first = ask(cast, AILSA, LIANG, message=MESSAGE, slot=1)
    letter = cast.letter(LIANG, "meeting_requested", MESSAGE, "Ailsa Boyd")
    liang = cast.of(LIANG)
    link = re.search(r"https?://\S+/meetings/\S+", letter.text)
    assert link is not None
    liang.goto(link[0])
    says(liang, MESSAGE, "Ailsa Boyd")
    open_meeting(cast, DUNCAN, first, status=404)
    open_meeting(cast, RHYS, first, status=404)
    act(liang, "accept")
    first.refresh_from_db()
    assert first.state == "scheduled"
    says(cast.at(AILSA, "meetings/"), cast.registration(LIANG).name, "11:00–11:20")
    told = cast.letter(AILSA, "meeting_scheduled", "11:00")
    assert "METHOD:REQUEST" in told.calendar

    second = ask(cast, DUNCAN, OU, message="Three months of nights at home.")
    phone = open_meeting(cast, OU, second)
    phone.get_by_text("谢绝", exact=True).first.click()
    phone.fill("[name=reason]", REASON)
    act(phone, "decline")
    said = cast.letter(DUNCAN, "meeting_declined")
    assert REASON not in said.text
    says_nothing_of(open_meeting(cast, DUNCAN, second), REASON)
    says(cast.at_desk(f"meetings/{second.public_id}/"), REASON)

    third = ask(cast, OU, AILSA, message="想了解贵方器械的临床数据。", slot=2)
    page = open_meeting(cast, AILSA, third)
    page.locator("form:has([value=time]) select[name=slot]").select_option(index=4)
    act(page, "time")
    cast.letter(OU, "meeting_time_proposed", "Ailsa Boyd")
    act(open_meeting(cast, OU, third), "accept")
    third.refresh_from_db()
    assert third.state == "scheduled"
    assert third.slot_id not in (None, first.slot_id)

    fourth = ask(cast, LIANG, DUNCAN)
    act(open_meeting(cast, DUNCAN, fourth), "accept")
    fourth.refresh_from_db()
    assert fourth.state == "agreed"


def schedule(cast: Cast) -> None:
    """A run is shown for comment, applied, taken back and applied again. Each change is told to those it concerns."""
    find_schedule(cast)
    run = ScheduleRun.objects.get(workshop__public_id=cast.public_id)
    wait_for(lambda: ScheduleRun.objects.get(pk=run.pk).state == "ready", seconds=120)
    run.refresh_from_db()
    assert run.figures["meetings"] > 4
    before = scheduled(cast)
    assert len(before) == 2, "nothing changes before it is applied"
    says_nothing_of(cast.at(AILSA, "meetings/"), "provisional schedule")
    desk = cast.at_desk(f"meetings/runs/{run.public_id}/")
    desk.get_by_text("Show it to participants for comment first").click()
    act(desk, "show")
    cast.letter(LIANG, "schedule_provisional", "初步安排")
    page = cast.at(LIANG, "meetings/provisional/")
    page.fill("[name=text]", "希望不要排在午后第一场。")
    page.locator("main .form-actions .button--primary").click()
    desk = cast.at_desk(f"meetings/runs/{run.public_id}/")
    says(desk, "希望不要排在午后第一场。")
    says_nothing_of(cast.at(AILSA, "meetings/provisional/"), "希望不要排在午后第一场。")
    act(desk, "comment")
    says(cast.at(LIANG, "meetings/provisional/"), "已处理")

    apply_run(cast, run, "apply")
    applied = scheduled(cast)
    assert len(applied) > len(before)
    assert cast.meeting_of(LIANG, DUNCAN).state == "scheduled"
    says(cast.at(DUNCAN, "meetings/"), cast.registration(LIANG).name)
    cast.letter(DUNCAN, "schedule_changed")
    apply_run(cast, run, "roll_back")
    assert scheduled(cast) == before
    says(cast.at(DUNCAN, "meetings/"), "Agreed, no time yet")
    apply_run(cast, run, "apply")
    assert scheduled(cast) == applied


def find_schedule(cast: Cast) -> None:
    """The organiser asks for a run."""
    desk = cast.at_desk("meetings/")
    desk.fill("[name=seconds]", "3")
    desk.get_by_role("button", name="Find a schedule").click()
    desk.wait_for_load_state()


def apply_run(cast: Cast, run: ScheduleRun, what: str) -> None:
    """Apply a run or take it back, at the desk."""
    act(cast.at_desk(f"meetings/runs/{run.public_id}/"), what)


def scheduled(cast: Cast) -> set[tuple[frozenset[int], int | None]]:
    """Who meets when."""
    found = Meeting.objects.filter(workshop__public_id=cast.public_id, state="scheduled").prefetch_related("members")
    return {(frozenset(one.registration_id for one in meeting.members.all()), meeting.slot_id) for meeting in found}


def mend_after_a_no_show(cast: Cast) -> str:
    """Somebody stays away: their meetings are called off or given on, nobody else's move, and those met are told."""
    fixed = [cast.registration(one).pk for one in (AILSA, DUNCAN, LIANG, OU, RHYS)]
    meeting = (
        Meeting.objects.filter(workshop__public_id=cast.public_id, state="scheduled", members__registration__in=fixed)
        .exclude(pk__in=Meeting.objects.exclude(members__registration__in=fixed))
        .filter(members__registration__delegation__isnull=False)
        .first()
    )
    assert meeting is not None, "the scheduler has given none of the five a delegate"
    away = meeting.members.exclude(registration__in=fixed).get().registration
    others = {(who, slot) for who, slot in scheduled(cast) if away.pk not in who}
    letters = OutgoingMail.objects.count()
    desk = cast.at_desk("meetings/repair/")
    desk.select_option("[name=away]", away.public_id)
    desk.get_by_role("button", name="Mend the schedule").click()
    desk.wait_for_load_state()
    run = ScheduleRun.objects.filter(workshop__public_id=cast.public_id).latest("pk")
    wait_for(lambda: ScheduleRun.objects.get(pk=run.pk).state == "applied", seconds=120)
    after = scheduled(cast)
    assert not [who for who, _ in after if away.pk in who]
    assert others <= after
    assert OutgoingMail.objects.count() > letters
    return away.email
