"""The bridge's log: who may search it, what they find, how it is cut into pages and taken away."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from qiao.activity.domain.audit import entry_of, record, record_all
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.insights.history.export import LogFormat, export_log
from tests.factories import UserFactory, affiliate, member, member_listing, staff
from tests.partnerships.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

ROLES = {
    "nobody": 302, "stranger": 404, "a.owner": 404, "b.viewer": 404, "reviewer": 403, "adviser": 403, "organiser": 200,
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.user("organiser"))
    return client


def page(cast: Cast, name: str = "audit_list") -> str:
    return reverse(f"organiser:{name}", args=[cast.bridge.slug])


def whats(client: Client, cast: Cast, **query: Any) -> list[str]:
    return [line.what for line in client.get(page(cast), query).context["lines"]]


def many(bridge: Bridge, count: int, **values: Any) -> None:
    record_all(entry_of("request_run", bridge, actor=None, bridge_id=bridge.pk, **values) for _ in range(count))


@pytest.mark.parametrize("role", ROLES)
def test_only_who_runs_the_bridge_reads_and_takes_its_log(cast: Cast, role: str) -> None:
    client = Client()
    if role != "nobody":
        client.force_login(cast.user(role))
    many(cast.bridge, 1)
    assert client.get(page(cast)).status_code == ROLES[role]
    assert client.post(page(cast, "log_export"), {"format": "csv"}).status_code == ROLES[role]
    taken = AuditEntry.objects.filter(verb="export_log").count()
    assert taken == (1 if role == "organiser" else 0)


def test_a_copy_is_not_taken_by_following_a_link(desk: Client, cast: Cast) -> None:
    assert desk.get(page(cast, "log_export")).status_code == 405
    assert desk.post(page(cast, "log_export"), {"format": "xlsx"}).status_code == 404
    assert not AuditEntry.objects.filter(verb="export_log").exists()


def test_an_organiser_elsewhere_reads_nothing_of_this_bridge(cast: Cast) -> None:
    client = Client()
    other = staff(make_cast_of_another(), UserFactory())
    client.force_login(other.user)
    assert client.get(page(cast)).status_code == 404
    many(cast.bridge, 3)
    own = client.get(reverse("organiser:audit_list", args=[other.bridge.slug]))
    assert own.context["lines"] == []


def make_cast_of_another() -> Bridge:
    from tests.factories import BridgeFactory

    bridge: Bridge = BridgeFactory()
    return bridge


def test_each_filter_finds_what_fits_and_no_more(desk: Client, cast: Cast) -> None:
    sensor = member_listing(cast.bridge, title="Gait sensor wanted")
    person = UserFactory(name="Zhou Yan", name_zh="周燕", email="zy@hospital.example")
    of_sensor: dict[str, Any] = {"bridge_id": cast.bridge.pk, "organisation_id": sensor.organisation_id}
    record("pause_listing", sensor, actor=person, before="published", after="paused", **of_sensor)
    record(
        "update_organisation", cast.a, actor=cast.user("a.owner"), bridge_id=cast.bridge.pk, organisation_id=cast.a.pk
    )
    record("set_next_step", cast.b, actor=None, bridge_id=cast.bridge.pk, organisation_id=cast.b.pk, also=[cast.a.pk])
    paused, profile, step = "paused a need or offer", "changed the profile", "changed the next step"
    everything = [step, profile, paused]
    assert whats(desk, cast) == everything
    found: list[tuple[dict[str, str], list[str]]] = [
        ({"verb": "pause_listing"}, [paused]),
        ({"kind": "directory.listing"}, [paused]),
        ({"kind": "directory.organisation"}, [step, profile]),
        ({"person": "zhou y"}, [paused]),
        ({"person": "周燕"}, [paused]),
        ({"person": "zy@hospital"}, [paused]),
        ({"person": "nobody@x.example"}, []),
        ({"about": cast.a.name_en}, [step, profile]),
        ({"about": cast.b.name_en}, [step]),
        ({"about": "zzzz"}, []),
        ({"q": "gait"}, [paused]),
        ({"q": "gait paused"}, [paused]),
        ({"q": "gait profile"}, []),
        ({"q": "周燕"}, [paused]),
        ({"q": "changed"}, [step, profile]),
        ({"q": "100%"}, []),
        ({"since": "2020-01-01", "until": timezone.localdate().isoformat()}, everything),
        ({"until": "2020-01-01"}, []),
        ({"since": (timezone.localdate() + datetime.timedelta(days=1)).isoformat()}, []),
        ({"person": "zhou", "verb": "update_organisation"}, []),
    ]
    for query, expected in found:
        assert whats(desk, cast, **query) == expected, query


def test_words_are_found_in_the_language_that_is_read(desk: Client, cast: Cast) -> None:
    record("request_run", cast.bridge, actor=None, bridge_id=cast.bridge.pk)
    with translation.override("zh-hans"):
        from qiao.insights.history.sentences import sentence_of

        chinese = sentence_of("request_run")
    assert not chinese.isascii()
    desk.cookies["django_language"] = "zh-hans"
    page_in_chinese = desk.get(page(cast), {"q": chinese[:3]}, headers={"accept-language": "zh-hans"})
    assert page_in_chinese.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"verb": "dismiss_proposal"}, {"verb": "no_such_act"}, {"kind": "auth.user"}, {"since": "yesterday"},
        {"since": "2026-02-02", "until": "2026-02-01"}, {"q": "x" * 121}, {"q": "a\x00b"},
        {"until": "9999-12-31"}, {"since": "0001-01-01"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_said_and_finds_nothing(desk: Client, cast: Cast, query: dict[str, str]) -> None:
    many(cast.bridge, 1)
    answer = desk.get(page(cast), query)
    assert answer.status_code == 200
    assert answer.context["lines"] == []
    field = next(iter(answer.context["form"].errors))
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_a_name_that_thousands_bear_is_asked_for_more_closely(
    desk: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiao.organiser.forms.log.MOST_NAMES", 2)
    many(cast.bridge, 1)
    answer = desk.get(page(cast), {"person": "cast.example"})
    assert answer.context["lines"] == []
    assert "Too many names fit" in answer.content.decode()


def test_what_is_private_to_a_side_is_found_by_no_search(desk: Client, cast: Cast) -> None:
    """Neither for an organiser nor for one who is with that side, nor for a superuser: it is the bridge's log."""
    record(
        "answer_request", cast.b, actor=cast.user("b.owner"), bridge_id=cast.bridge.pk, organisation_id=cast.b.pk,
        private=True, after="no",
    )  # fmt: skip
    affiliate(cast.user("organiser"), cast.b)
    root = Client()
    root.force_login(UserFactory(is_superuser=True, is_staff=True))
    for client in (desk, root):
        for query in (
            {},
            {"verb": "answer_request"},
            {"about": cast.b.name_en},
            {"q": "request"},
            {"person": "b.owner"},
        ):
            assert set(whats(client, cast, **query)) <= {"took a copy of the log"}, query
        body = export(client, cast, "jsonl")
        assert "answer_request" not in body


def test_pages_hold_every_row_once_however_the_list_grows_meanwhile(desk: Client, cast: Cast) -> None:
    many(cast.bridge, 120)
    ids = list(AuditEntry.objects.on_bridge(cast.bridge.pk).order_by("-at", "-pk").values_list("pk", flat=True))
    seen: list[int] = []
    query: dict[str, str] = {}
    for number in range(5):  # noqa: B007 - read after the loop
        answer = desk.get(page(cast), query)
        seen += [line.entry.pk for line in answer.context["lines"]]
        many(cast.bridge, 7)
        if not answer.context["page"].older:
            break
        query = {"older": answer.context["page"].older}
    assert number == 2
    assert seen == ids
    back = desk.get(page(cast), {"newer": answer.context["page"].newer})
    assert [line.entry.pk for line in back.context["lines"]] == ids[50:100]
    assert [line.entry.pk for line in desk.get(page(cast), {"newer": "1-1"}).context["lines"]] == ids[-50:][:50]
    assert desk.get(page(cast), {"older": "1-1"}).context["page"].newer == ""


@pytest.mark.parametrize("place", ["", "x", "1", "-", "9" * 40 + "-1", "1-" + "9" * 30, "１-１", "1-1-1"])
def test_nonsense_of_a_place_shows_the_first_page(desk: Client, cast: Cast, place: str) -> None:
    many(cast.bridge, 2)
    for name in ("older", "newer"):
        assert len(desk.get(page(cast), {name: place}).context["lines"]) == 2


def test_many_rows_of_one_moment_are_cut_by_their_number(cast: Cast) -> None:
    from django.http import HttpRequest, QueryDict

    from qiao.common.keyset import in_pieces, keyset_page

    record_all(entry_of("x", cast.bridge, actor=None, bridge_id=cast.bridge.pk) for _ in range(7))
    # The log cannot be changed, so that rows of one moment are made anew.
    moment = timezone.now()
    rows = [entry_of("same", cast.bridge, actor=None) for _ in range(7)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        record_all(rows)
    same = AuditEntry.objects.filter(verb="same")
    assert same.values("at").distinct().count() == 1
    assert [row.pk for piece in in_pieces(same, size=3) for row in piece] == sorted((r.pk for r in rows), reverse=True)
    request, seen = HttpRequest(), []
    for _ in range(3):
        cut = keyset_page(request, same, size=3)
        seen += [row.pk for row in cut.rows]
        request.GET = QueryDict(f"older={cut.older}")
    assert seen == sorted((row.pk for row in rows), reverse=True)


def test_the_page_takes_the_same_queries_with_1_3_and_30_rows(desk: Client, cast: Cast) -> None:
    counts, done = [], 0
    for rows in (1, 3, 30):
        for _ in range(rows - done):
            actor = UserFactory()
            organisation = member(cast.bridge)
            for subject in (organisation, cast.need, cast.proposal):
                record("update", subject, actor=actor, bridge_id=cast.bridge.pk, organisation_id=organisation.pk)
        done = rows
        for query in ({}, {"q": "person", "about": "organisation", "person": "person"}):
            with CaptureQueriesContext(connection, ) as captured:  # fmt: skip
                desk.get(page(cast), query)
            counts.append(len(captured))
    assert len(set(counts[::2])) == 1
    assert len(set(counts[1::2])) == 1
    assert max(counts) < 25


def export(client: Client, cast: Cast, file_format: str, **query: str) -> str:
    answer: Any = client.post(f"{page(cast, 'log_export')}?{'&'.join(f'{k}={v}' for k, v in query.items())}",
                              {"format": file_format})  # fmt: skip
    assert answer.status_code == 200
    assert answer.streaming
    assert f"-log.{file_format}" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content).decode()


def test_the_table_holds_what_fits_and_cannot_be_executed(desk: Client, cast: Cast) -> None:
    formula = member_listing(cast.bridge, title="=HYPERLINK(1)")
    values: dict[str, Any] = {"bridge_id": cast.bridge.pk, "organisation_id": formula.organisation_id}
    record("pause_listing", formula, actor=UserFactory(name="@SUM"), before="published", after="paused", **values)
    many(cast.bridge, 2)
    text = export(desk, cast, "csv", verb="pause_listing")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][:4] == ["When (UTC)", "Who", "Act", "What"]
    assert len(rows) == 2
    assert rows[1][1:7] == [
        "'@SUM", "paused a need or offer", "'=HYPERLINK(1)", "Published", "Paused", formula.organisation.name,
    ]  # fmt: skip


def test_json_lines_hold_one_object_each_with_stored_values(desk: Client, cast: Cast) -> None:
    record("pause_listing", cast.need, actor=None, bridge_id=cast.bridge.pk, organisation_id=cast.a.pk,
           before="published", after="paused", detail={"fields": ["title"]})  # fmt: skip
    many(cast.bridge, 1)
    lines = [json.loads(line) for line in export(desk, cast, "jsonl").splitlines()]
    assert [line["verb"] for line in lines] == ["request_run", "pause_listing"]
    assert lines[1] | {"id": 0, "at": ""} == {
        "id": 0, "at": "", "who": "Qiao", "verb": "pause_listing", "act": "paused a need or offer",
        "kind": "directory.listing", "subject": cast.need.title, "organisation": cast.a.name, "before": "published",
        "after": "paused", "detail": {"fields": ["title"]},
    }  # fmt: skip


def test_who_takes_a_copy_is_in_the_log_but_not_what_was_looked_for(desk: Client, cast: Cast) -> None:
    many(cast.bridge, 1)
    export(desk, cast, "csv", person="zhou@hospital.example", since="2020-01-01")
    entry = AuditEntry.objects.get(verb="export_log")
    assert entry.actor_id == cast.user("organiser").pk
    assert entry.bridge_id == cast.bridge.pk
    assert entry.detail == {"format": "csv", "filters": ["person", "since"]}
    assert "took a copy of the log" in whats(desk, cast)


def test_who_does_not_run_the_bridge_takes_no_copy_by_another_way(cast: Cast) -> None:
    for who in ("a.owner", "reviewer", "adviser", "stranger", "nobody"):
        with pytest.raises(NotAllowed):
            export_log(cast.bridge, actor=cast.user(who), entries=AuditEntry.objects.all(), file_format=LogFormat.CSV)


def test_a_long_log_is_read_a_piece_at_a_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first piece is there after the queries of one piece, and none later takes more."""
    monkeypatch.setattr("qiao.insights.history.export.PIECE", 10)
    many(cast.bridge, 95)
    pieces: Iterator[str] = export_log(
        cast.bridge,
        actor=cast.user("organiser"),
        entries=AuditEntry.objects.on_bridge(cast.bridge.pk),
        file_format=LogFormat.JSON_LINES,
    )
    taken, lines = [], []
    for _ in range(10):
        with CaptureQueriesContext(connection, ) as captured:  # fmt: skip
            lines.append(next(pieces).count("\n"))
        taken.append(len(captured))
        many(cast.bridge, 3)  # what is written meanwhile is not among them
    assert lines == [10] * 9 + [5]
    assert len(set(taken)) <= 2
    assert max(taken) <= 5
    with pytest.raises(StopIteration):
        next(pieces)
