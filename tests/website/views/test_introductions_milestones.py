"""Milestones: recorded by one side, confirmed, disputed, taken back; what each stage asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qiao.partnerships.domain.milestones import record_milestone
from qiao.partnerships.models import Document, Introduction, Milestone
from qiao.website.forms.introductions_milestones import ASKED, RECORDED
from tests.factories import BridgeFactory, UserFactory, staff
from tests.website.views.introduced import Pair, client_of, page_of, pair_on
from tests.website.views.readers import html

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return pair_on(BridgeFactory(slug="uk-china"))


@pytest.fixture
def introduction(pair: Pair) -> Introduction:
    return pair.introduce()


def today() -> str:
    return timezone.localdate().isoformat()


def record(client: Client, introduction: Introduction, stage: str, **fields: Any) -> Any:
    values = {"happened_on": today(), "confidentiality": "parties", **fields}
    return client.post(page_of(introduction, f"record/{stage}/"), values)


def judge(client: Client, introduction: Introduction, act: str, **fields: str) -> int:
    milestone = Milestone.objects.latest("id")
    address = page_of(introduction, f"milestones/{milestone.public_id}/")
    return client.post(address, {"act": act, **fields}).status_code


def test_each_stage_asks_what_belongs_to_it(pair: Pair, introduction: Introduction) -> None:
    client = client_of(pair.our_owner)
    everything = {name for asked in ASKED.values() for name in asked}
    for stage in RECORDED:
        page = html(client, page_of(introduction, f"record/{stage}/"))
        assert {name for name in everything if f'name="{name}"' in page} == set(ASKED[stage])
        assert page_of(introduction, f"record/{stage}/") in html(client, page_of(introduction))
    for nonsense in ("introduced", "marriage"):
        assert client.get(page_of(introduction, f"record/{nonsense}/")).status_code == 404


def test_an_agreement_is_recorded_in_full_and_confirmed(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    answer = record(
        ours, introduction, "agreement", kind="licence", comment="Signed in Guangzhou", value_least="1.5m",
        value_most="300万", currency="GBP", public_funding="200,000", funding_source="Innovate UK",
        other_parties="A third house", starts_on=today(),
        ends_on=(timezone.localdate() + timedelta(days=700)).isoformat(), confidentiality="figures",
        files=SimpleUploadedFile("agreement.txt", b"Signed"),
    )  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, page_of(introduction) + "#milestones")
    milestone = Milestone.objects.get()
    assert (milestone.value_least, milestone.value_most, milestone.public_funding) == (1_500_000, 3_000_000, 200_000)
    page = html(theirs, page_of(introduction))
    for words in (
        "Waiting for confirmation", "Licence", "£1,500,000 – £3,000,000", "GBP 200,000", "Innovate UK", "A third house",
        "Counted in figures, without names", "agreement.txt", "They say: it is so.", "You have not said anything yet.",
    ):  # fmt: skip
        assert words in page
    introduction.refresh_from_db()
    assert introduction.stage == "introduced", "nothing counts before both agree"
    assert judge(theirs, introduction, "confirm") == 302
    introduction.refresh_from_db()
    assert introduction.stage == "agreement"
    assert "Confirmed by both sides" in html(ours, page_of(introduction))
    assert judge(theirs, introduction, "confirm") == 302, "pressed twice"
    assert judge(theirs, introduction, "dispute", comment="After all") == 409
    file = Document.objects.get()
    assert theirs.get(page_of(introduction, f"files/{file.public_id}/")).content == b"Signed"


@pytest.mark.parametrize(
    ("stage", "fields", "wrong"),
    [
        ("meeting", {"happened_on": ""}, "happened_on"),
        ("meeting", {"happened_on": "2999-01-01"}, "happened_on"),
        ("meeting", {"confidentiality": "everybody"}, "confidentiality"),
        ("meeting", {"files": SimpleUploadedFile("x.exe", b"MZ")}, "files"),
        ("agreement", {"kind": ""}, "kind"),
        ("agreement", {"kind": "licence", "value_least": "5", "value_most": "4", "currency": "GBP"}, "value_most"),
        ("agreement", {"kind": "licence", "value_least": "5"}, "currency"),
        ("agreement", {"kind": "licence", "value_least": "much"}, "value_least"),
        ("nda", {"starts_on": "2026-02-02", "ends_on": "2026-02-01"}, "ends_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_kept(
    stage: str, fields: dict[str, Any], wrong: str, pair: Pair, introduction: Introduction
) -> None:
    answer = record(client_of(pair.our_owner), introduction, stage, **({"comment": "Kept words"} | fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{wrong}_error"' in page
    assert "Kept words</textarea>" in page
    assert not Milestone.objects.exists()


def test_recording_twice_writes_once(pair: Pair, introduction: Introduction) -> None:
    client = client_of(pair.our_owner)
    for _press in range(2):
        assert record(client, introduction, "meeting", comment="Online").status_code == 302
    assert Milestone.objects.count() == 1


def test_a_dispute_says_why_and_is_settled(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    record(ours, introduction, "meeting")
    assert judge(theirs, introduction, "dispute", comment=" ") == 422
    assert judge(theirs, introduction, "dispute", comment="It was cancelled") == 302
    page = html(ours, page_of(introduction))
    for words in ("Disputed", "They say: it is not so.", "It was cancelled"):
        assert words in page
    assert judge(theirs, introduction, "confirm") == 302
    assert Milestone.objects.get().state == "confirmed"


def test_who_has_recorded_it_takes_it_back(pair: Pair, introduction: Introduction) -> None:
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    record(ours, introduction, "meeting", comment="Wrong day")
    assert judge(theirs, introduction, "withdraw") == 403
    assert judge(theirs, introduction, "confirm") == 302
    assert judge(ours, introduction, "withdraw") == 302
    introduction.refresh_from_db()
    assert introduction.stage == "introduced"
    assert "Wrong day" not in html(theirs, page_of(introduction))
    assert judge(ours, introduction, "explode") == 422


def test_what_an_organiser_records_is_for_both_to_confirm(pair: Pair, introduction: Introduction) -> None:
    organiser = UserFactory()
    staff(pair.bridge, organiser)
    record_milestone(introduction, actor=organiser, stage="meeting", happened_on=timezone.localdate())
    ours, theirs = client_of(pair.our_owner), client_of(pair.their_owner)
    for client in (ours, theirs):
        assert 'value="confirm"' in html(client, page_of(introduction))
        assert 'value="withdraw"' not in html(client, page_of(introduction))
        assert judge(client, introduction, "confirm") == 302
    assert Milestone.objects.get().state == "confirmed"


def test_strangers_find_nothing_to_confirm(pair: Pair, introduction: Introduction) -> None:
    record(client_of(pair.our_owner), introduction, "meeting")
    other = pair_on(pair.bridge)
    found = other.introduce()
    assert judge(client_of(other.our_owner), introduction, "confirm") == 404
    assert judge(client_of(other.our_owner), found, "confirm") == 404, "nor by way of another introduction"
    assert Milestone.objects.get().state == "awaiting"


def test_a_page_does_not_load_the_files_it_names(pair: Pair, introduction: Introduction) -> None:
    client = client_of(pair.our_owner)
    record(client, introduction, "meeting", files=SimpleUploadedFile("minutes.txt", b"Minutes"))
    with CaptureQueriesContext(connection) as queries:
        assert "minutes.txt" in html(client, page_of(introduction))
    assert [query["sql"] for query in queries if '"partnerships_document"."content"' in query["sql"]] == []
    with CaptureQueriesContext(connection) as queries:
        client.get(page_of(introduction, f"files/{Document.objects.get().public_id}/"))
    assert any('"partnerships_document"."content"' in query["sql"] for query in queries)
