"""`manage.py import_directory`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from qiao.activity.models import OutboxEvent
from qiao.bridges.models import Bridge
from qiao.directory.enums import ImportState
from qiao.directory.models import ImportJob, Listing, Organisation
from tests.directory.importing import HEADER, TIDEWELL, csv_file
from tests.factories import BridgeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory.create(slug="north")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "members.csv"
    path.write_bytes(csv_file(HEADER, TIDEWELL, ["2", "=cmd|' /C calc'!A0", "GB", "circus", "", ""]).read())
    return path


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_directory", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_dry_run_reports_and_changes_nothing(bridge: Bridge, file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    out = run(file, "--bridge", "north", "--dry-run", "--report", report)
    assert "2 rows of organisations; 1 new, 0 changed, 0 unchanged, 1 bad." in out
    assert "row 2, Type: “circus” is not one of" in out
    assert not Organisation.objects.exists()
    assert ImportJob.objects.get().state == ImportState.CANCELLED
    text = report.read_text(encoding="utf-8-sig")
    assert "Tidewell Surgical" in text
    assert ",=cmd" not in text  # a spreadsheet must not run it
    assert "cmd" in text


def test_bad_rows_stop_it_unless_they_are_left_out(bridge: Bridge, file: Path) -> None:
    with pytest.raises(CommandError, match="--leave-out-bad"):
        run(file, "--bridge", "north", "--yes")
    assert not Organisation.objects.exists()
    assert "1 new" in run(file, "--bridge", "north", "--yes", "--leave-out-bad")
    assert Organisation.objects.get().name_en == "Tidewell Surgical"


def test_it_asks_before_it_imports(bridge: Bridge, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr("builtins.input", refuse)
    with pytest.raises(CommandError, match="Nothing was imported"):
        run(file, "--bridge", "north", "--leave-out-bad")
    assert asked == ["Import? [y/N] "]
    assert not Organisation.objects.exists()


def test_workers_are_not_told_of_a_job_done_here(bridge: Bridge, file: Path) -> None:
    run(file, "--bridge", "north", "--yes", "--leave-out-bad")
    assert not OutboxEvent.objects.filter(topic__startswith="import.").exists()


def test_mapping_side_source_and_review_are_taken_from_the_options(bridge: Bridge, tmp_path: Path) -> None:
    path, mapping = tmp_path / "needs.csv", tmp_path / "mapping.json"
    path.write_bytes(csv_file(["No", "Wer", "Was"], ["7", "Norwell", "A sensor for gait"]).read())
    columns = {"No": "listing.external_id", "Wer": "organisation.name", "Was": "listing.title"}
    constants = {"organisation.kind": "sme", "listing.direction": "need", "listing.kind": "technology"}
    mapping.write_text(json.dumps({"columns": columns, "constants": constants, "mend": True}))
    run(path, "--bridge", "north", "--side", "gb", "--kind", "listings", "--mapping", mapping, "--source", "fair-2027",
        "--no-publish", "--yes")  # fmt: skip
    listing = Listing.objects.get()
    assert (listing.source, listing.external_id, listing.state, listing.text) == (
        "fair-2027", "7", "in_review", "A sensor for gait",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bridge", "south"], "There is no bridge “south”. Bridges: north."),
        (["--bridge", "north", "--side", "fr"], "has no side “fr”. Sides: gb, cn."),
        (["--bridge", "north", "--source", "Not A Source!"], "small letters"),
    ],
)
def test_wrong_options_are_answered_in_plain_words(
    bridge: Bridge, file: Path, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run(file, *arguments, "--dry-run")


def test_file_that_is_not_there_is_said_plainly(bridge: Bridge, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "absent.csv", "--bridge", "north", "--dry-run")
