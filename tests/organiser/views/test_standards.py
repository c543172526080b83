"""The map of standards at the desk."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qiao.bridges.models import Bridge
from qiao.standards.domain.synchronising import work_on_sync
from qiao.standards.models import Deliverable, SyncRun
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge(client: Client) -> Bridge:
    made: Bridge = BridgeFactory()
    organiser = UserFactory()
    staff(made, organiser, role="organiser")
    client.force_login(organiser)
    return made


def _file(*rows: object) -> SimpleUploadedFile:
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return SimpleUploadedFile("iso.jsonl", lines.encode())


GOOD = {"reference": "ISO 1:2020", "title": {"en": "A"}, "ownerCommittee": "ISO/TC 3", "currentStage": ["60", "60"]}


def test_a_file_is_read_and_each_bad_row_told(client: Client, bridge: Bridge) -> None:
    address = reverse("organiser:standards_syncs", args=[bridge.slug])
    client.get(address)  # the bodies are there from the first look
    answer = client.post(address, {"body": "ISO", "file": _file(GOOD, "{", GOOD | {"currentStage": ["9", "9"]})})
    run = SyncRun.objects.get()
    page = reverse("organiser:standards_sync", args=[bridge.slug, run.public_id])
    assert (answer.status_code, answer["Location"]) == (302, page)
    progress = reverse("organiser:standards_sync_progress", args=[bridge.slug, run.public_id])
    assert "Reading the file" in client.get(progress).content.decode()
    assert work_on_sync(run.pk)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    shown = client.get(page).content.decode()
    assert "The row is not valid JSON." in shown
    assert "This is no harmonised stage code." in shown
    table = client.get(reverse("organiser:standards_sync_rows", args=[bridge.slug, run.public_id]))
    assert [line.split(",")[:2] for line in table.content.decode().splitlines()[1:]] == [
        ["2", "bad_json"], ["3", "bad_stage"]
    ]  # fmt: skip
    assert Deliverable.objects.get().reference == "ISO 1:2020"


def test_a_file_that_cannot_be_read_says_why_and_is_tried_again(client: Client, bridge: Bridge) -> None:
    address = reverse("organiser:standards_syncs", args=[bridge.slug])
    client.get(address)
    client.post(address, {"body": "ISO", "file": SimpleUploadedFile("x.csv", b"name,place\n1,2\n")})
    run = SyncRun.objects.get()
    work_on_sync(run.pk)
    page = client.get(reverse("organiser:standards_sync", args=[bridge.slug, run.public_id])).content.decode()
    assert "The table has no column “reference”." in page
    again = client.post(reverse("organiser:standards_sync_retry", args=[bridge.slug, run.public_id]), follow=True)
    run.refresh_from_db()
    assert (again.status_code, run.state) == (200, "queued")
    for bad in ({"body": "ISO"}, {"body": "NONE", "file": _file(GOOD)}, {"body": "ISO", "file": _file("")}):
        assert client.post(address, bad).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("adviser", 403), ("", 404)])
def test_only_who_runs_the_bridge_comes_in(client: Client, bridge: Bridge, role: str, status: int) -> None:
    address = reverse("organiser:standards_syncs", args=[bridge.slug])
    client.get(address)
    client.post(address, {"body": "ISO", "file": _file(GOOD)})
    run = SyncRun.objects.get()
    other = UserFactory()
    if role:
        staff(bridge, other, role=role)
    client.force_login(other)
    more = [bridge.slug, run.public_id]
    pages = [address, *(reverse(f"organiser:{name}", args=more) for name in
                        ("standards_sync", "standards_sync_progress", "standards_sync_rows"))]  # fmt: skip
    assert [client.get(page).status_code for page in pages] == [status] * 4
    assert client.post(address, {"body": "ISO", "file": _file(GOOD)}).status_code == status
    assert client.post(reverse("organiser:standards_sync_retry", args=more)).status_code == status
    client.logout()
    assert client.get(address).status_code == 302
