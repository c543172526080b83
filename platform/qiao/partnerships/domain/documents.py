"""Files that people exchange: judged by what is in them, not by what they are called."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.common.text import clean_line
from qiao.partnerships.models import Document, Introduction, Message, Milestone

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
#: What a compressed file may unpack to: beyond it, it is made to harm.
MAX_UNPACKED = 200 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
#: Types that may be exchanged, by the ending their name must have.
ACCEPTED = {
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
#: Texts, whose type names the charset that was found in them.
_TEXT = {ending: ACCEPTED[ending].partition(";")[0] for ending in ("txt", "csv")}
_MARKS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Controls that no text has.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PART_OF = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_file(uploaded: Any) -> CheckedFile:
    """Look into an uploaded file (with `name` and `read`). Raises `InvalidInput` with what is wrong with it."""
    name = _checked_name(str(getattr(uploaded, "name", "") or ""))
    content = uploaded.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _refused(name, _("is larger than %(limit)s MB") % {"limit": MAX_BYTES // 1024 // 1024})
    if not content:
        raise _refused(name, _("is empty"))
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in ACCEPTED:
        raise _refused(name, _("is of a kind that is not accepted here (%(kinds)s)") % {"kinds": ", ".join(ACCEPTED)})
    content_type = ACCEPTED[ending]
    if ending in _TEXT:
        charset = _charset_of(content)
        if charset is None:
            raise _refused(name, _("is not what its name says"))
        content_type = f"{_TEXT[ending]}; charset={charset}"
    elif not _is(ending, content):
        raise _refused(name, _("is not what its name says"))
    return CheckedFile(name, content_type, content)


def check_files(files: Iterable[Any]) -> list[CheckedFile]:
    """Look into several; none is kept when one is refused."""
    found = list(files)
    if len(found) > MAX_FILES:
        raise InvalidInput(errors={"files": [_("At most %(limit)s files at a time.") % {"limit": MAX_FILES}]})
    return [check_file(one) for one in found]


def keep_files(
    files: Iterable[CheckedFile],
    *,
    actor: Any,
    introduction: Introduction,
    organisation_id: int | None,
    message: Message | None = None,
    milestone: Milestone | None = None,
) -> list[Document]:
    """Store checked files. Part of the caller's act."""
    return [
        Document.objects.create(
            introduction=introduction,
            message=message,
            milestone=milestone,
            organisation_id=organisation_id,
            uploaded_by=actor,
            name=one.name,
            content_type=one.content_type,
            size=len(one.content),
            sha256=one.sha256,
            content=one.content,
        )
        for one in files
    ]


def _checked_name(name: str) -> str:
    name = clean_line(PurePosixPath(name.replace("\\", "/")).name)
    stem, dot, ending = name.rpartition(".")
    if len(name) > 120:
        name = f"{stem[: 119 - len(ending)]}{dot}{ending}"[:120]
    return name or "file"


def _is(ending: str, content: bytes) -> bool:
    if ending == "pdf":
        return content[:1024].lstrip().startswith(b"%PDF-")
    if ending == "png":
        return content.startswith(b"\x89PNG\r\n\x1a\n")
    if ending in ("jpg", "jpeg"):
        return content.startswith(b"\xff\xd8\xff")
    return _is_office(ending, content)


def _charset_of(content: bytes) -> str | None:
    """In what a text is written, as a browser is to be told: UTF-8, UTF-16 with its mark, or GB18030, which holds GBK.

    None for what is no text in any of them.
    """
    candidates = ("utf-16",) if content.startswith(_MARKS_OF_UTF_16) else ("utf-8", "gb18030")
    for charset in candidates:
        try:
            text = content.decode(charset)
        except UnicodeDecodeError:
            continue
        return None if _NO_TEXT.search(text) else charset
    return None


def _is_office(ending: str, content: bytes) -> bool:
    """A package of the right kind, of sane size, and without macros. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            every = package.infolist()  # one name may be there many times
            parts = {part.filename: part for part in every}
            if sum(part.file_size for part in every) > MAX_UNPACKED:
                return False
            if any(name.lower().endswith("vbaproject.bin") for name in parts):
                return False
            if ending in _PART_OF:
                return "[Content_Types].xml" in parts and _PART_OF[ending] in parts
            kind = parts.get("mimetype")
            return (
                kind is not None
                and kind.file_size < 200
                and package.read(kind).decode("ascii", "replace") == ACCEPTED[ending]
            )
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return False


def _refused(name: str, why: str) -> InvalidInput:
    return InvalidInput(errors={"files": [_("“%(name)s” %(why)s. Nothing was sent.") % {"name": name, "why": why}]})
