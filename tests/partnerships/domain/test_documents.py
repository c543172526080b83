"""Files are judged by what is in them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from qiao.common.errors import InvalidInput
from qiao.partnerships.domain.documents import ACCEPTED, MAX_BYTES, MAX_FILES, MAX_UNPACKED, check_file, check_files

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20


class Upload:
    """A file as a browser may name it: Django's own class cleans the name before we see it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)


def package(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def office(main: str = "word/document.xml", more: dict[str, bytes | str] | None = None) -> bytes:
    """The least that is a document of that kind."""
    parts: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", main: "<document/>"}
    return package(parts | (more or {}))


def opendocument(kind: str) -> bytes:
    return package({"mimetype": ACCEPTED[kind], "content.xml": "<office/>"}, zipfile.ZIP_STORED)


GOOD: dict[str, bytes] = {
    "pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG,
    "txt": "Bonjour, 你好".encode(), "csv": "a,b\n1,2\n".encode("gb18030"),
    "docx": office(), "xlsx": office("xl/workbook.xml"), "pptx": office("ppt/presentation.xml"),
    "odt": opendocument("odt"), "ods": opendocument("ods"), "odp": opendocument("odp"),
}  # fmt: skip


def refused(name: str, content: bytes) -> str:
    with pytest.raises(InvalidInput) as refusal:
        check_file(Upload(name, content))
    (message,) = refusal.value.errors["files"]
    return message


def test_every_accepted_kind_has_a_good_example() -> None:
    assert set(GOOD) == set(ACCEPTED)


@pytest.mark.parametrize("ending", ACCEPTED)
def test_what_is_what_its_name_says_is_accepted(ending: str) -> None:
    checked = check_file(SimpleUploadedFile(f"Plan.{ending.upper()}", GOOD[ending]))
    assert (checked.content_type, checked.content) == (ACCEPTED[ending], GOOD[ending])
    assert len(checked.sha256) == 64


@pytest.mark.parametrize(
    "content", [PDF, PNG, GOOD["docx"], b"<html><script>alert(1)</script></html>", b"MZ\x90\x00\x03"]
)
@pytest.mark.parametrize("ending", ["pdf", "png", "jpg", "docx", "xlsx", "odt"])
def test_what_is_something_else_is_refused(ending: str, content: bytes) -> None:
    if content == GOOD[ending]:
        return
    assert "is not what its name says" in refused(f"x.{ending}", content)


@pytest.mark.parametrize("content", [b"MZ\x90\x00\x03", b"text\x00more", b"\xff\xfe\xff\xff\xff"])
def test_text_is_text(content: bytes) -> None:
    assert "is not what its name says" in refused("x.txt", content)


WORDS = "编号,需求\n1,远程监护"


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (WORDS.encode(), "utf-8"),
        (WORDS.encode("utf-8-sig"), "utf-8"),
        (WORDS.encode("gb18030"), "gb18030"),
        (WORDS.encode("gbk"), "gb18030"),
        (WORDS.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "utf-16"),
        (b"plain,words", "utf-8"),
    ],
)
@pytest.mark.parametrize("ending", ["txt", "csv"])
def test_a_text_is_served_in_the_charset_it_is_written_in(ending: str, content: bytes, charset: str) -> None:
    checked = check_file(Upload(f"x.{ending}", content))
    assert checked.content_type == f"text/{'plain' if ending == 'txt' else 'csv'}; charset={charset}"
    assert checked.content.decode(charset).lstrip("\ufeff") in (WORDS, "plain,words")


@pytest.mark.parametrize("content", [WORDS.encode("utf-16-le"), b"\xff\xfe\x00", "\x00a".encode("utf-16")])
def test_what_only_looks_like_utf_16_is_refused(content: bytes) -> None:
    assert "is not what its name says" in refused("x.csv", content)


@pytest.mark.parametrize("name", ["x.exe", "x.html", "x.svg", "x.pdf.exe", "x", "", ".pdf.", "..", "x.docm", "x.zip"])
def test_other_kinds_are_refused_and_the_kinds_named(name: str) -> None:
    assert "docx" in refused(name, PDF)


def test_a_file_has_a_size() -> None:
    assert "empty" in refused("x.pdf", b"")
    assert "10 MB" in refused("x.pdf", PDF + b"0" * MAX_BYTES)
    assert check_file(Upload("x.pdf", PDF.ljust(MAX_BYTES, b"0"))).content_type == "application/pdf"


def test_at_most_five_at_a_time() -> None:
    assert len(check_files([Upload("x.pdf", PDF)] * 1)) == 1
    with pytest.raises(InvalidInput):
        check_files([Upload("x.pdf", PDF) for _ in range(MAX_FILES + 1)])


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\plan.txt", "plan.txt"),
        ("/absolute/plan.txt", "plan.txt"),
        ("exe\u202etxt.\u202dtxt", "exetxt.txt"),
        ("pl\x00an.txt", "plan.txt"),
        ("plan\r\nContent-Type: text.txt", "plan Content-Type: text.txt"),
        ("  two   spaces .txt", "two spaces .txt"),
        ("\u200bplan\u2066.txt", "plan.txt"),
        ("计划书.txt", "计划书.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
    ],
)
def test_a_name_is_one_line_without_a_path_or_hidden_characters(given_name: str, kept: str) -> None:
    assert check_file(Upload(given_name, b"hello")).name == kept


def test_macros_are_refused() -> None:
    assert "is not what its name says" in refused("x.docx", office(more={"word/vbaProject.bin": b"x"}))


def test_what_unpacks_to_too_much_is_refused_without_unpacking() -> None:
    bomb = office(more={"word/media/a": b"\0" * (MAX_UNPACKED // 20)})
    assert check_file(Upload("x.docx", bomb)).name == "x.docx"
    larger = _with_declared_size(bomb, MAX_UNPACKED)
    assert "is not what its name says" in refused("x.docx", larger)


def _with_declared_size(content: bytes, size: int) -> bytes:
    """The same zip, whose last entry says in the directory that it is so large."""
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 24] + size.to_bytes(4, "little") + content[at + 28 :]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_parts_of_one_name_count_each() -> None:
    """A directory may list one name many times: the sum must not fall for it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "<document/>")
        for _ in range(21):
            made.writestr("a", b"\0" * (MAX_UNPACKED // 20))
    assert len(out.getvalue()) < MAX_BYTES
    assert "is not what its name says" in refused("x.docx", out.getvalue())


def test_a_damaged_package_is_refused_and_breaks_nothing() -> None:
    content = bytearray(package({"mimetype": ACCEPTED["odt"] * 3, "content.xml": "x"}))
    at = content.index(b"mimetype") + len("mimetype")
    content[at : at + 8] = b"\xff" * 8
    assert "is not what its name says" in refused("x.odt", bytes(content))


@given(ending=st.sampled_from(sorted(ACCEPTED)), data=st.data())
def test_no_content_whatever_breaks_the_check(ending: str, data: Any) -> None:
    """Accepted or refused, but never another error: random bytes, and good files with bytes changed."""
    content = bytearray(GOOD[ending])
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=12)
    ):
        content[place] = byte
    for candidate in (bytes(content), data.draw(st.binary(max_size=64))):
        try:
            checked = check_file(Upload(data.draw(st.text(max_size=20)) + "." + ending, candidate))
        except InvalidInput:
            continue
        assert checked.content == candidate
        assert checked.content_type.partition(";")[0] in {kind.partition(";")[0] for kind in ACCEPTED.values()}
        if "charset=" in checked.content_type:
            checked.content.decode(checked.content_type.rpartition("=")[2])
