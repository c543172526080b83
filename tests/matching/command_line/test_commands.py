"""The commands on files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from matching.command_line.parser import main
from matching.command_line.rows import BadRows, read_rows

NEEDS = [
    {"id": "n1", "text": "寻找用于微创手术的软体机器人"},
    {"id": "n2", "text": "Seeking a wearable blood pressure sensor"},
]
OFFERS = [
    {"id": "o1", "text": "Soft robots for minimally invasive surgery", "places": 1},
    {"id": "o2", "text": "可穿戴血压传感器", "places": 1},
    {"id": "o3", "text": "Investment in battery factories", "places": 1},
]


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows_name_every_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "a", "text": "x"}\nnot\n{"text": "x"}\n\n{"id": "a", "text": "y"}\n[]\n{"id": "b"}\n')
    with pytest.raises(BadRows) as raised:
        read_rows(path)
    lines = str(raised.value).splitlines()
    assert [line.removeprefix(f"{path}:").partition(":")[0] for line in lines] == ["2", "3", "5", "6", "7"]
    assert "already on line 1" in lines[2]


def test_a_row_repeated_word_for_word_counts_once(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "d.jsonl", [NEEDS[0], NEEDS[1], NEEDS[0]]))
    assert [row.id for row in read_rows(path)] == ["n1", "n2"]


def test_capacity_must_be_a_whole_number(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "d.jsonl", [{"id": "a", "text": "x", "places": -1}, {"id": "b", "text": "x"}]))
    with pytest.raises(BadRows, match=r'd\.jsonl:1: "places" is not a whole number of 0 or more'):
        read_rows(path, capacity="places")


def test_bad_files_are_told_without_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out.jsonl")
    missing = str(tmp_path / "missing.jsonl")
    assert main(["rank", "--queries", missing, "--documents", missing, "--out", out]) == 1
    assert capsys.readouterr().err == f"{missing}: No such file or directory\n"
    assert not (tmp_path / "out.jsonl").exists()


def test_help_teaches_and_loads_no_model() -> None:
    code = "import sys; from matching.command_line.parser import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    shown = subprocess.run(
        [sys.executable, "-c", code + "assert 'torch' not in sys.modules"], capture_output=True, text=True, check=True
    )
    assert '{"id": "...", "text": "...", "lang": "en" or "zh"}' in shown.stdout


@pytest.mark.encoder
def test_commands_cross_languages(tmp_path: Path) -> None:
    needs, offers = write(tmp_path / "q.jsonl", NEEDS), write(tmp_path / "d.jsonl", OFFERS)
    files = ["--queries", needs, "--documents", offers, "--cache", str(tmp_path / "cache")]
    ranked, given, groups = tmp_path / "r.jsonl", tmp_path / "a.jsonl", tmp_path / "g.jsonl"
    assert main(["rank", *files, "--top", "2", "--out", str(ranked)]) == 0
    rows = read(ranked)
    assert [row["query"] for row in rows] == ["n1", "n1", "n2", "n2"]
    assert {row["query"]: row["document"] for row in reversed(rows)} == {"n1": "o1", "n2": "o2"}
    assert main(["assign", *files, "--capacity", "places", "--out", str(given)]) == 0
    assert read(given) == [{"query": "n1", "document": "o1"}, {"query": "n2", "document": "o2"}]
    items = write(tmp_path / "i.jsonl", NEEDS + OFFERS)
    assert main(["group", "--items", items, "--groups", "2", "--out", str(groups), "--no-cache"]) == 0
    assert {row["id"] for row in read(groups)} == {"n1", "n2", "o1", "o2", "o3"}


@pytest.mark.encoder
def test_odd_texts_do_no_harm(tmp_path: Path) -> None:
    odd = [
        {"id": "empty", "text": ""},
        {"id": "null", "text": "\x00\ud800"},
        {"id": "long", "text": "机器人手术。" * 17_000},
        {"id": "self", "text": "robot"},
    ]
    queries, out = write_ascii(tmp_path / "q.jsonl", odd), tmp_path / "r.jsonl"
    assert main(["rank", "--queries", queries, "--documents", queries, "--out", str(out), "--no-cache"]) == 0
    rows = read(out)
    assert len(rows) == 12
    assert all(row["query"] != row["document"] for row in rows)


def write_ascii(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="ascii")
    return str(path)
