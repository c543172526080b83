"""Imports at the desk."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qiao.accounts.models import User
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory import tasks
from qiao.directory.domain.imports.jobs import confirm_import, start_import
from qiao.directory.enums import ImportState
from qiao.directory.models import ImportJob, Listing, Organisation
from tests.directory.importing import HEADER, TIDEWELL, checked, csv_file, workbook
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory.create(slug="north")


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    user = UserFactory.create()
    staff(bridge, user)
    return user


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


def at(name: str, *arguments: str) -> str:
    return reverse(f"organiser:{name}", args=["north", *arguments])


def upload(client: Client, content: bytes, name: str = "members.csv", **data: Any) -> Any:
    return client.post(at("import_new"), {"file": SimpleUploadedFile(name, content), **data})


def mapping_of(client: Client, job: ImportJob, **changes: Any) -> dict[str, Any]:
    """What the browser would send of the mapping page as it stands."""
    form = client.get(at("import_mapping", job.public_id)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    return {name: value for name, value in (data | changes).items() if value is not None}


def test_from_upload_to_report(desk: Client, bridge: Bridge) -> None:
    bad = ["2", "Norwell", "GB", "circus", "", ""]
    response = upload(desk, csv_file(HEADER, TIDEWELL, bad).read())
    job = ImportJob.objects.get()
    assert response["Location"] == at("import_mapping", job.public_id)
    page = desk.get(response["Location"])
    assert "keyhole surgery" in page.content.decode()  # a sample beside each column

    response = desk.post(at("import_mapping", job.public_id), mapping_of(desk, job))
    assert response["Location"] == at("import_job", job.public_id)
    assert "Reading the file" in desk.get(at("import_job", job.public_id)).content.decode()
    assert desk.get(at("import_progress", job.public_id)).get("HX-Refresh") is None
    tasks.check_import(job.pk)
    assert desk.get(at("import_progress", job.public_id))["HX-Refresh"] == "true"

    assert "circus" in desk.get(at("import_job", job.public_id)).content.decode()
    refused = desk.post(at("import_confirm", job.public_id))
    assert refused.status_code == 422
    assert "There are bad rows" in refused.content.decode()
    assert not Organisation.objects.exists()

    desk.post(at("import_confirm", job.public_id), {"leave_out_bad": "on"})
    assert "Importing" in desk.get(at("import_job", job.public_id)).content.decode()
    tasks.apply_import(job.pk)
    assert "1 new, 0 changed, 0 unchanged, 1 left out" in desk.get(at("import_job", job.public_id)).content.decode()
    assert Organisation.objects.get().name_en == "Tidewell Surgical"
    report = desk.get(at("import_report", job.public_id))
    text = b"".join(report).decode("utf-8-sig")
    assert report["Content-Disposition"] == 'attachment; filename="members-report.csv"'
    assert [line.split(",")[:3] for line in text.splitlines()[:3]] == [
        ["Row", "Result", "Column"],
        ["1", "New", ""],
        ["2", "Left out", "Type"],
    ]


def test_report_cannot_be_executed_by_a_spreadsheet(desk: Client, bridge: Bridge) -> None:
    row = ["1", '=HYPERLINK("http://x")', "GB", "sme", "", "@SUM(1+1)*cmd|' /C calc'!A0"]
    job = checked(bridge, csv_file(HEADER, row))
    text = b"".join(desk.get(at("import_report", job.public_id))).decode()
    assert "HYPERLINK" in text
    assert ",=" not in text
    assert ',"=' not in text
    assert ",@" not in text


def test_chinese_csv_of_excel_is_mapped_and_imported(desk: Client, bridge: Bridge) -> None:
    rows = [
        ["企业名称", "国家", "企业类型", "需求名称", "需求内容"],
        ["珠江生物", "中国", "初创企业", "寻找抗体", "用于诊断。"],
    ]
    upload(desk, csv_file(*rows, encoding="gb18030").read(), "需求.csv")
    job = ImportJob.objects.get()
    assert job.file_name == "需求.csv"
    desk.post(at("import_mapping", job.public_id), mapping_of(desk, job))
    tasks.check_import(job.pk)
    desk.post(at("import_confirm", job.public_id))
    tasks.apply_import(job.pk)
    assert Listing.objects.live().get().title == "寻找抗体"


def test_known_kind_of_file_needs_no_columns(desk: Client, bridge: Bridge) -> None:
    line = (
        '{"lang":"en","kind":"offer","name":"Openwork","text":"A compiler","category":"Web","topics":["x"],'
        '"technologies":["c"],"url":"https://o.example","last_year":2020}'
    )
    upload(desk, line.encode(), "orgs.jsonl", side="gb")
    job = ImportJob.objects.get()
    assert job.mapping["preset"] == "gsoc_organisations"
    assert "We know this kind of file" in desk.get(at("import_mapping", job.public_id)).content.decode()
    desk.post(at("import_mapping", job.public_id), mapping_of(desk, job))
    tasks.check_import(job.pk)
    job.refresh_from_db()
    assert (job.state, job.rows_new) == (ImportState.CHECKED, 1)


def test_mapping_with_gaps_is_sent_back_with_what_is_missing(desk: Client, bridge: Bridge) -> None:
    job = start_import(bridge, actor=None, file_name="f", stream=csv_file(["a", "b"], ["1", "2"]))
    response = desk.post(at("import_mapping", job.public_id), {"kind": "listings", "source": "fair"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Say which column holds the title." in page
    assert "Choose the kind of organisation" in page
    twice = {
        "kind": "organisations",
        "source": "fair",
        "column_0": "organisation.name",
        "column_1": "organisation.name",
    }
    assert "Two columns go to" in desk.post(at("import_mapping", job.public_id), twice).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "neither a spreadsheet nor a text file"),
        (b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_bad_file_is_refused_at_its_field(desk: Client, bridge: Bridge, content: bytes, words: str) -> None:
    response = upload(desk, content)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportJob.objects.exists()


def test_zip_bomb_is_refused(desk: Client, bridge: Bridge) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(1000):
                entry.write(bytes(65_536))
    response = upload(desk, file.getvalue(), "bomb.xlsx")
    assert response.status_code == 422
    assert "unpacks to far more" in response.content.decode()


class Flood(io.RawIOBase):
    """A body of so many bytes that nobody should hold; counts what is asked for at once."""

    def __init__(self, size: int) -> None:
        self.left, self.largest = size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, self.left if size < 0 else size)
        taken = self.left if size < 0 else min(size, self.left)
        self.left -= taken
        return bytes(taken)


def test_upload_of_a_hundred_megabytes_is_refused_unread(desk: Client, bridge: Bridge) -> None:
    flood = Flood(100 * 1024 * 1024)
    extra: dict[str, Any] = {"CONTENT_LENGTH": str(flood.left), "wsgi.input": flood}
    response = desk.generic(
        "POST",
        at("import_new"),
        data=b"",
        content_type="multipart/form-data; boundary=x",
        **extra,
    )
    assert response.status_code == 413
    assert "larger than 10 MB" in response.content.decode()
    assert flood.left == 0  # the browser is still there to read the answer
    assert flood.largest <= 65_536
    assert not ImportJob.objects.exists()


def test_file_over_the_limit_within_the_envelope_is_refused(desk: Client, bridge: Bridge, settings: Any) -> None:
    settings.UPLOAD_LIMIT_MB = 1
    response = upload(desk, b"name\n" + b"x" * (1024 * 1024 + 10_000))
    assert response.status_code == 422
    assert "At most 1 MB are taken" in response.content.decode()
    assert not ImportJob.objects.exists()


def test_upload_without_its_token_is_refused(bridge: Bridge, organiser: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(organiser)
    assert upload(client, csv_file(HEADER, TIDEWELL).read()).status_code == 403
    assert not ImportJob.objects.exists()


def test_workbook_is_taken(desk: Client, bridge: Bridge) -> None:
    upload(desk, workbook(HEADER, TIDEWELL).read(), "members.xlsx")
    assert ImportJob.objects.get().columns == HEADER


def test_giving_up_is_asked_for_and_deletes_the_rows(desk: Client, bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL))
    assert desk.get(at("import_cancel", job.public_id)).status_code == 200
    assert job.rows.exists()
    desk.post(at("import_cancel", job.public_id))
    assert not job.rows.exists()
    assert "was given up" in desk.get(at("import_job", job.public_id)).content.decode()


def test_confirming_twice_is_told_gently(desk: Client, bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL))
    confirm_import(job, actor=None)
    response = desk.post(at("import_confirm", job.public_id), follow=True)
    assert response.status_code == 200
    assert "taken this step already" in response.content.decode()


def test_pages_cost_the_same_with_one_and_with_many_rows(desk: Client, bridge: Bridge) -> None:
    counts = []
    for number in (1, 3, 300):
        rows = [[str(n), f"Firm {number} {n}", "GB", "circus", "", ""] for n in range(number)]
        job = checked(bridge, csv_file(HEADER, *rows))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(at("import_job", job.public_id)).status_code == 200
        with CaptureQueriesContext(connection) as more:
            assert desk.get(at("import_list")).status_code == 200
        counts.append((len(queries), len(more)))
    assert counts[0] == counts[1] == counts[2]


@pytest.fixture
def everybody(bridge: Bridge, organiser: User) -> dict[str, User | None]:
    people: dict[str, User | None] = {"nobody": None, "organiser": organiser}
    for role in (BridgeRole.OWNER, BridgeRole.REVIEWER, BridgeRole.ADVISER):
        user = UserFactory.create()
        staff(bridge, user, role)
        people[role] = user
    people["participant"] = UserFactory.create()
    people["superuser"] = UserFactory.create(is_superuser=True)
    stranger = UserFactory.create()
    staff(BridgeFactory.create(), stranger, BridgeRole.OWNER)
    people["owner elsewhere"] = stranger
    return people


@pytest.mark.parametrize("name", ["import_list", "import_new", "import_job", "import_mapping", "import_progress",
                                  "import_cancel", "import_report", "import_confirm"])  # fmt: skip
def test_only_those_who_run_the_bridge_see_imports(
    client: Client, bridge: Bridge, everybody: dict[str, User | None], name: str
) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL))
    address = at(name) if name in ("import_list", "import_new") else at(name, job.public_id)
    expected = {
        "nobody": 302, "participant": 404, "owner elsewhere": 404, "reviewer": 403, "adviser": 403,
        "organiser": 200, "owner": 200, "superuser": 200,
    }  # fmt: skip
    for who, status in expected.items():
        client.logout()
        user = everybody[who]
        if user is not None:
            client.force_login(user)
        got = client.get(address).status_code
        if name == "import_confirm" and status == 200:
            status = 405
        assert got == status, who


def test_imports_of_another_bridge_are_not_here(desk: Client, bridge: Bridge, organiser: User) -> None:
    other = BridgeFactory.create()
    staff(other, organiser)
    job = checked(other, csv_file(HEADER, TIDEWELL))
    assert desk.get(at("import_job", job.public_id)).status_code == 404
