"""Cases at the desk: who sees them, what can be done to one and to many, and files to take."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.directory.domain.indexing import index_listings
from qiao.directory.enums import Direction
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.domain.brokering import introduce_by_hand
from qiao.partnerships.domain.limits import change_cooperation_policy, policy_of
from qiao.partnerships.domain.queries.board import Column, column_counts, column_of
from qiao.partnerships.domain.queries.troubles import keep_held_up, with_troubles
from qiao.partnerships.domain.responding import answer_proposal
from qiao.partnerships.enums import Answer, IntroductionState, Stage
from qiao.partnerships.models import Introduction, Milestone, Party, PrivateNote, SavedView
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing, propose, staff

pytestmark = pytest.mark.django_db
PAGES = ("", "?view=list", "new/", "figures/", "{case}/")


@pytest.fixture
def desk() -> Any:
    """A bridge with one request, an organiser, an adviser, a reviewer and a participant of each side."""
    bridge = BridgeFactory()
    people = SimpleNamespace(
        olga=UserFactory(), adam=UserFactory(), rita=UserFactory(), ann=UserFactory(), bo=UserFactory()
    )
    staff(bridge, people.olga, BridgeRole.ORGANISER)
    staff(bridge, people.adam, BridgeRole.ADVISER)
    staff(bridge, people.rita, BridgeRole.REVIEWER)
    need = member_listing(bridge, country="GB", owner=people.ann, direction=Direction.NEED)
    offer = member_listing(bridge, country="CN", owner=people.bo, direction=Direction.OFFER)
    proposal = propose(need, offer, rank_for_first=1, rank_for_second=1)
    case = answer_proposal(proposal, actor=people.ann, organisation=need.organisation, answer=Answer.INTERESTED)
    return SimpleNamespace(bridge=bridge, case=case, a=need.organisation, b=offer.organisation, **vars(people))


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _url(desk: Any, path: str = "") -> str:
    return f"/organiser/{desk.bridge.slug}/cases/{path.format(case=desk.case.public_id)}"


def _do(desk: Any, user: Any, act: str, **data: Any) -> Any:
    return _client(user).post(_url(desk, "{case}/do/" + act + "/"), data)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("adam", 200), ("rita", 403), ("ann", 404), ("bo", 404)])
def test_who_brokers_sees_cases_and_nobody_else(desk: Any, path: str, who: str, status: int) -> None:
    assert _client(getattr(desk, who)).get(_url(desk, path)).status_code == status


@pytest.mark.parametrize("who", ["rita", "ann", "bo"])
@pytest.mark.parametrize("path", ["many/", "undo/", "file/", "views/", "{case}/do/pause/", "rules/"])
def test_nobody_else_does_anything(desk: Any, who: str, path: str) -> None:
    answer = _client(getattr(desk, who)).post(_url(desk, path), {"case": desk.case.public_id, "act": "pause"})
    assert answer.status_code in (403, 404)
    desk.case.refresh_from_db()
    assert desk.case.state == IntroductionState.REQUESTED


def test_an_adviser_of_another_case_reads_only(desk: Any) -> None:
    _do(desk, desk.olga, "assign", organisation=desk.a.public_id, adviser=desk.olga.public_id)
    assert _client(desk.adam).get(_url(desk, "{case}/")).status_code == 200
    _do(desk, desk.adam, "pause")
    desk.case.refresh_from_db()
    assert desk.case.state == IntroductionState.REQUESTED


def test_the_board_shows_each_case_in_its_column(desk: Any) -> None:
    cases = Introduction.objects.on_bridge(desk.bridge)
    assert column_counts(cases)[Column.REQUESTED] == 1
    introduce_by_hand(
        desk.bridge, member(desk.bridge), member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False
    )
    counts = column_counts(cases)
    assert counts[Column.INTRODUCED] == 1
    assert sum(counts.values()) == 2
    assert {column_of(case) for case in cases} == {Column.REQUESTED, Column.INTRODUCED}
    page = _client(desk.olga).get(_url(desk)).content.decode()
    assert str(desk.a) in page


@pytest.mark.parametrize("view", ["", "?view=list"])
def test_pages_take_the_same_number_of_queries_however_many_there_are(desk: Any, view: str) -> None:
    def more(number: int) -> None:
        for _ in range(number):
            introduce_by_hand(
                desk.bridge, member(desk.bridge), member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False
            )

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client(desk.olga)
    taken = []
    for number in (1, 2, 12):
        more(number)
        client.get(_url(desk, view))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(_url(desk, view)).status_code == 200
        taken.append(len(queries))
    assert len(set(taken)) == 1


def test_stuck_cases_come_first_and_say_why(desk: Any) -> None:
    fresh = introduce_by_hand(
        desk.bridge, member(desk.bridge), member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False
    )
    Introduction.objects.filter(pk=fresh.pk).update(
        next_step="Call", next_step_on=timezone.localdate().replace(year=2020)
    )
    assert keep_held_up() == 1
    assert keep_held_up() == 0
    flagged = with_troubles(Introduction.objects.on_bridge(desk.bridge)).order_by("-is_stuck")
    assert [case.pk for case in flagged] == [fresh.pk, desk.case.pk]
    assert flagged[0].is_overdue
    page = _client(desk.olga).get(_url(desk, "?view=list&stuck=is_overdue")).content.decode()
    assert str(fresh.first) in page
    assert desk.case.public_id not in page


def test_requests_through_advisers_are_passed_on_or_kept_back(desk: Any) -> None:
    Introduction.objects.filter(pk=desk.case.pk).update(state=IntroductionState.WITH_ADVISERS)
    Party.objects.filter(introduction=desk.case, organisation=desk.b).update(asked_at=None)
    answer = _do(desk, desk.adam, "keep_back", note="")
    assert answer.status_code == 422
    _do(desk, desk.adam, "pass-on")
    desk.case.refresh_from_db()
    assert desk.case.state == IntroductionState.REQUESTED


def test_one_introduces_two_members_by_hand(desk: Any) -> None:
    first, second = member(desk.bridge, name_en="Larkspur"), member(desk.bridge, country="CN", name_en="Jade Valve")
    client = _client(desk.olga)
    assert second.public_id in client.get(_url(desk, f"new/?first={first.public_id}&q=jade")).content.decode()
    answer = client.post(
        _url(desk, "new/"),
        {"first": first.public_id, "second": second.public_id, "note": "You both make valves.", "ask_first": "on"},
    )
    made = Introduction.objects.get(note="You both make valves.")
    assert answer.headers["Location"].endswith(f"/cases/{made.public_id}/")
    assert made.state == IntroductionState.REQUESTED


def test_messages_notes_milestones_and_confirming_for_a_side(desk: Any) -> None:
    made = introduce_by_hand(desk.bridge, desk.a, member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False)
    desk.case = made
    _do(desk, desk.olga, "message", text="How is it going?", once="1")
    _do(desk, desk.olga, "message", text="How is it going?", once="1")
    assert made.messages.count() == 1
    _do(desk, desk.olga, "note", text="Call them on Monday.")
    note = PrivateNote.objects.get(introduction=made)
    assert note.organisation is None
    bad = _do(desk, desk.olga, "milestone", stage="agreement", happened_on="2020-01-02", confidentiality="parties")
    assert bad.status_code == 422
    _do(desk, desk.olga, "milestone", stage="meeting", happened_on="2020-01-02", confidentiality="parties")
    milestone = Milestone.objects.get(introduction=made)
    for party in made.parties.all():
        _do(desk, desk.olga, "confirm", milestone=milestone.public_id, organisation=party.organisation.public_id)
    made.refresh_from_db()
    assert made.stage == Stage.MEETING
    assert milestone.confirmations.filter(by_organiser=True).count() == 2
    page = _client(desk.olga).get(_url(desk, "{case}/")).content.decode()
    assert "Call them on Monday." in page
    _do(desk, desk.olga, "note-delete", note=note.public_id)
    assert not PrivateNote.objects.filter(introduction=made).exists()


def test_one_act_on_many_says_what_was_refused_and_can_be_undone(desk: Any) -> None:
    closed = introduce_by_hand(
        desk.bridge, member(desk.bridge), member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False
    )
    client = _client(desk.olga)
    both = [desk.case.public_id, closed.public_id]
    asked = client.post(_url(desk, "many/"), {"case": both, "act": "close"}).content.decode()
    closed.refresh_from_db()
    assert closed.state == IntroductionState.OPEN, "not before it is confirmed"
    assert "Close 2 cases?" in asked
    assert "Only 1 of them is open" in asked
    answer = client.post(_url(desk, "many/"), {"case": both, "act": "close", "confirmed": "1"}, follow=True)
    closed.refresh_from_db()
    assert closed.state == IntroductionState.CLOSED
    assert "Nobody has been introduced yet" in answer.content.decode()
    client.post(_url(desk, "undo/"))
    closed.refresh_from_db()
    assert closed.state == IntroductionState.OPEN
    client.post(_url(desk, "many/"), {"case": both, "act": "assign", "adviser": desk.adam.public_id})
    assert Party.objects.filter(adviser=desk.adam).count() == 4
    client.post(_url(desk, "undo/"))
    assert not Party.objects.filter(adviser__isnull=False).exists()
    client.post(_url(desk, "many/"), {"case": [desk.case.public_id], "act": "nudge"})
    assert OutgoingMail.objects.filter(template="request_reminder", to=desk.bo.email).count() == 1


def test_what_was_done_to_many_is_undone_for_half_an_hour(desk: Any) -> None:
    client = _client(desk.olga)
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False) as clock:
        client.post(_url(desk, "many/"), {"case": [desk.case.public_id], "act": "pause"})
        clock.shift(timedelta(minutes=29))
        shown = client.get(_url(desk)).content.decode()
        assert "Undo what was last done with many" in shown
        until = timezone.localtime(timezone.now() + timedelta(minutes=1))
        assert f"until {date_format(until, 'TIME_FORMAT')}" in shown
        clock.shift(timedelta(minutes=1))
        assert "Undo what was last done with many" not in client.get(_url(desk)).content.decode()
        refused = client.post(_url(desk, "undo/"), follow=True).content.decode()
        assert "more than 30 minutes ago" in refused
        desk.case.refresh_from_db()
        assert desk.case.state == IntroductionState.PAUSED


def test_the_desk_sends_files_to_both(desk: Any) -> None:
    made = introduce_by_hand(
        desk.bridge, member(desk.bridge), member(desk.bridge, country="CN"), actor=desk.olga, ask_first=False
    )
    client, address = _client(desk.olga), f"/organiser/{desk.bridge.slug}/cases/{made.public_id}/"
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    files = [SimpleUploadedFile("plan.txt", b"A plan"), SimpleUploadedFile("table.csv", "表".encode("gb18030"))]
    assert client.post(f"{address}do/message/", {"text": "", "files": files, "once": "x"}).status_code == 302
    sent = made.documents.values_list("name", "organisation")
    assert [(name, by is None) for name, by in sent] == [("plan.txt", True), ("table.csv", True)]
    page = client.get(address).content.decode()
    assert "plan.txt" in page
    assert client.post(f"{address}do/message/", {"text": " "}).status_code == 422
    bad = client.post(f"{address}do/message/", {"text": "x", "files": SimpleUploadedFile("x.exe", b"MZ")})
    assert bad.status_code == 422
    assert made.messages.count() == 1


def test_cases_are_found_by_the_titles_of_their_listings(desk: Any) -> None:
    for listing, title in zip(
        (desk.case.first_listing, desk.case.second_listing), ("A ward for sensors", "Pressure garments"), strict=True
    ):
        listing.title, listing.text = title, "All about catheters and nothing else."
        listing.save()
        index_listings([(listing, ())])
    client = _client(desk.olga)
    for words, found in (("ward", True), ("garment", True), ("ward sensor", True), ("catheter", False), ("zzz", False)):
        page = client.get(_url(desk), {"view": "list", "q": words}).content.decode()
        assert (desk.case.public_id in page) is found, words


def test_views_are_kept_and_shared(desk: Any) -> None:
    client = _client(desk.olga)
    client.post(_url(desk, "views/"), {"name": "Ours", "filters": "stuck=any&evil=1", "is_shared": "on"})
    view = SavedView.objects.get()
    assert view.filters == "stuck=any"
    assert "Ours" in _client(desk.adam).get(_url(desk)).content.decode()
    assert _client(desk.adam).post(_url(desk, f"views/{view.public_id}/remove/")).status_code == 404
    client.post(_url(desk, f"views/{view.public_id}/remove/"))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_cases_can_be_taken_away_and_that_is_in_the_log(desk: Any, file_format: str) -> None:
    type(desk.a).objects.filter(pk=desk.a.pk).update(name_en="=HYPERLINK(1)")
    index_listings([(desk.case.first_listing, ())])
    narrowed = f"?state=requested&q={desk.case.first_listing.title}&view=list"
    answer = _client(desk.adam).post(_url(desk, "file/") + narrowed, {"format": file_format})
    content = answer.getvalue()
    if file_format == "csv":
        assert "'=HYPERLINK(1)" in content.decode("utf-8-sig")
    else:
        from io import BytesIO

        from openpyxl import load_workbook

        rows = list(load_workbook(BytesIO(content)).active.iter_rows())
        assert "=HYPERLINK(1)" in [cell.value for cell in rows[1]]
        assert all(cell.data_type == "s" for cell in rows[1] if cell.value)
    entry = AuditEntry.objects.get(verb="export_cases", actor=desk.adam)
    assert entry.detail == {"format": file_format, "filters": ["q", "state=requested"]}


def test_rules_are_set_within_limits(desk: Any) -> None:
    client = _client(desk.olga)
    bad = client.post(_url(desk, "rules/"), {"requests_out": 0, "requests_in": 8, "days_to_answer": 14})
    assert bad.status_code == 422
    client.post(_url(desk, "rules/"), {"requests_out": 3, "requests_in": 9, "days_to_answer": 10})
    assert policy_of(desk.bridge).requests_out == 3
    assert _client(desk.adam).get(_url(desk, "rules/")).status_code == 403


def test_figures_count_answers(desk: Any) -> None:
    change_cooperation_policy(desk.bridge, actor=desk.olga, requests_in=9)
    introduce_by_hand(desk.bridge, member(desk.bridge), desk.b, actor=desk.olga)
    page = _client(desk.olga).get(_url(desk, "figures/")).content.decode()
    assert "Workload" in page
    bands = page[page.index('id="by-band"') : page.index('id="loads"')]
    asked = re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)', bands)
    assert asked == [("By hand", "2"), ("Good", "1")]


def test_unknown_acts_and_cases_of_other_bridges_are_not_found(desk: Any) -> None:
    assert _do(desk, desk.olga, "explode").status_code == 404
    other = BridgeFactory()
    staff(other, desk.olga, BridgeRole.ORGANISER)
    assert _client(desk.olga).get(f"/organiser/{other.slug}/cases/{desk.case.public_id}/").status_code == 404


def test_nobody_at_the_desk_reads_the_case_of_their_own_organisation_there(desk: Any) -> None:
    """They would read what the other side has said in private."""
    affiliate(desk.adam, desk.a)
    assert _client(desk.adam).get(_url(desk, "{case}/")).status_code == 404
    assert str(desk.b) not in _client(desk.adam).get(_url(desk)).content.decode()
    _do(desk, desk.adam, "pause")
    desk.case.refresh_from_db()
    assert desk.case.state == IntroductionState.REQUESTED


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("many/", {"case": "a\x00b", "act": "pause"}),
        ("{case}/do/assign/", {"adviser": "\x00", "organisation": "\x00"}),
        ("{case}/do/note-delete/", {"note": "\x00"}),
        ("{case}/do/confirm/", {"milestone": "\x00"}),
        ("new/", {"first": "\x00", "second": "\x00"}),
    ],
)
def test_nonsense_is_refused_without_breaking(desk: Any, path: str, data: dict[str, str]) -> None:
    assert _client(desk.olga).post(_url(desk, path), data).status_code in (200, 302, 404, 422)


def test_a_filter_that_makes_no_sense_exports_nothing(desk: Any) -> None:
    answer = _client(desk.olga).post(_url(desk, "file/?state=nonsense"), {"format": "csv"})
    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(verb="export_cases").exists()


def test_assigning_wants_somebody_or_nobody_by_name(desk: Any) -> None:
    _do(desk, desk.olga, "assign", organisation=desk.a.public_id, adviser=desk.adam.public_id)
    client = _client(desk.olga)
    client.post(_url(desk, "many/"), {"case": [desk.case.public_id], "act": "assign", "adviser": ""})
    assert Party.objects.filter(adviser=desk.adam).count() == 1
    client.post(_url(desk, "many/"), {"case": [desk.case.public_id], "act": "assign", "adviser": "none"})
    assert not Party.objects.filter(adviser__isnull=False).exists()
