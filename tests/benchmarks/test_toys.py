"""Each benchmark from its command line, on very little: it prints its figures, and both sides agree where they must."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.benchmarks.peers import stand_in

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def _printed(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=1_500)
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _row(printed: str, name: str) -> list[str]:
    """The cells of the table's row of that name, without it."""
    return next(_cells(line)[1:] for line in printed.splitlines() if line.startswith(f"| {name} |"))


@pytest.mark.encoder
def test_all_pairs_finds_what_the_peers_find_where_there_are_no_limits() -> None:
    toy = ("--rows", "150", "--columns", "200", "--dimension", "32", "--top", "5", "--repeats", "1")
    printed = _printed("-m", "benchmarks.all_pairs", *toy)
    assert float(_row(printed, "ours")[1]) == 1
    assert float(_row(printed, "semantic_search")[1]) > 0
    agreed = re.findall(r"finds ([\d.]+) % of what (\w+) finds", printed)
    assert "semantic_search" in {name for _, name in agreed}
    assert all(float(part) > 99 for part, _ in agreed)
    # Limits leave less to find.
    found = re.findall(r"(\d+)% of pairs allowed, (\d+) found", printed)
    assert [part for part, _ in found] == [found[0][0], "100"]
    assert int(found[1][1]) == 150 * 5 > int(found[0][1]) > 0


def test_choosing_is_worth_what_the_peers_choice_is_and_both_keep_the_limits(tmp_path: Path) -> None:
    peer = str(stand_in(tmp_path))
    printed = _printed("-m", "benchmarks.choosing", "--peer", peer, "--sizes", "12", "--a-list", "3", "--repeats", "1")
    pairs, _, _, ratio, ours, theirs = _row(printed, "24")
    assert int(pairs) > 36
    assert float(ratio) > 0
    assert ours.endswith("(limits kept)")
    assert theirs.endswith("(limits kept)")
    assert float(ours.split()[0]) == pytest.approx(float(theirs.split()[0]), abs=1e-3)


def test_timetables_break_no_rule_and_are_worth_no_more_than_the_bound(tmp_path: Path) -> None:
    peer = str(stand_in(tmp_path))
    toy = ("--people", "16", "--slots", "6", "--tables", "5", "--candidates", "5", "--available", "0.8")
    printed = _printed("-m", "benchmarks.meetings", "--peer", peer, *toy)
    rows = [_cells(line) for line in printed.splitlines() if line.startswith("| 16 people")]
    compared, mended = [row for row in rows if len(row) == 9], [row for row in rows if len(row) == 10]
    assert len(compared) == 3
    assert len(mended) == 1
    assert all(row[-1] == "0" for row in rows)
    assert all(0 < float(row[5]) <= 1.0001 for row in compared)
    assert float(compared[0][5]) >= max(float(row[5]) for row in compared[1:])


def test_a_programme_placed_anew_breaks_no_rule_and_has_less_against_it(tmp_path: Path) -> None:
    topics = {
        "Rust": "borrow checker compiler memory",
        "Go": "goroutine channel compiler",
        "Energy": "grid meter solar",
    }
    rows = [
        {
            "id": f"{room}{day}{number}", "text": f"{topics[label]} {number} talk", "label": label, "room": room,
            "day": f"2023-02-0{day}", "start": f"{10 + number // 2}:{number % 2 * 30:02}", "duration": "00:25",
            "speakers": 1, "lang": "en",
        }
        for room, label in (("A", "Rust"), ("B", "Go"), ("D.energy", "Energy"))
        for day in (4, 5)
        for number in range(4)
    ]  # fmt: skip
    # In the real one a talk overlaps with the one before it.
    rows[1]["start"] = "10:20"
    _write(tmp_path / "items.jsonl", rows)
    printed = _printed("-m", "benchmarks.programme", "--data", str(tmp_path), "--seconds", "3", "--near", "2")
    real, greedy, ours = (_row(printed, name) for name in ("the real programme", "best first", "ours"))
    assert (real[1], real[2], ours[1], ours[2]) == ("24", "1", "24", "0")
    assert float(ours[8]) <= 1.0 == float(real[8])
    assert int(greedy[2]) == 0


@pytest.mark.encoder
def test_encoding_gives_the_peers_vectors_and_tells_quality(tmp_path: Path) -> None:
    texts = {"en": ("Water pumps for dry fields", "A vaccine against malaria"), "zh": ("旱地用水泵", "疟疾疫苗")}
    rows = [
        {"id": f"{language}:{place}", "text": text, "lang": language}
        for language, both in texts.items()
        for place, text in enumerate(both)
    ]
    for language in texts:
        own = [row | {"id": f"q{row['id']}"} for row in rows if row["lang"] == language]
        _write(tmp_path / f"queries_{language}.jsonl", own)
    _write(tmp_path / "docs_both.jsonl", rows)
    grades = [f"q{one['id']}\t{other['id']}\t1" for one in rows for other in rows if one["id"][-1] == other["id"][-1]]
    (tmp_path / "qrels.tsv").write_text("\n".join(grades), encoding="utf-8")
    printed = _printed("-m", "benchmarks.encoding", "--count", "8", "--repeats", "1", "--judged", str(tmp_path))
    assert re.search(r"- seconds: default set in sum [\d.]+; MiniLM alone [\d.]+", printed)
    cosine = re.search(r"mean cosine ([\d.]+)", printed)
    assert cosine is not None
    assert float(cosine[1]) > 0.995
    judged = printed.split("nDCG@10")[1]
    default, alone, peer = (
        [float(cell) for cell in _row(judged, name)]
        for name in ("ours: default encoder", "ours: MiniLM alone", "peer: MiniLM")
    )
    assert alone == pytest.approx(peer, abs=1)
    # The pool is in both languages, and the peer reads one.
    assert default[1] > peer[1]
    assert "ours above the peer: en " in judged


@pytest.mark.encoder
def test_changed_listing_measures_bridges_of_two_sizes() -> None:
    # Not below pytest's own folder: the database runs as somebody who may not enter that.
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        out = Path(home) / "figures.json"
        printed = _printed(
            "benchmarks/changed_listing.py", "--sizes", "30", "60", "--changes", "1", "--parts", "1",
            "--home", str(Path(home) / "database"), "--out", str(out),
        )  # fmt: skip
        figures = json.loads(out.read_text(encoding="utf-8"))
    assert set(figures) == {"30", "60"}
    assert figures["30"]["pairs"]["state"] == "done"
    for size in ("30", "60"):
        assert figures[size]["fill"]["vectors"] >= int(size)
        for step in ("changes", "during_parts", "during_choice"):
            assert figures[size][step]["worst_s"] >= figures[size][step]["median_s"] > 0
            assert figures[size][step]["peak_mb"] > 0
    assert figures["60"]["pairs"]["pairs_spread"] == figures["60"]["choose"]["pairs"] > 0
    assert re.search(r"a change among 60 listings to one among 30: by the clock [\d.]+, of processors [\d.]+", printed)


def _write(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
