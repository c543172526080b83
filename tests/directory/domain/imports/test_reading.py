"""Files as people bring them."""

from __future__ import annotations

import io
import zipfile

import pytest

from qiao.common.errors import InvalidInput
from qiao.directory.domain.imports import reading
from qiao.directory.domain.imports.reading import TOO_MANY_CELLS, UNREADABLE, UNSTORABLE, read_table
from tests.directory.importing import csv_file, json_lines, workbook

CHINESE = [["编号", "名称", "简介"], ["1", "泰德韦尔外科", "微创手术机器人，用于基层医院。"]]


def rows_of(file: io.BytesIO) -> list[dict[str, object]]:
    return list(read_table(file).rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_chinese_csv_reads_alike_in_every_encoding_and_separator(encoding: str, separator: str) -> None:
    if encoding.startswith("utf-16-"):  # what an export without a mark looks like has Latin letters in it
        file = csv_file(["id", "name"], ["1", "Tidewell Surgical in Leeds"], encoding=encoding, separator=separator)
        assert rows_of(file) == [{"id": "1", "name": "Tidewell Surgical in Leeds"}]
        return
    table = read_table(csv_file(*CHINESE, encoding=encoding, separator=separator))
    assert table.columns == ["编号", "名称", "简介"]
    assert list(table.rows) == [{"编号": "1", "名称": "泰德韦尔外科", "简介": "微创手术机器人，用于基层医院。"}]


def test_full_width_comma_separates_when_it_is_the_separator() -> None:
    assert rows_of(io.BytesIO("名称，国家\n泰德韦尔，英国\n".encode("gb18030"))) == [
        {"名称": "泰德韦尔", "国家": "英国"}
    ]


def test_european_csv_is_not_taken_for_chinese() -> None:
    file = csv_file(["nom", "ville"], ["Société Générale d'Électricité", "Besançon"], encoding="cp1252", separator=";")
    assert rows_of(file) == [{"nom": "Société Générale d'Électricité", "ville": "Besançon"}]


def test_separator_hint_of_excel_is_followed() -> None:
    assert rows_of(io.BytesIO(b"sep=;\nname;city\nA, B;Leeds\n")) == [{"name": "A, B", "city": "Leeds"}]


def test_header_names_each_column_once_and_fills_gaps() -> None:
    table = read_table(csv_file(["name", "name", "", "city", ""], ["a", "b", "c", "d"]))
    assert table.columns == ["name", "name (2)", "Column 3", "city"]


def test_quoted_separators_and_line_breaks_stay_in_their_cell() -> None:
    assert rows_of(csv_file(["name", "text"], ["A, B", "one\ntwo"])) == [{"name": "A, B", "text": "one\ntwo"}]


def test_row_with_too_many_cells_is_marked_and_empty_rows_are_skipped() -> None:
    rows = rows_of(csv_file(["name", "city"], ["", ""], ["A", "Leeds", "stray"], ["B", "York"]))
    assert rows == [{"name": "A", "city": "Leeds", TOO_MANY_CELLS: 3}, {"name": "B", "city": "York"}]


def test_null_bytes_are_marked_and_never_reach_the_database() -> None:
    assert rows_of(io.BytesIO(b"name,city\nA\x00B,Leeds\n" + b"C,York\n" * 40))[0]["name"] == f"A{UNSTORABLE}B"


def test_workbook_gives_plain_values() -> None:
    import datetime

    file = workbook(["name", "founded", "until"], ["A", 2019, datetime.datetime(2027, 1, 31)])
    assert rows_of(file) == [{"name": "A", "founded": 2019, "until": "2027-01-31"}]


def test_json_lines_keep_lists_and_mark_lines_that_are_no_objects() -> None:
    table = read_table(json_lines({"name": "A", "topics": ["x", "y"]}, {"name": "B", "city": "Leeds"}, ["no object"]))
    assert table.columns == ["name", "topics", "city"]
    rows = list(table.rows)
    assert rows[0] == {"name": "A", "topics": ["x", "y"]}
    assert list(rows[2]) == [UNREADABLE]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b'[{"name": 1}]', "one object a line"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "neither a spreadsheet nor a text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "Excel 2003"),
        (b"PK\x03\x04 cut off", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rows_of(io.BytesIO(content))
    assert words in refusal.value.errors["file"][0]


def test_zip_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InvalidInput) as refusal:
        rows_of(file)
    assert "not a workbook" in str(refusal.value)


def bomb(*, size: int, name: str = "xl/worksheets/sheet1.xml", entries: int = 1) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(entries):
            with archive.open(name if entries == 1 else f"{name}{number}", "w", force_zip64=True) as entry:
                for _ in range(size // 65_536):
                    entry.write(b"\x00" * 65_536)
    return file


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr("openpyxl.load_workbook", never)
    for file in (
        bomb(size=300 * 1024 * 1024),
        bomb(size=80 * 1024 * 1024, name="xl/sharedStrings.xml"),
        bomb(size=20 * 1024 * 1024),
        bomb(size=65_536, entries=2100),
    ):
        with pytest.raises(InvalidInput) as refusal:
            rows_of(file)
        assert "unpacks to far more" in str(refusal.value)


def test_entities_in_a_workbook_are_not_expanded() -> None:
    source, file = workbook(["name"], ["A"]), io.BytesIO()
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">]>'
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = laughs.encode() + content.replace(b"<t>A</t>", b"<t>&a;</t>")
            new.writestr(entry, content)
    with pytest.raises(InvalidInput):
        rows_of(file)


def test_too_many_rows_and_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROW_LIMIT", 3)
    assert len(rows_of(csv_file(["name"], *[["x"]] * 3))) == 3
    with pytest.raises(InvalidInput):
        rows_of(csv_file(["name"], *[["x"]] * 4))
    with pytest.raises(InvalidInput):
        rows_of(json_lines(*[{"name": "x"}] * 4))
    with pytest.raises(InvalidInput):
        rows_of(csv_file([str(n) for n in range(201)], ["x"]))


def test_reading_holds_one_row_at_a_time() -> None:
    import tracemalloc

    file = csv_file(["name", "text"], *([f"name {n}", "x" * 40] for n in range(60_000)))
    table = read_table(file)
    tracemalloc.start()
    count = sum(1 for _ in table.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 2_000_000


def test_quotation_mark_that_is_never_closed_is_named_by_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import csv

    limit = csv.field_size_limit(2000)
    try:
        with pytest.raises(InvalidInput) as refusal:
            rows_of(io.BytesIO(b'name,city\n"A,Leeds\n' + b"B,York\n" * 2000))
    finally:
        csv.field_size_limit(limit)
    assert "quotation mark" in str(refusal.value)
