"""Rows of a body's file."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiao.standards.enums import CommitteeKind, DeliverableKind
from qiao.standards.importing.reading import Bad, Unreadable, read_rows
from qiao.standards.importing.rows import BadRow, CommitteeRow, DocumentRow, kind_of, parent_of, row_of, stage_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NAMES = (
    "reference", "title", "ownerCommittee", "committeeTitle", "icsCode", "currentStage", "publicationDate", "type",
    "scope", "secretariat", "parent", "kind", "lifecycle", "title_en", "supplementType",
)  # fmt: skip


def _read(text: bytes | str) -> list[Any]:
    return [row for _number, row in read_rows(io.BytesIO(text.encode() if isinstance(text, str) else text))]


@given(st.dictionaries(st.sampled_from(NAMES), JSON) | JSON)
def test_a_row_is_loaded_or_refused_with_a_code(values: Any) -> None:
    refused: BadRow | None = None
    try:
        found = row_of(values)
    except BadRow as bad:
        refused = bad
    if refused is not None:
        assert refused.code
        assert len(refused.about) <= 200
    else:
        assert found.reference
        assert len(found.reference) <= 80


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_otherwise(content: bytes) -> None:
    refused: Unreadable | None = None
    found: list[tuple[int, Any]] = []
    try:
        found += read_rows(io.BytesIO(content))
    except Unreadable as unreadable:
        refused = unreadable
    assert refused is None or refused.code
    assert all(number >= 1 and isinstance(row, Bad | DocumentRow | CommitteeRow) for number, row in found)


def test_a_document_as_it_is_published() -> None:
    row = row_of(
        {
            "reference": "ISO/TS 1234-1:2024",
            "title": {"en": "Cells &amp; tissue", "fr": "Titre manque"},
            "ownerCommittee": "ISO/TC 276",
            "committeeTitle": "Biotechnology",
            "icsCode": ["07.080", "07.080"],
            "currentStage": ["40", "20"],
            "publicationDate": "2024-08",
            "type": None,
        }
    )
    assert row == DocumentRow(
        reference="ISO/TS 1234-1:2024",
        titles=("Cells & tissue", "", ""),
        kind=DeliverableKind.TECHNICAL_SPECIFICATION,
        stage="40.20",
        ics_codes=("07.080",),
        published="2024-08",
        owner="ISO/TC 276",
        owner_title="Biotechnology",
    )


def test_a_committee_as_it_is_published() -> None:
    row = row_of(
        {
            "reference": "ISO/TC 210/WG 1",
            "title": {"en": "Quality systems"},
            "scope": {"en": "<p>Standards &amp; guides</p><p>of quality</p>"},
            "secretariat": {"id": 1, "acronym": "ANSI"},
        }
    )
    assert isinstance(row, CommitteeRow)
    assert (row.kind, row.parent, row.secretariat) == (CommitteeKind.WORKING_GROUP, "ISO/TC 210", "ANSI")
    assert row.scopes[0] == "Standards & guides\nof quality"


@pytest.mark.parametrize(
    ("reference", "parent", "kind"),
    [
        ("ISO/TC 210", "", "tc"),
        ("ISO/IEC JTC 1", "", "tc"),
        ("ISO/IEC JTC 1/SC 25", "ISO/IEC JTC 1", "sc"),
        ("ISO/IEC JTC 1/SC 25/WG 3", "ISO/IEC JTC 1/SC 25", "wg"),
        ("ISO/PC 283", "", "pc"),
        ("ISO/TMBG", "", "other"),
        ("ISO/TMBG/AG 2", "ISO/TMBG", "ag"),
        ("SAC/TC 136", "", "tc"),
    ],
)
def test_references_say_where_a_group_stands(reference: str, parent: str, kind: str) -> None:
    assert (parent_of(reference), kind_of(reference)) == (parent, kind)


@pytest.mark.parametrize(
    ("given_value", "stage"),
    [
        (["90", "93"], "90.93"),
        (6060, "60.60"),
        ("40.20", "40.20"),
        (20, "00.20"),
        ("3099", "30.99"),
        (None, ""),
        ([], ""),
    ],
)
def test_stages_are_read_in_each_form(given_value: Any, stage: str) -> None:
    assert stage_of(given_value) == stage


@pytest.mark.parametrize("value", [["91", "00"], "4021", "soon", 999999, ["40"]])
def test_what_is_no_stage_is_refused(value: Any) -> None:
    with pytest.raises(BadRow, match="bad_stage"):
        stage_of(value)


def test_bad_lines_are_told_and_the_rest_is_read() -> None:
    good = {"reference": "ISO 1:2020", "title": {"en": "A"}, "ownerCommittee": "ISO/TC 3"}
    lines = [json.dumps(good), "{broken", "[1]", "", json.dumps(good | {"icsCode": ["x"]}), json.dumps({"title": "B"})]
    found = _read("\n".join(lines))
    assert [row.code if isinstance(row, Bad) else row.reference for row in found] == [
        "ISO 1:2020", "bad_json", "not_an_object", "bad_ics", "no_reference",
    ]  # fmt: skip
    assert _read(gzip.compress("\n".join(lines).encode())) == found


def test_the_same_is_read_from_a_table_in_either_encoding() -> None:
    table = (
        "reference;title_en;title_zh;owner;stage;ics\r\n"
        "ISO 1:2020;A;几何规范;ISO/TC 3;60.60;17.040.01 17.040.30\r\n"
        "ISO 2:2020;B;;;;\r\n;;;;;\r\nISO 3;C;;ISO/TC 3;;;;x\r\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        first, second, third = _read(table.encode(encoding))
        assert first.titles == ("A", "几何规范", "")
        assert first.ics_codes == ("17.040.01", "17.040.30")
        assert (second, third) == (Bad("no_committee", "ISO 2:2020"), Bad("too_many_cells"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"name,place\n1,2\n", "no_reference_column"),
        (gzip.compress(b"{}" * 400, mtime=0)[:20], "broken_file"),
        (b"reference\n\xff\xfe\xff\xff\xff", "bad_encoding"),
    ],
    ids=["empty", "no column", "broken", "encoding"],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        _read(content)
    assert refusal.value.code == code
